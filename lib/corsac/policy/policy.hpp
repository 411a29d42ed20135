#pragma once

// The policy document as plain data, field for field: what the reader makes from a store, what the
// writer writes, and what an application may fill by hand with designated initialisers. Nothing is
// checked here; compile_policy does that.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "corsac/policy/setting.hpp"
#include "corsac/policy/trusted_origin.hpp"

namespace corsac {

// How one of the systems behind the profiles behaves where it differs from the others: each field
// stands in [cors] and in its rules, beside the others, under its own name (`vary = "always"`).
// What is not set is the profile's. Values and meanings: README, "Profiles".
struct CorsKnobs {
  Setting<std::string> actual_answers = {};  // grant | leave
  Setting<bool> enforce_methods = {};
  Setting<std::int64_t> preflight_status = {};
  Setting<std::int64_t> refused_preflight_status = {};
  Setting<bool> check_requested = {};
  Setting<std::string> requested_method_case = {};  // exact | fold
  Setting<std::string> methods_answer = {};         // requested | list
  Setting<std::string> headers_answer = {};         // requested | list
  Setting<std::string> list_separator = {};         // "," | ", "
  Setting<bool> methods_are_exact = {};
  Setting<bool> expose_on_preflight = {};
  Setting<bool> preflight_headers_on_options = {};
  Setting<std::string> vary = {};                       // dynamic | always | specific_only
  Setting<std::string> preflight_vary = {};             // full | origin
  Setting<std::string> same_origin = {};                // exempt | exempt_first | judge
  Setting<std::string> malformed_origin = {};           // refuse | ignore
  Setting<std::string> post_without_content_type = {};  // pass | refuse
  Setting<std::string> empty_requested_method = {};     // refuse | preflight | actual
  Setting<bool> preflight_needs_origin = {};
  Setting<std::string> preflight_outside_paths = {};  // refuse | pass
  Setting<std::string> zero_max_age = {};             // print | omit

  [[nodiscard]] bool is_any_set() const noexcept;
};

// [[cors.rules]]: overrides for some paths, hosts or methods. A field not set is inherited from
// [cors]. Defaults and meanings: README, "Policy reference".
struct CorsRule {
  Setting<std::string> name = {};
  Names paths = {};  // at least one of paths, hosts, methods
  Names hosts = {};
  Names methods = {};

  Names allowed_origins = {};
  Setting<std::string> allowed_origins_file = {};
  Names allowed_origins_from_file = {};  // filled by the store that read the file
  Names allowed_origin_regexes = {};     // RE2, always a full match
  Names allowed_methods = {};
  Names allowed_headers = {};
  Names exposed_headers = {};
  Setting<bool> allow_credentials = {};
  Setting<std::int64_t> max_age_seconds = {};
  Setting<std::string> preflight = {};        // answer | pass_through | reject
  Setting<std::string> on_denied = {};        // block | mark
  Setting<std::string> handler_headers = {};  // replace | keep
  Setting<std::string> websocket = {};        // block | as_rule
  Setting<bool> allow_null_origin = {};
  Setting<bool> allow_private_network = {};
  Setting<bool> timing_allow_origin = {};
  Setting<bool> report_only = {};
  Setting<bool> dangerously_allow_insecure_origins = {};
  Setting<bool> dangerously_allow_public_suffixes = {};
  Setting<bool> dangerously_echo_any_origin = {};  // with credentials; some profiles only
  CorsKnobs knobs = {};
  Place place = {};
};

// [cors]. Absent, that is, with nothing set at all, means no CORS: every request passes and nothing
// is added.
struct CorsPolicy {
  Setting<bool> enabled = {};
  Setting<std::string> profile = {};
  Names allowed_origins = {};
  Setting<std::string> allowed_origins_file = {};
  Names allowed_origins_from_file = {};
  Names allowed_origin_regexes = {};
  Names allowed_methods = {};
  Names allowed_headers = {};
  Names exposed_headers = {};
  Setting<bool> allow_credentials = {};
  Setting<std::int64_t> max_age_seconds = {};
  Names excluded_paths = {};
  Names included_paths = {};
  Names excluded_path_regexes = {};  // of one kind of these four only
  Names included_path_regexes = {};
  Setting<std::string> preflight = {};
  Setting<std::string> on_denied = {};
  Setting<std::string> handler_headers = {};
  Setting<std::string> websocket = {};
  Setting<bool> allow_null_origin = {};
  Setting<bool> allow_private_network = {};
  Setting<bool> timing_allow_origin = {};
  Setting<bool> debug = {};
  Setting<bool> debug_headers = {};
  Setting<bool> report_only = {};
  Setting<bool> dangerously_allow_insecure_origins = {};
  Setting<bool> dangerously_allow_public_suffixes = {};
  Setting<bool> dangerously_echo_any_origin = {};  // with credentials; some profiles only
  CorsKnobs knobs = {};
  std::vector<CorsRule> rules = {};
  Place place = {};

  // The reader sets `enabled` for an empty [cors], so that a section that stands there is present.
  [[nodiscard]] bool is_present() const noexcept;
};

// [hosts]: the DNS-rebinding guard. Absent = off.
struct HostsPolicy {
  Names allowed = {};
};

// [csrf.referer]: which pages Gate::trusted_cross_site trusts by their Referer, and whether
// Gate::check_csrf does.
struct CsrfReferer {
  Setting<bool> enabled = {};                     // default false
  Setting<bool> dangerously_allow_insecure = {};  // without TLS, for development alone
  Place place = {};

  [[nodiscard]] bool is_present() const noexcept;
};

// [csrf.cookie]: the cookie that Gate::cross_domain_cookie makes, by which pages of a parent domain
// get the application's token. Absent, that is, with nothing set, means none; the reader sets
// `path` for an empty section.
struct CsrfCookie {
  Setting<std::string> name = {};              // required
  Setting<std::string> domain = {};            // required; ".example.com"
  Setting<std::string> path = {};              // default "/"
  Setting<std::int64_t> max_age_seconds = {};  // default 31449600, 52 weeks
  Setting<std::string> app_cookie_name = {};   // default "csrftoken"
  Place place = {};

  [[nodiscard]] bool is_present() const noexcept;
};

// [csrf]: cross-site writes. Absent, that is, with nothing set, means off; the reader sets
// `enabled` for an empty section. A section inside it stands there as well.
struct CsrfPolicy {
  Setting<bool> enabled = {};  // of the guard; default true
  Names trusted_origins = {};  // not set = whom CORS grants with credentials; none() = nobody
  Names exempt_paths = {};
  CsrfReferer referer = {};  // these two hold whether or not the guard is on
  CsrfCookie cookie = {};
  Place place = {};

  [[nodiscard]] bool is_present() const noexcept;
};

// [frames]: who may show our pages in a frame. Absent means off; the reader sets `report_only` for
// an empty section.
struct FramesPolicy {
  Names paths = {};          // not set = every path
  Names enduser_paths = {};  // records with OKTA_ENDUSER only
  Setting<bool> report_only = {};
  Place place = {};

  [[nodiscard]] bool is_present() const noexcept;
};

// [redirects]: where answers may send a browser. Absent means off; the reader sets `enabled` for an
// empty section.
struct RedirectsPolicy {
  Setting<bool> enabled = {};  // default true
  Names allowed_origins = {};  // besides own origins and the records with scope REDIRECT
  Names parameters = {};       // query parameters that name a target
  Place place = {};

  [[nodiscard]] bool is_present() const noexcept;
};

// [shadow]: a candidate that is judged beside this policy; it decides nothing.
struct ShadowSection {
  // A policy in a file of its own, read by the store that this one comes from: relative to the
  // folder of its file.
  Setting<std::string> file = {};
  Place place = {};

  [[nodiscard]] bool is_present() const noexcept;
};

// [[lint.allow]]: a warning that is meant.
struct AllowedWarning {
  std::string code = {};
  std::string path = {};
  std::string reason = {};
  Place place = {};
};

// [[test]]: run when a new document is loaded; one that fails stops the load.
struct PolicyTest {
  enum class Request : unsigned char { AsBrowser, Preflight, Actual, Both };
  enum class Expect : unsigned char { Allow, Deny };
  std::string name = {};
  std::string origin = {};  // empty = a request without Origin
  std::string method = "GET";
  std::string path = "/";
  std::string host = {};  // empty = one that every Host guard of this policy takes
  std::vector<std::string> headers = {};
  Request request = Request::AsBrowser;
  Expect expect = Expect::Allow;
  std::string reason = {};                                       // empty = any
  std::optional<std::chrono::system_clock::time_point> at = {};  // absent: expiries are ignored
  Place place = {};
};

struct Policy {
  Setting<std::int64_t> version = 1;
  CorsPolicy cors = {};
  std::vector<TrustedOrigin> trusted_origins = {};
  HostsPolicy hosts = {};
  CsrfPolicy csrf = {};
  FramesPolicy frames = {};
  RedirectsPolicy redirects = {};
  ShadowSection shadow = {};
  std::vector<AllowedWarning> allowed_warnings = {};
  std::vector<PolicyTest> tests = {};
  // Names of the sources that Place::source counts ("policy.toml", "origins.txt").
  std::vector<std::string> sources = {};
  // The store's own mark for this state of the document; empty for a policy made in code.
  std::string revision = {};

  // Nothing that does anything stands in it.
  [[nodiscard]] bool is_empty() const noexcept;
};

}  // namespace corsac
