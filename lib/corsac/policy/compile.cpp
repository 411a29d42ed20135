// From the whole document to a Snapshot: records, rules, path tables, guards; all problems at
// once. Entry: compile_policy. Spec: policy document, 1 to 4. What a field of one rule may hold is
// the stages' business (stage/cors/compile), inheritance that of effective_rule.
// Test: tests/policy/compile_test.cpp.

#include "corsac/policy/compile.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/policy/compile_warnings.hpp"
#include "corsac/policy/document_checks.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/lint.hpp"
#include "corsac/policy/near_origin.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/records_in_force.hpp"
#include "corsac/policy/rule_compiler.hpp"
#include "corsac/policy/selectors.hpp"
#include "corsac/stage/cors/compile.hpp"

namespace corsac {
namespace {

std::string joined(const std::vector<PlacedText>& entries) {
  std::string text;
  for (const PlacedText& entry : entries) {
    if (!text.empty()) text += ", ";
    text += entry.text;
  }
  return text;
}

std::optional<std::chrono::system_clock::time_point> moment_of(const CompileOptions& options) {
  if (!options.honours_expiry) return std::nullopt;
  return options.now;
}

std::optional<std::chrono::system_clock::time_point> sooner(
    std::optional<std::chrono::system_clock::time_point> a,
    std::optional<std::chrono::system_clock::time_point> b) {
  return a && b ? std::min(a, b) : a ? a : b;
}

bool grants_listed_with_credentials(const CompiledCors& cors) {
  const bool lists_somebody = !cors.origins->is_empty() || cors.origin_regexes;
  return lists_somebody && cors.allows_credentials && !cors.echoes_any_origin && !cors.is_excluded;
}

}  // namespace

class SnapshotBuilder {
 public:
  SnapshotBuilder(const Policy& policy, const CompileOptions& options)
      : policy_(policy),
        options_(options),
        problems_(policy.allowed_warnings, options.has_lints),
        snapshot_(std::make_shared<Snapshot>()),
        cors_records_(policy, moment_of(options)),
        guard_records_(policy, moment_of(options)),
        compiler_(cors_, options.previous ? options.previous->known_origin_sets() : nullptr,
                  problems_) {}

  Result<Compiled, Report> run();

 private:
  void error(std::string_view code, std::string path, std::string value, Place place,
             std::string what, std::string fix);
  void take_guards();
  void take_cors();
  void add_cors_rule();
  void add_excluded_rule();
  void add_rule(std::size_t index);
  void add_ambiguous_variant();
  void build_path_tables();
  void leave_only(std::string_view field, Place place);
  void warn_of_own_origin_by_host();
  void warn_of_nobody_trusted();
  void keep_idle_records();
  void fill(EffectiveRule& rule, RuleInfo& info);
  [[nodiscard]] std::string place_of(Place place) const {
    return place.is_known() ? place_text(place, policy_.sources) : std::string();
  }

  const Policy& policy_;
  const CompileOptions& options_;
  ProblemList problems_;
  std::shared_ptr<Snapshot> snapshot_;
  RecordsInForce cors_records_;
  RecordsInForce guard_records_;
  EffectiveRule cors_ = {};
  RuleCompiler compiler_;
};

void SnapshotBuilder::error(std::string_view code, std::string path, std::string value, Place place,
                            std::string what, std::string fix) {
  problems_.add({.severity = Severity::Error,
                 .code = code,
                 .path = std::move(path),
                 .value = std::move(value),
                 .place = place,
                 .what = std::move(what),
                 .fix = std::move(fix)});
}

void SnapshotBuilder::take_guards() {
  snapshot_->guards_ = compile_guards(policy_, guard_records_, problems_);
  snapshot_->rules_.front().pipeline = make_pipeline(snapshot_->guards_, nullptr);
}

void SnapshotBuilder::fill(EffectiveRule& rule, RuleInfo& info) {
  auto compiled = compiler_.compile(rule);
  info.cors = std::move(compiled.cors);
  info.patterns = std::move(compiled.patterns);
  info.pipeline = make_pipeline(snapshot_->guards_, info.cors);
  info.origins_place = place_of(rule.origins_place);
  info.methods_place = place_of(rule.methods_place);
  info.headers_place = place_of(rule.headers_place);
  info.methods = joined(rule.rules.allowed_methods);
  info.has_records = &rule == &cors_ || rule.rules.inherited.allowed_origins;
}

void SnapshotBuilder::keep_idle_records() {
  for (const TrustedOrigin& record : policy_.trusted_origins) {
    if (snapshot_->idle_records_.size() >= kNearMissPatterns) return;
    const auto cause = cors_records_.why_idle(record, TrustedOrigin::ScopeType::Cors);
    if (!cause) continue;
    auto pattern = parse_record_origin(record.origin);
    if (!pattern) continue;
    snapshot_->idle_records_.push_back({.pattern = *std::move(pattern),
                                        .name = record.name,
                                        .place = place_of(record.place),
                                        .cause = *cause});
  }
}

void SnapshotBuilder::add_cors_rule() {
  RuleInfo& info = snapshot_->rules_.front();
  info.name = info.field = "cors";
  info.place = place_of(policy_.cors.place);
  fill(cors_, info);
  warn_of_cors(policy_.cors, cors_, *info.cors, problems_);
}

// Always there, for `applies_to` predicates as well.
void SnapshotBuilder::add_excluded_rule() {
  const CorsPolicy& cors = policy_.cors;
  const bool has_included = cors.included_paths.is_set() || cors.included_path_regexes.is_set();
  const Names paths = cors.included_paths.is_set()          ? cors.included_paths
                      : cors.included_path_regexes.is_set() ? cors.included_path_regexes
                      : cors.excluded_path_regexes.is_set() ? cors.excluded_path_regexes
                                                            : excluded_paths_of(cors);
  CorsRules rules;
  rules.is_excluded = true;
  rules.behaviour = cors_.rules.behaviour;
  rules.report_only = cors_.rules.report_only;
  std::vector<Problem> found;
  RuleInfo info;
  info.name = has_included ? "not included paths" : "excluded paths";
  info.field = has_included ? "cors.included_paths" : "cors.excluded_paths";
  info.place = place_of(paths.place());
  info.cors = std::make_shared<const CompiledCors>(compile_cors(rules, found));
  info.pipeline = make_pipeline(snapshot_->guards_, info.cors);
  problems_.add_all(std::move(found));
  snapshot_->excluded_rule_ = kExcludedRule;
  snapshot_->rules_.push_back(std::move(info));
}

void SnapshotBuilder::add_rule(std::size_t index) {
  const CorsRule& rule = policy_.cors.rules[index];
  EffectiveRule effective = effective_rule(policy_.cors, index, problems_);
  RuleInfo info;
  info.field = effective.rules.field;
  info.name = rule.name.is_set() ? rule.name.value() : info.field;
  info.place = place_of(rule.place);
  info.has_paths = rule.paths.size() != 0;
  fill(effective, info);
  warn_of_rule(rule, effective, *info.cors, problems_);
  snapshot_->rules_.push_back(std::move(info));
}

void SnapshotBuilder::build_path_tables() {
  check_path_selectors(policy_.cors, options_.application, problems_);
  const Selectors selectors = make_selectors(policy_.cors, Snapshot::kIncluded, problems_);
  std::vector<Problem> found;
  snapshot_->paths_ = PathTable::build(selectors.rules, kCorsRule, found, policy_.sources);
  snapshot_->included_ = PathTable::build(selectors.included, 0, found, policy_.sources);
  problems_.add_all(std::move(found));
  const bool has_included = !snapshot_->included_.is_trivial();
  snapshot_->included_regexes_ =
      path_regexes(policy_.cors.included_path_regexes, "cors.included_path_regexes", problems_);
  snapshot_->excluded_regexes_ =
      path_regexes(policy_.cors.excluded_path_regexes, "cors.excluded_path_regexes", problems_);
  const bool has_regexes =
      snapshot_->included_regexes_ != nullptr || snapshot_->excluded_regexes_ != nullptr;
  snapshot_->is_trivial_ = snapshot_->paths_.is_trivial() && !has_included && !has_regexes;
  snapshot_->has_path_rules_ = snapshot_->paths_.has_path_rules() || has_included || has_regexes;
  snapshot_->default_rule_ = has_included ? kExcludedRule : kCorsRule;
}

void SnapshotBuilder::add_ambiguous_variant() {
  if (!snapshot_->has_path_rules_) return;
  RuleInfo& info = snapshot_->rules_.front();
  info.cors_if_ambiguous =
      std::make_shared<const CompiledCors>(with_all_denied(*info.cors, Reason::PathAmbiguous));
  info.pipeline_if_ambiguous = make_pipeline(snapshot_->guards_, info.cors_if_ambiguous);
}

// CORS is absent or switched off: every request passes CORS, and the guards stay.
void SnapshotBuilder::leave_only(std::string_view field, Place place) {
  RuleInfo info;
  info.name = "no policy";
  info.field = field;
  info.place = place_of(place);
  info.pipeline = make_pipeline(snapshot_->guards_, nullptr);
  snapshot_->rules_.clear();
  snapshot_->rules_.push_back(std::move(info));
  snapshot_->paths_ = snapshot_->included_ = {};
  snapshot_->included_regexes_ = snapshot_->excluded_regexes_ = nullptr;
  snapshot_->default_rule_ = snapshot_->excluded_rule_ = 0;
  snapshot_->is_trivial_ = true;
  snapshot_->has_path_rules_ = false;
}

void SnapshotBuilder::warn_of_own_origin_by_host() {
  if (policy_.hosts.allowed.is_set() || options_.application.has_public_origins) return;
  const bool blocks =
      std::any_of(snapshot_->rules_.begin(), snapshot_->rules_.end(), [](const RuleInfo& rule) {
        if (!rule.cors) return false;
        const CompiledCors& cors = *rule.cors;
        return cors.behaviour.on_denied == OnDenied::Block && !cors.is_report_only &&
               !cors.is_excluded && !cors.allows_any_origin;
      });
  if (!blocks && !snapshot_->guards_.has_csrf) return;
  problems_.add(
      {.severity = Severity::Warning,
       .code = "own-origin-by-host",
       .path = "hosts",
       .place = blocks ? policy_.cors.place : policy_.csrf.place,
       .what = "old browsers' requests count as own when Origin and Host agree, and "
               "without [hosts] DNS rebinding makes them agree",
       .fix = "write [hosts] with the names of this server, or configure public_origins"});
}

// [csrf.referer] has no list of its own.
void SnapshotBuilder::warn_of_nobody_trusted() {
  const Guards& guards = snapshot_->guards_;
  if (!guards.csrf_referer.is_on) return;
  const auto& rules = snapshot_->rules_;
  const bool trusts_somebody =
      guards.csrf_trust.origins ? !guards.csrf_trust.origins->is_empty()
                                : std::any_of(rules.begin(), rules.end(), [](const RuleInfo& rule) {
                                    return rule.cors && grants_listed_with_credentials(*rule.cors);
                                  });
  if (trusts_somebody) return;
  problems_.add({.severity = Severity::Warning,
                 .code = "setting-has-no-effect",
                 .path = "csrf.referer.enabled",
                 .value = "true",
                 .place = policy_.csrf.referer.enabled.place(),
                 .what = "no page is trusted: csrf.trusted_origins names none, and without it "
                         "[cors] grants none with credentials",
                 .fix = "name the pages in csrf.trusted_origins"});
}

void SnapshotBuilder::take_cors() {
  const CorsPolicy& cors = policy_.cors;
  const auto records = cors_records_.with_scope(TrustedOrigin::ScopeType::Cors);
  if (!cors.is_present()) {
    leave_only("cors", {});
    if (records.empty()) return;
    problems_.add({.severity = Severity::Warning,
                   .code = "records-without-cors",
                   .path = "trusted_origins",
                   .place = records.front().place,
                   .what = "without [cors] no record grants anything",
                   .fix = "write [cors], or take the scope CORS out of the records"});
    return;
  }
  if (cors.rules.size() > kRuleLimit) {
    error("too-many-rules", "cors.rules", std::to_string(cors.rules.size()), cors.place,
          "a policy has at most " + std::to_string(kRuleLimit) + " rules",
          "put paths with the same grants into one rule");
    return;
  }
  cors_ = effective_cors(cors, problems_);
  cors_.rules.record_origins = records;
  keep_idle_records();
  add_cors_rule();
  add_excluded_rule();
  for (std::size_t i = 0; i < cors.rules.size(); ++i) add_rule(i);
  build_path_tables();
  add_ambiguous_variant();
  if (!cors.enabled.value_or(profile_of(cors).is_enabled))
    return leave_only("cors.enabled", cors.enabled.place());
  snapshot_->known_origin_sets_ = compiler_.take_origin_sets();
}

Result<Compiled, Report> SnapshotBuilder::run() {
  check_document(policy_, problems_);
  take_guards();
  take_cors();
  warn_of_own_origin_by_host();
  warn_of_nobody_trusted();
  if (options_.has_lints) lint_policy(policy_, options_.now, problems_);
  const bool has_errors = problems_.has_errors();
  std::vector<Problem> problems = problems_.take();
  Report report(std::move(problems), policy_.sources, problems_.take_silenced());
  if (has_errors) return fail(std::move(report));
  const bool grants = snapshot_->rules_.front().cors != nullptr;
  snapshot_->next_expiry_ =
      sooner(guard_records_.next_expiry(),
             grants ? cors_records_.next_expiry() : decltype(snapshot_->next_expiry_)());
  snapshot_->revision_ = policy_.revision;
  snapshot_->sources_ = policy_.sources;
  snapshot_->shadow_file_ = policy_.shadow.file.value_or("");
  snapshot_->profile_ = profile_of(policy_.cors).name;
  snapshot_->has_debug_ = policy_.cors.debug.value_or(false);
  snapshot_->has_debug_headers_ = policy_.cors.debug_headers.value_or(false);
  return Compiled{.snapshot = std::move(snapshot_), .warnings = std::move(report)};
}

Result<Compiled, Report> compile_policy(const Policy& policy, const CompileOptions& options) {
  return SnapshotBuilder(policy, options).run();
}

}  // namespace corsac
