#pragma once

// The guards of one document besides CORS, compiled, and the order in which they are asked.

#include <memory>
#include <string>
#include <vector>

#include "corsac/policy/csrf_sections.hpp"
#include "corsac/policy/path_table.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/policy/records_in_force.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "corsac/stage/csrf_guard.hpp"
#include "corsac/stage/frame_ancestors.hpp"
#include "corsac/stage/host_guard.hpp"
#include "corsac/stage/pipeline.hpp"
#include "corsac/stage/redirect_guard.hpp"

namespace corsac {

// Places as texts ("policy.toml:30:11"), empty when not known.
struct Guards {
  // What near misses are looked for in: the first entries of a list.
  using Patterns = std::shared_ptr<const std::vector<OriginPattern>>;

  // [hosts]; null = off.
  std::shared_ptr<const HostGuard> host_guard = {};
  std::vector<HostPattern> hosts = {};
  std::string hosts_place = {};

  // [csrf].
  bool has_csrf = false;
  CsrfTrust csrf_trust = {};                                // its `cors` is the rule's
  std::shared_ptr<const PathTable> csrf_exempt_paths = {};  // null = none
  Patterns csrf_patterns = {};  // of csrf.trusted_origins; null without the list
  std::string csrf_place = {};
  // These two hold whether or not the guard is on.
  RefererRules csrf_referer = {};
  std::shared_ptr<const CsrfCookieRules> csrf_cookie = {};  // null = none

  // Its lists hold for Gate::may_redirect whether or not [redirects] is there. Never null.
  std::shared_ptr<const RedirectGuard> redirects = std::make_shared<const RedirectGuard>();
  bool has_redirects = false;       // [redirects] is on
  Patterns redirect_patterns = {};  // null = none
  std::string redirects_place = {};

  // [frames]; null = off. The lists are whole directives.
  std::shared_ptr<const Stage> frames = {};
  std::string frame_ancestors = {};
  std::string enduser_frame_ancestors = {};
  bool frames_are_report_only = false;

  // What an answer with this list gets; empty for None.
  [[nodiscard]] std::string_view directive_of(FrameList list) const noexcept;
};

// Bytes of frame-ancestors. Proxies and servers take 8 KiB of headers in all; a record that would
// go beyond is left out, which grants less.
inline constexpr std::size_t kFrameAncestorsLimitBytes = 4096;

// The stages of one rule: hosts, CORS (`cors` may be null), cross-site writes,
// redirects, frames.
[[nodiscard]] Pipeline make_pipeline(const Guards& guards,
                                     const std::shared_ptr<const CompiledCors>& cors);

// What holds at a cold start, where no policy was ever read: no Host is known, so none makes a page
// our own, and nobody is trusted: cross-site writes are refused, only own pages may frame ours.
[[nodiscard]] Guards guards_at_start();

// Takes away whom csrf.trusted_origins names. Without that list it is CORS that says who is
// trusted.
void trust_nobody(Guards& guards);

// Codes: hosts-nothing-allowed, parameter-empty, those of parse_host_pattern, of
// compile_guard_origins, of compile_csrf_cookie and of PathTable.
[[nodiscard]] Guards compile_guards(const Policy& policy, RecordsInForce& records,
                                    ProblemList& problems);

}  // namespace corsac
