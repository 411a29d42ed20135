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

// Limits of one table; each is the error too-many-paths.
// Selections: paths times methods times hosts of each rule, all rules together. 10,000 rules of
// five paths, four methods and five hosts each fill it.
inline constexpr std::size_t kSelectionLimit = 1'000'000;
// Nodes of the tree: the different segments of all paths.
inline constexpr std::size_t kPathNodeLimit = 1'000'000;
// Places that one request may have to look at: each `*` segment beside a literal one doubles them.
inline constexpr std::size_t kPathStepLimit = 1'000;
// Rules for one path and method whose hosts differ only in ports, or in the label with the `*`.
inline constexpr std::size_t kSimilarHostLimit = 256;

// What one rule selects by. Excluded and included paths are selectors too.
struct PathSelector {
  // "/admin", "/account*", "/health$", "/users/:id/keys"; empty = any.
  std::vector<std::string> paths = {};
  std::vector<Place> path_places = {};
  // Empty = any; "GET" covers HEAD. Taken in the case that Fetch gives them.
  std::vector<std::string> methods = {};
  // Empty = any. A pattern without a port means any port.
  std::vector<HostPattern> hosts = {};
  // What find() returns. Selectors of one rule never tie.
  std::uint32_t rule = 0;
  // "cors.rules[2]". One that is a list of paths itself ends in "_paths" ("cors.excluded_paths").
  std::string field = {};
  // For error texts; may be empty.
  std::string name = {};
  Place place = {};
};

// Immutable after build; find() neither allocates nor locks; safe from any thread.
//
// The most specific selector that matches wins: compared segment by segment a literal beats a
// beginning ("/account*"), and that beats `*`; a longer one beats a shorter; "/health$" beats
// "/health"; then one that names the method, then one that names the host. One that names a method
// or host which the request has not does not match, so a less specific path may win.
class PathTable {
 public:
  PathTable() = default;
  // Appends what is wrong to `problems`; with an error among them the table must not be used.
  // Codes: path-malformed (does not begin with "/", or holds what no router matches),
  // path-ambiguous-form, path-star-place, rule-tie (two selectors of different rules that tie for
  // some request; an excluded path and a rule of one pattern too), too-many-paths (a limit above).
  // `sources` are the names that places count, for the text of a tie.
  [[nodiscard]] static PathTable build(const std::vector<PathSelector>& selectors,
                                       std::uint32_t default_rule, std::vector<Problem>& problems,
                                       const std::vector<std::string>& sources = {});

  // The rule for a request; the default rule when no selector matches. `method` is the requested
  // one for a preflight, compared byte for byte. `host` is the wire's Host value; one that is
  // malformed matches no selector that names hosts. Compares at most kPathStepLimit places,
  // whatever the path is; a path that does not begin with "/" is matched by "/" alone.
  [[nodiscard]] std::uint32_t find(std::string_view path, std::string_view method,
                                   std::string_view host, bool is_tls) const noexcept;

  // Some selector has a path whose first segments are those of `prefix`, which ends in one that is
  // written out: a place where a directory of files may be mounted, as far as the rules tell.
  [[nodiscard]] bool has_segments(std::string_view prefix) const noexcept;

  // No selector at all: every request has the default rule, and no path is ambiguous.
  [[nodiscard]] bool is_trivial() const noexcept { return nodes_.empty(); }
  // Some selector names paths.
  [[nodiscard]] bool has_path_rules() const noexcept { return has_path_rules_; }

 private:
  friend class PathTableBuilder;  // path_table_build.cpp
  static constexpr std::uint32_t kNone = UINT32_MAX;

  // A tree over segments. Every number but kNone is an index into the vector that it is named for;
  // a run is its first index and its length.
  struct Node {
    std::uint32_t first_literal = 0;
    std::uint32_t literal_count = 0;
    std::uint32_t first_raw = 0;
    std::uint32_t raw_count = 0;
    std::uint32_t any = kNone;    // the node below `*`
    std::uint32_t exact = kNone;  // the group of "...$"
    std::uint32_t below = kNone;  // the group of this path and all below it
  };
  struct Literal {
    std::string text;
    std::uint32_t node;
  };
  struct Raw {
    std::string text;
    std::uint32_t group;
    std::uint32_t shorter;  // the longest other Raw of this node that begins this one, or kNone
  };
  // The rules of one path and method (or of any method), by host.
  struct HostChoice {
    std::uint32_t first_exact = 0;
    std::uint32_t exact_count = 0;
    std::uint32_t first_wildcard = 0;
    std::uint32_t wildcard_count = 0;
    std::uint32_t any_host_rule = kNone;
  };
  struct MethodChoice {
    std::string method;
    HostChoice choice;
  };
  // The rules of one path.
  struct Group {
    std::uint32_t first_method = 0;
    std::uint32_t method_count = 0;
    HostChoice any_method;
  };
  struct HostEntry {
    std::uint32_t host;  // into hosts_
    std::uint32_t rule;
  };
  struct Query;

  // What was found: a rule and the group that it stands in; kNone twice for nothing.
  struct Match {
    std::uint32_t rule = kNone;
    std::uint32_t group = kNone;
  };

  [[nodiscard]] Match find_match(std::string_view path, std::string_view method,
                                 std::string_view host, bool is_tls) const noexcept;
  [[nodiscard]] Match find_below(std::uint32_t node, std::string_view rest,
                                 const Query& query) const noexcept;
  [[nodiscard]] bool has_segments_below(std::uint32_t node, std::string_view rest) const noexcept;
  [[nodiscard]] std::uint32_t find_literal(const Node& node,
                                           std::string_view segment) const noexcept;
  [[nodiscard]] Match find_raw(const Node& node, std::string_view segment,
                               const Query& query) const noexcept;
  [[nodiscard]] Match match_of(std::uint32_t group, const Query& query) const noexcept;
  [[nodiscard]] std::uint32_t rule_of(const HostChoice& choice, const Query& query) const noexcept;
  [[nodiscard]] std::uint32_t rule_among(std::uint32_t first, std::uint32_t count,
                                         std::string_view key, const Query& query) const noexcept;

  std::vector<Node> nodes_ = {};        // the first is "/"; a node stands before those below
  std::vector<Literal> literals_ = {};  // each run sorted by text
  std::vector<Raw> raws_ = {};          // each run sorted by text
  std::vector<Group> groups_ = {};
  std::vector<MethodChoice> methods_ = {};    // each run sorted by method
  std::vector<HostEntry> host_entries_ = {};  // each run sorted by host_key
  std::vector<HostPattern> hosts_ = {};
  std::uint32_t default_rule_ = 0;
  bool has_path_rules_ = false;
};

// Policy document, 2: a raw target that a router and a policy could read differently. It does not
// begin with "/", or has, before the first "?", %2F, %5C, %2E, %u, %00 to %1F in any case, a
// backslash, "//", or a "." or ".." segment.
[[nodiscard]] bool is_ambiguous_target(std::string_view target) noexcept;

}  // namespace corsac
