// The gate: takes the policy in force, asks the application's predicates, decides, counts, records.
// Entry: Gate::decide, make_gate, open_gate. Spec: policy document, 2 (predicates) and 4. Test:
// tests/runtime/gate_test.cpp, tests/runtime/open_gate_test.cpp.

#include "corsac/runtime/gate.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/beside_snapshot.hpp"
#include "corsac/runtime/code_policy.hpp"
#include "corsac/runtime/gate_options.hpp"
#include "corsac/runtime/joined_report.hpp"
#include "corsac/runtime/judgement.hpp"
#include "corsac/runtime/reported_once.hpp"
#include "corsac/runtime/shadow_comparison.hpp"
#include "corsac/runtime/shadow_policy.hpp"
#include "corsac/runtime/sink_calls.hpp"
#include "corsac/runtime/snapshot_slot.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "corsac/stage/cors/evaluate.hpp"
#include "corsac/stage/redirect_taint.hpp"

namespace corsac {
namespace {

ApplicationFacts application_facts(const GateOptions& options) {
  return {.has_public_origins = !options.public_origins.empty(),
          .has_applies_to = static_cast<bool>(options.applies_to)};
}

}  // namespace

struct Gate::State {
  const Predicate applies_to;
  const Predicate allow_request;
  const std::shared_ptr<const Clock> clock;
  const OwnOrigin own;
  const std::shared_ptr<SinkCalls> sink_calls = std::make_shared<SinkCalls>();
  Counters counters = {};
  EventLog events;
  SnapshotSlot slot;
  BesideSnapshots beside{counters};
  ReportedOnce replaced = {};  // routes whose handler set headers of ours
  Report warnings = {};
  // Behind `beside`, into which it publishes; before what tells it which file to follow.
  std::unique_ptr<ShadowPolicy> shadow = {};
  // Exactly one of the two. Last: they publish into the slot from threads of their own.
  std::unique_ptr<CodePolicy> code = {};
  std::unique_ptr<Supervisor> supervisor = {};

  State(const GateOptions& options, OwnOrigin::Config own_config)
      : applies_to(options.applies_to),
        allow_request(options.allow_request),
        clock(options.clock ? options.clock : std::make_shared<const SystemClock>()),
        own(std::move(own_config)),
        events(options.event_capacity, clock, SinkCalls::watched(sink_calls, options.event_sink)),
        slot(Snapshot::closed_at_start()) {}

  enum class Answer : unsigned char { No, Yes, Threw };
  [[nodiscard]] Answer ask(const Predicate& predicate, const RequestView& request,
                           std::string_view& looked_at) noexcept;
  // Sets whether the application says that the origin counts as listed.
  void ask_for_origin(RequestView& request, std::string_view& looked_at) noexcept;
  static void pass_by(const RequestView& request, GateDecision& result) noexcept;
  // What `applies_to` says of it; Yes without one.
  Answer decide(RequestView& request, GateDecision& result) noexcept;
  // The same for a request as it comes.
  Answer decide_plainly(RequestView& request, GateDecision& result) noexcept;
  // As the guard [csrf] has it, for which a predicate that throws grants nothing.
  [[nodiscard]] CsrfTrust csrf_trust(const Snapshot& snapshot, const RequestView& request) noexcept;
  // The event of a decision that has one. The gate may be gone after it: its sink may let go of it.
  static void record(const std::shared_ptr<State>& state, const RequestView& request,
                     const GateDecision& result) noexcept;
  // The event of a diagnostic about an answer that stays as it is.
  static void note(const std::shared_ptr<State>& state, const RequestView& request,
                   std::string_view value, Reason reason, int status,
                   const GateDecision& decided) noexcept;
  [[nodiscard]] std::function<void(SnapshotPtr)> publisher() {
    return [this](SnapshotPtr next) {
      const SnapshotPtr snapshot = next;
      slot.publish(std::move(next));
      beside.set_snapshot(snapshot);
      shadow->follow(snapshot->shadow_file());
    };
  }
  // The candidate's own store, kept apart from that of the policy. `store` = null: there is none.
  void make_shadow(const GateOptions& options, std::optional<StoreConfig> store);
  void count(const GateDecision& result, const BesideSnapshot& known) noexcept;
  void look_at_shadow(const RequestView& request, const GateDecision& result,
                      const BesideSnapshot& known) noexcept;
};

Gate::State::Answer Gate::State::ask(const Predicate& predicate, const RequestView& request,
                                     std::string_view& looked_at) noexcept {
  try {
    const PredicateAnswer answer = predicate(request);
    looked_at = answer.looked_at;
    return answer.yes ? Answer::Yes : Answer::No;
  } catch (...) {
    counters.count_predicate_failure();
    return Answer::Threw;
  }
}

void Gate::State::ask_for_origin(RequestView& request, std::string_view& looked_at) noexcept {
  if (!allow_request || !request.origin.is_present()) return;
  request.is_allowed_by_application = ask(allow_request, request, looked_at) == Answer::Yes;
}

// The application says that CORS does not apply: of an upgrade too, which an excluded path refuses.
void Gate::State::pass_by(const RequestView& request, GateDecision& result) noexcept {
  if (!request.is_websocket_upgrade) {
    return result.snapshot->decide_excluded(request, result.decision);
  }
  RequestView plain = request;
  plain.is_websocket_upgrade = false;
  result.snapshot->decide_excluded(plain, result.decision);
}

CsrfTrust Gate::State::csrf_trust(const Snapshot& snapshot, const RequestView& request) noexcept {
  std::string_view looked_at;
  const bool applies = !applies_to || ask(applies_to, request, looked_at) == Answer::Yes;
  return applies ? snapshot.csrf_trust(request) : snapshot.csrf_trust_excluded();
}

Gate::State::Answer Gate::State::decide(RequestView& request, GateDecision& result) noexcept {
  const Snapshot& snapshot = *result.snapshot;
  Answer applies = Answer::Yes;
  if (applies_to) applies = ask(applies_to, request, result.extra_vary[0]);
  if (applies == Answer::No) {
    pass_by(request, result);
    return applies;
  }
  ask_for_origin(request, result.extra_vary[1]);
  snapshot.decide(request, result.decision);
  // Nobody knows whether the policy applies. It must not grant, in case it does not; but it may
  // refuse, in case it does, and take away what a handler grants, and the answer varies.
  if (applies == Answer::Threw && result.decision.has_grant()) {
    const VaryOn vary = result.decision.vary;
    const HandlerHeaders handler_headers = result.decision.handler_headers;
    result.decision = Decision();
    snapshot.decide_excluded(request, result.decision);
    result.decision.vary = vary;
    result.decision.handler_headers = handler_headers;
  }
  return applies;
}

Gate::State::Answer Gate::State::decide_plainly(RequestView& request,
                                                GateDecision& result) noexcept {
  request.own = &own;
  request.is_allowed_by_application = false;
  return decide(request, result);
}

void Gate::State::make_shadow(const GateOptions& options, std::optional<StoreConfig> store) {
  shadow = std::make_unique<ShadowPolicy>(
      std::move(store), options.records, clock,
      ShadowOwner{.application = application_facts(options),
                  .publish = [this](SnapshotPtr next) { beside.set_candidate(std::move(next)); },
                  .log = SinkCalls::watched(sink_calls, options.log)});
}

void Gate::State::count(const GateDecision& result, const BesideSnapshot& known) noexcept {
  if (known.snapshot == result.snapshot) return known.counts->count(result.decision);
  counters.count(result.decision);  // decided while the policy changed
}

void Gate::State::look_at_shadow(const RequestView& request, const GateDecision& result,
                                 const BesideSnapshot& known) noexcept {
  if (known.snapshot != result.snapshot) return;
  Decision decision;
  const auto change = known.shadow->compare(request, result.decision, decision);
  if (!change) return;
  try {
    events.record(make_shadow_event(*known.shadow, request, result.decision, decision, *change),
                  *change);
  } catch (...) {
    counters.count_event_failure();
  }
}

namespace {

void begin(const SnapshotSlot& slot, GateDecision& result) noexcept {
  result.snapshot = slot.read();
  result.decision = Decision();
  result.extra_vary = {};
  result.shows_reason = result.snapshot->has_debug_headers();
}

}  // namespace

Gate::Gate(std::shared_ptr<State> state) : state_(std::move(state)) {}

// A sink may hold the last reference: its thread cannot be waited for here.
Gate::~Gate() {
  if (!state_->sink_calls->is_inside()) return;
  auto* const left = new (std::nothrow) std::shared_ptr<State>(std::move(state_));
  try {
    if (left != nullptr) std::thread([left] { delete left; }).detach();
  } catch (const std::exception&) {
    // No thread to end it on: it is left as it is, which grants nothing to anybody any more.
  }
}

void Gate::decide_again(RequestView& request, GateDecision& result) noexcept {
  begin(state_->slot, result);
  static_cast<void>(state_->decide_plainly(request, result));
}

void Gate::State::record(const std::shared_ptr<State>& state, const RequestView& request,
                         const GateDecision& result) noexcept {
  if (result.decision.reason == Reason::None || !result.snapshot->has_debug()) return;
  // The sink may let go of the last other reference, which `state` may be.
  const std::shared_ptr<State> kept = state;  // NOLINT(performance-unnecessary-copy-initialization)
  try {
    kept->events.record(*result.snapshot, request, result.decision);
  } catch (...) {
    kept->counters.count_event_failure();
  }
}

void Gate::decide(RequestView& request, GateDecision& result) noexcept {
  using Steady = std::chrono::steady_clock;
  begin(state_->slot, result);
  const bool is_timed = result.snapshot->has_debug();
  const Steady::time_point before = is_timed ? Steady::now() : Steady::time_point();
  const State::Answer applies = state_->decide_plainly(request, result);
  if (is_timed) state_->counters.count_decision_time(Steady::now() - before);
  const auto known = state_->beside.read();
  state_->count(result, *known);
  if (known->shadow != nullptr && applies == State::Answer::Yes) {
    const std::shared_ptr<State> kept = state_;  // the sink may let go of the last other one
    kept->look_at_shadow(request, result, *known);
    return State::record(kept, request, result);
  }
  State::record(state_, request, result);
}

bool Gate::may_redirect(std::string_view url) const noexcept {
  const auto& own = state_->own.public_origins();
  const SnapshotPtr snapshot = state_->slot.read();
  const auto may = [&](PageScheme page) {
    return snapshot->guards().redirects->allows(url, page, &state_->own);
  };
  const auto has = [&own](std::string_view scheme) {
    return own.empty() || std::any_of(own.begin(), own.end(), [scheme](const std::string& origin) {
             return origin.starts_with(scheme);
           });
  };
  const bool is_https = has("https://");
  const bool is_http = has("http://") || !is_https;
  return (!is_https || may(PageScheme::Https)) && (!is_http || may(PageScheme::Http));
}

bool Gate::may_upgrade(RequestView request) noexcept {
  GateDecision result;
  request.is_websocket_upgrade = true;
  decide_again(request, result);
  Decision& decision = result.decision;
  if (decision.outcome == Outcome::Pass && !result.snapshot->rule(decision.rule).cors) {
    static const CompiledCors nobody = {.is_excluded = true};
    evaluate(nobody, request, decision);
  }
  state_->count(result, *state_->beside.read());
  State::record(state_, request, result);
  return decision.outcome == Outcome::Pass;
}

CrossSiteTrust Gate::trusted_cross_site(RequestView request) noexcept {
  request.own = &state_->own;
  const SnapshotPtr snapshot = state_->slot.read();
  return corsac::trusted_cross_site(snapshot->guards().csrf_referer,
                                    state_->csrf_trust(*snapshot, request), request);
}

CsrfVerdict Gate::check_csrf(RequestView request, CsrfSubmission submission) noexcept {
  request.own = &state_->own;
  const SnapshotPtr snapshot = state_->slot.read();
  const Guards& guards = snapshot->guards();
  if (submission.cookie_name.empty() && guards.csrf_cookie) {
    submission.cookie_name = guards.csrf_cookie->app_cookie_name;
  }
  std::string_view looked_at;
  state_->ask_for_origin(request, looked_at);
  return corsac::check_csrf(guards.csrf_referer, state_->csrf_trust(*snapshot, request), request,
                            submission);
}

CrossDomainCookie Gate::cross_domain_cookie(RequestView request,
                                            const CrossDomainCookieFacts& facts) {
  request.own = &state_->own;
  const SnapshotPtr snapshot = state_->slot.read();
  const Guards& guards = snapshot->guards();
  const CrossSiteTrust trust = corsac::trusted_cross_site(
      guards.csrf_referer, state_->csrf_trust(*snapshot, request), request);
  return corsac::cross_domain_cookie(guards.csrf_cookie.get(), trust, facts);
}

Gate::FrameDirective Gate::frame_directive(const GateDecision& decided) noexcept {
  const Guards& guards = decided.snapshot->guards();
  return {.text = guards.directive_of(decided.decision.frames),
          .is_report_only = guards.frames_are_report_only};
}

bool Gate::allows_location(const GateDecision& decided, std::string_view location) const noexcept {
  const PageScheme page = decided.decision.is_https_page ? PageScheme::Https : PageScheme::Http;
  return decided.snapshot->guards().redirects->allows(location, page, &state_->own);
}

void Gate::refuse_location(RequestView& request, std::string_view location,
                           GateDecision& decided) noexcept {
  Decision& decision = decided.decision;
  request.own = &state_->own;
  decision.outcome = Outcome::Refuse;
  decision.status = 403;
  decision.reason = Reason::RedirectNotAllowed;
  decision.offending = shown_target(location);
  state_->counters.count_late_reason(decision.reason);
  State::record(state_, request, decided);
  decision.offending = {};  // the caller takes the header away
}

void Gate::State::note(const std::shared_ptr<State>& state, const RequestView& request,
                       std::string_view value, Reason reason, int status,
                       const GateDecision& decided) noexcept {
  GateDecision noted = decided;
  noted.decision.reason = reason;
  noted.decision.offending = value;
  noted.decision.status = static_cast<std::uint16_t>(status);
  record(state, request, noted);
}

void Gate::note_redirect(RequestView& request, std::string_view location, int status,
                         const GateDecision& decided) noexcept {
  request.own = &state_->own;
  try {
    if (!taints_origin(request, location)) return;
  } catch (...) {
    return state_->counters.count_event_failure();
  }
  state_->counters.count_late_reason(Reason::RedirectToOtherOrigin);
  State::note(state_, request, shown_target(location), Reason::RedirectToOtherOrigin, status,
              decided);
}

void Gate::note_handler_headers(RequestView& request, std::string_view route, int status,
                                const GateDecision& decided) noexcept {
  request.own = &state_->own;
  state_->counters.count_handler_headers_replaced();
  if (!decided.snapshot->has_debug()) return;
  const RuleInfo& rule = decided.snapshot->rule(decided.decision.rule);
  if (route.empty()) route = rule.has_paths ? std::string_view(rule.field) : request.path;
  if (!state_->replaced.is_new(decided.snapshot->revision(), route)) return;
  State::note(state_, request, {}, Reason::HandlerHeadersReplaced, status, decided);
}

bool Gate::is_proved_own(const RequestView& request) const noexcept {
  if (request.origin.is_repeated()) return false;
  const HeaderField& site = request.sec_fetch_site;
  if (!request.origin.is_present() && site.lines == 1 && site.value == "none") return true;
  if (state_->own.is_same_origin_whatever_host(request)) return true;
  const bool has_host_guard = state_->slot.read()->guards().host_guard != nullptr;
  return has_host_guard && state_->own.is_origin_of_host(request);
}

void Gate::refuse_forward(RequestView& request, GateDecision& decided) noexcept {
  begin(state_->slot, decided);
  request.own = &state_->own;
  decided.snapshot->decide(request, decided.decision);  // which rule, for the event
  Decision& decision = decided.decision;
  decision.outcome = Outcome::Refuse;
  decision.status = 403;
  decision.reason = Reason::ForwardNotAllowed;
  decision.offending =
      request.origin.is_present() ? request.origin.value : request.sec_fetch_site.value;
  decision.grant_count = 0;
  state_->counters.count_late_reason(decision.reason);
  State::record(state_, request, decided);
  decision.offending = {};  // the request may go before the decision
}

void Gate::decide_unparsed(GateDecision& result) noexcept {
  begin(state_->slot, result);
  result.snapshot->decide(RequestView(), result.decision);
  const Snapshot& snapshot = *result.snapshot;
  const auto& cors = snapshot.rule(0).cors;
  const bool is_same_for_all = snapshot.has_one_rule() && snapshot.hosts().empty() &&
                               !state_->applies_to && cors && !cors->behaviour.enforces_methods;
  if (!is_same_for_all) result.decision.grant_count = 0;
}

SnapshotPtr Gate::snapshot() const noexcept { return state_->slot.read(); }

const OwnOrigin& Gate::own_origin() const noexcept { return state_->own; }

Counters& Gate::counters() noexcept { return state_->counters; }

const Counters& Gate::counters() const noexcept { return state_->counters; }

const EventLog& Gate::events() const noexcept { return state_->events; }

StoreStatus Gate::status() const {
  return state_->supervisor ? state_->supervisor->status() : state_->code->status();
}

std::optional<StoreStatus> Gate::records_status() const {
  return state_->supervisor ? state_->supervisor->records_status() : std::nullopt;
}

std::vector<KeptPolicy> Gate::last_policies() const {
  return state_->supervisor ? state_->supervisor->last_policies() : std::vector<KeptPolicy>();
}

std::optional<ShadowStatus> Gate::shadow_status() const {
  auto status = state_->shadow->status();
  if (!status) return status;
  const auto known = state_->beside.read();
  if (known->shadow) status->counts = known->shadow->counts();
  return status;
}

void Gate::request_reload() {
  state_->shadow->request_reload();
  if (state_->supervisor) state_->supervisor->request_reload();
}

Report Gate::reload_and_wait(std::chrono::milliseconds deadline) {
  state_->shadow->request_reload();
  return state_->supervisor ? state_->supervisor->reload_and_wait(deadline) : Report();
}

void Gate::reload_shadow_and_wait(std::chrono::milliseconds deadline) {
  state_->shadow->reload_and_wait(deadline);
}

void Gate::withdraw(std::vector<RecordWithdrawal> withdrawn) {
  if (state_->supervisor) state_->supervisor->withdraw(std::move(withdrawn));
}

Report Gate::try_policy(Policy policy, std::vector<Problem> reader_problems) const {
  const JudgementBasis basis =
      state_->supervisor ? state_->supervisor->basis() : state_->code->basis();
  return judge_document(std::move(policy), std::move(reader_problems), basis).report;
}

Result<Report, Report> Gate::replace_policy(const Policy& policy) {
  if (state_->code) return state_->code->replace(policy);
  return fail(Report({Problem{.code = "gate-has-store",
                              .what = "the policy of this gate comes from a store",
                              .fix = "change it there, or make the gate with make_gate"}}));
}

const Report& Gate::warnings() const noexcept { return state_->warnings; }

Result<std::shared_ptr<Gate>, Report> make_gate(Policy policy, const GateOptions& options) {
  std::vector<Problem> problems;
  const OwnOrigin::Config own = own_origin_config(options, problems);
  if (options.records) {
    problems.push_back({.code = "option-records",
                        .path = "options.records",
                        .what = "a policy made in code has no store beside it",
                        .fix = "write the records into trusted_origins, or use open_gate"});
  }
  auto state = std::make_unique<Gate::State>(options, own);
  state->make_shadow(options, std::nullopt);
  state->code =
      std::make_unique<CodePolicy>(state->clock, application_facts(options), state->publisher());
  const auto taken = state->code->replace(std::move(policy));
  state->warnings = joined_report(std::move(problems), "options", taken ? *taken : taken.error());
  if (state->warnings.has_errors()) return fail(std::move(state->warnings));
  return std::shared_ptr<Gate>(new Gate(std::move(state)));
}

Result<std::shared_ptr<Gate>, Report> open_gate(StoreConfig config, const GateOptions& options) {
  std::vector<Problem> problems;
  const OwnOrigin::Config own = own_origin_config(options, problems);
  const bool has_wrong_options = !problems.empty();
  auto state = std::make_unique<Gate::State>(options, own);
  state->make_shadow(options, config);
  // With wrong options as well: what is wrong with the store and its policy is told at once.
  auto supervisor = Supervisor::start(std::move(config), state->clock,
                                      {.application = application_facts(options),
                                       .publish = state->publisher(),
                                       .log = SinkCalls::watched(state->sink_calls, options.log)},
                                      options.records);
  state->warnings =
      joined_report(std::move(problems), "options",
                    supervisor ? (*supervisor)->warnings_at_start() : supervisor.error());
  if (!supervisor || has_wrong_options) return fail(std::move(state->warnings));
  state->supervisor = std::move(*supervisor);
  return std::shared_ptr<Gate>(new Gate(std::move(state)));
}

Result<std::shared_ptr<Gate>, Report> open_gate(const std::filesystem::path& file,
                                                const GateOptions& options) {
  StoreConfig config;
  config.settings.emplace_back("file", file.string());
  return open_gate(std::move(config), options);
}

}  // namespace corsac
