#pragma once

// What a forward is, as an application or a configuration writes it, and the checked form of it.
// Knows no host.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "corsac/base/result.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/policy/report.hpp"

namespace corsac {

// A text, or the name of the environment variable that holds it: exactly one of the two. What comes
// from a variable stands in no configuration and in no list of processes.
struct ForwardValue {
  std::string text = {};
  std::string env = {};
};

// (name, value)
using ForwardValues = std::vector<std::pair<std::string, ForwardValue>>;

// A single header whose value is a JSON object of these (name, value), as Cloudflare Access reads a
// service token from one.
struct ForwardToken {
  std::string name = {};
  ForwardValues values = {};
};

// Requests under one path go to one upstream, with credentials that the page never sees.
struct ForwardOptions {
  // "/api/protected" is that path and everything below it. Compared byte for byte with the path on
  // the wire. The prefixes of one forwarder do not lie within each other.
  std::string path_prefix = {};
  // "https://api.example.com", with a port where it is not 443. No path, query or user info.
  // "http://" is for loopback only.
  std::string upstream = {};
  // The upstream sees the path without the prefix: "/api/protected/a" is "/a" there.
  bool strip_prefix = false;
  // Set on every request, in the place of what the client sent under such a name, in any case and
  // with `_` for `-` (servers behind CGI-like borders take the two for one).
  ForwardValues headers = {};
  std::optional<ForwardToken> token_header = {};
  // Request headers that stay here, as "Cookie". By default all go to the upstream, cookies too, as
  // with Cloudflare's Worker.
  std::vector<std::string> drop_request_headers = {};
  // Answer headers that stay here besides Set-Cookie, which always does: a cookie of the upstream
  // would be one of the own origin.
  std::vector<std::string> drop_response_headers = {};

  std::chrono::milliseconds connect_limit{5'000};  // for each address of the upstream
  std::chrono::milliseconds answer_limit{30'000};  // until the answer's headers are there
  std::chrono::milliseconds idle_limit{30'000};    // between two pieces of the answer's body
  std::chrono::milliseconds total_limit{300'000};  // for all of it
  // A longer request body is 413. The server's own set_payload_max_length holds besides.
  std::uint64_t body_limit_bytes = std::uint64_t{1024} * 1024;
  // PEM file of the authorities that the upstream's certificate is checked with, in the place of
  // the system's; a relative path is that of the process. There is no switch to turn the check off.
  std::string ca_file = {};

  // Asked about requests that are not proved to come from an own page and are no preflights; true =
  // forward. On the request's thread, and must be safe from any thread. An exception counts as
  // false.
  std::function<bool(const RequestView&)> authorize = {};
  // Everybody's requests are forwarded but for preflights, those of foreign pages too: they then
  // act with these credentials.
  bool dangerously_open = false;
};

// Where a forward leads, and what with. Immutable; holds secrets.
struct Forward {
  std::string path_prefix = {};
  bool strip_prefix = false;
  bool is_tls = false;
  std::string host = {};  // an IPv6 address without brackets
  int port = 0;
  std::string authority = {};                                      // the value of Host
  std::vector<std::pair<std::string, std::string>> injected = {};  // name, value
  std::vector<std::string> drop_request_headers = {};
  std::vector<std::string> drop_response_headers = {};  // Set-Cookie with them
  std::chrono::milliseconds connect_limit = {}, answer_limit = {}, idle_limit = {},
                            total_limit = {};
  std::uint64_t body_limit_bytes = 0;
  std::string ca_file = {};
  std::function<bool(const RequestView&)> authorize = {};
  bool dangerously_open = false;
};

// Where the entry `index` of a table stands in a report: "headers.X-A", but "headers[0]" where the
// name is no token: a value in the place of its name is a secret.
[[nodiscard]] std::string forward_entry_path(const std::string& table, const std::string& name,
                                             std::size_t index);

struct ForwardSurroundings {
  bool has_tls = false;  // the application's cpp-httplib is built with OpenSSL
  // The value of an environment variable; nothing where it is not set. Empty = those of the
  // process.
  std::function<std::optional<std::string>(const std::string&)> environment = {};
};

// Checks all of them. The error side holds every error at once, none with the value of a header,
// nor with what may be one in the wrong place (a name that is no token, a variable's that is none):
// forward-path-prefix, forward-prefix-overlap, forward-upstream, forward-upstream-not-tls,
// forward-tls-missing, forward-header-name, forward-header-value, forward-header-repeated,
// forward-env-missing, forward-limit, forward-ca-file. Paths are like "forward[0].upstream".
[[nodiscard]] Result<std::vector<Forward>, Report> compile_forwards(
    const std::vector<ForwardOptions>& options, const ForwardSurroundings& surroundings);

}  // namespace corsac
