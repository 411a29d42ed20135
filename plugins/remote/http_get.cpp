// One GET with cpp-httplib 0.11.4 or 0.53.1. Entry: http_get. Spec: RFC 9110, RFC 9112. Tests:
// tests/plugins/remote_faults_test.cpp and remote_tls_test.cpp, built with both.

#include "http_get.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <type_traits>

#include <httplib.h>

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "the store plugin remote needs a cpp-httplib that is built with OpenSSL"
#endif

namespace corsac::remote_store {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Of one address: the next one must have its turn within the deadline.
constexpr milliseconds kConnectLimit{5'000};
constexpr milliseconds kShortestLimit{1};
// Status line and header lines of an answer.
constexpr std::size_t kHeadLimitBytes = std::size_t{16} * 1024;

// A TLS library writes to a connection that is gone, and the program may not ignore the signal for
// that: on this thread it stays away.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec at_once{};
    while (!was_pending_ && ::sigtimedwait(&pipe_, nullptr, &at_once) == -1 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

// What a client of either library reads through when it has no limits of its own: 0.11.4 ends the
// program on a status line of 30 KB (std::regex recurses for each byte), and stores lines without
// end. Templated, as all that is for 0.11.4 alone: of the other library nothing of it is compiled.
template <class Client>
struct StreamOf {
  using Type = httplib::Stream;
};
template <class Client>
class LimitedStream final : public StreamOf<Client>::Type {
 public:
  LimitedStream(int socket, SSL* ssl, std::size_t limit_bytes, const bool& has_head,
                Steady::time_point deadline)
      : socket_(socket),
        ssl_(ssl),
        limit_bytes_(limit_bytes),
        has_head_(has_head),
        deadline_(deadline) {}

  bool is_readable() const override { return at_ < end_ || wait_for(POLLIN); }
  bool is_writable() const override { return wait_for(POLLOUT); }
  ssize_t read(char* to, size_t size) override {
    if (taken_ >= (has_head_ ? limit_bytes_ : kHeadLimitBytes)) return -1;
    if (at_ == end_) {
      const ssize_t count = fill();
      if (count <= 0) return count;
      at_ = 0;
      end_ = static_cast<std::size_t>(count);
    }
    const std::size_t count = std::min(size, end_ - at_);
    std::copy_n(buffer_ + at_, count, to);
    at_ += count;
    taken_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    if (!wait_for(POLLOUT)) return -1;
    if (ssl_ == nullptr) return ::send(socket_, bytes, size, MSG_NOSIGNAL);
    ERR_clear_error();
    return SSL_write(ssl_, bytes, static_cast<int>(std::min<size_t>(size, kPiece)));
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  static constexpr std::size_t kPiece = std::size_t{16} * 1024;

  ssize_t fill() {
    while (true) {
      if ((ssl_ == nullptr || SSL_pending(ssl_) == 0) && !wait_for(POLLIN)) return -1;
      if (ssl_ == nullptr) {
        const ssize_t count = ::recv(socket_, buffer_, kPiece, 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        return count;
      }
      ERR_clear_error();  // SSL_get_error looks at what any call before it left
      const int count = SSL_read(ssl_, buffer_, static_cast<int>(kPiece));
      if (count > 0) return count;
      const int error = SSL_get_error(ssl_, count);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
    }
  }
  // False at the deadline. A connection that the watch cut is ready, and then has nothing.
  bool wait_for(short events) const {
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - Steady::now());
    if (left <= milliseconds::zero()) return false;
    pollfd waited{socket_, events, 0};
    return ::poll(&waited, 1,
                  static_cast<int>(std::min<milliseconds>(left, std::chrono::hours(1)).count())) !=
           0;
  }

  const int socket_;
  SSL* const ssl_;  // null on a plain connection
  const std::size_t limit_bytes_;
  const bool& has_head_;  // of the exchange
  const Steady::time_point deadline_;
  char buffer_[kPiece];
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::size_t taken_ = 0;
};

// What a client needs to know for its streams.
struct StreamLimits {
  std::size_t limit_bytes = 0;  // of head and body as they stand on the wire
  const bool* has_head = nullptr;
  Steady::time_point deadline = {};
};

// A client of 0.11.4 that reads through a LimitedStream. Instantiated for that library only.
template <class Base>
class LimitedClient final : public Base {
 public:
  using Base::Base;
  void set_limits(StreamLimits limits) { limits_ = limits; }

 private:
  bool process_socket(const typename Base::Socket& socket,
                      std::function<bool(httplib::Stream&)> callback) override {
    LimitedStream<Base> stream(socket.sock, socket.ssl, limits_.limit_bytes, *limits_.has_head,
                               limits_.deadline);
    return callback(stream);
  }
  StreamLimits limits_ = {};
};

// 0.53.1 knows limits of lines and of their number; there the class cannot be derived from.
constexpr bool kKnowsLimits = std::is_final_v<httplib::SSLClient>;
template <class Base>
using ClientOf = std::conditional_t<kKnowsLimits, Base, LimitedClient<Base>>;

// The request target goes out as it stands.
template <class Client>
void keep_target(Client& client) {
  if constexpr (requires { client.set_path_encode(false); }) {
    client.set_path_encode(false);
  } else {
    client.set_url_encode(false);
  }
}

// One request to one address.
class Exchange {
 public:
  Exchange(const HttpGet& get, ReadWatch& watch) : get_(get), watch_(watch), connection_(watch) {}

  [[nodiscard]] HttpAnswer run(const std::string& address) {
    if (get_.url.is_tls) {
      ClientOf<httplib::SSLClient> client(get_.url.host, get_.url.port);
      client.enable_server_certificate_verification(true);
      if (!get_.ca_file.empty()) client.set_ca_cert_path(get_.ca_file);
      send(client, address);
    } else {
      ClientOf<httplib::ClientImpl> client(get_.url.host, get_.url.port);
      send(client, address);
    }
    return std::move(answer_);
  }

 private:
  template <class Client>
  void send(Client& client, const std::string& address) {
    const auto left = std::max<milliseconds>(
        std::chrono::ceil<milliseconds>(watch_.deadline() - Steady::now()), kShortestLimit);
    const auto limit = std::min<milliseconds>(left, std::chrono::hours(1));
    client.set_connection_timeout(std::min(limit, kConnectLimit));
    client.set_read_timeout(limit);
    client.set_write_timeout(limit);
    client.set_follow_location(false);
    client.set_keep_alive(false);
    client.set_decompress(false);
    keep_target(client);
    client.set_hostname_addr_map({{get_.url.host, address}});
    client.set_socket_options([this](auto socket) { connection_.use(static_cast<int>(socket)); });
    if constexpr (!kKnowsLimits) {
      // More than what a chunked body has around its bytes: pieces of a byte are nobody's habit.
      client.set_limits({kHeadLimitBytes + 4 * get_.limit_bytes, &has_head_, watch_.deadline()});
    }
    httplib::Headers headers;
    headers.emplace("Host", host_text(get_.url));
    headers.emplace("User-Agent", "corsac-remote/1.0");
    headers.emplace("Accept-Encoding", "identity");
    for (const auto& [name, value] : get_.headers) headers.emplace(name, value);
    const httplib::Result result = client.Get(
        get_.target, headers, [this](const httplib::Response& head) { return take_head(head); },
        [this](const char* bytes, std::size_t count) { return take(bytes, count); });
    settle(result);
  }

  // Only the body of 200 is wanted. Those of others are not read: they may be of any length, and
  // 0.11.4 waits for one that a 304 only names.
  bool take_head(const httplib::Response& head) {
    has_head_ = true;
    answer_.status = head.status;
    for (const auto& [name, value] : head.headers) answer_.headers.emplace_back(name, value);
    if (head.status != 200) return false;
    const std::string length = head.get_header_value("Content-Length");
    const bool is_number = !length.empty() && length.size() < 20 &&
                           length.find_first_not_of("0123456789") == std::string::npos;
    is_too_large_ = is_number && std::stoull(length) > get_.limit_bytes;
    return !is_too_large_;
  }

  bool take(const char* bytes, std::size_t count) {
    if (count > get_.limit_bytes - answer_.body.size()) {
      is_too_large_ = true;
      return false;
    }
    answer_.body.append(bytes, count);
    return watch_.end() == ReadEnd::None;
  }

  // What came of it. A connection that the watch cut looks to a client like one that ended well.
  void settle(const httplib::Result& result) {
    const bool is_answered = result || (has_head_ && answer_.status != 200);
    if (result && !has_head_) {  // 204: nothing was asked
      answer_.status = result->status;
      for (const auto& [name, value] : result->headers) answer_.headers.emplace_back(name, value);
    }
    const ReadEnd end = watch_.end();
    if (is_too_large_) return fail(HttpOutcome::TooLarge);
    if (end == ReadEnd::Interrupted) return fail(HttpOutcome::Interrupted);
    if (end == ReadEnd::OutOfTime) return fail(HttpOutcome::OutOfTime);
    if (!is_answered) return fail(outcome_of(result.error()));
    answer_.outcome = HttpOutcome::Answered;
  }
  void fail(HttpOutcome outcome) {
    answer_ = HttpAnswer{};
    answer_.outcome = outcome;
  }

  // Templated because the libraries do not have the same errors.
  template <class Error>
  [[nodiscard]] static HttpOutcome outcome_of(Error error) {
    if constexpr (requires { Error::SSLServerHostnameVerification; }) {
      if (error == Error::SSLServerHostnameVerification) return HttpOutcome::NotTrusted;
    }
    switch (error) {
      case Error::Connection:
      case Error::ConnectionTimeout:
      case Error::BindIPAddress:
        return HttpOutcome::NotConnected;
      case Error::SSLConnection:
        return HttpOutcome::TlsFailed;
      case Error::SSLLoadingCerts:
        return HttpOutcome::CaFile;
      case Error::SSLServerVerification:
        return HttpOutcome::NotTrusted;
      default:
        return HttpOutcome::Broken;
    }
  }

  const HttpGet& get_;
  ReadWatch& watch_;
  HttpAnswer answer_ = {};
  bool has_head_ = false;
  bool is_too_large_ = false;
  ReadWatch::Connection connection_;
};

}  // namespace

HttpAnswer http_get(const HttpGet& get, NameLookup& names, ReadWatch& watch) {
  const NoBrokenPipe guard;
  HttpAnswer answer;
  answer.outcome = HttpOutcome::NoAddress;
  for (const std::string& address : names.addresses(watch)) {
    answer = Exchange(get, watch).run(address);
    if (answer.outcome != HttpOutcome::NotConnected) return answer;
  }
  const ReadEnd end = watch.end();
  if (end == ReadEnd::Interrupted) answer.outcome = HttpOutcome::Interrupted;
  if (end == ReadEnd::OutOfTime) answer.outcome = HttpOutcome::OutOfTime;
  return answer;
}

}  // namespace corsac::remote_store
