// The origins that two policies list. Entries: OriginLists, compare_origins, origin_samples. Spec:
// policy document, 2. Test: tests/policy/diff_test.cpp.

#include "corsac/policy/listed_origins.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/pattern_cover.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/policy/records_in_force.hpp"
#include "corsac/policy/selectors.hpp"

namespace corsac {
namespace {

constexpr std::size_t kSharedSamples = 2;
constexpr std::size_t kToldPorts = 1000;  // of one pattern; longer lists are compared by samples

bool may_be_pattern(std::string_view text) noexcept {
  return text.find_first_of("*[") != std::string_view::npos;
}

void take(std::string_view text, ListedOrigins& list) {
  if (text == "*" || text == "null") return;
  if (may_be_pattern(text)) {
    auto pattern = parse_origin_pattern(text);
    if (pattern && !pattern->is_exact()) {
      list.patterns.push_back(*std::move(pattern));
      return;
    }
  }
  list.exact.push_back(text);
}

void keep_missing(const std::vector<std::string_view>& list, const OriginSet& other,
                  std::vector<std::string_view>& missing, std::vector<std::string_view>* both) {
  for (const std::string_view origin : list) {
    if (other.find_exact(origin).data() == nullptr) {
      missing.push_back(origin);
    } else if (both != nullptr && both->size() < kSharedSamples) {
      both->push_back(origin);
    }
  }
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
}

std::string origin_at(const OriginPattern& pattern, std::uint32_t port) {
  std::string text = pattern.scheme + "://" + pattern.host;
  const bool is_default = static_cast<std::int32_t>(port) == default_port(pattern.scheme);
  return is_default ? text : text + ':' + std::to_string(port);
}

std::size_t port_count(const OriginPattern& pattern) {
  std::size_t count = 0;
  for (const PortRange& range : pattern.ports) count += range.last - range.first + 1U;
  return count;
}

// The origins of a finite pattern that the other side does not list. False: they are not told one
// by one.
bool keep_missing_ports(const OriginPattern& pattern, const OriginSet& other,
                        std::vector<std::string_view>& missing, std::deque<std::string>& texts) {
  const bool is_finite = pattern.host_form == HostForm::Exact && pattern.port_form == PortForm::Set;
  if (!is_finite || port_count(pattern) > kToldPorts) return false;
  for (const PortRange& range : pattern.ports) {
    for (std::uint32_t port = range.first; port <= range.last; ++port) {
      std::string origin = origin_at(pattern, port);
      if (other.find(origin).kind != OriginMatchKind::None) continue;
      missing.push_back(texts.emplace_back(std::move(origin)));
    }
  }
  return true;
}

// One side and what the other has not of it.
struct Uncovered {
  const OriginSet& other;
  const std::vector<OriginPattern>& others;
  std::vector<std::string_view>& missing;
  std::vector<const OriginPattern*>& patterns;
};

void keep_uncovered(const std::vector<OriginPattern>& list, const Uncovered& uncovered,
                    std::deque<std::string>& texts) {
  for (const OriginPattern& pattern : list) {
    const bool is_covered =
        std::any_of(uncovered.others.begin(), uncovered.others.end(),
                    [&](const OriginPattern& other) { return covers(other, pattern); });
    if (is_covered || keep_missing_ports(pattern, uncovered.other, uncovered.missing, texts)) {
      continue;
    }
    uncovered.patterns.push_back(&pattern);
  }
}

bool has_same_texts(std::vector<std::string_view> a, std::vector<std::string_view> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

// "http://localhost", without a port.
std::string without_port(const OriginPattern& pattern, std::string_view host) {
  return pattern.scheme + "://" + std::string(host);
}

}  // namespace

OriginLists::OriginLists(const Policy& policy, const Snapshot& snapshot,
                         std::chrono::system_clock::time_point now)
    : policy_(policy), snapshot_(snapshot) {
  ProblemList problems(policy.allowed_warnings);
  cors_ = effective_cors(policy.cors, problems);
  cors_.rules.record_origins =
      RecordsInForce(policy, now).with_scope(TrustedOrigin::ScopeType::Cors);
}

ListedOrigins OriginLists::read(const EffectiveRule& rule, const CompiledCors& compiled) {
  ListedOrigins list;
  for (const auto* texts : {&rule.rules.allowed_origins, &rule.rules.allowed_origins_from_file}) {
    for (const std::string_view origin : *texts) take(origin, list);
  }
  for (const PlacedText& regex : rule.rules.allowed_origin_regexes) {
    list.regexes.push_back(regex.text);
  }
  for (const CorsRules::RecordOrigin& record : rule.rules.record_origins) {
    // A record may grant nothing, as one with a wildcard: to list it too would be new.
    const auto pattern = parse_record_origin(record.origin);
    if (!pattern || !pattern->is_exact() || compiled.origins == nullptr) continue;
    if (compiled.origins->find_exact(pattern->text).data() == nullptr) continue;
    list.exact.push_back(texts_.emplace_back(pattern->text));
  }
  return list;
}

const ListedOrigins& OriginLists::of(std::uint32_t rule) {
  const auto& compiled = snapshot_.rule(rule).cors;
  if (compiled == nullptr || rule == kExcludedRule) return none_;
  if (rule != kCorsRule) {
    ProblemList problems(policy_.allowed_warnings);
    const EffectiveRule effective = effective_rule(policy_.cors, rule - kFirstRule, problems);
    if (!effective.rules.inherited.allowed_origins) {
      const auto known = by_rule_.find(rule);
      if (known != by_rule_.end()) return known->second;
      return by_rule_[rule] = read(effective, *compiled);
    }
  }
  const auto known = by_set_.find(compiled->origins.get());
  if (known != by_set_.end()) return known->second;
  return by_set_[compiled->origins.get()] = read(cors_, *compiled);
}

OriginDifference compare_origins(const ListedOrigins& old_list, const CompiledCors& old_cors,
                                 const ListedOrigins& new_list, const CompiledCors& new_cors) {
  OriginDifference difference;
  // Excluded rules were compiled without a set of their own to ask.
  if (old_cors.origins == nullptr || new_cors.origins == nullptr) return difference;
  keep_missing(old_list.exact, *new_cors.origins, difference.only_old, &difference.both);
  keep_missing(new_list.exact, *old_cors.origins, difference.only_new, nullptr);
  keep_uncovered(
      old_list.patterns,
      {*new_cors.origins, new_list.patterns, difference.only_old, difference.uncovered_old},
      difference.texts);
  keep_uncovered(
      new_list.patterns,
      {*old_cors.origins, old_list.patterns, difference.only_new, difference.uncovered_new},
      difference.texts);
  std::unordered_set<std::string_view> seen;
  for (const auto* patterns : {&old_list.patterns, &new_list.patterns}) {
    for (const OriginPattern& pattern : *patterns) {
      if (seen.insert(pattern.text).second) difference.patterns.push_back(&pattern);
    }
  }
  difference.has_old_regexes = !old_list.regexes.empty();
  difference.has_new_regexes = !new_list.regexes.empty();
  difference.has_other_regexes = !has_same_texts(old_list.regexes, new_list.regexes);
  return difference;
}

std::vector<std::string> origin_samples(const OriginPattern& pattern) {
  std::string host = pattern.host_form == HostForm::Subdomain ? "a" + pattern.host : pattern.host;
  std::replace(host.begin(), host.end(), '*', 'a');
  const std::string bare = without_port(pattern, host);
  std::vector<std::string> samples;
  const bool has_ports = pattern.port_form != PortForm::Any && !pattern.ports.empty();
  const std::uint16_t default_port = pattern.scheme == "https" ? 443 : 80;
  const std::uint16_t port = has_ports ? pattern.ports.front().first : default_port;
  const std::string first = port == default_port ? bare : bare + ':' + std::to_string(port);
  samples.push_back(first);
  if (first != bare) samples.push_back(bare);
  samples.push_back(bare + ":8443");
  if (pattern.host_form == HostForm::Subdomain) {
    samples.push_back(without_port(pattern, "b." + host));
    samples.push_back(without_port(pattern, std::string_view(pattern.host).substr(1)));
  }
  return samples;
}

}  // namespace corsac
