#pragma once

// What a client of cpp-httplib 0.11.4 reads an upstream through. That version ends the program on a
// status line of 30 KB (std::regex recurses for each byte), stores lines without end, and decodes
// %XX in header values. 0.53 does none of this, and its clients cannot be derived from: of this
// file nothing is compiled there.

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <functional>
#include <type_traits>

#include "corsac/adapter/httplib_host.hpp"

namespace corsac::adapter {

#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
inline constexpr bool kHostIsFinal = std::is_final_v<httplib::SSLClient>;
using TlsSession = SSL*;
#else
inline constexpr bool kHostIsFinal = kHostReadsBodies;
using TlsSession = std::nullptr_t;
#endif

// What a stream and its reader tell each other. Outlives the client.
struct ReadingState {
  httplib::Stream* stream = nullptr;  // while a client of 0.11.4 sends; else null
  bool has_head = false;              // told by the reader
  bool ends_with_last_chunk = true;   // told by the stream: a size of 0 and an empty line
};

// Templated on the client: only of 0.11.4 is it instantiated.
template <class Client>
struct StreamOf {
  using Type = httplib::Stream;
};

template <class Client>
class ForwardStream final : public StreamOf<Client>::Type {
 public:
  ForwardStream(int socket, TlsSession session, ReadingState& state,
                std::chrono::milliseconds patience)
      : socket_(socket), session_(session), state_(state), patience_(patience) {}

  bool is_readable() const override { return at_ < end_ || wait_for(POLLIN); }
  bool is_writable() const override { return wait_for(POLLOUT); }
  ssize_t read(char* to, size_t size) override {
    // The host reads lines byte by byte, and everything else by the buffer.
    line_bytes_ = size == 1 ? line_bytes_ + 1 : 0;
    if (line_bytes_ > kLinesLimitBytes) return -1;
    if (escape_left_ != 0) {
      *to = escape_left_-- == 2 ? '2' : '5';
      return 1;
    }
    if (at_ == end_) {
      const ssize_t count = fill();
      if (count <= 0) return count;
      at_ = 0;
      end_ = static_cast<std::size_t>(count);
    }
    const std::size_t count = std::min(size, end_ - at_);
    std::copy_n(buffer_ + at_, count, to);
    at_ += count;
    // "%" becomes "%25", which the host decodes to what the upstream wrote.
    if (!state_.has_head && count == 1 && *to == '%') escape_left_ = 2;
    if (size == 1) note_line(*to);
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    if (!wait_for(POLLOUT)) return -1;
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    if (session_ != nullptr) {
      ERR_clear_error();
      return SSL_write(session_, bytes, static_cast<int>(std::min<size_t>(size, kPiece)));
    }
#endif
    return ::send(socket_, bytes, size, MSG_NOSIGNAL);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  static constexpr std::size_t kPiece = std::size_t{16} * 1024;
  // A whole head, or one line of a body.
  static constexpr std::size_t kLinesLimitBytes = std::size_t{16} * 1024;

  // The host takes a chunk that is longer than its size for the last one, and reads the only byte
  // of a chunk as if it were one of a line.
  void note_line(char byte) {
    if (line_bytes_ == 1 || last_byte_ == '\n') {
      last_line_bytes_ = 0;
      is_zero_ = is_in_size_ = true;
    }
    ++last_line_bytes_;
    is_in_size_ = is_in_size_ && byte != ';' && byte != ' ' && byte != '\r';
    if (is_in_size_ ? byte != '0' : last_line_bytes_ == 1) is_zero_ = false;
    if (byte == '\n') {
      const bool is_empty = last_line_bytes_ == 2 && last_byte_ == '\r';
      state_.ends_with_last_chunk = is_empty && follows_zero_;
      follows_zero_ = is_zero_;
      if (state_.has_head) line_bytes_ = 0;  // of a body only each line has a limit
    }
    last_byte_ = byte;
  }

  ssize_t fill() {
    while (true) {
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
      if (session_ != nullptr) {
        if (SSL_pending(session_) == 0 && !wait_for(POLLIN)) return -1;
        ERR_clear_error();  // SSL_get_error looks at what any call before it left
        const int count = SSL_read(session_, buffer_, static_cast<int>(kPiece));
        if (count > 0) return count;
        const int error = SSL_get_error(session_, count);
        if (error == SSL_ERROR_ZERO_RETURN) return 0;
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
        continue;
      }
#endif
      if (!wait_for(POLLIN)) return -1;
      const ssize_t count = ::recv(socket_, buffer_, kPiece, 0);
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      return count;
    }
  }
  // False when nothing comes. A connection that was cut is ready, and then has nothing.
  bool wait_for(short events) const {
    pollfd waited{socket_, events, 0};
    return ::poll(&waited, 1, static_cast<int>(patience_.count())) > 0;
  }

  const int socket_;
  const TlsSession session_;  // null on a plain connection
  ReadingState& state_;
  const std::chrono::milliseconds patience_;
  char buffer_[kPiece];
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::size_t line_bytes_ = 0;
  std::size_t last_line_bytes_ = 0;
  char last_byte_ = 0;
  // Of the line that is read: it is, and up to here says, a size of 0; of the line before: it did.
  bool is_zero_ = false;
  bool is_in_size_ = false;
  bool follows_zero_ = false;
  int escape_left_ = 0;
};

// A client that reads through it.
template <class Base>
class StreamedClient final : public Base {
 public:
  using Base::Base;
  void read_through(ReadingState& state, std::chrono::milliseconds patience) {
    state_ = &state;
    patience_ = patience;
  }

 private:
  bool process_socket(const typename Base::Socket& socket,
                      std::function<bool(httplib::Stream&)> callback) override {
    TlsSession session = nullptr;
#ifdef CPPHTTPLIB_OPENSSL_SUPPORT
    session = socket.ssl;
#endif
    ForwardStream<Base> stream(socket.sock, session, *state_, patience_);
    state_->stream = &stream;
    const bool is_done = callback(stream);
    state_->stream = nullptr;
    return is_done;
  }

  ReadingState* state_ = nullptr;
  std::chrono::milliseconds patience_ = {};
};

template <class Base>
using ForwardClient = std::conditional_t<kHostIsFinal, Base, StreamedClient<Base>>;

}  // namespace corsac::adapter
