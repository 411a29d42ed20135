// Makes a PathTable: reads the patterns, files them in a tree with maps, looks for ties, and lays
// the tree out in the table's sorted vectors. Entry: PathTable::build. Spec: policy document, 2
// "Paths". Test: tests/policy/path_table_build_test.cpp.

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "corsac/http/method.hpp"
#include "corsac/policy/host_overlap.hpp"
#include "corsac/policy/path_pattern.hpp"
#include "corsac/policy/path_table.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/rule_ties.hpp"

namespace corsac {
namespace {

// "cors.rules[2].paths[0]"; a selector that is a list of paths itself is "cors.excluded_paths[0]".
[[nodiscard]] std::string path_field(const PathSelector& selector, std::size_t path) {
  const std::string_view field = selector.field;
  if (selector.paths.empty() || field.find("_paths[") != std::string_view::npos) {
    return selector.field;
  }
  const std::string_view list = field.ends_with("_paths") ? "" : ".paths";
  return selector.field + std::string(list) + '[' + std::to_string(path) + ']';
}

[[nodiscard]] Place path_place(const PathSelector& selector, std::size_t path) {
  if (path < selector.path_places.size() && selector.path_places[path].is_known()) {
    return selector.path_places[path];
  }
  return selector.place;
}

// The methods that a selector names; GET covers HEAD. Empty = any.
[[nodiscard]] std::set<std::string> methods_of(const PathSelector& selector) {
  std::set<std::string> methods;
  for (const std::string& method : selector.methods) methods.insert(normalize_method(method));
  if (methods.contains("GET")) methods.insert("HEAD");
  return methods;
}

// A path that the pattern matches.
[[nodiscard]] std::string example_of(const PathPattern& pattern) {
  std::string path;
  for (const PathPattern::Segment& segment : pattern.segments) {
    path += '/';
    path += segment.is_any ? "x" : segment.text;
  }
  return path.empty() ? "/" : path;
}

}  // namespace

class PathTableBuilder {
 public:
  PathTableBuilder(const std::vector<PathSelector>& selectors, std::vector<Problem>& problems,
                   const std::vector<std::string>& sources)
      : selectors_(selectors), problems_(problems), sources_(sources) {}

  [[nodiscard]] PathTable build(std::uint32_t default_rule);

 private:
  static constexpr std::uint32_t kNone = PathTable::kNone;

  struct Claim {
    HostClaim claim = {};
    std::uint32_t host = kNone;  // into table_.hosts_
  };
  struct Group {
    std::string pattern = {};
    std::vector<Claim> any_method = {};
    std::map<std::string, std::vector<Claim>> methods = {};
  };
  struct Node {
    std::map<std::string, std::uint32_t> literals = {};
    std::map<std::string, std::uint32_t> raws = {};
    std::uint32_t any = kNone;
    std::uint32_t exact = kNone;
    std::uint32_t below = kNone;
  };

  [[nodiscard]] bool is_within_limit() const noexcept;
  void add_selector(std::uint32_t selector);
  void add_path(std::uint32_t selector, std::uint32_t path, const PathPattern& pattern,
                const std::set<std::string>& methods, std::uint32_t first_host);
  [[nodiscard]] std::uint32_t& slot_of(const PathPattern& pattern);
  void look_for_ties();
  void report_tie(const HostTie& tie);
  [[nodiscard]] std::string example_request(const HostTie& tie) const;
  [[nodiscard]] bool shows(const HostTie& tie, std::string_view path,
                           std::string_view method) const;
  void report_limit(std::string what, std::string fix);

  void lay_out();
  void lay_out(const Node& node);
  void lay_out(const Group& group);
  [[nodiscard]] PathTable::HostChoice lay_out(const std::vector<Claim>& claims);
  [[nodiscard]] std::size_t most_steps() const;

  const std::vector<PathSelector>& selectors_;
  std::vector<Problem>& problems_;
  const std::vector<std::string>& sources_;
  std::vector<Node> nodes_ = {};
  std::vector<Group> groups_ = {};
  PathTable table_ = {};
};

PathTable PathTableBuilder::build(std::uint32_t default_rule) {
  table_.default_rule_ = default_rule;
  if (selectors_.empty()) return std::move(table_);
  if (!is_within_limit()) {
    report_limit("the rules have more than 1,000,000 combinations of path, method and host",
                 "name fewer paths, methods or hosts in a rule");
    return PathTable();
  }
  nodes_.emplace_back();
  for (std::uint32_t i = 0; i < selectors_.size() && nodes_.size() <= kPathNodeLimit; ++i) {
    add_selector(i);
  }
  if (nodes_.size() > kPathNodeLimit) {
    report_limit("the paths have more than 1,000,000 different segments", "name fewer paths");
    return PathTable();
  }
  lay_out();
  if (most_steps() > kPathStepLimit) {
    report_limit("a request could have to be compared at more than 1,000 places",
                 "use fewer \"*\" segments beside literal ones");
    return PathTable();
  }
  look_for_ties();
  return std::move(table_);
}

bool PathTableBuilder::is_within_limit() const noexcept {
  std::size_t left = kSelectionLimit;
  for (const PathSelector& selector : selectors_) {
    // Each factor is below the limit before it is multiplied, so the product cannot overflow.
    std::size_t selections = 1;
    for (const std::size_t count :
         {selector.paths.size(), selector.methods.size(), selector.hosts.size()}) {
      if (count > left) return false;
      selections *= std::max<std::size_t>(count, 1);
      if (selections > left) return false;
    }
    left -= selections;
  }
  return true;
}

void PathTableBuilder::add_selector(std::uint32_t index) {
  const PathSelector& selector = selectors_[index];
  const std::set<std::string> methods = methods_of(selector);
  const auto first_host = static_cast<std::uint32_t>(table_.hosts_.size());
  table_.hosts_.insert(table_.hosts_.end(), selector.hosts.begin(), selector.hosts.end());
  if (selector.paths.empty()) add_path(index, 0, PathPattern{}, methods, first_host);
  for (std::uint32_t i = 0; i < selector.paths.size() && nodes_.size() <= kPathNodeLimit; ++i) {
    table_.has_path_rules_ = true;
    const auto pattern = parse_path_pattern(selector.paths[i]);
    if (pattern) {
      add_path(index, i, *pattern, methods, first_host);
    } else {
      problems_.push_back({.code = pattern.error().code,
                           .path = path_field(selector, i),
                           .value = selector.paths[i],
                           .place = path_place(selector, i),
                           .what = pattern.error().what,
                           .fix = pattern.error().fix});
    }
  }
}

void PathTableBuilder::add_path(std::uint32_t index, std::uint32_t path, const PathPattern& pattern,
                                const std::set<std::string>& methods, std::uint32_t first_host) {
  const PathSelector& selector = selectors_[index];
  std::uint32_t& slot = slot_of(pattern);
  if (slot == kNone) {
    slot = static_cast<std::uint32_t>(groups_.size());
    groups_.push_back({.pattern = selector.paths.empty() ? "/" : selector.paths[path]});
  }
  Group& group = groups_[slot];
  const auto add_claims = [&](std::vector<Claim>& claims) {
    // One rule may write one path twice, or "*" and ":id".
    if (!claims.empty() && claims.back().claim.selector == index) return;
    const HostClaim claim{.selector = index, .path = path, .rule = selector.rule};
    if (selector.hosts.empty()) claims.push_back({.claim = claim});
    for (std::uint32_t i = 0; i < selector.hosts.size(); ++i) {
      claims.push_back({.claim = claim, .host = first_host + i});
      claims.back().claim.host = &selector.hosts[i];
    }
  };
  if (methods.empty()) add_claims(group.any_method);
  for (const std::string& method : methods) add_claims(group.methods[method]);
}

// Where the number of the pattern's group stands; the nodes on the way are made.
std::uint32_t& PathTableBuilder::slot_of(const PathPattern& pattern) {
  std::uint32_t node = 0;
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const PathPattern::Segment& segment = pattern.segments[i];
    if (pattern.end == PathPattern::End::Raw && i + 1 == pattern.segments.size()) {
      return nodes_[node].raws.try_emplace(segment.text, kNone).first->second;
    }
    const auto next = static_cast<std::uint32_t>(nodes_.size());
    std::uint32_t& below =
        segment.is_any ? nodes_[node].any
                       : nodes_[node].literals.try_emplace(segment.text, kNone).first->second;
    const bool is_new = below == kNone;
    if (is_new) below = next;
    node = below;
    if (is_new) nodes_.emplace_back();
  }
  return pattern.end == PathPattern::End::Exact ? nodes_[node].exact : nodes_[node].below;
}

void PathTableBuilder::look_for_ties() {
  TieSearch search(kSimilarHostLimit);
  const auto is_fine = [&](const Group& group, const std::string& method,
                           const std::vector<Claim>& claims) {
    std::vector<HostClaim> hosts;
    hosts.reserve(claims.size());
    for (const Claim& claim : claims) hosts.push_back(claim.claim);
    return search.search(hosts, group.pattern, method);
  };
  bool is_within_limits = true;
  for (const Group& group : groups_) {
    is_within_limits = is_within_limits && is_fine(group, "", group.any_method);
    for (const auto& [method, claims] : group.methods) {
      is_within_limits = is_within_limits && is_fine(group, method, claims);
    }
  }
  for (const HostTie& tie : search.ties()) report_tie(tie);
  if (!is_within_limits) {
    report_limit("too many rules for one path have hosts that end alike",
                 "write their ports as a range, or give them paths of their own");
  }
}

void PathTableBuilder::report_tie(const HostTie& tie) {
  const PathSelector& earlier = selectors_[tie.earlier.selector];
  const PathSelector& later = selectors_[tie.later.selector];
  std::string what = "it ties with " + path_field(earlier, tie.earlier.path);
  if (!earlier.name.empty()) what += " of \"" + earlier.name + "\"";
  const Place place = path_place(earlier, tie.earlier.path);
  const std::string at = place.is_known() ? place_text(place, sources_) : "";
  if (!at.empty()) what += " (" + at + ")";
  what += " for a request such as " + example_request(tie);
  problems_.push_back({.code = "rule-tie",
                       .path = path_field(later, tie.later.path),
                       .value = tie.path,
                       .place = path_place(later, tie.later.path),
                       .what = std::move(what),
                       .fix = "drop one of the two, or make one more specific: a longer path, a "
                              "method, a host"});
}

// A more specific rule may take the simplest example away, so some are tried. When all are taken,
// the simplest stays: the tie is reported whether or not a request shows it.
std::string PathTableBuilder::example_request(const HostTie& tie) const {
  const auto pattern = parse_path_pattern(tie.path);
  const std::string path = pattern ? example_of(*pattern) : tie.path;
  const auto text = [&](std::string_view method, const std::string& example) {
    std::string request = std::string(method) + ' ' + example;
    if (!tie.host.empty()) request += " with Host " + tie.host;
    return request;
  };
  constexpr std::array<std::string_view, 6> kMethods = {"GET",   "POST",   "PUT",
                                                        "PATCH", "DELETE", "OPTIONS"};
  for (const std::string_view behind : {"", "/x", "/", "/x/x", "x"}) {
    if (behind.starts_with('/') && path.ends_with('/')) continue;
    const std::string example = path + std::string(behind);
    for (const std::string_view any : kMethods) {
      const std::string_view method = tie.method.empty() ? any : tie.method;
      if (shows(tie, example, method)) return text(method, example);
    }
  }
  return text(tie.method.empty() ? "GET" : tie.method, path);
}

// Whether the request is answered by the rules that tie.
bool PathTableBuilder::shows(const HostTie& tie, std::string_view path,
                             std::string_view method) const {
  for (const bool is_tls : {true, false}) {
    const PathTable::Match match = table_.find_match(path, method, tie.host, is_tls);
    if (match.group == kNone || groups_[match.group].pattern != tie.path) continue;
    const bool is_named = groups_[match.group].methods.contains(std::string(method));
    if (tie.method.empty() == is_named) continue;
    if (match.rule == tie.earlier.rule || match.rule == tie.later.rule) return true;
  }
  return false;
}

void PathTableBuilder::report_limit(std::string what, std::string fix) {
  problems_.push_back({.code = "too-many-paths",
                       .path = selectors_.front().field,
                       .place = selectors_.front().place,
                       .what = std::move(what),
                       .fix = std::move(fix)});
}

void PathTableBuilder::lay_out() {
  table_.nodes_.reserve(nodes_.size());
  for (const Node& node : nodes_) lay_out(node);
  for (const Group& group : groups_) lay_out(group);
}

void PathTableBuilder::lay_out(const Node& node) {
  const auto size = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
  table_.nodes_.push_back({.first_literal = size(table_.literals_),
                           .literal_count = size(node.literals),
                           .first_raw = size(table_.raws_),
                           .raw_count = size(node.raws),
                           .any = node.any,
                           .exact = node.exact,
                           .below = node.below});
  for (const auto& [text, below] : node.literals) table_.literals_.push_back({text, below});
  for (const auto& [text, group] : node.raws) {
    // The entry before this one begins it, or a shorter one of that entry does, or none.
    std::uint32_t shorter = size(table_.raws_) - 1;
    if (size(table_.raws_) == table_.nodes_.back().first_raw) shorter = kNone;
    while (shorter != kNone && !text.starts_with(table_.raws_[shorter].text)) {
      shorter = table_.raws_[shorter].shorter;
    }
    table_.raws_.push_back({text, group, shorter});
  }
}

void PathTableBuilder::lay_out(const Group& group) {
  PathTable::Group laid{.first_method = static_cast<std::uint32_t>(table_.methods_.size()),
                        .method_count = static_cast<std::uint32_t>(group.methods.size()),
                        .any_method = lay_out(group.any_method)};
  for (const auto& [method, claims] : group.methods) {
    table_.methods_.push_back({method, lay_out(claims)});
  }
  table_.groups_.push_back(laid);
}

PathTable::HostChoice PathTableBuilder::lay_out(const std::vector<Claim>& claims) {
  std::vector<const Claim*> exact;
  std::vector<const Claim*> wildcards;
  PathTable::HostChoice choice;
  for (const Claim& claim : claims) {
    if (claim.host == kNone) {
      if (choice.any_host_rule == kNone) choice.any_host_rule = claim.claim.rule;
    } else {
      const bool is_exact = claim.claim.host->host_form == HostForm::Exact;
      (is_exact ? exact : wildcards).push_back(&claim);
    }
  }
  const auto lay_out_run = [this](std::vector<const Claim*>& run, std::uint32_t& first,
                                  std::uint32_t& count) {
    std::stable_sort(run.begin(), run.end(), [](const Claim* a, const Claim* b) {
      return host_key(*a->claim.host) < host_key(*b->claim.host);
    });
    first = static_cast<std::uint32_t>(table_.host_entries_.size());
    count = static_cast<std::uint32_t>(run.size());
    for (const Claim* claim : run) {
      table_.host_entries_.push_back({claim->host, claim->claim.rule});
    }
  };
  lay_out_run(exact, choice.first_exact, choice.exact_count);
  lay_out_run(wildcards, choice.first_wildcard, choice.wildcard_count);
  return choice;
}

// How many nodes and beginnings the worst path looks at. A node stands before those below it, so
// going backwards each is counted when its parent asks.
std::size_t PathTableBuilder::most_steps() const {
  constexpr std::size_t kEnough = std::size_t{1} << 32U;
  std::vector<std::size_t> steps(table_.nodes_.size());
  std::vector<std::size_t> chains(table_.raws_.size());
  for (std::size_t i = steps.size(); i-- > 0;) {
    const PathTable::Node& node = table_.nodes_[i];
    std::size_t in_literal = 0;
    for (std::uint32_t j = 0; j < node.literal_count; ++j) {
      in_literal = std::max(in_literal, steps[table_.literals_[node.first_literal + j].node]);
    }
    std::size_t in_raws = 0;
    for (std::uint32_t j = node.first_raw; j < node.first_raw + node.raw_count; ++j) {
      const std::uint32_t shorter = table_.raws_[j].shorter;  // stands before j
      chains[j] = 1 + (shorter == kNone ? 0 : chains[shorter]);
      in_raws = std::max(in_raws, chains[j]);
    }
    const std::size_t in_any = node.any == kNone ? 0 : steps[node.any];
    steps[i] = std::min(1 + in_literal + in_raws + in_any, kEnough);
  }
  return steps.front();
}

PathTable PathTable::build(const std::vector<PathSelector>& selectors, std::uint32_t default_rule,
                           std::vector<Problem>& problems,
                           const std::vector<std::string>& sources) {
  return PathTableBuilder(selectors, problems, sources).build(default_rule);
}

}  // namespace corsac
