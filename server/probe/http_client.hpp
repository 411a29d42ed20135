#pragma once

// What `corsac probe` speaks HTTP with: one request a connection, TLS verified, redirects not
// followed, bodies not read.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace corsac::server {

struct ProbeServer {
  bool is_tls = false;
  std::string host = {};  // without brackets
  int port = 0;
  std::string ca_file = {};                 // PEM; empty = the system's authorities
  std::chrono::milliseconds limit{10'000};  // of each request, from connecting to the last header
};

struct ProbeRequest {
  std::string method = "GET";
  std::string target = "/";
  // As they stand; Host too, when it is among them.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

struct ProbeAnswer {
  int status = 0;          // 0 <=> no answer
  std::string error = {};  // why there is none; plain ASCII
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Blocks for as long as `limit`, and twice that when the name has to be looked up.
[[nodiscard]] ProbeAnswer send(const ProbeServer& server, const ProbeRequest& request);

}  // namespace corsac::server
