// Compiles [hosts], [csrf], [redirects] and [frames], and puts the stages of a rule in order.
// Entries: compile_guards, guards_at_start, trust_nobody, make_pipeline. Spec: policy document, 1
// and 4. Test: tests/policy/guards_test.cpp.

#include "corsac/policy/guards.hpp"

#include <cstddef>
#include <set>
#include <utility>

#include "corsac/policy/near_origin.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/selectors.hpp"
#include "corsac/policy/stage_by_path.hpp"
#include "corsac/stage/cors/cors_stage.hpp"
#include "corsac/stage/guard_origins.hpp"

namespace corsac {
namespace {

constexpr std::uint32_t kGuarded = 0;
constexpr std::uint32_t kExempt = 1;

constexpr std::uint32_t kNoPages = 0;
constexpr std::uint32_t kPages = 1;
constexpr std::uint32_t kEnduserPages = 2;
constexpr std::string_view kOwnFramesOnly = "frame-ancestors 'self'";
constexpr std::string_view kEnduserApp = "OKTA_ENDUSER";

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
    take_frames();
    return std::move(guards_);
  }

 private:
  void take_hosts();
  void take_csrf();
  void take_redirects();
  void take_frames();
  void make_frames_stage();
  [[nodiscard]] std::string directive(std::string_view app);
  struct Origins {
    std::shared_ptr<const OriginSet> set = {};
    Guards::Patterns patterns = {};
  };
  [[nodiscard]] Origins origins_of(const GuardOriginRules& rules);
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

GuardCompiler::Origins GuardCompiler::origins_of(const GuardOriginRules& rules) {
  std::vector<Problem> found;
  GuardOrigins origins = compile_guard_origins(rules, found);
  problems_.add_all(std::move(found));
  std::vector<OriginPattern>& patterns = origins.patterns;
  if (patterns.size() > kNearMissPatterns) {
    patterns.erase(patterns.begin() + std::ptrdiff_t{kNearMissPatterns}, patterns.end());
    patterns.shrink_to_fit();
  }
  return {std::move(origins.set),
          std::make_shared<const std::vector<OriginPattern>>(std::move(patterns))};
}

// A section that is switched off is checked all the same.
void GuardCompiler::take_csrf() {
  const CsrfPolicy& csrf = policy_.csrf;
  if (!csrf.is_present()) return;
  guards_.has_csrf = csrf.enabled.value_or(true);
  guards_.csrf_referer = compile_csrf_referer(csrf.referer, problems_);
  guards_.csrf_cookie = compile_csrf_cookie(csrf, guards_.hosts, problems_);
  guards_.csrf_place =
      place_of(csrf.trusted_origins.is_set() ? csrf.trusted_origins.place() : csrf.place);
  if (csrf.trusted_origins.is_set()) {
    Origins origins = origins_of({.field = "csrf.trusted_origins",
                                  .origins = placed(csrf.trusted_origins),
                                  .demands = {.is_secure = true}});
    guards_.csrf_trust.origins = std::move(origins.set);
    guards_.csrf_patterns = std::move(origins.patterns);
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
  Origins origins = origins_of({.field = "redirects.allowed_origins",
                                .origins = placed(redirects.allowed_origins),
                                .records = records_.with_scope(TrustedOrigin::ScopeType::Redirect),
                                .demands = {.is_web = true}});
  guards_.redirect_patterns = std::move(origins.patterns);
  guards_.redirects = std::make_shared<const RedirectGuard>(RedirectGuard::Rules{
      .origins = std::move(origins.set), .parameters = names.values().to_strings()});
}

// Records that are repeated say the same.
std::string GuardCompiler::directive(std::string_view app) {
  std::string text(kOwnFramesOnly);
  std::set<std::string> known;
  std::vector<Problem> found;
  for (const auto& record : records_.with_scope(TrustedOrigin::ScopeType::IframeEmbed, app)) {
    const auto pattern = take_record(record, {.is_secure = true}, found);
    if (!pattern || !known.insert(pattern->text).second) continue;
    if (text.size() + 1 + pattern->text.size() > kFrameAncestorsLimitBytes) {
      found.push_back(record_not_granted(
          record, {"frame-ancestors has no room for it",
                   "take out records with scope IFRAME_EMBED that nobody needs"}));
      continue;
    }
    text += ' ' + pattern->text;
  }
  problems_.add_all(std::move(found));
  return text;
}

// Without `paths` every page is guarded. What could be a page of either list gets the shorter one.
void GuardCompiler::make_frames_stage() {
  const FramesPolicy& frames = policy_.frames;
  const auto pages = std::make_shared<const FrameAncestors>(FrameList::Pages);
  if (!frames.paths.is_set() && frames.enduser_paths.size() == 0) {
    guards_.frames = pages;
    return;
  }
  std::vector<PathSelector> selectors;
  if (frames.paths.size() != 0) {
    selectors.push_back(path_selector(frames.paths, kPages, "frames"));
  }
  if (frames.enduser_paths.size() != 0) {
    selectors.push_back(path_selector(frames.enduser_paths, kEnduserPages, "frames.enduser_paths"));
  }
  std::vector<Problem> found;
  auto table = std::make_shared<const PathTable>(PathTable::build(
      selectors, frames.paths.is_set() ? kNoPages : kPages, found, policy_.sources));
  problems_.add_all(std::move(found));
  const auto enduser_pages = std::make_shared<const FrameAncestors>(FrameList::EnduserPages);
  guards_.frames = std::make_shared<const StageByPath>(
      std::move(table), std::vector<std::shared_ptr<const Stage>>{nullptr, pages, enduser_pages},
      frames.enduser_paths.size() == 0 ? kPages : kEnduserPages);
}

void GuardCompiler::take_frames() {
  const FramesPolicy& frames = policy_.frames;
  if (!frames.is_present()) return;
  if (frames.paths.is_set() && frames.paths.size() == 0 && frames.enduser_paths.size() == 0) {
    problems_.add({.severity = Severity::Error,
                   .code = "rule-selects-nothing",
                   .path = "frames.paths",
                   .place = frames.paths.place(),
                   .what = "an empty list guards no page",
                   .fix = "take it out to guard every page, or take [frames] out"});
    return;
  }
  guards_.frame_ancestors = directive({});
  guards_.enduser_frame_ancestors = directive(kEnduserApp);
  guards_.frames_are_report_only = frames.report_only.value_or(false);
  make_frames_stage();
}

std::shared_ptr<const Stage> csrf_stage(const Guards& guards,
                                        const std::shared_ptr<const CompiledCors>& cors) {
  CsrfTrust trust = guards.csrf_trust;
  trust.cors = cors;
  auto guard = std::make_shared<const CsrfGuard>(std::move(trust));
  if (!guards.csrf_exempt_paths) return guard;
  return std::make_shared<const StageByPath>(
      guards.csrf_exempt_paths, std::vector<std::shared_ptr<const Stage>>{guard, nullptr},
      kGuarded);
}

}  // namespace

std::string_view Guards::directive_of(FrameList list) const noexcept {
  if (list == FrameList::None) return {};
  return list == FrameList::Pages ? frame_ancestors : enduser_frame_ancestors;
}

Pipeline make_pipeline(const Guards& guards, const std::shared_ptr<const CompiledCors>& cors) {
  std::vector<std::shared_ptr<const Stage>> stages;
  if (guards.host_guard) stages.push_back(guards.host_guard);
  if (cors) stages.push_back(std::make_shared<const CorsStage>(cors));
  if (guards.has_csrf) stages.push_back(csrf_stage(guards, cors));
  if (guards.has_redirects) stages.push_back(guards.redirects);
  if (guards.frames) stages.push_back(guards.frames);
  return Pipeline(std::move(stages));
}

Guards guards_at_start() {
  Guards guards;
  guards.has_csrf = true;
  guards.csrf_trust.is_own_by_host = false;
  guards.frames = std::make_shared<const FrameAncestors>(FrameList::Pages);
  guards.frame_ancestors = kOwnFramesOnly;
  return guards;
}

void trust_nobody(Guards& guards) {
  if (!guards.csrf_trust.origins) return;
  guards.csrf_trust.origins = OriginSet::build({}, {}, OriginSet::random_seed());
  guards.csrf_patterns.reset();
  guards.csrf_place.clear();  // nothing that stands in the policy is the cause
}

Guards compile_guards(const Policy& policy, RecordsInForce& records, ProblemList& problems) {
  return GuardCompiler(policy, records, problems).run();
}

}  // namespace corsac
