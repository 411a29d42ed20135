// The program that bench/request_share runs: `count_request SHAPE,HOOK ROUNDS` has cpp-httplib read
// one request from memory, route it and write the answer that often; without arguments it prints
// every shape with the instructions that Corsac may add to it, tab-separated: a tenth above what is
// reached with GCC 12.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <httplib.h>

#include "hook_pair.hpp"

namespace corsac::bench {
namespace {

#ifdef CPPHTTPLIB_VERSION_NUM
constexpr bool kIsNewest = true;
#else
constexpr bool kIsNewest = false;
#endif

struct Shape {
  const char* name;
  const char* method;
  const char* origin;  // null = none
  unsigned bar;
  unsigned bar_newest;
};

constexpr Shape kShapes[] = {
    {"allowed", "GET", "https://app500.example.com", 8100, 6800},
    {"denied", "GET", "https://evil.example", 5350, 2600},
    {"no Origin", "GET", nullptr, 5350, 3150},
    {"preflight", "OPTIONS", "https://app500.example.com", 19150, 17300},
    {"preflight, denied", "OPTIONS", "https://evil.example", 16300, 13300},
};

// As Chromium sends it.
std::string request_bytes(const Shape& shape) {
  std::string bytes = std::string(shape.method) + " /api/items HTTP/1.1\r\n";
  bytes +=
      "Host: api.example.com\r\nConnection: keep-alive\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0\r\n"
      "Accept: */*\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n"
      "Sec-Fetch-Dest: empty\r\nReferer: https://app500.example.com/\r\n"
      "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-GB,en;q=0.9\r\n";
  if (shape.origin != nullptr) bytes += "Origin: " + std::string(shape.origin) + "\r\n";
  if (std::string_view(shape.method) == "OPTIONS") {
    bytes +=
        "Access-Control-Request-Method: PUT\r\n"
        "Access-Control-Request-Headers: content-type,x-request-id\r\n";
  }
  return bytes + "\r\n";
}

// Both versions of the interface; what one of them does not have overrides nothing there.
class MemoryStream : public httplib::Stream {
 public:
  explicit MemoryStream(std::string_view request) : rest_(request) {}

  bool is_readable() const { return !rest_.empty(); }
  bool is_writable() const { return true; }
  bool wait_readable() const { return !rest_.empty(); }
  bool wait_writable() const { return true; }
  bool is_peer_alive() const { return true; }
  ssize_t read(char* bytes, size_t size) {
    size = std::min(size, rest_.size());
    std::memcpy(bytes, rest_.data(), size);
    rest_.remove_prefix(size);
    return static_cast<ssize_t>(size);
  }
  ssize_t write(const char* bytes, size_t size) {
    written.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const {
    ip = "127.0.0.1";
    port = 40000;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const {
    ip = "127.0.0.1";
    port = 80;
  }
  socket_t socket() const { return 0; }
  time_t duration() const { return 0; }

  std::string written = {};

 private:
  std::string_view rest_;
};

class ServerInMemory : public httplib::Server {
 public:
  ServerInMemory() {
    Get("/api/items", [](const httplib::Request&, httplib::Response& response) {
      // Nothing that the server would compress: that alone takes 40 times a request.
      response.set_content("[1, 2, 3]", "application/octet-stream");
    });
  }
  // False when the answer is not that of a handler or a hook.
  bool serve(std::string_view request) {
    MemoryStream stream(request);
    bool is_closed = false;
#ifdef CPPHTTPLIB_VERSION_NUM
    process_request(stream, "127.0.0.1", 40000, "127.0.0.1", 80, false, is_closed, nullptr);
#else
    process_request(stream, false, is_closed, nullptr);
#endif
    return stream.written.size() > 20;
  }
};

bool set_hook(ServerInMemory& server, std::string_view hook) {
  if (hook == "bare") return true;
  if (hook == "corsac") {
    const Hooks hooks = make_corsac_hooks();
    server.set_pre_routing_handler([hooks](const auto& request, auto& response) {
      return hooks.before(request, response) == Before::Answered
                 ? httplib::Server::HandlerResponse::Handled
                 : httplib::Server::HandlerResponse::Unhandled;
    });
    server.set_post_routing_handler(
        [hooks](const auto& request, auto& response) { hooks.after(request, response); });
    return true;
  }
  if (hook != "hand") return false;
  server.set_pre_routing_handler(
      [own = make_hand_written_hook()](const auto& request, auto& response) {
        return own.before(request, response) ? httplib::Server::HandlerResponse::Handled
                                             : httplib::Server::HandlerResponse::Unhandled;
      });
  return true;
}

int count(std::string_view name, long rounds) {
  const std::size_t comma = name.rfind(',');
  if (comma == std::string_view::npos) return 1;
  const auto shape = std::find_if(std::begin(kShapes), std::end(kShapes), [&](const Shape& one) {
    return one.name == name.substr(0, comma);
  });
  ServerInMemory server;
  if (shape == std::end(kShapes) || !set_hook(server, name.substr(comma + 1))) return 1;
  const std::string request = request_bytes(*shape);
  for (long i = 0; i < rounds; ++i) {
    if (!server.serve(request)) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace corsac::bench

int main(int argc, char** argv) {
  if (argc == 3) return corsac::bench::count(argv[1], std::strtol(argv[2], nullptr, 10));
  for (const auto& shape : corsac::bench::kShapes) {
    std::printf("%s\t%u\n", shape.name, corsac::bench::kIsNewest ? shape.bar_newest : shape.bar);
  }
  return 0;
}
