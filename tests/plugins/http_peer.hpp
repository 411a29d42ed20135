#pragma once

// A server on a free port of this machine, made of the system's cpp-httplib, that answers what a
// test says. Only http_peer.cpp includes the library.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace corsac::test {

using PeerHeaders = std::vector<std::pair<std::string, std::string>>;

struct PeerRequest {
  std::string target = {};  // as it stood on the wire
  PeerHeaders headers = {};
  // Empty when there is none.
  [[nodiscard]] std::string header(const std::string& name) const;
};

struct PeerAnswer {
  int status = 200;
  PeerHeaders headers = {};  // each one is a line of its own
  std::string body = {};
  std::string content_type = "application/json";
};

struct PeerCertificate {
  std::string certificate_file = {};
  std::string key_file = {};
};

class HttpPeer {
 public:
  using Handler = std::function<PeerAnswer(const PeerRequest&)>;

  HttpPeer();                                             // http
  explicit HttpPeer(const PeerCertificate& certificate);  // https
  ~HttpPeer();
  HttpPeer(const HttpPeer&) = delete;
  HttpPeer& operator=(const HttpPeer&) = delete;

  // From the next request on.
  void answer_by(Handler handler);
  void answer(PeerAnswer always);
  [[nodiscard]] int port() const;
  // "https://localhost:8443"
  [[nodiscard]] std::string origin(const std::string& host = "127.0.0.1") const;
  [[nodiscard]] std::vector<PeerRequest> requests() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace corsac::test
