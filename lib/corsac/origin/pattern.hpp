#pragma once

// The strict parser for what operators write: every row of the policy document, 2.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/result.hpp"

namespace corsac {

enum class HostForm : std::uint8_t {
  Exact,      // app.example.com
  Subdomain,  // *.example.com: any depth, not the apex
  Glob,       // pr-*.preview.example.com: `*` inside one label
};

enum class PortForm : std::uint8_t {
  Exact,  // the one in `ports`, or none written when `ports` is empty
  Any,    // :* = any port and none
  Set,    // :[3000,3001,8000-8099]
};

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;  // inclusive, >= first
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

// One entry of an origin list, checked and in normal form.
struct OriginPattern {
  std::string text = {};  // as written (it is already in normal form, or it would be an error)
  std::string scheme = {};
  HostForm host_form = HostForm::Exact;
  std::string host = {};  // Exact: the host. Subdomain: ".example.com". Glob: with its `*`
  PortForm port_form = PortForm::Exact;
  std::vector<PortRange> ports = {};  // sorted, disjoint, not adjacent; a default port in a set or
                                      // range stands for "none written"
  bool is_ip = false;

  // Exactly one serialised origin: `text` itself is what a browser sends.
  [[nodiscard]] bool is_exact() const noexcept {
    return host_form == HostForm::Exact && port_form == PortForm::Exact;
  }
};

// Why a text is not a pattern.
struct OriginPatternError {
  std::string_view code = {};  // stable: "origin-trailing-slash"
  std::string what = {};       // "an origin has no path"
  std::string fix = {};  // `write "https://app.example.com"`; empty when there is no fixed form
  // False when the text itself must not be printed (it holds user info).
  bool may_show_value = true;
};

// The pattern written as `text`, or why it is none. `*` and `null` are not patterns: the caller
// takes `*` before it comes here, `null` is the error "origin-null".
//
// Codes: origin-empty, origin-too-long, origin-no-scheme, origin-trailing-slash, origin-path,
// origin-query, origin-userinfo, origin-upper-case, origin-default-port, origin-list, origin-null,
// origin-opaque-scheme (file, data, blob, about, javascript), origin-non-ascii, origin-bad-byte,
// origin-bad-scheme, origin-ip-spelling, origin-ipv6-zone, origin-port, origin-port-set,
// origin-empty-label, origin-long-label, origin-long-host, origin-hyphen-label,
// origin-wildcard-all, origin-wildcard-one-label, origin-wildcard-ip, origin-wildcard-place,
// origin-wildcard-scheme (a wildcard under a custom scheme). (A public suffix is judged by compile:
// it depends on credentials.)
[[nodiscard]] Result<OriginPattern, OriginPatternError> parse_origin_pattern(std::string_view text);

// A record's origin (Okta keeps it verbatim): one trailing "/" dropped, scheme and host
// lower-cased, the default port dropped, then read as above.
[[nodiscard]] Result<OriginPattern, OriginPatternError> parse_record_origin(std::string_view text);
// The text of that: what two spellings of one origin have in common. `text` itself when it is none.
[[nodiscard]] std::string normal_record_origin(std::string_view text);

// The right part of the host that no wildcard covers, without a leading dot: "example.com" for
// "*.example.com" and "preview.example.com" for "pr-*.preview.example.com"; the host itself when
// exact.
[[nodiscard]] std::string_view fixed_right_part(const OriginPattern& pattern) noexcept;

// True when `origin_text` is exactly what `pattern` matches: the plain way, one comparison after
// the other. The oracle for OriginSet, and what near-miss hints use; not for the hot path.
[[nodiscard]] bool matches_plainly(const OriginPattern& pattern,
                                   std::string_view origin_text) noexcept;

}  // namespace corsac
