// A client on a plain socket. Entry: RawConnection, exchange. Spec: RFC 9112 (framing of answers).

#include "support/raw_http.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "corsac/base/ascii.hpp"

namespace corsac::testing {
namespace {

using Clock = std::chrono::steady_clock;

// Waits for bytes or the end. False at the deadline.
bool wait_readable(int socket, Clock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd event = {socket, POLLIN, 0};
    const int ready = ::poll(&event, 1, static_cast<int>(std::max<long long>(left, 0)));
    if (ready > 0) return true;
    if (ready == 0 && left <= 0) return false;
  }
}

bool is_of_host(std::string_view name) {
  constexpr std::string_view kNames[] = {"connection",    "keep-alive", "content-length",
                                         "accept-ranges", "etag",       "last-modified"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

std::vector<std::string> RawResponse::values(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [known, line] : headers) {
    if (equals_ignoring_case(known, name)) found.push_back(line);
  }
  return found;
}

std::string RawResponse::value(std::string_view name) const {
  const auto found = values(name);
  if (found.empty()) return {};
  return found.size() == 1 ? found[0] : "<several>";
}

HeaderLines RawResponse::header_set() const {
  HeaderLines lines;
  for (const auto& line : headers) {
    if (!is_of_host(line.first)) lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

RawConnection::RawConnection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int at_once = 1;  // each send() is a segment of its own
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ADD_FAILURE() << "nobody listens on port " << port;
    is_closed_ = true;
  }
}

RawConnection::~RawConnection() { ::close(socket_); }

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawConnection::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool RawConnection::fill(Clock::time_point deadline) {
  if (is_closed_) return false;
  if (!wait_readable(socket_, deadline)) {
    ADD_FAILURE() << "nothing came within the deadline; so far: " << buffer_;
    is_closed_ = true;
    return false;
  }
  char bytes[16384];
  const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got <= 0) {  // an end, or a reset by a peer that closed with our bytes unread
    is_closed_ = true;
    return false;
  }
  buffer_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

std::string RawConnection::take_line(Clock::time_point deadline) {
  std::size_t end;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill(deadline)) return {};
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

void RawConnection::read_body(RawResponse& response, Clock::time_point deadline) {
  if (response.value("transfer-encoding") == "chunked") {
    while (true) {
      const std::size_t size = std::strtoul(take_line(deadline).c_str(), nullptr, 16);
      while (buffer_.size() < size + 2 && fill(deadline)) continue;
      if (buffer_.size() < size + 2) return;
      response.body += buffer_.substr(0, size);
      buffer_.erase(0, size + 2);
      response.is_whole = size == 0;
      if (size == 0) return;
    }
  }
  const std::string length = response.value("content-length");
  if (length.empty()) {
    while (fill(deadline)) continue;
    response.body.swap(buffer_);
    response.is_last = response.is_whole = true;
    return;
  }
  const std::size_t size = std::strtoul(length.c_str(), nullptr, 10);
  while (buffer_.size() < size && fill(deadline)) continue;
  response.is_whole = buffer_.size() >= size;
  response.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
}

RawResponse RawConnection::receive(AnswerTo to) {
  const auto deadline = Clock::now() + kDeadline;
  RawResponse response;
  const std::string line = take_line(deadline);
  if (line.rfind("HTTP/1.", 0) != 0 || line.size() < 12) return response;
  response.status = std::atoi(line.c_str() + 9);
  while (true) {
    const std::string header = take_line(deadline);
    if (header.empty()) break;
    const std::size_t colon = header.find(':');
    const std::string_view value =
        colon == std::string::npos ? "" : std::string_view(header).substr(colon + 1);
    response.headers.emplace_back(to_ascii_lower(header.substr(0, colon)), trim_ows(value));
  }
  if (response.status >= 100 && response.status < 200 && response.status != 101) return receive(to);
  if (to == AnswerTo::Head || response.status == 101 || response.status == 204 ||
      response.status == 304) {
    response.is_whole = true;
  } else {
    read_body(response, deadline);
  }
  return response;
}

std::string RawConnection::receive_until_closed() {
  const auto deadline = Clock::now() + kDeadline;
  while (fill(deadline)) continue;
  return std::move(buffer_);
}

std::string RawConnection::receive_until(std::string_view end) {
  const auto deadline = Clock::now() + kDeadline;
  while (buffer_.find(end) == std::string::npos && fill(deadline)) continue;
  const std::size_t at = buffer_.find(end);
  const std::size_t size = at == std::string::npos ? buffer_.size() : at + end.size();
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

std::string RawConnection::receive_some() {
  if (buffer_.empty()) static_cast<void>(fill(Clock::now() + kDeadline));
  return std::exchange(buffer_, {});
}

bool RawConnection::is_silent_for(std::chrono::milliseconds time) {
  return !is_closed_ && buffer_.empty() && !wait_readable(socket_, Clock::now() + time);
}

std::string request_text(std::string_view method, std::string_view target,
                         const HeaderLines& headers, std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  return text.append("\r\n").append(body);
}

RawResponse exchange(int port, std::string_view text) {
  RawConnection connection(port);
  connection.send(text);
  return connection.receive(text.rfind("HEAD ", 0) == 0 ? AnswerTo::Head : AnswerTo::Other);
}

}  // namespace corsac::testing
