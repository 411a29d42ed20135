#pragma once

// What was decided about one request. Plain data; views into the snapshot and the request.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "corsac/base/bytes_ref.hpp"
#include "corsac/http/header_list.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {

enum class Outcome : std::uint8_t {
  Pass,    // the host goes on: the handler runs
  Answer,  // the host answers at once with `status` and an empty body: a preflight
  Refuse,  // the host answers at once with `status`, text/plain, an empty body and `reason`
};

// What the response pass does about the CORS headers that the handler set itself.
enum class HandlerHeaders : std::uint8_t {
  Untouched,  // nothing is erased or added, no Vary either: no policy speaks about this request
  Replace,    // all of them are erased, then ours are written
  Keep,       // where the handler set Access-Control-Allow-Origin, all of its own stay and none of
              // ours is added; else as Replace
};

// The request headers that the answer depends on.
enum class VaryOn : std::uint8_t {
  Nothing,
  Origin,
  RequestedMethodAndHeaders,        // a preflight under a constant `*`
  OriginRequestedMethodAndHeaders,  // any other preflight
};

// The value for a Vary line; empty for Nothing.
[[nodiscard]] std::string_view vary_value(VaryOn vary) noexcept;

// Which frame-ancestors the answer gets: [frames] has one list for each.
enum class FrameList : std::uint8_t { None, Pages, EnduserPages };

enum class GrantHeader : std::uint8_t {
  AllowOrigin,
  AllowCredentials,
  AllowMethods,
  AllowHeaders,
  AllowPrivateNetwork,
  ExposeHeaders,
  MaxAge,
  TimingAllowOrigin,
};

inline constexpr std::size_t kGrantHeaderCount = 8;

// "Access-Control-Allow-Origin" and so on.
[[nodiscard]] std::string_view header_name(GrantHeader header) noexcept;

struct Decision {
  Outcome outcome = Outcome::Pass;
  HandlerHeaders handler_headers = HandlerHeaders::Untouched;
  VaryOn vary = VaryOn::Nothing;
  Reason reason =
      Reason::None;            // with Pass: a refused grant (`mark`, report-only); the handler runs
  std::uint16_t status = 0;    // for Answer and Refuse
  bool is_preflight = false;   // by Fetch's definition, whatever was decided about it
  bool is_own_origin = false;  // true only where it was asked, that is, where a refusal was near
  std::uint8_t grant_count = 0;
  // Left to the response pass, which finds the guards in the snapshot.
  FrameList frames = FrameList::None;
  bool judges_location = false;  // a redirect to an origin outside the lists becomes 403
  bool is_https_page = false;    // what `//host` in a Location means; set with judges_location
  // Which rule decided: an index for Snapshot::rule(). Set by the snapshot.
  std::uint32_t rule = 0;
  // The part of the request that `reason` is about; a view into the request, raw bytes.
  std::string_view offending = {};

  // The grant: `grant_count` headers, each once. Empty = no grant. An AllowHeaders entry without
  // data stands for requested.names, which whoever writes the header joins (allow_headers_value).
  struct GrantValue {
    GrantHeader header;
    BytesRef value;
  };
  std::array<GrantValue, kGrantHeaderCount> grants;
  RequestedHeaders requested = {};

  Decision() noexcept {}  // leaves `grants` unfilled
  Decision(const Decision& other) noexcept { *this = other; }
  Decision& operator=(const Decision& other) noexcept;  // copies what is filled

  // As newly made: nothing of `grants` is filled, and nothing is copied.
  void reset() noexcept { std::construct_at(this); }

  [[nodiscard]] bool has_grant() const noexcept { return grant_count != 0; }
  void add_grant(GrantHeader header, std::string_view value) noexcept {
    grants[grant_count++] = {header, BytesRef::of(value)};
  }
};

static_assert(std::is_trivially_destructible_v<Decision>, "reset() destroys nothing");

// The value of Access-Control-Allow-Headers: names of a tolerant list, lower-case, joined with ",".
[[nodiscard]] std::string allow_headers_value(const RequestedHeaders& requested);

// The grant as text, in the order in which it is written. For explain, events and tests; an adapter
// writes from `grants` directly.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> grant_headers(
    const Decision& decision);

}  // namespace corsac
