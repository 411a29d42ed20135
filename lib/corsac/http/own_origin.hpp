#pragma once

// Which requests come from a page of our own: policy document, 4 "Same origin". One object serves
// every stage, so that CORS, the forwarder and the cross-site-write guard never disagree.

#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/ip_range.hpp"
#include "corsac/http/request_view.hpp"

namespace corsac {

// Immutable after construction; safe from any thread.
class OwnOrigin {
 public:
  struct Config {
    // Serialised origins under which browsers reach us ("https://api.example.com"). The caller has
    // validated them.
    std::vector<std::string> public_origins = {};
    // Peers whose X-Forwarded-* headers are believed.
    std::vector<IpRange> trusted_proxies = {};
  };
  OwnOrigin() = default;
  explicit OwnOrigin(Config config);

  // True when one of these proves the request same-origin:
  //  - exactly one `Sec-Fetch-Site: same-origin`;
  //  - an Origin among public_origins;
  //  - with no public_origins, from a trusted proxy: an Origin equal in scheme, host and port to
  //    its one X-Forwarded-Proto, -Host, -Port (a port may stand in either of the last two, in
  //    neither it is the scheme's; two that differ, several lines, a list, or what does not parse:
  //    not own);
  //  - with no public_origins and no Sec-Fetch-Site: an Origin whose host and port equal Host. As
  //    good as the Host guard: DNS rebinding makes the two equal. A Host without a port has that of
  //    the Origin's scheme, because TLS may end before this process; but on a TLS connection 443,
  //    and the Origin is one of https.
  // Schemes and hosts compare without case; only http and https can be own, but for
  // public_origins. Several Origin lines are never own, whatever else the request says: no browser
  // sends them.
  [[nodiscard]] bool is_same_origin(const RequestView& request) const noexcept;
  // The same without the last two: what the request says about its Host proves nothing.
  [[nodiscard]] bool is_same_origin_whatever_host(const RequestView& request) const noexcept;

  // The last of them alone: what a guarded Host proves. X-Forwarded-* is not looked at, whoever
  // sent it: a Host guard knows the Host on the wire only.
  [[nodiscard]] bool is_origin_of_host(const RequestView& request) const noexcept;

  // `origin`, in any case, is one of public_origins.
  [[nodiscard]] bool is_public_origin(std::string_view origin) const noexcept;

  // Browsers reached us by https, as far as is known: what a trusted proxy's one X-Forwarded-Proto
  // says, else what the connection is, else that every public origin is one of https. A guess that
  // is wrong makes `//host` mean the wrong scheme, and no other host.
  [[nodiscard]] bool is_https_page(const RequestView& request) const noexcept;

  // Every public origin is one of https, and there is one.
  [[nodiscard]] bool has_only_https_origins() const noexcept;

  [[nodiscard]] bool is_trusted_proxy(std::string_view peer_address) const noexcept;

  // The address that the request came from: the peer, or, when the peer is a trusted proxy, the
  // rightmost X-Forwarded-For entry that is not one (all lines count, empty entries do not;
  // `Forwarded` is not read). What stands left of that entry is anybody's word and not looked at.
  // A port is taken off: "1.2.3.4:5678" is 1.2.3.4, "[::1]:80" and "[::1]" are ::1.
  //
  // When that entry is not an address ("unknown", a name, a zone, garbage), when every entry is a
  // trusted proxy, and beyond 64 entries, the answer is the peer: an address that somebody really
  // connected from. A view into the request; at most 45 bytes when it is an entry.
  [[nodiscard]] std::string_view client_address(const RequestView& request) const;

  // Our own origin as this request reached it, for events: the public origin that Host names, or
  // the first one; without public_origins what a trusted proxy forwarded, or scheme and Host of the
  // connection; empty without any. Unproved text from the wire: escape it before showing it.
  [[nodiscard]] std::string describe(const RequestView& request) const;

  [[nodiscard]] const std::vector<std::string>& public_origins() const noexcept {
    return config_.public_origins;
  }

 private:
  Config config_ = {};
};

// The request came by TLS: what a trusted proxy's X-Forwarded-Proto says, which must then be one
// line that is `https` and no list; without it, from anybody else, and where nothing is configured,
// what the connection is.
[[nodiscard]] bool came_by_tls(const RequestView& request) noexcept;

// The request came by plain http, for certain: a trusted proxy's X-Forwarded-Proto is one line that
// is `http`; without it, and from anybody else, the connection is plain, and not every public
// origin is one of https. Of what a proxy garbles neither this nor came_by_tls is true: what guards
// asks this one where plain http makes it ask for less.
[[nodiscard]] bool came_by_plain_http(const RequestView& request) noexcept;

}  // namespace corsac
