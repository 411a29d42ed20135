#pragma once

// cpp-httplib's client, 0.11.4 or 0.53.1, with the limits that 0.11.4 lacks. For the store plugin
// remote and for `corsac probe`.

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
#include <type_traits>

#include <httplib.h>

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "a cpp-httplib that is built with OpenSSL is needed"
#endif

namespace corsac::remote_store {

using Steady = std::chrono::steady_clock;

// Status line and header lines of an answer.
inline constexpr std::size_t kHeadLimitBytes = std::size_t{16} * 1024;

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
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Steady::now());
    if (left <= std::chrono::milliseconds::zero()) return false;
    pollfd waited{socket_, events, 0};
    return ::poll(&waited, 1,
                  static_cast<int>(
                      std::min<std::chrono::milliseconds>(left, std::chrono::hours(1)).count())) !=
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

}  // namespace corsac::remote_store
