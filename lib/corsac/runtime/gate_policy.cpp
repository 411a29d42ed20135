// Where a gate's policy comes from, and what is known of it. Entry: make_gate, open_gate. Test:
// tests/runtime/open_gate_test.cpp, tests/runtime/gate_test.cpp.

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "corsac/runtime/gate_state.hpp"
#include "corsac/runtime/joined_report.hpp"
#include "corsac/runtime/judgement.hpp"
#include "corsac/runtime/shadow_comparison.hpp"

namespace corsac {
namespace {

ApplicationFacts application_facts(const GateOptions& options) {
  return {.has_public_origins = !options.public_origins.empty(),
          .has_applies_to = static_cast<bool>(options.applies_to)};
}

}  // namespace

void Gate::State::make_shadow(const GateOptions& options, std::optional<StoreConfig> store) {
  shadow = std::make_unique<ShadowPolicy>(
      std::move(store), options.records, clock,
      ShadowOwner{.application = application_facts(options),
                  .publish = [this](SnapshotPtr next) { beside.set_candidate(std::move(next)); },
                  .log = SinkCalls::watched(sink_calls, options.log)});
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
