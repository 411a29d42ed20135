// A server for tests of the store plugin remote. Entry: HttpPeer.

#include "http_peer.hpp"

#include <mutex>
#include <stdexcept>
#include <thread>

#include <httplib.h>

#include "support/eventually.hpp"

namespace corsac::test {

struct HttpPeer::State {
  std::unique_ptr<httplib::Server> server;
  std::string scheme;
  int port = 0;
  mutable std::mutex mutex;  // guards the two
  Handler handler = [](const PeerRequest&) { return PeerAnswer{}; };
  std::vector<PeerRequest> requests;
  std::thread thread;

  void serve(const httplib::Request& request, httplib::Response& response) {
    PeerRequest asked{.target = request.target};
    for (const auto& [name, value] : request.headers) asked.headers.emplace_back(name, value);
    Handler now;
    {
      const std::lock_guard lock(mutex);
      requests.push_back(asked);
      now = handler;
    }
    const PeerAnswer answer = now(asked);
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.headers.emplace(name, value);
    if (!answer.body.empty()) response.set_content(answer.body, answer.content_type);
  }
  void start(std::unique_ptr<httplib::Server> made) {
    server = std::move(made);
    if (!server->is_valid()) throw std::runtime_error("the peer has no certificate");
    server->set_keep_alive_max_count(1);
    server->Get(".*", [this](const auto& request, auto& response) { serve(request, response); });
    port = server->bind_to_any_port("127.0.0.1");
    thread = std::thread([this] { server->listen_after_bind(); });
    if (!eventually([this] { return server->is_running(); })) std::abort();
  }
};

std::string PeerRequest::header(const std::string& name) const {
  for (const auto& [header, value] : headers) {
    if (header == name) return value;
  }
  return {};
}

HttpPeer::HttpPeer() : state_(std::make_unique<State>()) {
  state_->scheme = "http";
  state_->start(std::make_unique<httplib::Server>());
}

HttpPeer::HttpPeer(const PeerCertificate& certificate) : state_(std::make_unique<State>()) {
  state_->scheme = "https";
  state_->start(std::make_unique<httplib::SSLServer>(certificate.certificate_file.c_str(),
                                                     certificate.key_file.c_str()));
}

HttpPeer::~HttpPeer() {
  state_->server->stop();
  state_->thread.join();
}

void HttpPeer::answer_by(Handler handler) {
  const std::lock_guard lock(state_->mutex);
  state_->handler = std::move(handler);
}

void HttpPeer::answer(PeerAnswer always) {
  answer_by([always = std::move(always)](const PeerRequest&) { return always; });
}

int HttpPeer::port() const { return state_->port; }

std::string HttpPeer::origin(const std::string& host) const {
  return state_->scheme + "://" + host + ":" + std::to_string(state_->port);
}

std::vector<PeerRequest> HttpPeer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

}  // namespace corsac::test
