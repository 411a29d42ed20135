// Entry: Notices. Tests: tests/plugins/redis_watch_test.cpp, redis_sentinel_test.cpp.

#include "notices.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "connection.hpp"
#include "fault.hpp"
#include "wait.hpp"

namespace corsac::redis_store {
namespace {

using plugin::LogLevel;

// "mymaster 10.0.0.1 6379 10.0.0.2 6379" is about "mymaster".
bool is_about(std::string_view message, std::string_view primary_name) {
  return message.substr(0, message.find(' ')) == primary_name;
}

}  // namespace

Notices::Notices(const plugin::Host& host, const RedisSettings& settings,
                 std::function<void()> switched)
    : host_(host),
      settings_(settings),
      switched_(std::move(switched)),
      listening_(settings_),
      watching_(settings_),
      changes_(std::make_unique<Subscription>(change_options())) {
  if (!settings_.sentinels.empty()) switches_ = std::make_unique<Subscription>(switch_options());
}

SubscriptionOptions Notices::change_options() {
  SubscriptionOptions options;
  options.channel = settings_.keys.channel;
  options.heartbeat = settings_.heartbeat;
  options.answer_limit = settings_.silence_limit;
  options.connect = [this](const Waiter& waiter) { return listening_.connect(waiter); };
  options.connected = [this](const std::string& server) {
    host_.log(LogLevel::Info, "listening for changes at " + server);
    host_.changed();
  };
  options.received = [this](std::string_view) { host_.changed(); };
  // What nobody tells is looked for, at each try.
  options.lost = [this](const Fault& fault, SubscriptionOptions::Loss loss) {
    if (loss == SubscriptionOptions::Loss::New) {
      is_connection_lost_ = true;
      host_.log(LogLevel::Warning,
                "not told of changes, and read regularly instead: " + fault.line());
    }
    host_.changed();
  };
  return options;
}

SubscriptionOptions Notices::switch_options() {
  SubscriptionOptions options;
  options.channel = "+switch-master";
  options.heartbeat = settings_.heartbeat;
  options.answer_limit = settings_.silence_limit;
  options.connect = [this](const Waiter& waiter) { return watching_.connect_to_sentinel(waiter); };
  // A fail-over may have been missed.
  options.connected = [this](const std::string& sentinel) {
    host_.log(LogLevel::Info, "listening for fail-overs at " + sentinel);
    host_.changed();
  };
  options.received = [this](std::string_view message) {
    if (is_about(message, settings_.primary_name)) follow_switch();
  };
  options.lost = [this](const Fault& fault, SubscriptionOptions::Loss loss) {
    if (loss == SubscriptionOptions::Loss::Still) return;
    host_.log(LogLevel::Warning, "not told of fail-overs: " + fault.line());
  };
  return options;
}

void Notices::follow_switch() {
  host_.log(LogLevel::Info, "a Sentinel has made another Redis the primary");
  switched_();
  changes_->restart();
  host_.changed();
}

}  // namespace corsac::redis_store
