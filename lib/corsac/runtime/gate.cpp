// The gate: takes the policy in force, asks the application's predicates, decides, counts, records.
// Entry: Gate::decide. What is asked beside and after a decision: gate_questions.cpp; the policy:
// gate_policy.cpp. Spec: policy document, 2 (predicates) and 4. Test: tests/runtime/gate_test.cpp.

#include "corsac/runtime/gate.hpp"

#include <chrono>
#include <exception>
#include <new>
#include <thread>
#include <utility>

#include "corsac/runtime/gate_state.hpp"
#include "corsac/runtime/shadow_comparison.hpp"

namespace corsac {

Gate::State::Begun Gate::State::begin(GateDecision& result) const noexcept {
  Begun begun;
  std::shared_ptr<const BesideSnapshot> known = beside.read();
  if (known->publication == slot.publication() && known->shadow == nullptr) {
    // One reference count for both: each costs more than the decision itself.
    begun.beside = known.get();
    result.snapshot = SnapshotPtr(std::move(known), begun.beside->snapshot.get());
  } else {
    result.snapshot = slot.read();  // may be another than a moment ago
    if (known->snapshot == result.snapshot) begun.beside = known.get();
    begun.kept = std::move(known);
  }
  result.decision.reset();
  result.extra_vary = {};
  result.shows_reason = result.snapshot->has_debug_headers();
  return begun;
}

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
    result.decision.reset();
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

void Gate::State::count(const GateDecision& result, const BesideSnapshot* known) noexcept {
  if (known != nullptr) return known->counts->count(result.decision);
  counters.count(result.decision);  // decided while the policy changed
}

void Gate::State::look_at_shadow(const RequestView& request, const GateDecision& result,
                                 const BesideSnapshot& known) noexcept {
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
  state_->begin(result);
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
  const State::Begun begun = state_->begin(result);
  const BesideSnapshot* const known = begun.beside;
  const bool is_timed = result.snapshot->has_debug();
  const Steady::time_point before = is_timed ? Steady::now() : Steady::time_point();
  const State::Answer applies = state_->decide_plainly(request, result);
  if (is_timed) state_->counters.count_decision_time(Steady::now() - before);
  state_->count(result, known);
  if (known != nullptr && known->shadow != nullptr && applies == State::Answer::Yes) {
    const std::shared_ptr<State> kept = state_;  // the sink may let go of the last other one
    kept->look_at_shadow(request, result, *known);
    return State::record(kept, request, result);
  }
  State::record(state_, request, result);
}

void Gate::decide_unparsed(GateDecision& result) noexcept {
  state_->begin(result);
  result.snapshot->decide(RequestView(), result.decision);
  const Snapshot& snapshot = *result.snapshot;
  const auto& cors = snapshot.rule(0).cors;
  const bool is_same_for_all = snapshot.has_one_rule() && snapshot.hosts().empty() &&
                               !state_->applies_to && cors && !cors->behaviour.enforces_methods;
  if (!is_same_for_all) result.decision.grant_count = 0;
}

}  // namespace corsac
