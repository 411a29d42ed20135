#pragma once

// A store for callers on any thread of a server: its StoreClient lives on a thread of its own.

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/log_sink.hpp"
#include "corsac/runtime/store_client.hpp"
#include "corsac/runtime/store_config.hpp"

namespace corsac {

struct LoadedPlugin;  // runtime/store_loader.hpp

// One call at a time. A plugin that does not return StoreConfig::deadline after a call began is
// interrupted; when it still does not, it is left alone with its thread, and no call is made until
// it comes back.
class StoreCaller {
 public:
  // Opens the store. `changed` is called when somebody may have written, also by ourselves; from
  // any thread, until the destructor has returned; may be empty. `log` gets what the plugin logs as
  // an error: what else it has to say a gate's own store says. The error side: as
  // StoreClient::open.
  [[nodiscard]] static Result<std::unique_ptr<StoreCaller>, Report> open(
      StoreConfig config, std::function<void()> changed, LogSink log = {});
  // The same with a plugin that is loaded already.
  [[nodiscard]] static Result<std::unique_ptr<StoreCaller>, Report> open(
      const LoadedPlugin& plugin, StoreConfig config, std::function<void()> changed,
      LogSink log = {});
  ~StoreCaller();
  StoreCaller(const StoreCaller&) = delete;
  StoreCaller& operator=(const StoreCaller&) = delete;

  // What `work` answers; nothing = the plugin does not return from this call or from an earlier
  // one. `work` owns all that it touches: it may go on behind our back. What it throws is thrown.
  template <class Answer>
  [[nodiscard]] std::optional<Answer> call(std::function<Answer(StoreClient&)> work) {
    const auto answer = std::make_shared<std::optional<Answer>>();
    const bool has_answered =
        run([answer, work = std::move(work)](StoreClient& client) { *answer = work(client); });
    return has_answered ? std::move(*answer) : std::nullopt;
  }

 private:
  struct State;
  explicit StoreCaller(std::shared_ptr<State> state);
  [[nodiscard]] bool run(std::function<void(StoreClient&)> work);

  const std::shared_ptr<State> state_;
  std::thread thread_ = {};
};

}  // namespace corsac
