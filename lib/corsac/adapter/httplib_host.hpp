#pragma once

// What the application's cpp-httplib does and does not do, and a request of it as a RequestView.
// The only file of lib/ that includes <httplib.h>. Versions are told apart by what they declare:
// 0.11.4 has no version number that the preprocessor can compare.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <httplib.h>

#include "corsac/adapter/request_scan.hpp"
#include "corsac/base/ascii.hpp"

namespace corsac::adapter {

// "0x003501" for 0.53.1; 0 for anything else.
[[nodiscard]] constexpr unsigned parse_version_number(std::string_view text) noexcept {
  if (!text.starts_with("0x")) return 0;
  unsigned number = 0;
  for (const char c : text.substr(2)) {
    const bool is_digit = c >= '0' && c <= '9';
    const char lower = ascii_lower(c);
    if (!is_digit && (lower < 'a' || lower > 'f')) return 0;
    number = number * 16 + static_cast<unsigned>(is_digit ? c - '0' : lower - 'a' + 10);
  }
  return number;
}

#ifdef CPPHTTPLIB_VERSION_NUM
inline constexpr unsigned kHostVersion = parse_version_number(CPPHTTPLIB_VERSION_NUM);
#else
inline constexpr unsigned kHostVersion = 0;
#endif

// True when the host reads the body of every request that it understood before the next one. Of
// versions that nobody has checked the worse is assumed: closing costs a connection, the other way
// costs a hole.
inline constexpr bool kHostReadsBodies = kHostVersion >= 0x003500;

// True when a mount point at /static takes /static and what is below it, not /staticapp.js as well.
// Of versions that nobody has checked the worse is assumed.
inline constexpr bool kHostMountsOnBorders = kHostVersion >= 0x003501;

template <class Server>
concept HasWebSockets = requires {
  typename Server::WebSocketHandler;
};
// True when the host accepts upgrades, which never reach the hook after routing.
inline constexpr bool kHostHasWebSockets = HasWebSockets<httplib::Server>;

// True when the host says which route matched.
template <class Request>
inline constexpr bool kHostTellsRoutes = requires(const Request& request) {
  request.matched_route;
};

// The pattern of the route that matched; empty when none did yet, or the host does not say.
template <class Request>
[[nodiscard]] std::string_view matched_route(const Request& request) noexcept {
  if constexpr (kHostTellsRoutes<Request>) {
    return request.matched_route;
  } else {
    return {};
  }
}

template <class Request>
[[nodiscard]] bool is_tls(const Request& request) noexcept {
  if constexpr (requires { request.ssl != nullptr; }) {
    return request.ssl != nullptr;
  } else {
    return false;
  }
}

// The host's headers for events and predicates.
class HttplibHeaders final : public HeaderFields {
 public:
  explicit HttplibHeaders(const httplib::Headers& headers) noexcept : headers_(headers) {}
  void visit(Visitor visitor, void* context) const override {
    for (const auto& [name, value] : headers_) {
      if (is_from_wire(name)) visitor(context, name, value);
    }
  }

 private:
  // 0.11.4 puts the connection's addresses among the headers; a client may have sent lines of the
  // same names, so nobody may believe either.
  static bool is_from_wire(std::string_view name) noexcept {
    return kHostReadsBodies || (name != "REMOTE_ADDR" && name != "REMOTE_PORT" &&
                                name != "LOCAL_ADDR" && name != "LOCAL_PORT");
  }
  const httplib::Headers& headers_;
};

// An upgrade that passed the hook before routing and that no route takes comes to it again, as a
// plain request; one that is accepted never comes to the hook after routing. So what tells them
// apart lies in the response, where the host has room for it. `install` is the install's number.
template <class Response>
void note_passed_upgrade(Response& response, std::uint64_t install) noexcept {
  if constexpr (requires { response.user_data; }) {
    try {
      response.user_data.set("corsac-upgrade-" + std::to_string(install), true);
    } catch (...) {  // no memory: it is decided and counted once more
    }
  }
}

template <class Response>
[[nodiscard]] bool is_passed_upgrade(const Response& response, std::uint64_t install) noexcept {
  if constexpr (requires { response.user_data; }) {
    try {
      return response.user_data.has("corsac-upgrade-" + std::to_string(install));
    } catch (...) {
    }
  }
  return false;
}

// One pass over the request. The view shows the bytes of `request`, and `headers`.
inline void scan_request(const httplib::Request& request, const HttplibHeaders& headers,
                         RequestScan& scan) noexcept {
  for (const auto& [name, value] : request.headers) {
    scan.add(name, value);
    if constexpr (!kHostReadsBodies) scan.check_name(name);  // 0.53 refuses what is no token
  }
  RequestView& view = scan.view();
  view.method = request.method;
  view.target = request.target;
  view.path = request.path;
  view.is_websocket_upgrade =
      kHostHasWebSockets && scan.asks_for_websocket() && view.method == "GET";
  view.is_tls = is_tls(request);
  view.mounts_by_raw_prefix = !kHostMountsOnBorders;
  view.is_http_1_0 = std::string_view(request.version) == "HTTP/1.0";  // no call for it
  if (view.is_http_1_0 && scan.framing().has_transfer_encoding) scan.doubt_framing();
  view.peer_address = request.remote_addr;
  view.headers = &headers;
}

}  // namespace corsac::adapter
