#pragma once

// A store in this process that does what a test says, behind the real plugin contract. For what a
// shared library is needed for, see tests/plugins/broken.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_loader.hpp"

namespace corsac::test {

// Safe from any thread. What a thread that was left behind may touch outlives this object.
class FakeStore {
 public:
  FakeStore();
  ~FakeStore();
  FakeStore(const FakeStore&) = delete;
  FakeStore& operator=(const FakeStore&) = delete;

  [[nodiscard]] LoadedPlugin plugin() const;
  // Opens this store; short waits.
  [[nodiscard]] StoreConfig config() const;

  // What reads that begin from now on answer: a JSON document of the source "fake.json", complete
  // in the state `revision`. At first: {} without a revision.
  void give(std::string json, std::string revision);
  // From now on the store says that its document is complete and well, whatever feed_json found.
  void ignore_wrong_json();
  // Or a status of corsac_status without a document.
  void answer(std::int32_t status);
  // What a store that has no document asks the core for from now on; 0 = nothing.
  void ask_for_pause(std::chrono::nanoseconds pause);
  // The next read that gives a document says that another server gives it.
  void switch_server();
  // What the next opens answer; CORSAC_INVALID comes with the problem setting-value.
  void answer_open(std::int32_t status);

  enum class Interrupts : unsigned char { Heard, Ignored };
  // Reads wait from now on until release(), or until they are interrupted.
  void hold(Interrupts interrupts = Interrupts::Heard);
  void release();

  // The store says that its document changed. Only while it is open.
  void call_changed();

  // What the host said at the begin of each open and of each read.
  [[nodiscard]] std::vector<std::chrono::steady_clock::time_point> deadlines() const;
  // That the last open was given.
  [[nodiscard]] std::string directory() const;
  [[nodiscard]] std::size_t opens() const;
  [[nodiscard]] std::size_t closes() const;
  [[nodiscard]] std::size_t reads_begun() const;
  [[nodiscard]] std::size_t reads_ended() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace corsac::test
