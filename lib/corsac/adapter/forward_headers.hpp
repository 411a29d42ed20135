#pragma once

// What goes to an upstream and what comes back from it: the target and the headers. Pure; knows no
// host.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/adapter/forward_options.hpp"

namespace corsac {

class OwnOrigin;

using ForwardHeaders = std::vector<std::pair<std::string, std::string>>;

// RFC 9110, 7.6.1: of one connection only, whatever Connection says. Any case.
[[nodiscard]] bool is_connection_header(std::string_view name) noexcept;

// Equal without case, `_` and `-` being one: behind CGI-like borders both become HTTP_X_Y.
[[nodiscard]] bool is_same_header(std::string_view a, std::string_view b) noexcept;

// Visible ASCII with blanks and tabs between; not empty.
[[nodiscard]] bool is_plain_header_value(std::string_view value) noexcept;

// The request target for the upstream, byte for byte as it came but for the stripped prefix.
// Nothing for one that is not under the prefix on the wire, that a server may read as another path
// (path_table.hpp, is_ambiguous_target: `//`, `..`, %2F, a backslash; here also a dot segment with
// path parameters as `..;a`, the escapes of those escaped again as %252F, and UTF-8 that is longer
// than it must be), or that has a byte which may not stand in a request line, or a "#".
[[nodiscard]] std::optional<std::string> forward_target(const Forward& forward,
                                                        std::string_view target);

// What the upstream hears of the way that the request came.
struct ForwardedFrom {
  std::string_view client_address = {};
  std::string_view host = {};
  bool is_https = false;
  std::string_view pseudonym = {};  // of the forwarder, for Via; empty = no Via
};

// A line of Via names the forwarder: the request came by here, and would go round for ever.
[[nodiscard]] bool has_passed(const ForwardHeaders& client, std::string_view pseudonym);
// As far as `own` believes the request: host and scheme are what a trusted proxy's one
// X-Forwarded-Host and one X-Forwarded-Proto say (a scheme that is not `https` is http), else what
// Host and the connection do, whatever the public origins are. The views are of the request.
[[nodiscard]] ForwardedFrom forwarded_from(const OwnOrigin& own, const RequestView& request);

// The headers for the upstream: its Host, the client's own, but for those of one connection, the
// framing (whoever sends writes it), Expect, what is to be dropped, whatever is called like an
// injected one, Forwarded and X-Forwarded-*, which anybody may have written, and X-Original-URL and
// X-Rewrite-URL, in which some servers see another path; then
// X-Forwarded-For, -Host and -Proto as this server knows them, and the injected ones. Nothing when
// a name or a value could not be sent as it is: 0.11.4 decodes %0D%0A.
[[nodiscard]] std::optional<ForwardHeaders> forward_request_headers(const Forward& forward,
                                                                    const ForwardHeaders& client,
                                                                    const ForwardedFrom& from);

// The head of an answer, as it is passed on.
struct ForwardHead {
  int status = 0;
  ForwardHeaders headers = {};
  // Of the body, or of that which a GET would have; nothing = its end is told by chunks or by the
  // connection.
  std::optional<std::uint64_t> length = {};
  bool has_body = false;
};

// Nothing when the answer is broken: an interim or impossible status, a header that is none, two
// lengths, a length beside a coding, another coding than chunked. HTTP leaves some of these to the
// reader; who forwards them with his own framing lets two readers see two answers.
[[nodiscard]] std::optional<ForwardHead> forward_answer_head(const Forward& forward,
                                                             std::string_view method, int status,
                                                             const ForwardHeaders& upstream);

// Whether the Cache-Control lines of an answer say if a cache that several users share may keep it:
// public, s-maxage, private without names, or no-store. A cache before this server sees no
// Authorization, since the credentials are added behind it, and so takes any answer without these
// for everybody's (RFC 9111, 3.5).
[[nodiscard]] bool says_who_may_keep(const ForwardHeaders& answer);

}  // namespace corsac
