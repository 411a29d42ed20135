#pragma once

// One request as deciding sees it: views into the host's request, no copy, no allocation. An
// adapter fills it in one scan of the headers; tests and `explain` fill it by hand.

#include <cstdint>
#include <span>
#include <string_view>

namespace corsac {

class OwnOrigin;

// A header that must stand on one line at most, and how many lines there were.
struct HeaderField {
  std::string_view value = {};  // the first line's value, without blanks at its ends
  std::uint32_t lines = 0;      // 0 = absent; an empty value with lines = 1 is present and empty

  [[nodiscard]] constexpr bool is_present() const noexcept { return lines != 0; }
  [[nodiscard]] constexpr bool is_repeated() const noexcept { return lines > 1; }
};

// All headers of the request, for events and for predicates. Not asked while deciding.
class HeaderFields {
 public:
  // Called once for each header line, in the host's order.
  using Visitor = void (*)(void* context, std::string_view name, std::string_view value);
  virtual void visit(Visitor visitor, void* context) const = 0;

 protected:
  ~HeaderFields() = default;
};

// Every view must stay valid until the decision made from it has been applied.
struct RequestView {
  std::string_view method = {};  // as on the wire; compared byte for byte
  std::string_view target = {};  // the raw request target; empty = nothing was parsed
  std::string_view path = {};    // what the host's router matches: no query, decoded as it decodes

  HeaderField origin = {};
  HeaderField requested_method = {};                         // Access-Control-Request-Method
  std::span<const std::string_view> requested_headers = {};  // Access-Control-Request-Headers lines
  HeaderField requested_private_network = {};  // Access-Control-Request-Private-Network
  HeaderField host = {};
  HeaderField sec_fetch_site = {};
  HeaderField content_type = {};
  HeaderField referer = {};
  HeaderField forwarded_proto = {};  // X-Forwarded-*: looked at only from a trusted proxy
  HeaderField forwarded_host = {};
  HeaderField forwarded_port = {};

  bool has_cookie = false;
  bool has_authorization = false;
  bool is_websocket_upgrade = false;  // a GET that the host may answer with a WebSocket
  bool is_tls = false;                // the connection to this process, not to a proxy before it
  bool is_http_1_0 = false;
  // The host compares a mount point as a raw prefix, and may have some: under one at /static it
  // answers /staticapp.js with the file of /static/app.js.
  bool mounts_by_raw_prefix = false;
  // Set by the gate when the application's `allow_request` predicate said yes: the origin counts as
  // listed, if it is well-formed and not `null`.
  bool is_allowed_by_application = false;

  std::string_view peer_address = {};     // of the connection, numeric
  const OwnOrigin* own = nullptr;         // null = nothing is configured
  const HeaderFields* headers = nullptr;  // null = not known
};

}  // namespace corsac
