// Compiles [hosts], [csrf] and [redirects], and puts the stages of a rule in order. Entries:
// compile_guards, guards_at_start, make_pipeline. Spec: policy document, 1 and 4. Test:
// tests/policy/guards_test.cpp.

#include "corsac/policy/guards.hpp"

#include <utility>

#include "corsac/policy/report.hpp"
#include "corsac/policy/selectors.hpp"
#include "corsac/policy/stage_by_path.hpp"
#include "corsac/stage/cors/cors_stage.hpp"
#include "corsac/stage/guard_origins.hpp"

namespace corsac {
namespace {

constexpr std::uint32_t kGuarded = 0;
constexpr std::uint32_t kExempt = 1;

std::vector<PlacedText> placed(const Names& names) {
  std::vector<PlacedText> entries;
  for (std::size_t i = 0; i < names.size(); ++i) {
    entries.push_back({.text = names.values()[i], .place = names.place(i)});
  }
  return entries;
}

class GuardCompiler {
 public:
  GuardCompiler(const Policy& policy, RecordsInForce& records, ProblemList& problems)
      : policy_(policy), records_(records), problems_(problems) {}

  Guards run() {
    take_hosts();
    take_csrf();
    take_redirects();
    return std::move(guards_);
  }

 private:
  void take_hosts();
  void take_csrf();
  void take_redirects();
  [[nodiscard]] std::shared_ptr<const OriginSet> origins_of(const GuardOriginRules& rules);
  [[nodiscard]] std::string place_of(Place place) const {
    return place.is_known() ? place_text(place, policy_.sources) : std::string();
  }

  const Policy& policy_;
  RecordsInForce& records_;
  ProblemList& problems_;
  Guards guards_ = {};
};

void GuardCompiler::take_hosts() {
  const Names& allowed = policy_.hosts.allowed;
  if (!allowed.is_set()) return;
  if (allowed.size() == 0) {
    problems_.add({.severity = Severity::Error,
                   .code = "hosts-nothing-allowed",
                   .path = "hosts.allowed",
                   .place = allowed.place(),
                   .what = "an empty list would refuse every request",
                   .fix = "name the hosts, or take [hosts] out"});
    return;
  }
  guards_.hosts = parse_hosts(allowed, "hosts.allowed", problems_);
  guards_.hosts_place = place_of(allowed.place());
  guards_.host_guard = std::make_shared<const HostGuard>(guards_.hosts);
}

std::shared_ptr<const OriginSet> GuardCompiler::origins_of(const GuardOriginRules& rules) {
  std::vector<Problem> found;
  auto set = compile_guard_origins(rules, found);
  problems_.add_all(std::move(found));
  return set;
}

// A section that is switched off is checked all the same.
void GuardCompiler::take_csrf() {
  const CsrfPolicy& csrf = policy_.csrf;
  if (!csrf.is_present()) return;
  guards_.has_csrf = csrf.enabled.value_or(true);
  guards_.csrf_place =
      place_of(csrf.trusted_origins.is_set() ? csrf.trusted_origins.place() : csrf.place);
  if (csrf.trusted_origins.is_set()) {
    guards_.csrf_trust.origins = origins_of({.field = "csrf.trusted_origins",
                                             .origins = placed(csrf.trusted_origins),
                                             .demands = {.is_secure = true}});
  }
  if (csrf.exempt_paths.size() == 0) return;
  std::vector<Problem> found;
  guards_.csrf_exempt_paths = std::make_shared<const PathTable>(
      PathTable::build({path_selector(csrf.exempt_paths, kExempt, "csrf.exempt_paths")}, kGuarded,
                       found, policy_.sources));
  problems_.add_all(std::move(found));
}

void GuardCompiler::take_redirects() {
  const RedirectsPolicy& redirects = policy_.redirects;
  guards_.has_redirects = redirects.is_present() && redirects.enabled.value_or(true);
  guards_.redirects_place = place_of(
      redirects.allowed_origins.is_set() ? redirects.allowed_origins.place() : redirects.place);
  const Names& names = redirects.parameters;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names.values()[i].empty()) continue;
    problems_.add({.severity = Severity::Error,
                   .code = "parameter-empty",
                   .path = "redirects.parameters[" + std::to_string(i) + ']',
                   .place = names.place(i),
                   .what = "a parameter has a name",
                   .fix = "write the name, as in \"redirect_uri\""});
  }
  guards_.redirects = std::make_shared<const RedirectGuard>(RedirectGuard::Rules{
      .origins = origins_of({.field = "redirects.allowed_origins",
                             .origins = placed(redirects.allowed_origins),
                             .records = records_.with_scope(TrustedOrigin::ScopeType::Redirect),
                             .demands = {.is_web = true}}),
      .parameters = names.values()});
}

std::shared_ptr<const Stage> csrf_stage(const Guards& guards,
                                        const std::shared_ptr<const CompiledCors>& cors) {
  CsrfGuard::Trust trust = guards.csrf_trust;
  trust.cors = cors;
  auto guard = std::make_shared<const CsrfGuard>(std::move(trust));
  if (!guards.csrf_exempt_paths) return guard;
  return std::make_shared<const StageByPath>(
      guards.csrf_exempt_paths, std::vector<std::shared_ptr<const Stage>>{guard, nullptr},
      kGuarded);
}

}  // namespace

Pipeline make_pipeline(const Guards& guards, std::shared_ptr<const CompiledCors> cors) {
  std::vector<std::shared_ptr<const Stage>> stages;
  if (guards.host_guard) stages.push_back(guards.host_guard);
  if (cors) stages.push_back(std::make_shared<const CorsStage>(cors));
  if (guards.has_csrf) stages.push_back(csrf_stage(guards, cors));
  if (guards.has_redirects) stages.push_back(guards.redirects);
  return Pipeline(std::move(stages));
}

Guards guards_at_start() {
  Guards guards;
  guards.has_csrf = true;
  guards.csrf_trust.is_own_by_host = false;
  return guards;
}

Guards compile_guards(const Policy& policy, RecordsInForce& records, ProblemList& problems) {
  return GuardCompiler(policy, records, problems).run();
}

}  // namespace corsac
