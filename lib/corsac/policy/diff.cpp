// Walks over requests that stand for all others and compares what two policies decide about each.
// Entry: diff_policies. Spec: server document ("corsac diff"); what requests are made of and what
// is not proved: diff.hpp. Test: tests/policy/diff_test.cpp, tests/properties/properties_test.cpp.
//
// Which rule speaks about a request depends on path, method and host alone (PathTable), so first
// those are walked, and then, once for each pair of rules and method, everything else. Pairs of
// rules that say the same, letter by letter, are left out.

#include "corsac/policy/diff.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "corsac/http/method.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/diff_changes.hpp"
#include "corsac/policy/diff_guards.hpp"
#include "corsac/policy/diff_samples.hpp"
#include "corsac/policy/diff_texts.hpp"
#include "corsac/policy/listed_origins.hpp"
#include "corsac/policy/selectors.hpp"

namespace corsac {
namespace {

// Different paths, methods and hosts together; a policy that people write has some thousands.
constexpr std::size_t kRouteLimit = 2'000'000;
constexpr std::size_t kDifferentOrigins = 3;  // of a list, which are asked about everything
constexpr std::size_t kPatternLimit = 200;

// What deciding sees of the lists as a whole.
bool has_same_openness(const CompiledCors& a, const CompiledCors& b) noexcept {
  return a.allows_any_origin == b.allows_any_origin && a.echoes_any_origin == b.echoes_any_origin &&
         a.allows_null == b.allows_null;
}

// The hosts of each rule that has some, whatever their order.
std::multiset<std::set<std::string>> rule_hosts(const Policy& policy) {
  std::multiset<std::set<std::string>> all;
  for (const CorsRule& rule : policy.cors.rules) {
    const auto& hosts = rule.hosts.values();
    if (!hosts.empty()) all.emplace(hosts.begin(), hosts.end());
  }
  return all;
}

class Walker {
 public:
  Walker(const DiffSide& old_side, const DiffSide& new_side,
         std::chrono::system_clock::time_point now)
      : old_(old_side),
        new_(new_side),
        changes_(old_side.snapshot, new_side.snapshot),
        old_lists_(old_side.policy, old_side.snapshot, now),
        new_lists_(new_side.policy, new_side.snapshot, now),
        samples_(diff_samples(old_side, new_side)),
        has_same_guards_(text_of_guards(old_side.policy) == text_of_guards(new_side.policy)),
        has_same_cors_(text_of_cors(old_side.policy.cors) == text_of_cors(new_side.policy.cors) &&
                       old_side.snapshot.profile() == new_side.snapshot.profile()) {}

  PolicyDiff run() {
    // Asked only where the walk cannot say it: to write a million origins twice takes a second.
    const bool is_whole = samples_.has_all_paths && samples_.has_all_hosts && has_few_routes();
    if ((!is_whole || has_path_regexes()) && says_the_same_in_all()) return changes_.take();
    if (!samples_.has_all_paths) {
      changes_.note_limit(true, true, "there are more kinds of paths than are compared");
    }
    if (!samples_.has_all_hosts) {
      changes_.note_limit(true, true, "there are more hosts than are compared");
    }
    if (has_path_regexes()) {
      changes_.note_limit(true, true,
                          "paths that only a regular expression selects are not compared");
    }
    compare_debug_headers();
    if (!samples_.has_all_host_sets && rule_hosts(old_.policy) != rule_hosts(new_.policy)) {
      changes_.assume(true, true, "rules select other hosts, which are compared by samples");
    }
    compare_guards(old_, new_, samples_, has_same_guards_, changes_);
    for (const auto& [key, route] : routes()) compare_pair(key, route);
    return changes_.take();
  }

 private:
  // A class of requests: who decides about it in both, and by which method.
  struct Route {
    std::string target = {};
    std::string host = {};
  };
  // Rules, whether the path is ambiguous, exempt and framed, and the method: an index of
  // samples_.methods.
  using Key = std::tuple<std::uint32_t, std::uint32_t, unsigned, std::size_t>;

  void compare_debug_headers();
  // Exact origins that one side lists and that are decided differently.
  struct DifferentOrigins {
    std::vector<std::string_view> only_old = {};
    std::vector<std::string_view> only_new = {};
    [[nodiscard]] bool is_empty() const noexcept { return only_old.empty() && only_new.empty(); }
  };

  std::map<Key, Route> routes();
  [[nodiscard]] bool has_few_routes() const noexcept {
    return samples_.hosts.size() * samples_.paths.size() * samples_.methods.size() <= kRouteLimit;
  }
  [[nodiscard]] bool has_path_regexes() const;
  [[nodiscard]] bool says_the_same_in_all() const;
  void compare_pair(const Key& key, const Route& route);
  void compare_origin(const Key& key, const Route& route, const HeaderField& origin,
                      const std::vector<std::string>& headers);
  [[nodiscard]] const DifferentOrigins& different_origins(const Key& key, const Route& route,
                                                          const OriginDifference& difference);
  void count_origins(const Key& key, const Route& route, const DifferentOrigins& different);
  [[nodiscard]] bool says_the_same(const Key& key, const OriginDifference& difference);
  [[nodiscard]] bool has_same_rules(std::uint32_t before, std::uint32_t after) const;
  [[nodiscard]] const OriginDifference& origins_of(std::uint32_t old_rule, std::uint32_t new_rule);
  [[nodiscard]] std::vector<std::string> origins_for(const OriginDifference& difference,
                                                     const DifferentOrigins& different);
  [[nodiscard]] std::vector<std::string> headers_for(const Key& key) const;
  [[nodiscard]] unsigned bits_of(const RequestView& request) const;
  [[nodiscard]] bool has_room();
  void ask(const RequestView& request) {
    if (has_room()) changes_.compare(request);
  }
  [[nodiscard]] RequestView view_of(const Route& route, std::string_view method) const {
    RequestView view;
    view.method = method;
    view.target = route.target;
    view.path = std::string_view(route.target).substr(0, route.target.find('?'));
    view.host = {route.host, 1};
    view.own = &own_;
    return view;
  }

  const DiffSide& old_;
  const DiffSide& new_;
  const DiffSide* sides_[2] = {&old_, &new_};
  OwnOrigin own_ = {};
  DiffChanges changes_;
  OriginLists old_lists_;
  OriginLists new_lists_;
  DiffSamples samples_;
  bool has_same_guards_;
  bool has_same_cors_;
  std::map<std::pair<const ListedOrigins*, const ListedOrigins*>, OriginDifference> differences_ =
      {};
  std::map<std::pair<std::uint32_t, std::uint32_t>, DifferentOrigins> different_ = {};
  std::set<std::pair<std::uint32_t, std::uint32_t>> counted_ = {};
  std::map<std::pair<std::uint32_t, std::uint32_t>, bool> same_rules_ = {};
};

// X-Corsac-Reason is no part of a decision: it stands on whatever is refused.
void Walker::compare_debug_headers() {
  const bool before = old_.snapshot.has_debug_headers();
  const bool after = new_.snapshot.has_debug_headers();
  if (before == after) return;
  const Route root = {.target = "/"};
  changes_.note(kCorsRule, kCorsRule, "X-Corsac-Reason of refused requests", DiffEffect::Neutral,
                before ? "sent -> none" : "none -> sent", view_of(root, "GET"));
}

bool Walker::has_room() {
  if (changes_.compared() < kDiffRequestLimit) return true;
  changes_.note_limit(true, true,
                      "the policies have more rules and methods than are compared in full: what is "
                      "told is not all");
  return false;
}

// What of the guards depends on the path.
unsigned Walker::bits_of(const RequestView& request) const {
  unsigned bits = 0;
  for (const DiffSide* side : sides_) {
    const Guards& guards = side->snapshot.guards();
    bits = bits << 4U;
    const bool is_exempt = guards.csrf_exempt_paths != nullptr &&
                           guards.csrf_exempt_paths->find(request.path, {}, {}, false) != 0;
    if (side->snapshot.route(request).is_ambiguous) bits |= 1U;
    if (is_exempt && !is_ambiguous_target(request.target)) bits |= 2U;
    RequestView page = request;  // nothing stands before the frames for it
    page.method = "GET";
    page.requested_method = {};
    page.origin = {};
    bits |= static_cast<unsigned>(side->snapshot.decide(page).frames) << 2U;
  }
  return bits;
}

std::map<Walker::Key, Walker::Route> Walker::routes() {
  std::map<Key, Route> found;
  std::size_t asked = 0;
  // A host that both take stands first, so that the guard of one side does not hide all else.
  std::stable_partition(samples_.hosts.begin(), samples_.hosts.end(), [&](const std::string& host) {
    const Route root = {.target = "/", .host = host};
    const RequestView view = view_of(root, "GET");
    return old_.snapshot.decide(view).outcome != Outcome::Refuse &&
           new_.snapshot.decide(view).outcome != Outcome::Refuse;
  });
  for (const std::string& host : samples_.hosts) {
    for (const std::string& path : samples_.paths) {
      const Route route = {.target = path, .host = host};
      const RequestView page = view_of(route, "GET");
      const unsigned bits = bits_of(page);
      for (std::size_t method = 0; method < samples_.methods.size(); ++method) {
        if (++asked > kRouteLimit) {
          changes_.note_limit(true, true,
                              "there are more paths, methods and hosts than are compared");
          return found;
        }
        const RequestView view = view_of(route, samples_.methods[method]);
        const std::uint32_t before = old_.snapshot.route(view).rule;
        const std::uint32_t after = new_.snapshot.route(view).rule;
        found.emplace(Key(before, after, bits, method), route);
      }
    }
  }
  return found;
}

bool Walker::has_path_regexes() const {
  return std::any_of(std::begin(sides_), std::end(sides_), [](const DiffSide* side) {
    const CorsPolicy& cors = side->policy.cors;
    return cors.excluded_path_regexes.is_set() || cors.included_path_regexes.is_set();
  });
}

bool Walker::says_the_same_in_all() const {
  return has_same_guards_ && text_of_grants(old_.policy) == text_of_grants(new_.policy);
}

const OriginDifference& Walker::origins_of(std::uint32_t old_rule, std::uint32_t new_rule) {
  const ListedOrigins& before = old_lists_.of(old_rule);
  const ListedOrigins& after = new_lists_.of(new_rule);
  const auto known = differences_.find({&before, &after});
  if (known != differences_.end()) return known->second;
  const auto& old_cors = old_.snapshot.rule(old_rule).cors;
  const auto& new_cors = new_.snapshot.rule(new_rule).cors;
  OriginDifference difference;
  if (old_cors && new_cors) difference = compare_origins(before, *old_cors, after, *new_cors);
  if (!old_cors || !new_cors) {
    const ListedOrigins& only = old_cors ? before : after;
    for (std::size_t i = 0; i < std::min(only.exact.size(), kDifferentOrigins); ++i) {
      difference.both.push_back(only.exact[i]);
    }
    for (const OriginPattern& pattern : only.patterns) difference.patterns.push_back(&pattern);
    difference.has_old_regexes = old_cors && !only.regexes.empty();
    difference.has_new_regexes = new_cors && !only.regexes.empty();
    difference.has_other_regexes = !only.regexes.empty();
  }
  return differences_[{&before, &after}] = std::move(difference);
}

bool Walker::says_the_same(const Key& key, const OriginDifference& difference) {
  const auto& [before, after, bits, method] = key;
  if (!has_same_guards_ || !has_same_cors_ || !difference.is_same()) return false;
  if ((bits >> 4U) != (bits & 15U)) return false;
  const auto known = same_rules_.find({before, after});
  if (known != same_rules_.end()) return known->second;
  return same_rules_[{before, after}] = has_same_rules(before, after);
}

bool Walker::has_same_rules(std::uint32_t before, std::uint32_t after) const {
  const auto& old_cors = old_.snapshot.rule(before).cors;
  const auto& new_cors = new_.snapshot.rule(after).cors;
  if (!old_cors || !new_cors) return !old_cors && !new_cors;
  if (!has_same_openness(*old_cors, *new_cors)) return false;
  if (before < kFirstRule || after < kFirstRule) return before == after;
  return text_of_rule(old_.policy.cors.rules[before - kFirstRule]) ==
         text_of_rule(new_.policy.cors.rules[after - kFirstRule]);
}

std::vector<std::string> Walker::origins_for(const OriginDifference& difference,
                                             const DifferentOrigins& different) {
  std::vector<std::string> origins;
  std::set<std::string> seen;
  for (const auto* list : {&different.only_old, &different.only_new, &difference.only_old,
                           &difference.only_new, &difference.both}) {
    for (std::size_t i = 0; i < std::min(list->size(), kDifferentOrigins); ++i) {
      add_new(origins, seen, std::string((*list)[i]));
    }
  }
  add_new(origins, seen, std::string(kStrangeOrigin));
  for (std::size_t i = 0; i < std::min(difference.patterns.size(), kPatternLimit); ++i) {
    for (std::string& sample : origin_samples(*difference.patterns[i])) {
      add_new(origins, seen, std::move(sample));
    }
  }
  for (const std::string& origin : samples_.guard_origins) add_new(origins, seen, origin);
  for (const char* other : {"http://stranger.invalid", "app://stranger", "null", "file:///x",
                            "https://stranger.invalid/", ""}) {
    add_new(origins, seen, other);
  }
  return origins;
}

std::vector<std::string> Walker::headers_for(const Key& key) const {
  std::vector<std::string> names;
  std::set<std::string> seen;
  const auto take = [&](const Snapshot& snapshot, std::uint32_t rule) {
    const auto& cors = snapshot.rule(rule).cors;
    if (cors == nullptr) return;
    for (std::uint32_t i = 0; i < cors->headers.size(); ++i) {
      add_new(names, seen, std::string(cors->headers.at(i)));
    }
  };
  take(old_.snapshot, std::get<0>(key));
  take(new_.snapshot, std::get<1>(key));
  for (const std::string_view name :
       {std::string_view("authorization"), std::string_view("content-type"), kStrangeHeader,
        std::string_view("a b"), std::string_view("*")}) {
    add_new(names, seen, std::string(name));
  }
  return names;
}

// Everything that may be asked with one origin (which may be absent) on one route.
void Walker::compare_origin(const Key& key, const Route& route, const HeaderField& origin,
                            const std::vector<std::string>& headers) {
  const std::string& method = samples_.methods[std::get<3>(key)];
  const bool is_sendable = is_method(method);
  for (const std::string_view site : {"", "same-origin", "cross-site", "none"}) {
    const HeaderField fetch_site = {site, site.empty() ? 0U : 1U};
    RequestView view = view_of(route, method);
    view.origin = origin;
    view.sec_fetch_site = fetch_site;
    if (is_sendable) {
      ask(view);
      view.content_type = {"text/plain", 1};
      if (method == "POST") ask(view);
    }
    if (method == "GET") {
      RequestView upgrade = view;
      upgrade.is_websocket_upgrade = true;
      ask(upgrade);
      upgrade.has_cookie = true;
      ask(upgrade);
    }
    RequestView preflight = view_of(route, "OPTIONS");
    preflight.origin = origin;
    preflight.sec_fetch_site = fetch_site;
    preflight.requested_method = {method, 1};
    ask(preflight);
    preflight.requested_private_network = {"true", 1};
    ask(preflight);
    if (site.empty()) {
      preflight.requested_private_network = {};
      preflight.requested_method.lines = 2;
      ask(preflight);
      preflight.requested_method.lines = 1;
    }
    if (!site.empty() && site != "same-origin") continue;
    for (const std::string& name : headers) {
      const std::string_view line = name;
      preflight.requested_headers = std::span(&line, 1);
      ask(preflight);
    }
  }
}

// The origins of long lists that are decided differently. Most of a list may be covered by a
// pattern of the other side, and a rule may be reached by one method alone or grant by one alone,
// so that each method is tried until one shows a difference.
const Walker::DifferentOrigins& Walker::different_origins(const Key& key, const Route& route,
                                                          const OriginDifference& difference) {
  DifferentOrigins& found = different_[{std::get<0>(key), std::get<1>(key)}];
  const std::string& method = samples_.methods[std::get<3>(key)];
  if (!found.is_empty() || !is_method(method)) return found;
  RequestView view = view_of(route, method);
  const auto keep = [&](const auto& list, std::vector<std::string_view>& kept) {
    for (const std::string_view origin : list) {
      view.origin = {origin, 1};
      if (changes_.is_different(view)) kept.push_back(origin);
    }
  };
  keep(difference.only_old, found.only_old);
  keep(difference.only_new, found.only_new);
  return found;
}

// Those that are not asked about everything; the samples have shown how.
void Walker::count_origins(const Key& key, const Route& route, const DifferentOrigins& different) {
  const std::uint32_t before = std::get<0>(key);
  const std::uint32_t after = std::get<1>(key);
  if (different.is_empty() || !counted_.insert({before, after}).second) return;
  RequestView view = view_of(route, samples_.methods[std::get<3>(key)]);
  const auto count = [&](const std::vector<std::string_view>& list, DiffEffect effect) {
    for (std::size_t i = kDifferentOrigins; i < list.size(); ++i) {
      view.origin = {list[i], 1};
      changes_.note(before, after, "origins", effect, std::string(list[i]), view);
    }
  };
  count(different.only_old, DiffEffect::Narrower);
  count(different.only_new, DiffEffect::Wider);
}

void Walker::compare_pair(const Key& key, const Route& route) {
  const auto& [before, after, bits, method] = key;
  const OriginDifference& difference = origins_of(before, after);
  if (says_the_same(key, difference)) return;
  const auto& old_cors = old_.snapshot.rule(before).cors;
  const auto& new_cors = new_.snapshot.rule(after).cors;
  const auto grants_any = [](const CompiledCors& cors) {
    return cors.allows_any_origin || cors.echoes_any_origin;
  };
  if (old_cors && new_cors) {
    const bool loses = !difference.uncovered_old.empty() && !grants_any(*new_cors);
    const bool gains = !difference.uncovered_new.empty() && !grants_any(*old_cors);
    const bool is_excluded = old_cors->is_excluded && new_cors->is_excluded;
    if ((loses || gains) && !is_excluded) {
      changes_.assume(gains, loses,
                      "patterns are compared by samples where no pattern of the other policy "
                      "covers them");
    }
  }
  if (difference.has_old_regexes || difference.has_new_regexes) {
    changes_.note_limit(difference.has_new_regexes, difference.has_old_regexes,
                        "origins that only a regular expression matches are not compared");
  }
  if (difference.patterns.size() > kPatternLimit) {
    changes_.note_limit(!difference.uncovered_new.empty(), !difference.uncovered_old.empty(),
                        "there are more patterns than are compared by samples");
  }
  const std::vector<std::string> headers = headers_for(key);
  std::vector<const OriginPattern*> uncovered = difference.uncovered_old;
  uncovered.insert(uncovered.end(), difference.uncovered_new.begin(),
                   difference.uncovered_new.end());
  changes_.show_patterns(&uncovered);
  const DifferentOrigins& different = different_origins(key, route, difference);
  for (const std::string& origin : origins_for(difference, different)) {
    compare_origin(key, route, {origin, 1}, headers);
  }
  compare_origin(key, route, {}, headers);
  compare_origin(key, route, {kStrangeOrigin, 2}, headers);
  // A page of the very host that is asked: own, where nothing says otherwise.
  const std::string own = "http://" + route.host;
  compare_origin(key, route, {own, 1}, headers);
  count_origins(key, route, different);
  changes_.show_patterns(nullptr);
}

using Time = std::chrono::system_clock::time_point;

// When the last trust of a record ends; nothing when none does after `now`.
std::optional<Time> last_end(const Policy& before, const Policy& after, Time now) {
  std::optional<Time> last;
  for (const Policy* policy : {&before, &after}) {
    for (const TrustedOrigin& record : policy->trusted_origins) {
      if (record.valid_until && *record.valid_until > std::max(now, last.value_or(now))) {
        last = record.valid_until;
      }
    }
  }
  return last;
}

// A record may hide what a list elsewhere trusts, until it ends: the same again as of then. Only
// what the verdict lacks is added.
void add_later_changes(const Policy& before, const Policy& after, Time end, PolicyDiff& diff) {
  const auto a = compile_policy(before, {.now = end});
  const auto b = compile_policy(after, {.now = end});
  if (!a || !b) {
    diff.widens = diff.narrows = true;
    diff.limits.emplace_back("what is trusted once records have ended cannot be told");
    return;
  }
  PolicyDiff later = Walker({before, *a->snapshot}, {after, *b->snapshot}, end).run();
  for (PolicyChange& change : later.changes) {
    const bool is_new = (change.effect == DiffEffect::Wider && !diff.widens) ||
                        (change.effect == DiffEffect::Narrower && !diff.narrows);
    if (!is_new) continue;
    change.aspect += " once trust has ended";
    diff.changes.push_back(std::move(change));
  }
  diff.widens = diff.widens || later.widens;
  diff.narrows = diff.narrows || later.narrows;
  diff.compared += later.compared;
}

}  // namespace

PolicyDiff diff_policies(const DiffSide& old_side, const DiffSide& new_side,
                         std::chrono::system_clock::time_point now) {
  PolicyDiff diff = Walker(old_side, new_side, now).run();
  const auto end = last_end(old_side.policy, new_side.policy, now);
  const bool has_all = diff.widens && diff.narrows;
  if (end && !has_all) add_later_changes(old_side.policy, new_side.policy, *end, diff);
  return diff;
}

}  // namespace corsac
