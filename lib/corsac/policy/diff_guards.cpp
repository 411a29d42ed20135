// The guards of two policies, side by side. Entry: compare_guards. Spec: policy document, 4. Test:
// tests/policy/diff_test.cpp, tests/server/diff_test.py.

#include "corsac/policy/diff_guards.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "corsac/base/rfc3339.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/http/percent_coding.hpp"
#include "corsac/origin/pattern_cover.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/problem_list.hpp"

namespace corsac {
namespace {

// Every entry of `narrow` is one of `wide`, or a pattern of it covers it.
bool includes(const Names& wide, const Names& narrow) {
  std::set<std::string_view> texts(wide.values().begin(), wide.values().end());
  std::vector<OriginPattern> patterns;
  for (const std::string_view text : wide.values()) {
    auto pattern = parse_origin_pattern(text);
    if (pattern && !pattern->is_exact()) patterns.push_back(*std::move(pattern));
  }
  return std::all_of(narrow.values().begin(), narrow.values().end(), [&](std::string_view text) {
    if (texts.contains(text)) return true;
    const auto pattern = parse_origin_pattern(text);
    return pattern && std::any_of(patterns.begin(), patterns.end(),
                                  [&](const auto& other) { return covers(other, *pattern); });
  });
}

RequestView get_view(std::string_view target, const OwnOrigin& own) {
  RequestView view;
  view.method = "GET";
  view.target = target;
  view.path = target.substr(0, target.find('?'));
  view.own = &own;
  return view;
}

class GuardComparison {
 public:
  GuardComparison(const DiffSide& old_side, const DiffSide& new_side, const DiffSamples& samples,
                  bool has_same_guards, DiffChanges& changes)
      : old_(old_side),
        new_(new_side),
        samples_(samples),
        has_same_guards_(has_same_guards),
        changes_(changes) {}

  void run() {
    compare_hosts();
    compare_host_lists();
    compare_referers();
    compare_targets();
    compare_parameters();
    compare_origin_lists();
    compare_ends();
  }

 private:
  void compare_hosts();
  void compare_host_lists();
  void compare_referers();
  void compare_targets();
  void compare_parameters();
  void compare_ends();
  void compare_origin_lists();
  void compare_origin_lists(const Names& before, const Names& after);
  void note(std::string_view aspect, bool is_wider, std::string example) {
    changes_.note(0, 0, aspect, is_wider ? DiffEffect::Wider : DiffEffect::Narrower,
                  std::move(example), get_view("/", own_));
  }

  const DiffSide& old_;
  const DiffSide& new_;
  const DiffSamples& samples_;
  bool has_same_guards_;
  DiffChanges& changes_;
  OwnOrigin own_ = {};
};

// The first thing that is judged, whatever the rest is.
void GuardComparison::compare_hosts() {
  for (const bool is_tls : {false, true}) {
    RequestView view = get_view("/", own_);
    view.is_tls = is_tls;
    changes_.compare(view);
    for (const std::string& host : samples_.hosts) {
      view.host = {host, 1};
      changes_.compare(view);
    }
    for (const HeaderField& host : {HeaderField{"a b", 1}, HeaderField{kStrangeHost, 2}}) {
      view.host = host;
      changes_.compare(view);
    }
  }
}

void GuardComparison::compare_host_lists() {
  const auto texts = [](const std::vector<HostPattern>& patterns) {
    std::set<std::string> found;
    for (const HostPattern& pattern : patterns) found.insert(pattern.text);
    return found;
  };
  const std::set<std::string> before = texts(old_.snapshot.hosts());
  const std::set<std::string> after = texts(new_.snapshot.hosts());
  const bool has_more = !std::includes(before.begin(), before.end(), after.begin(), after.end());
  const bool has_less = !std::includes(after.begin(), after.end(), before.begin(), before.end());
  if (before.empty() || after.empty() || !(has_more || has_less)) return;
  changes_.assume(has_more, has_less,
                  "hosts.allowed is another list; its patterns are compared as texts");
}

// Asked by the application alone.
void GuardComparison::compare_referers() {
  const RefererRules& before = old_.snapshot.guards().csrf_referer;
  const RefererRules& after = new_.snapshot.guards().csrf_referer;
  if (before.is_on != after.is_on) note("csrf.referer", after.is_on, after.is_on ? "on" : "off");
  if (before.allows_insecure == after.allows_insecure) return;
  note("csrf.referer without TLS", after.allows_insecure, after.allows_insecure ? "on" : "off");
}

// What a Location may name.
void GuardComparison::compare_targets() {
  for (const std::string& origin : samples_.guard_origins) {
    const std::string target = origin + "/";
    const auto allows = [&](const DiffSide& side) {
      return side.snapshot.guards().redirects->allows(target, PageScheme::Https, nullptr);
    };
    if (allows(old_) != allows(new_)) note("redirect targets", allows(new_), origin);
  }
}

void GuardComparison::compare_parameters() {
  std::set<std::string> parameters;
  for (const DiffSide* side : {&old_, &new_}) {
    const auto& names = side->policy.redirects.parameters.values();
    parameters.insert(names.begin(), names.end());
  }
  for (const std::string& name : parameters) {
    const std::string target =
        "/?" + percent_encoded(name) + "=" + std::string(kStrangeOrigin) + "/";
    RequestView view = get_view(target, own_);
    for (const std::string& host : samples_.hosts) {
      view.host = {host, 1};
      changes_.compare(view);
    }
  }
}

void GuardComparison::compare_origin_lists() {
  const Names& before = old_.policy.csrf.trusted_origins;
  const Names& after = new_.policy.csrf.trusted_origins;
  const bool is_asked = old_.policy.csrf.is_present() && new_.policy.csrf.is_present();
  // Without the list it is [cors] that says who is trusted.
  if (is_asked && before.is_set() != after.is_set()) {
    changes_.assume(true, true, "who may write is said by a list in one policy, by [cors] in one");
  } else if (is_asked) {
    compare_origin_lists(before, after);
  }
  // Where only one policy has the guard, requests show what it does.
  if (old_.snapshot.guards().has_redirects && new_.snapshot.guards().has_redirects) {
    compare_origin_lists(old_.policy.redirects.allowed_origins,
                         new_.policy.redirects.allowed_origins);
  }
  if (!has_same_guards_ && !samples_.has_all_guard_origins) {
    changes_.note_limit(true, true, "the guards have more origins than are compared");
  }
}

void GuardComparison::compare_origin_lists(const Names& before, const Names& after) {
  const bool has_more = !includes(before, after);
  const bool has_less = !includes(after, before);
  if (!has_more && !has_less) return;
  changes_.assume(has_more, has_less,
                  "a guard has another list of origins, which is compared by samples");
}

using End = std::optional<std::chrono::system_clock::time_point>;  // absent = never

// One trust: in whom (normal form), for what, and for which app; "" = all that the scope is for.
using Trust = std::tuple<std::string, TrustedOrigin::ScopeType, std::string>;
using Ends = std::map<Trust, End>;
// In the place of an app, as CORS knows none: what rules with lists of their own trust.
constexpr const char* kRules = "rules";

void keep_end(Ends& ends, Trust trust, const End& end) {
  const auto [known, is_new] = ends.emplace(std::move(trust), end);
  if (!is_new && known->second) known->second = end ? std::max(known->second, end) : End();
}

// When each trust of the records ends; of several records the last one counts.
Ends ends_of(const Policy& policy) {
  Ends ends;
  for (const TrustedOrigin& record : policy.trusted_origins) {
    const auto pattern = parse_record_origin(record.origin);
    if (!pattern || !pattern->is_exact()) continue;
    if (record.status != TrustedOrigin::Status::Active) continue;
    for (const TrustedOrigin::Scope& scope : record.scopes) {
      keep_end(ends, {pattern->text, scope.type, ""}, record.valid_until);
      if (scope.type == TrustedOrigin::ScopeType::Cors) {
        keep_end(ends, {pattern->text, scope.type, kRules}, record.valid_until);
        continue;  // it knows no apps
      }
      if (!scope.allowed_okta_apps) continue;
      for (const std::string& app : *scope.allowed_okta_apps) {
        keep_end(ends, {pattern->text, scope.type, app}, record.valid_until);
      }
    }
  }
  return ends;
}

// The lists of a policy that trust for ever.
class PermanentTrust {
 public:
  explicit PermanentTrust(const Policy& policy) {
    ProblemList problems(policy.allowed_warnings);
    take(effective_cors(policy.cors, problems).rules, cors_);
    for (std::size_t i = 0; i < policy.cors.rules.size(); ++i) {
      take(effective_rule(policy.cors, i, problems).rules, rules_);
    }
    for (const std::string_view text : policy.redirects.allowed_origins.values()) {
      take(text, redirects_);
    }
  }

  [[nodiscard]] bool has(const Trust& trust) const {
    const auto& [origin, scope, app] = trust;
    switch (scope) {
      case TrustedOrigin::ScopeType::Cors:
        return lists(app == kRules ? rules_ : cors_, origin);
      case TrustedOrigin::ScopeType::Redirect:
        return lists(redirects_, origin);
      case TrustedOrigin::ScopeType::IframeEmbed:
        return false;
    }
    return false;
  }

 private:
  struct List {
    bool has_any = false;
    std::set<std::string> exact = {};
    std::vector<OriginPattern> patterns = {};
  };

  static void take(std::string_view text, List& list) {
    list.has_any = list.has_any || text == "*";
    auto pattern = parse_origin_pattern(text);
    if (pattern && !pattern->is_exact()) {
      list.patterns.push_back(*std::move(pattern));
    } else {
      list.exact.insert(pattern ? pattern->text : std::string(text));
    }
  }
  static void take(const CorsRules& rules, List& list) {
    for (const auto* texts : {&rules.allowed_origins, &rules.allowed_origins_from_file}) {
      for (const std::string_view text : *texts) take(text, list);
    }
  }
  static bool lists(const List& list, const std::string& origin) {
    if (list.has_any || list.exact.contains(origin)) return true;
    const auto exact = parse_record_origin(origin);
    return exact && std::any_of(list.patterns.begin(), list.patterns.end(),
                                [&](const auto& pattern) { return covers(pattern, *exact); });
  }

  List cors_ = {};
  List rules_ = {};  // of those with a list of their own
  List redirects_ = {};
};

// With what ends in `other` alone: a list of this policy may have it for ever.
Ends all_ends(const Policy& policy, const Ends& own, const Ends& other) {
  const PermanentTrust permanent(policy);
  Ends ends = own;
  for (const Ends* some : {&own, &other}) {
    for (const auto& [trust, end] : *some) {
      if (permanent.has(trust)) ends[trust] = End();
    }
  }
  return ends;
}

// Requests are decided as of now, so that a later end is nothing that they show.
void GuardComparison::compare_ends() {
  const Ends old_own = ends_of(old_.policy);
  const Ends new_own = ends_of(new_.policy);
  const auto has_end = [](const auto& entry) { return entry.second.has_value(); };
  // Millions of listed origins are read only where some trust ends.
  if (std::none_of(old_own.begin(), old_own.end(), has_end) &&
      std::none_of(new_own.begin(), new_own.end(), has_end)) {
    return;
  }
  const Ends before = all_ends(old_.policy, old_own, new_own);
  const auto text = [](const End& end) { return end ? time_text(*end) : std::string("never"); };
  for (const auto& [trust, end] : all_ends(new_.policy, new_own, old_own)) {
    const auto known = before.find(trust);
    if (known == before.end() || known->second == end) continue;
    const bool is_later = !end || (known->second && *end > *known->second);
    note("ends of trust", is_later,
         std::get<0>(trust) + ": " + text(known->second) + " -> " + text(end));
  }
}

}  // namespace

void compare_guards(const DiffSide& old_side, const DiffSide& new_side, const DiffSamples& samples,
                    bool has_same_guards, DiffChanges& changes) {
  GuardComparison(old_side, new_side, samples, has_same_guards, changes).run();
}

}  // namespace corsac
