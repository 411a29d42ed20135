#pragma once

// The real remote plugin, through the real loader, and the core's JSON reader. Which build of it,
// for there is one for each cpp-httplib, says CORSAC_TEST_REMOTE_FOLDER in the environment.

#include <stdlib.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/feed_json.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "support/eventually.hpp"
#include "support/recording_store_host.hpp"
#include "support/temp_folder.hpp"

namespace corsac::test {

[[nodiscard]] inline std::string remote_plugin_folder() {
  const char* folder = ::getenv("CORSAC_TEST_REMOTE_FOLDER");
  return folder == nullptr ? CORSAC_TEST_PLUGINS : folder;
}

// Must stand in no text that the plugin hands over, wherever it was written.
inline constexpr const char* kSecret = "s3cret-token.of_a-test";

class RemoteStoreTest : public testing::Test {
 protected:
  RemoteStoreTest() {
    ::setenv("CORSAC_TEST_TOKEN", kSecret, 1);
    host_.set_feed_json(feed_json);
    set_deadline(std::chrono::seconds(20));
  }
  ~RemoteStoreTest() override {
    std::vector<std::string> texts = host_.log();
    texts.insert(texts.end(), host_.problems().begin(), host_.problems().end());
    texts.insert(texts.end(), told_.begin(), told_.end());
    EXPECT_THAT(texts, testing::Each(testing::Not(testing::HasSubstr(kSecret))));
  }

  void set_deadline(std::chrono::milliseconds from_now) {
    host_.set_deadline(std::chrono::steady_clock::now() + from_now);
  }
  OpenStore& open(const OpenStore::Settings& settings) {
    const auto plugin = load_store_plugin("remote", {remote_plugin_folder()});
    if (!plugin) throw std::runtime_error(plugin.error().problems().front().what);
    store_ = std::make_unique<OpenStore>(*plugin->table, host_, folder_.path().string(), settings);
    return *store_;
  }
  OpenStore& open_url(const std::string& url) { return open({{"url", url}}); }

  // The calls of the sink; the status, and the problem if there is one, are kept besides.
  std::vector<std::string> read() {
    RecordingSink sink;
    status_ = store_->read(sink);
    revision_ = sink.revision();
    problem_.clear();
    for (const std::string& call : sink.calls()) {
      if (call.starts_with("problem ")) problem_ = call.substr(8);
      told_.push_back(call);
    }
    return sink.calls();
  }
  // Interrupts the read that `meanwhile` is over for, and says how long it took to return.
  template <class Condition>
  std::chrono::milliseconds interrupt_read_when(Condition condition) {
    std::chrono::steady_clock::time_point interrupted;
    std::thread core([&] {
      EXPECT_TRUE(eventually(condition));
      interrupted = std::chrono::steady_clock::now();
      host_.cancel();
      store_->interrupt();
    });
    read();
    core.join();
    const auto took = std::chrono::steady_clock::now() - interrupted;
    host_.cancel(false);
    return std::chrono::duration_cast<std::chrono::milliseconds>(took);
  }

  TempFolder folder_;
  RecordingHost host_;
  std::unique_ptr<OpenStore> store_;
  std::int32_t status_ = CORSAC_FAILED;  // of the last read
  std::string revision_;                 // empty without a finish
  std::string problem_;                  // "code 0:0: what; fix"
  std::vector<std::string> told_;        // all calls of all sinks
};

}  // namespace corsac::test
