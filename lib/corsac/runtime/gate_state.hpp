#pragma once

// The inside of a Gate. Only gate*.cpp include it.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/beside_snapshot.hpp"
#include "corsac/runtime/code_policy.hpp"
#include "corsac/runtime/gate.hpp"
#include "corsac/runtime/gate_options.hpp"
#include "corsac/runtime/reported_once.hpp"
#include "corsac/runtime/shadow_policy.hpp"
#include "corsac/runtime/sink_calls.hpp"
#include "corsac/runtime/snapshot_slot.hpp"
#include "corsac/runtime/supervisor.hpp"

namespace corsac {

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
  // What stands beside the snapshot of a decision that begins.
  struct Begun {
    const BesideSnapshot* beside = nullptr;  // null where that is not published yet
    // Owns it where there is a candidate; else result.snapshot does, until the answer is finished.
    // A request that takes long must not keep each candidate that somebody tries meanwhile.
    std::shared_ptr<const BesideSnapshot> kept = {};
  };
  // Takes the snapshot in force, for a decision that has not begun.
  Begun begin(GateDecision& result) const noexcept;
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
      const std::uint64_t publication = slot.publish(std::move(next));
      beside.set_snapshot(snapshot, publication);
      shadow->follow(snapshot->shadow_file());
    };
  }
  // The candidate's own store, kept apart from that of the policy. `store` = null: there is none.
  void make_shadow(const GateOptions& options, std::optional<StoreConfig> store);
  void count(const GateDecision& result, const BesideSnapshot* known) noexcept;
  void look_at_shadow(const RequestView& request, const GateDecision& result,
                      const BesideSnapshot& known) noexcept;
};

}  // namespace corsac
