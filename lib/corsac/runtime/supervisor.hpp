#pragma once

// Keeps one policy fresh: decides when to read, compiles what came, publishes it, and says what is
// the matter. Owns timers and publication; never calls a plugin itself.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "corsac/base/clock.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_worker.hpp"

namespace corsac {

enum class StoreState : unsigned char {
  Starting,  // no policy yet
  Fresh,     // the newest document is in force
  Degraded,  // the store's newest document is invalid; the last good one is in force
  Stale,     // the store cannot be reached; the last good one is in force, for max_stale at most
  Closed,    // no policy may be used: every cross-origin request is refused
};

[[nodiscard]] std::string_view to_text(StoreState state) noexcept;  // "fresh"

// One picture of the supervisor, for status, metrics and logs.
struct StoreStatus {
  StoreState state = StoreState::Starting;
  std::string source = {};                                    // "toml: policy.toml"
  std::string revision = {};                                  // of the policy in force
  std::chrono::system_clock::time_point loaded_at = {};       // of the policy in force
  std::chrono::system_clock::time_point last_answer_at = {};  // the store last answered
  std::string last_error = {};  // first line of the last report or failure; empty = none
  Report last_report = {};      // of the newest document
  std::uint64_t loads = 0;      // documents taken
  std::uint64_t failures = 0;   // documents refused and reads that failed
  std::chrono::milliseconds next_try_in{0};
};

struct SupervisorCallbacks {
  // On the supervisor's thread, one after the other.
  std::function<void(SnapshotPtr)> publish = {};
  LogSink log = {};
};

class Supervisor {
 public:
  // Loads the plugin, opens the store, reads and compiles once. The error side: what was wrong,
  // when on_start_failure is Fail. Otherwise a policy, or the closed one, has been published.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>, Report> start(
      StoreConfig config, std::shared_ptr<const Clock> clock, SupervisorCallbacks callbacks);
  ~Supervisor();  // stops and joins; nothing is published after it

  // Read now. With `wait`, returns when that read has been judged or `deadline` is over; the answer
  // is the report of that document (errors: it was not taken).
  void request_reload();
  [[nodiscard]] Report reload_and_wait(std::chrono::milliseconds deadline);

  [[nodiscard]] StoreStatus status() const;

 private:
  struct State;
  explicit Supervisor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac
