#pragma once

// Fills a RequestView from a host's header lines, one call for each, in one pass. Knows no host.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "corsac/http/header_list.hpp"
#include "corsac/http/request_view.hpp"

namespace corsac {

// More Access-Control-Request-Headers lines than this cannot be within the budget: each brings a
// name or an empty element. So the first ones give the verdict and the rest need no room.
inline constexpr std::size_t kRequestedHeadersLimitLines =
    kRequestedHeadersLimitNames + kRequestedHeadersLimitEmpty + 2;

// What the framing headers say about a body. They are not part of deciding; a host that leaves
// bodies unread runs them as the next request.
struct RequestFraming {
  bool has_content_length = false;
  bool has_transfer_encoding = false;
  // A Transfer-Encoding, or a Content-Length other than "0". Anything doubtful ("00", "+0", two
  // lines that differ) counts as a body.
  bool has_body = false;
  bool has_content_encoding = false;
  // Two readers may find the end of this request at two places (RFC 9112, 5.1, 6.1, 6.3): a length
  // beside a coding, several lines of either, a length that is no number, another coding than
  // `chunked`, a coding in HTTP/1.0, a name that is no token (`Content-Length : 5`). The last two
  // are for whoever scans to say: he alone knows the version, and whether the host looks at names.
  bool is_ambiguous = false;
  // The number in the first Content-Length; 0 when it is none.
  std::uint64_t content_length = 0;
};

// Lives on the stack beside the host's request, whose bytes its views show. Allocates nothing.
class RequestScan {
 public:
  RequestScan() noexcept {}  // leaves lines_ unfilled on purpose: 1.3 KiB for nothing
  RequestScan(const RequestScan&) = delete;
  RequestScan& operator=(const RequestScan&) = delete;

  // One header line in the host's order. The bytes must live as long as the decision.
  void add(std::string_view name, std::string_view value) noexcept;

  // For hosts that take any name: one that is no token makes the framing ambiguous. Apart from add,
  // so that hosts which refuse such a request pay nothing.
  void check_name(std::string_view name) noexcept;

  // The framing is ambiguous for a reason that no line shows.
  void doubt_framing() noexcept { framing_.is_ambiguous = true; }

  // The view so far; whoever scans sets method, target, path and the connection's facts in it.
  // Valid as long as this object.
  [[nodiscard]] RequestView& view() noexcept { return view_; }
  [[nodiscard]] const RequestView& view() const noexcept { return view_; }
  [[nodiscard]] const RequestFraming& framing() const noexcept { return framing_; }
  // What a GET asks for that a host with WebSockets takes for an upgrade, and a little more:
  // Upgrade names websocket, Connection mentions upgrade, and there is a Sec-WebSocket-Key (RFC
  // 6455, 4.2.1). No less than the host does, which looks for `upgrade` anywhere in Connection.
  [[nodiscard]] bool asks_for_websocket() const noexcept {
    return names_websocket_ && mentions_upgrade_ && has_websocket_key_;
  }

 private:
  void add_content_length(std::string_view value) noexcept;
  void add_transfer_encoding(std::string_view value) noexcept;
  void add_long_name(std::string_view name, std::string_view value) noexcept;

  RequestView view_ = {};
  RequestFraming framing_ = {};
  bool names_websocket_ = false;
  bool mentions_upgrade_ = false;
  bool has_websocket_key_ = false;
  std::size_t line_count_ = 0;
  union {  // only the first line_count_ are alive
    std::array<std::string_view, kRequestedHeadersLimitLines> lines_;
  };
};

}  // namespace corsac
