#pragma once

// Which rule speaks about a request: policy document, 2 "Paths". One table serves preflights and
// actual requests, so the two cannot disagree (Micronaut PR 12865 and hapi 2980 are that mistake).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/place.hpp"
#include "corsac/base/problem.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {

// What one rule selects by. Excluded and included paths are selectors too.
struct PathSelector {
  std::vector<std::string> paths =
      {};  // "/admin", "/account*", "/health$", "/users/:id/keys"; empty = any
  std::vector<Place> path_places = {};
  std::vector<std::string> methods = {};  // empty = any; "GET" covers HEAD
  std::vector<HostPattern> hosts = {};    // empty = any
  std::uint32_t rule = 0;                 // what find() returns
  std::string field = {};                 // "cors.rules[2]", "cors.excluded_paths"
  std::string name = {};                  // for error texts
  Place place = {};
};

// Immutable after build; find() neither allocates nor locks; safe from any thread.
class PathTable {
 public:
  PathTable() = default;
  // Codes: path-malformed (does not begin with "/", or holds what no router matches),
  // path-ambiguous-form, path-star-place, rule-tie (two selectors that tie for some request; an
  // excluded path and a rule of one pattern too).
  [[nodiscard]] static PathTable build(const std::vector<PathSelector>& selectors,
                                       std::uint32_t default_rule, std::vector<Problem>& problems);

  // The rule for a request; the default rule when no selector matches. `method` is the requested
  // one for a preflight. `host` is the wire's Host value.
  [[nodiscard]] std::uint32_t find(std::string_view path, std::string_view method,
                                   std::string_view host, bool is_tls) const noexcept;

  // No selector at all: every request has the default rule, and no path is ambiguous.
  [[nodiscard]] bool is_trivial() const noexcept { return nodes_.empty(); }
  [[nodiscard]] bool has_path_rules() const noexcept { return has_path_rules_; }

 private:
  struct Node {
    std::uint32_t unused;
  };
  std::vector<Node> nodes_;
  bool has_path_rules_ = false;
};

// Policy document, 2: a raw target that a router and a policy could read differently. It does not
// begin with "/", or has, before the first "?", %2F, %5C, %2E, %u, %00 to %1F in any case, a
// backslash, "//", or a "." or ".." segment.
[[nodiscard]] bool is_ambiguous_target(std::string_view target) noexcept;

}  // namespace corsac
