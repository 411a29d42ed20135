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
  Names allowed_methods = {};
  Names allowed_headers = {};
  Names exposed_headers = {};
  Setting<bool> allow_credentials = {};
  Setting<std::int64_t> max_age_seconds = {};
  Names excluded_paths = {};
  Names included_paths = {};
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
  std::vector<CorsRule> rules = {};
  Place place = {};

  // The reader sets `enabled` for an empty [cors], so that a section that stands there is present.
  [[nodiscard]] bool is_present() const noexcept;
};

// [hosts]: the DNS-rebinding guard. Absent = off.
struct HostsPolicy {
  Names allowed = {};
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
