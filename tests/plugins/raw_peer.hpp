#pragma once

// A server that speaks bytes: what no HTTP library would send.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace corsac::test {

// Takes one connection after the other on a free port of 127.0.0.1 and runs the script on each.
class RawPeer {
 public:
  class Wire {
   public:
    Wire(int socket, const std::atomic<bool>& is_over) : socket_(socket), is_over_(is_over) {}
    // False when the other side is gone, or the peer is.
    bool send(std::string_view bytes) {
      while (!bytes.empty()) {
        if (is_over_) return false;
        const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
      }
      return true;
    }
    // The head of a request, up to the blank line.
    std::string receive_head() {
      std::string head;
      char byte = 0;
      while (head.find("\r\n\r\n") == std::string::npos && wait() &&
             ::recv(socket_, &byte, 1, 0) == 1) {
        head += byte;
      }
      return head;
    }
    // Until the other side closes, or the peer ends. What still comes is dropped.
    void wait_until_closed() {
      char bytes[4096];
      while (wait() && ::recv(socket_, bytes, sizeof bytes, 0) > 0) {
      }
    }
    // False when the peer ends.
    bool is_open_after(int milliseconds) {
      pollfd waited{socket_, POLLIN, 0};
      return ::poll(&waited, 1, milliseconds) == 0 && !is_over_;
    }

   private:
    bool wait() {
      while (!is_over_) {
        pollfd waited{socket_, POLLIN, 0};
        if (::poll(&waited, 1, 10) != 0) return true;
      }
      return false;
    }
    int socket_;
    const std::atomic<bool>& is_over_;
  };
  using Script = std::function<void(Wire&)>;

  // `port` is that of an earlier peer; 0 = any free one.
  explicit RawPeer(Script script, int port = 0) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, any, &size) != 0) {
      throw std::runtime_error("no free port");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~RawPeer() {
    is_over_ = true;
    thread_.join();
    ::close(listener_);
  }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void run() {
    while (!is_over_) {
      pollfd waited{listener_, POLLIN, 0};
      if (::poll(&waited, 1, 10) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++connections_;
      Wire wire(socket, is_over_);
      script_(wire);
      ::close(socket);
    }
  }

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> is_over_{false};
  std::atomic<int> connections_{0};
  std::thread thread_;
};

// An answer with a body and its Content-Length.
[[nodiscard]] inline std::string raw_answer(std::string_view body,
                                            std::string_view more_headers = "") {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + std::string(more_headers) + "\r\n" +
         std::string(body);
}

}  // namespace corsac::test
