// Entry: Subscription. Spec: Redis' pub/sub with RESP2. Test: tests/plugins/redis_watch_test.cpp.

#include "subscription.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace corsac::redis_store {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kFirstPause{50};
constexpr Milliseconds kLongestPause{1000};
// What only an operator can change is not worth a try each second; the policy is read regularly
// besides.
constexpr Milliseconds kLongestPauseWhenDenied{30'000};
// For connecting altogether, several Sentinels included.
constexpr Milliseconds kConnectDeadline{10'000};

}  // namespace

Subscription::Subscription(SubscriptionOptions options)
    : options_(std::move(options)), random_(std::random_device()()), thread_([this] { run(); }) {}

Subscription::~Subscription() {
  is_stopping_ = true;
  pipe_.wake();
  thread_.join();
}

void Subscription::restart() {
  is_restart_wanted_ = true;
  pipe_.wake();
}

Waiter Subscription::waiter(Time deadline) {
  return {pipe_, deadline, [this] { return is_stopping_ || is_restart_wanted_; }};
}

void Subscription::run() {
  while (!is_stopping_) {
    if (is_restart_wanted_.exchange(false)) failures_ = 0;
    try {
      const Fault fault = listen();
      if (is_stopping_ || is_restart_wanted_) continue;
      using Loss = SubscriptionOptions::Loss;
      options_.lost(fault, std::exchange(is_lost_, true) ? Loss::Still : Loss::New);
      pause(fault);
    } catch (const std::exception&) {
      pause({});  // no memory, no descriptor or no thread, and perhaps none to say so
    }
  }
}

// Twice as long each time, shortened by up to a half at random: a fleet must not come back all at
// once.
void Subscription::pause(const Fault& fault) {
  const Milliseconds longest =
      fault.kind == FaultKind::Denied ? kLongestPauseWhenDenied : kLongestPause;
  const auto doubled = kFirstPause * (1 << std::min<std::uint32_t>(failures_, 12));
  ++failures_;
  const auto whole = std::min<Milliseconds>(doubled, longest).count();
  std::uniform_int_distribution<long long> distribution(whole / 2, whole);
  const Time end = steady_clock::now() + Milliseconds(distribution(random_));
  static_cast<void>(waiter(end).wait(-1, 0, end));
}

Fault Subscription::listen() {
  const Waiter connecting = waiter(steady_clock::now() + kConnectDeadline);
  auto connection = options_.connect(connecting);
  if (!connection) return std::move(connection.fault());
  if (auto fault = subscribe(*connection, connecting)) return *std::move(fault);
  is_lost_ = false;
  options_.connected(connection->name());
  return hear(*connection);
}

std::optional<Fault> Subscription::subscribe(Connection& connection, const Waiter& waiter) {
  auto reply = connection.ask({"SUBSCRIBE", options_.channel}, waiter);
  if (!reply) return std::move(reply.fault());
  if (!reply->is_list_of_at_least(3) || reply->elements[0].text != "subscribe") {
    return protocol_fault(connection.name() + " answers SUBSCRIBE as no Redis does");
  }
  return std::nullopt;
}

Fault Subscription::hear(Connection& connection) {
  const Time begun = steady_clock::now();
  bool is_pong_due = false;
  while (true) {
    const Time until =
        steady_clock::now() + (is_pong_due ? options_.answer_limit : options_.heartbeat);
    const Waiter waiting = waiter(Time::max());
    auto reply = connection.receive(waiting, until);
    if (!reply) return std::move(reply.fault());
    if (*reply) {
      is_pong_due = false;
      // It held: the next loss is a new one. One that always breaks at once is not tried at once.
      if (steady_clock::now() - begun > kLongestPause) failures_ = 0;
      if (auto fault = take(**reply)) return *std::move(fault);
      continue;
    }
    if (is_pong_due) {
      return {FaultKind::Unreachable, "redis-silent", connection.name() + " gives no sign of life",
              "look whether it is frozen"};
    }
    const Waiter sending = waiter(steady_clock::now() + options_.answer_limit);
    if (auto fault = connection.send({"PING"}, sending)) return *std::move(fault);
    is_pong_due = true;
  }
}

std::optional<Fault> Subscription::take(const Reply& reply) {
  if (reply.kind == Reply::Kind::Error) return fault_of_error(reply.text, {"PING"});
  if (reply.is_list_of_at_least(3) && reply.elements[0].text == "message") {
    options_.received(reply.elements[2].text);
  }
  return std::nullopt;  // and pongs
}

}  // namespace corsac::redis_store
