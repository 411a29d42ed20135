#pragma once

// A supervisor over a store of the test's own, and what it published.

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/rfc3339.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_store.hpp"
#include "support/log_lines.hpp"

namespace corsac::test {

inline constexpr const char* kOrigin = "https://app.example.com";

// A document that allows these origins, and draws no warning.
[[nodiscard]] inline std::string document(const std::vector<std::string>& origins) {
  std::string json =
      R"({"version": 1, "hosts": {"allowed": ["api.example.com"]}, "cors": {"allowed_origins": [)";
  for (const std::string& origin : origins) {
    json += (json.back() == '[' ? "\"" : ", \"") + origin + "\"";
  }
  return json + "]}}";
}

// What is wrong is its trailing slash.
[[nodiscard]] inline std::string invalid_document() {
  return document({"https://app.example.com/"});
}

// Takes minutes to judge: each of its tests is about another moment, at which another of its
// records has ended, and needs a compilation of its own.
[[nodiscard]] inline std::string slow_document() {
  constexpr int kCount = 10'000;
  std::string records;
  std::string tests;
  for (int i = 0; i < kCount; ++i) {
    const std::string origin = "https://partner-" + std::to_string(i) + ".example";
    const std::string comma = i == 0 ? "" : ",";
    records += comma + R"({"name": "p", "scopes": ["CORS"], "origin": ")" + origin +
               R"(", "valid_until": ")" +
               time_text(FakeClock::kStart + std::chrono::hours(48 + i)) + "\"}";
    tests += comma + R"({"name": "t", "expect": "allow", "origin": ")" + origin + R"(", "at": ")" +
             time_text(FakeClock::kStart + std::chrono::hours(47 + i)) + "\"}";
  }
  return R"({"version": 1, "cors": {"enabled": true}, "trusted_origins": [)" + records +
         R"(], "test": [)" + tests + "]}";
}

// A supervisor with everything around it.
struct SupervisorScene {
  FakeStore store = {};
  FakeStore records = {};  // merged in when has_records
  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  LogLines log = {};
  StoreConfig config = store.config();
  StoreConfig records_config = records.config();
  bool has_records = false;
  std::unique_ptr<Supervisor> supervisor = {};  // after what it calls
  Report error = {};                            // when there is none

  bool start() {
    const LoadedPlugin second = records.plugin();
    const RecordsStore records_store{.plugin = second, .config = records_config};
    auto started = Supervisor::start(
        store.plugin(), config, clock,
        {.publish = [this](SnapshotPtr snapshot) { publish(std::move(snapshot)); },
         .log = log.sink()},
        has_records ? &records_store : nullptr);
    if (started) {
      supervisor = std::move(*started);
    } else {
      error = std::move(started.error());
    }
    return supervisor != nullptr;
  }
  ~SupervisorScene() { supervisor.reset(); }

  // One text for each snapshot published: its revision, or "closed".
  std::vector<std::string> published() const {
    const std::lock_guard lock(mutex_);
    return published_;
  }
  std::string in_force() const { return published().empty() ? "" : published().back(); }
  // "allowed" when the policy in force grants, else the reason.
  std::string decision_for(std::string_view origin) const {
    RequestView request;
    request.method = "GET";
    request.target = request.path = "/";
    request.origin = {origin, 1};
    request.host = {"api.example.com", 1};
    const std::lock_guard lock(mutex_);
    const Decision decision = current_->decide(request);
    return decision.has_grant() ? "allowed" : std::string(reason_info(decision.reason).code);
  }
  Decision decide(const RequestView& request) const {
    const std::lock_guard lock(mutex_);
    return current_->decide(request);
  }
  StoreState state() const { return supervisor->status().state; }
  bool becomes(StoreState wanted) const {
    return eventually([&] { return state() == wanted; });
  }
  StoreState records_state() const { return supervisor->records_status()->state; }
  bool records_become(StoreState wanted) const {
    return eventually([&] { return records_state() == wanted; });
  }
  void fail_to_publish_once() {
    const std::lock_guard lock(mutex_);
    fails_to_publish_ = true;
  }
  Report reload() const { return supervisor->reload_and_wait(std::chrono::seconds(20)); }

 private:
  void publish(SnapshotPtr snapshot) {
    const std::lock_guard lock(mutex_);
    if (std::exchange(fails_to_publish_, false)) throw std::bad_alloc();
    published_.emplace_back(snapshot->is_closed() ? "closed" : snapshot->revision());
    current_ = std::move(snapshot);
  }
  mutable std::mutex mutex_;
  std::vector<std::string> published_;
  SnapshotPtr current_;
  bool fails_to_publish_ = false;
};

[[nodiscard]] inline bool has_code(const Report& report, std::string_view code) {
  return std::any_of(report.problems().begin(), report.problems().end(),
                     [code](const Problem& problem) { return problem.code == code; });
}

}  // namespace corsac::test
