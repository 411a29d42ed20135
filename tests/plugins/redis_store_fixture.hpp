#pragma once

// The real redis plugin, through the real loader, with a core that writes down what it is told.

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/runtime/feed_json.hpp"
#include "corsac_store_write.h"
#include "support/recording_store_host.hpp"
#include "support/redis_server.hpp"
#include "toml_store_fixture.hpp"

namespace corsac::test {

// One store of the plugin. Declared after the server that it reads, so that it goes first.
class RedisStore {
 public:
  explicit RedisStore(const OpenStore::Settings& settings) {
    host_.set_feed_json(feed_json);
    set_time_limit(std::chrono::seconds(20));
    store_ = std::make_unique<OpenStore>(load_built_plugin("redis"), host_, "/", settings);
  }
  explicit RedisStore(const std::string& url) : RedisStore(OpenStore::Settings{{"url", url}}) {}

  [[nodiscard]] RecordingHost& host() { return host_; }
  [[nodiscard]] OpenStore& store() { return *store_; }
  void set_time_limit(std::chrono::milliseconds limit) {
    host_.set_deadline(std::chrono::steady_clock::now() + limit);
  }
  // The calls of the sink between source() and finish().
  std::vector<std::string> read() {
    RecordingSink sink;
    status_ = store_->read(sink);
    revision_ = sink.revision();
    std::vector<std::string> calls = sink.calls();
    if (!calls.empty() && calls.front() == "source redis {corsac}:policy") {
      calls.erase(calls.begin());
    }
    if (!calls.empty() && calls.back() == "finish") calls.pop_back();
    return calls;
  }
  [[nodiscard]] std::int32_t status() const { return status_; }
  [[nodiscard]] const std::string& revision() const { return revision_; }
  // All of the log in one text.
  [[nodiscard]] std::string log() const {
    std::string text;
    for (const std::string& line : host_.log()) text += line + "\n";
    return text;
  }
  [[nodiscard]] bool has_logged(std::string_view part) const {
    return log().find(part) != std::string::npos;
  }

 private:
  RecordingHost host_;
  std::unique_ptr<OpenStore> store_;
  std::int32_t status_ = CORSAC_FAILED;  // of the last read
  std::string revision_;                 // of the last read; empty without a finish
};

// Skips where there is no redis-server.
class RedisTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_redis()) GTEST_SKIP() << "there is no redis-server";
  }

  // As plugins/README.md shows it to operators.
  static void put(const RedisServer& server, const std::string& policy,
                  const std::string& revision) {
    RedisClient client(server.port());
    client.run({"MULTI"});
    client.run({"SET", "{corsac}:policy", policy});
    client.run({"SET", "{corsac}:revision", revision});
    client.run({"PUBLISH", "{corsac}:changed", revision});
    client.run({"EXEC"});
  }
};

inline constexpr const char* kSmallPolicy =
    R"({"version": 1, "cors": {"allowed_origins": ["https://a.example"]}})";

}  // namespace corsac::test
