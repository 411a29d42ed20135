// One request with cpp-httplib's client, 0.11.4 or 0.53.1. Entry: send. Test:
// tests/server/probe_test.py.

#include "http_client.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include <remote/limited_client.hpp>

#include "interim_heads.hpp"

namespace corsac::server {
namespace {

using remote_store::ClientOf;
using remote_store::kHeadLimitBytes;
using remote_store::kKnowsLimits;
using remote_store::NoBrokenPipe;

// All that is read of an answer: of interim heads as many as InterimHeads takes, and one behind
// them.
constexpr std::size_t kAllHeadsLimitBytes = (kInterimLimit + 1) * kHeadLimitBytes;

// Shuts the connection down when time is up: the client's own limits begin anew with each byte.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds limit)
      : end_(std::chrono::steady_clock::now() + limit), thread_([this] { wait(); }) {}
  ~Deadline() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // The client closes it after the last byte: forget() comes first.
  void use(int socket) {
    const std::lock_guard lock(mutex_);
    socket_ = socket;
  }
  void forget() { use(-1); }
  [[nodiscard]] std::chrono::steady_clock::time_point end() const noexcept { return end_; }
  [[nodiscard]] bool has_passed() const { return std::chrono::steady_clock::now() >= end_; }

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, end_, [this] { return is_over_; });
    if (!is_over_ && socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
  }

  const std::chrono::steady_clock::time_point end_;
  std::mutex mutex_ = {};
  std::condition_variable changed_ = {};
  bool is_over_ = false;
  int socket_ = -1;
  std::thread thread_;
};

// `has_address`: the name was found, and a connection was tried.
template <class Error>
std::string error_text(Error error, bool has_address) {
  if constexpr (requires { Error::SSLServerHostnameVerification; }) {
    if (error == Error::SSLServerHostnameVerification) {
      return "the server's certificate is for another name";
    }
  }
  switch (error) {
    case Error::Connection:
    case Error::BindIPAddress:
      return has_address ? "nobody listens there" : "the name is not known (DNS)";
    case Error::ConnectionTimeout:
      return has_address ? "nobody answers there" : "the name could not be looked up in time (DNS)";
    case Error::SSLConnection:
      return "it speaks no TLS that this program knows";
    case Error::SSLLoadingCerts:
      return "--ca names no file of certificates";
    case Error::SSLServerVerification:
      return "the server's certificate is not trusted, or for another name; --ca names another "
             "authority";
    default:
      return "the connection ended before an answer, or the answer is no HTTP, or its head is "
             "longer "
             "than 16 KiB";
  }
}

// Nobody asked for another protocol (RFC 9110, 15.2.2).
constexpr const char* kSwitched = "the server switches to another protocol (101), unasked";

template <class Client>
ProbeAnswer send_with(Client& client, const ProbeServer& server, const ProbeRequest& asked) {
  ProbeAnswer answer;
  Deadline deadline(server.limit);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(server.limit).count();
  client.set_connection_timeout(seconds);
  client.set_read_timeout(seconds);
  client.set_write_timeout(seconds);
  client.set_follow_location(false);
  client.set_keep_alive(false);
  client.set_decompress(false);
  remote_store::keep_target(client);
  bool has_head = false;
  if constexpr (!kKnowsLimits) {
    client.set_limits({kAllHeadsLimitBytes, &has_head, deadline.end()});
  }
  bool has_address = false;  // sockets are made behind the look-up
  client.set_socket_options([&](auto socket) {
    has_address = true;
    deadline.use(static_cast<int>(socket));
  });
  httplib::Request request;
  request.method = asked.method;
  request.path = asked.target;
  for (const auto& [name, value] : asked.headers) request.headers.emplace(name, value);
  const auto take_head = [&](const httplib::Response& response) {
    has_head = true;
    if (is_interim(response.status)) return true;  // what its body would be goes to `heads`
    if (response.status == 101) {
      answer.error = kSwitched;
      return false;
    }
    answer.status = response.status;
    for (const auto& [name, value] : response.headers) answer.headers.emplace_back(name, value);
    return false;  // bodies may be of any length
  };
  request.response_handler = take_head;
  InterimHeads heads;
  request.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t,
                                 std::uint64_t) {
    return heads.feed({bytes, size});
  };
  const httplib::Result result = client.send(request);
  deadline.forget();
  if (heads.answer().status == 101) {
    answer.error = kSwitched;
  } else if (heads.answer().status != 0 || !heads.answer().error.empty()) {
    answer = heads.answer();
  } else if (result && answer.status == 0 && answer.error.empty()) {
    // Behind the head of an answer to HEAD the client reads nothing.
    if (take_head(*result)) {
      answer.error = asked.method == "HEAD"
                         ? "an interim answer (1xx) came first, which cannot be skipped for HEAD; "
                           "ask with --method GET"
                         : "only an interim answer came (1xx), and no answer";
    }
  }
  if (answer.status == 0 && answer.error.empty()) {
    answer.error =
        deadline.has_passed() ? "no answer in time" : error_text(result.error(), has_address);
  }
  return answer;
}

}  // namespace

ProbeAnswer send(const ProbeServer& server, const ProbeRequest& request) {
  const NoBrokenPipe guard;
  if (server.is_tls) {
    ClientOf<httplib::SSLClient> client(server.host, server.port);
    client.enable_server_certificate_verification(true);
    if (!server.ca_file.empty()) client.set_ca_cert_path(server.ca_file);
    return send_with(client, server, request);
  }
  ClientOf<httplib::ClientImpl> client(server.host, server.port);
  return send_with(client, server, request);
}

}  // namespace corsac::server
