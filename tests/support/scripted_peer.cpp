// Entry: ScriptedPeer.

#include "support/scripted_peer.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace corsac::test {

bool PeerConnection::fill() {
  char bytes[4096];
  const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::string PeerConnection::read_line() {
  std::size_t end = buffer_.find("\r\n");
  while (end == std::string::npos) {
    if (!fill()) return {};
    end = buffer_.find("\r\n");
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::vector<std::string> PeerConnection::read_command() {
  const std::string head = read_line();
  if (head.empty() || head.front() != '*') return {};
  std::vector<std::string> command;
  for (int left = std::atoi(head.c_str() + 1); left > 0; --left) {
    const std::string size_line = read_line();
    if (size_line.empty()) return {};
    const auto size = static_cast<std::size_t>(std::atoi(size_line.c_str() + 1));
    while (buffer_.size() < size + 2) {
      if (!fill()) return {};
    }
    command.push_back(buffer_.substr(0, size));
    buffer_.erase(0, size + 2);
  }
  return command;
}

std::string PeerConnection::read_until(std::string_view end) {
  while (buffer_.find(end) == std::string::npos && fill()) {
  }
  const std::size_t at = buffer_.find(end);
  return read(at == std::string::npos ? buffer_.size() : at + end.size());
}

std::string PeerConnection::read(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

bool PeerConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void PeerConnection::send_slowly(std::string_view bytes, std::chrono::milliseconds pause) {
  for (const char byte : bytes) {
    if (::send(socket_, &byte, 1, MSG_NOSIGNAL) != 1) return;
    pollfd waited = {socket_, POLLIN, 0};
    if (::poll(&waited, 1, static_cast<int>(pause.count())) > 0 && !fill()) return;
  }
}

void PeerConnection::wait_for_end() {
  while (fill()) {
  }
}

void PeerConnection::reset() {
  const linger at_once = {1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  // A copy is closed at the end; what it takes away here is the connection itself.
  sockaddr nobody = {};
  nobody.sa_family = AF_UNSPEC;
  static_cast<void>(::connect(socket_, &nobody, sizeof nobody));
}

ScriptedPeer::ScriptedPeer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* name = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, name, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, name, &size) != 0) {
    throw std::runtime_error("no peer");
  }
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

ScriptedPeer::~ScriptedPeer() {
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int socket : sockets_) ::close(socket);
  ::close(listener_);
}

void ScriptedPeer::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    {
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
    }
    threads_.emplace_back([this, socket] {
      PeerConnection connection(socket);
      handler_(connection);
      ::shutdown(socket, SHUT_RDWR);
    });
  }
}

std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

std::string list(const std::vector<std::string>& encoded) {
  std::string text = "*" + std::to_string(encoded.size()) + "\r\n";
  for (const std::string& element : encoded) text += element;
  return text;
}

}  // namespace corsac::test
