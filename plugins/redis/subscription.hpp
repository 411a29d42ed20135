#pragma once

// A thread that listens on one channel, for as long as the object lives.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>

#include "connection.hpp"
#include "fault.hpp"
#include "reply.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// All functions are called on the subscription's thread, and none after its destructor returned.
struct SubscriptionOptions {
  std::string channel = {};
  std::chrono::milliseconds heartbeat{};  // silence after which Redis is asked for a sign of life
  std::chrono::milliseconds answer_limit{};  // how long that may take, and each step of connecting
  std::function<Outcome<Connection>(const Waiter&)> connect = {};
  // Each time that the subscription stands: what happened before was perhaps missed.
  std::function<void(const std::string& server)> connected = {};
  std::function<void(std::string_view message)> received = {};
  // Each time that it was lost, and each time that it cannot be had; `Loss::Still` after another
  // loss without a connection in between.
  enum class Loss : unsigned char { New, Still };
  std::function<void(const Fault&, Loss)> lost = {};
};

class Subscription {
 public:
  explicit Subscription(SubscriptionOptions options);
  // Ends the thread within milliseconds.
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Leaves the connection and makes another one at once. [any-thread]
  void restart();

 private:
  void run();
  // Until it breaks; the reason.
  [[nodiscard]] Fault listen();
  [[nodiscard]] std::optional<Fault> subscribe(Connection& connection, const Waiter& waiter);
  [[nodiscard]] Fault hear(Connection& connection);
  [[nodiscard]] std::optional<Fault> take(const Reply& reply);
  void pause(const Fault& fault);
  [[nodiscard]] Waiter waiter(Time deadline);

  const SubscriptionOptions options_;
  WakePipe pipe_ = {};
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_restart_wanted_{false};
  // The thread's own.
  std::minstd_rand random_;
  std::uint32_t failures_ = 0;  // in a row
  bool is_lost_ = false;

  std::thread thread_;  // last: begins when the rest is there
};

}  // namespace corsac::redis_store
