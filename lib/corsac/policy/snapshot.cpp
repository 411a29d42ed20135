// Picks the rule and runs its stages; closed forms of a policy. Entries: Snapshot::decide,
// Snapshot::closed, Snapshot::closed_at_start. Spec: policy document, 2 "Paths" and 4 "Closed".
// Nothing on the way of a request allocates, locks or throws.
// Test: tests/policy/snapshot_test.cpp.

#include "corsac/policy/snapshot.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "corsac/policy/mounted_path.hpp"
#include "corsac/stage/cors/compile.hpp"
#include "corsac/stage/cors/evaluate.hpp"

namespace corsac {
namespace {

// Of the patterns that near misses are looked for in.
void leave_out_gone(std::shared_ptr<const std::vector<OriginPattern>>& patterns,
                    const OriginSet& now) {
  const auto is_gone = [&now](const OriginPattern& pattern) {
    return pattern.is_exact() && now.find(pattern.text).kind == OriginMatchKind::None;
  };
  if (!patterns || std::none_of(patterns->begin(), patterns->end(), is_gone)) return;
  auto left = std::make_shared<std::vector<OriginPattern>>(*patterns);
  std::erase_if(*left, is_gone);
  patterns = std::move(left);
}

}  // namespace

Snapshot::Route Snapshot::route(const RequestView& request) const noexcept {
  if (is_trivial_) return {};
  if (request.target.empty()) return {.rule = default_rule_};
  if (has_path_rules_ && is_ambiguous_target(request.target)) return {.is_ambiguous = true};
  // What counts as a preflight is a matter of the whole document here: the rule is not yet known.
  const bool asks_method = is_preflight(rules_.front().cors->behaviour, request);
  const std::string_view method = asks_method ? request.requested_method.value : request.method;
  const std::uint32_t rule = rule_of(request.path, method, request);
  if (request.mounts_by_raw_prefix && has_path_rules_ &&
      is_ambiguous_mount(rule, method, request)) {
    return {.is_ambiguous = true};
  }
  return {.rule = rule};
}

std::uint32_t Snapshot::rule_of(std::string_view path, std::string_view method,
                                const RequestView& request) const noexcept {
  if (!included_.is_trivial() && included_.find(path, {}, {}, false) != kIncluded) {
    return excluded_rule_;
  }
  if (included_regexes_ && included_regexes_->match(path) != RegexSet::Match::Yes) {
    return excluded_rule_;
  }
  if (excluded_regexes_ && excluded_regexes_->match(path) != RegexSet::Match::No) {
    return excluded_rule_;
  }
  // Of several Host lines none is believed.
  const std::string_view host =
      request.host.is_repeated() ? std::string_view() : request.host.value;
  return paths_.find(path, method, host, request.is_tls);
}

// Each place where the rules know a segment that ends before the path's own does is tried. A regex
// knows no segments: for excluded ones every place is tried, and for included ones none, or no path
// would be included.
[[gnu::noinline]] bool Snapshot::is_ambiguous_mount(std::uint32_t rule, std::string_view method,
                                                    const RequestView& request) const noexcept {
  if (method != "GET" && method != "HEAD") return false;  // no other method gets a file
  return may_be_file_of_another(
      request,
      [this](std::string_view mount) {
        return excluded_regexes_ || paths_.has_segments(mount) || included_.has_segments(mount);
      },
      [&](std::string_view file) { return rule_of(file, method, request) != rule; });
}

void Snapshot::decide(const RequestView& request, Decision& decision) const noexcept {
  const Route found = route(request);
  assert(found.rule < rules_.size() && "a table knows only rules of its snapshot");
  const RuleInfo& info = rules_[found.rule];
  decision.rule = found.rule;
  (found.is_ambiguous ? info.pipeline_if_ambiguous : info.pipeline).run(request, decision);
}

Decision Snapshot::decide(const RequestView& request) const noexcept {
  Decision decision;
  decide(request, decision);
  return decision;
}

void Snapshot::decide_excluded(const RequestView& request, Decision& decision) const noexcept {
  decision.rule = excluded_rule_;
  rules_[excluded_rule_].pipeline.run(request, decision);
}

CsrfTrust Snapshot::csrf_trust(const RequestView& request) const noexcept {
  const Route found = route(request);
  const RuleInfo& info = rules_[found.rule];
  CsrfTrust trust = guards_.csrf_trust;
  trust.cors = found.is_ambiguous ? info.cors_if_ambiguous : info.cors;
  return trust;
}

CsrfTrust Snapshot::csrf_trust_excluded() const noexcept {
  CsrfTrust trust = guards_.csrf_trust;
  trust.cors = rules_[excluded_rule_].cors;
  return trust;
}

std::shared_ptr<const Snapshot> Snapshot::closed_at_start() {
  std::vector<Problem> problems;
  CompiledCors nothing = compile_cors(CorsRules{}, problems);
  nothing.is_own_by_host = false;  // no [hosts] is known yet
  assert(problems.empty() && "a rule that says nothing is a right one");
  auto snapshot = std::make_shared<Snapshot>();
  RuleInfo& rule = snapshot->rules_.front();
  rule.cors =
      std::make_shared<const CompiledCors>(with_all_denied(nothing, Reason::PolicyUnavailable));
  snapshot->guards_ = guards_at_start();
  rule.pipeline = make_pipeline(snapshot->guards_, rule.cors);
  snapshot->is_closed_ = true;
  return snapshot;
}

std::shared_ptr<const Snapshot> Snapshot::with_origins(const Snapshot& base, const OriginSets& sets,
                                                       std::string revision) {
  auto snapshot = std::make_shared<Snapshot>(base);
  snapshot->revision_ = std::move(revision);
  for (RuleInfo& rule : snapshot->rules_) {
    const auto found =
        rule.has_records && rule.cors ? sets.find(rule.cors->origins.get()) : sets.end();
    if (found == sets.end()) continue;
    CompiledCors cors = *rule.cors;
    cors.origins = found->second;
    rule.cors = std::make_shared<const CompiledCors>(std::move(cors));
    rule.pipeline = make_pipeline(snapshot->guards_, rule.cors);
    leave_out_gone(rule.patterns, *found->second);
    if (!rule.cors_if_ambiguous) continue;
    rule.cors_if_ambiguous =
        std::make_shared<const CompiledCors>(with_all_denied(*rule.cors, Reason::PathAmbiguous));
    rule.pipeline_if_ambiguous = make_pipeline(snapshot->guards_, rule.cors_if_ambiguous);
  }
  return snapshot;
}

bool Snapshot::has_report_only() const noexcept {
  return std::any_of(rules_.begin(), rules_.end(),
                     [](const RuleInfo& rule) { return rule.cors && rule.cors->is_report_only; });
}

std::shared_ptr<const Snapshot> Snapshot::closed(const Snapshot& good) {
  auto snapshot = std::make_shared<Snapshot>(good);
  trust_nobody(snapshot->guards_);
  for (RuleInfo& rule : snapshot->rules_) {
    // An excluded path grants nothing already, and what is not judged there still passes.
    if (rule.cors && !rule.cors->is_excluded) {
      rule.cors = std::make_shared<const CompiledCors>(
          with_all_denied(*rule.cors, Reason::PolicyUnavailable));
    }
    rule.pipeline = make_pipeline(snapshot->guards_, rule.cors);
    if (!rule.cors_if_ambiguous) continue;
    rule.cors_if_ambiguous = rule.cors;
    rule.pipeline_if_ambiguous = rule.pipeline;
  }
  snapshot->next_expiry_.reset();
  snapshot->is_closed_ = true;
  return snapshot;
}

}  // namespace corsac
