#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/gate.hpp"
#include "support/eventually.hpp"
#include "support/log_lines.hpp"
#include "support/request.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using std::chrono::seconds;
using test::eventually;
using test::Request;
using test::TempFolder;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kApp = "https://app.example.com";

std::string document(const std::string& origin) {
  return "version = 1\n[cors]\ndebug = true\nallowed_origins = [\"" + origin + "\"]\n";
}

// The TOML store over a file of this test's own, loaded as a shared library.
struct Scene {
  TempFolder folder = {};
  test::LogLines log = {};
  StoreConfig config = {};
  GateOptions options = {};
  std::shared_ptr<Gate> gate = {};
  std::string error = {};

  Scene() {
    config.settings = {{"file", "policy.toml"}};
    config.directory = folder.path();
    config.plugin_folders = {CORSAC_TEST_PLUGINS};
    options.log = log.sink();
  }
  bool open() {
    auto opened = open_gate(config, options);
    if (!opened) error = opened.error().text();
    gate = opened ? *opened : nullptr;
    return gate != nullptr;
  }
  std::string decide(const std::string& origin) const {
    Request request("GET", "/", {{"Host", "api.example.com"}, {"Origin", origin}});
    GateDecision result;
    gate->decide(request.view(), result);
    return result.decision.has_grant() ? "grant"
                                       : std::string(reason_info(result.decision.reason).code);
  }
};

TEST(OpenGate, FollowsItsFile) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  ASSERT_TRUE(scene.open()) << scene.error;
  EXPECT_EQ(scene.decide(kApp), "grant");
  EXPECT_EQ(scene.gate->status().state, StoreState::Fresh);
  EXPECT_THAT(scene.gate->status().source, HasSubstr("policy.toml"));

  scene.folder.write("policy.toml", document("https://other.example.com"));
  EXPECT_TRUE(eventually([&] { return scene.decide(kApp) == "origin_not_allowed"; }));
  EXPECT_EQ(scene.decide("https://other.example.com"), "grant");

  scene.folder.write("policy.toml",
                     "version = 1\n[cors]\nallowed_origins = [\"https://a.example/\"]\n");
  EXPECT_TRUE(eventually([&] { return scene.gate->status().state == StoreState::Degraded; }));
  EXPECT_EQ(scene.decide("https://other.example.com"), "grant") << "the last good one stays";
  EXPECT_THAT(scene.gate->status().last_error, HasSubstr("policy.toml:3:"));
  EXPECT_THAT(scene.gate->status().last_error, HasSubstr("origin-trailing-slash"));

  scene.folder.write("policy.toml", document(kApp));
  EXPECT_TRUE(eventually([&] { return scene.gate->status().state == StoreState::Fresh; }));
  EXPECT_EQ(scene.decide(kApp), "grant");
}

TEST(OpenGate, NamesThePlaceOfARefusal) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  ASSERT_TRUE(scene.open()) << scene.error;
  EXPECT_EQ(scene.decide("https://evil.example"), "origin_not_allowed");
  const EventLog::Page page = scene.gate->events().find({});
  ASSERT_EQ(page.total, 1U);
  EXPECT_THAT(page.events[0].place, HasSubstr("policy.toml:4:"));
  EXPECT_NE(page.events[0].revision, "");
  EXPECT_EQ(page.events[0].revision, scene.gate->status().revision);
}

TEST(OpenGate, TellsEverythingThatIsWrongAtOnce) {
  Scene scene;
  scene.folder.write(
      "policy.toml",
      "version = 1\n[cors]\nallowed_origins = [\"https://a.example/\"]\nallow = 1\n");
  scene.options.public_origins = {"api.example.com"};
  ASSERT_FALSE(scene.open());
  EXPECT_THAT(scene.error, HasSubstr("options: error[option-public-origin]"));
  EXPECT_THAT(scene.error, HasSubstr("policy.toml:3:20: error[origin-trailing-slash]"));
  EXPECT_THAT(scene.error, HasSubstr("policy.toml:4:9: error[field-unknown]"));

  scene.folder.write("policy.toml", document(kApp));
  ASSERT_FALSE(scene.open()) << "wrong options alone are enough";
  EXPECT_THAT(scene.error, HasSubstr("options: error[option-public-origin]"));
  EXPECT_THAT(scene.error, Not(HasSubstr("policy.toml:4")));
}

// A policy may name any file that the program can read.
TEST(OpenGate, ShowsNothingOfAFileThatHoldsNoOrigins) {
  Scene scene;
  scene.folder.write("secrets", "# not this\ntoken 1f4c\nhttps://user:1f4c@app.example.com\n");
  scene.folder.write("policy.toml",
                     "version = 1\n[cors]\nallowed_origins_file = \"secrets\"\nallow = 1\n");
  ASSERT_FALSE(scene.open());
  EXPECT_THAT(scene.error, HasSubstr("secrets:2:1: error[origins-line]"));
  EXPECT_THAT(scene.error, HasSubstr("secrets:3:1: error["));
  EXPECT_THAT(scene.error, Not(HasSubstr("1f4c")));
  EXPECT_THAT(scene.error, HasSubstr("policy.toml:4:9: error[field-unknown]"))
      << "and every other error";
}

TEST(OpenGate, OpensAFileWithTheTomlStore) {
  Scene scene;
  // CORSAC_PLUGIN_PATH of this test names the folder of the plugins.
  const auto file = scene.folder.write("policy.toml", document(kApp));
  const auto gate = open_gate(file);
  ASSERT_TRUE(gate.has_value()) << gate.error().text();
  EXPECT_EQ((*gate)->status().state, StoreState::Fresh);
}

// A file that is there but wrong leaves the last good policy without limit; one that is not there
// is as any store that cannot be reached.
TEST(OpenGate, IsStaleAndThenClosedWithoutItsFile) {
  Scene scene;
  scene.config.max_stale = seconds(1);
  const auto file = scene.folder.write("policy.toml", document(kApp));
  ASSERT_TRUE(scene.open()) << scene.error;
  scene.folder.write("policy.toml", "version = ");
  EXPECT_TRUE(eventually([&] { return scene.gate->status().state == StoreState::Degraded; }));
  std::filesystem::remove(file);
  EXPECT_TRUE(eventually([&] { return scene.gate->status().state == StoreState::Stale; }));
  EXPECT_THAT(scene.gate->status().last_error, HasSubstr("error[file-not-found]"));
  EXPECT_EQ(scene.decide(kApp), "grant");
  EXPECT_TRUE(eventually([&] { return scene.gate->status().state == StoreState::Closed; }));
  EXPECT_EQ(scene.decide(kApp), "policy_unavailable");
  scene.folder.write("policy.toml", document(kApp));
  EXPECT_TRUE(eventually([&] { return scene.decide(kApp) == "grant"; }));
  EXPECT_EQ(scene.log.count("there is no file"), 1U) << "once, however often it was looked for";
}

TEST(OpenGate, FailsOrStartsClosedWithoutItsFile) {
  Scene scene;
  EXPECT_FALSE(scene.open());
  EXPECT_THAT(scene.error, HasSubstr("policy.toml"));

  scene.config.on_start_failure = OnStartFailure::Closed;
  ASSERT_TRUE(scene.open()) << scene.error;
  EXPECT_EQ(scene.decide(kApp), "policy_unavailable");
  EXPECT_TRUE(scene.gate->warnings().has_errors()) << "they say why";
  scene.folder.write("policy.toml", document(kApp));
  EXPECT_TRUE(eventually([&] { return scene.decide(kApp) == "grant"; }));
}

TEST(OpenGate, FailsWithoutItsPluginOrWithWrongSettings) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  scene.config.on_start_failure = OnStartFailure::Closed;
  scene.config.settings.emplace_back("fiel", "policy.toml");
  EXPECT_FALSE(scene.open());
  EXPECT_THAT(scene.error, HasSubstr("fiel"));

  scene.config.plugin = "there_is_none_such";
  EXPECT_FALSE(scene.open());
  EXPECT_THAT(scene.error, HasSubstr("plugin-not-found"));
}

TEST(OpenGate, KeepsThePolicyOfItsStore) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  ASSERT_TRUE(scene.open()) << scene.error;
  const auto replaced = scene.gate->replace_policy(Policy());
  ASSERT_FALSE(replaced.has_value());
  EXPECT_EQ(replaced.error().problems().at(0).code, "gate-has-store");
  EXPECT_EQ(scene.decide(kApp), "grant");
}

TEST(OpenGate, ReloadsWhenAsked) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  ASSERT_TRUE(scene.open()) << scene.error;
  scene.folder.write("policy.toml", document("https://other.example.com"));
  EXPECT_FALSE(scene.gate->reload_and_wait(seconds(20)).has_errors());
  EXPECT_EQ(scene.decide("https://other.example.com"), "grant");
  scene.folder.write("policy.toml", "version = ");
  EXPECT_TRUE(scene.gate->reload_and_wait(seconds(20)).has_errors());
  EXPECT_EQ(scene.decide("https://other.example.com"), "grant");
}

// The sink is destroyed with the gate, and with it what only the sink holds.
TEST(OpenGate, MayEndInItsLog) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> ended = held;
  std::shared_ptr<Gate> last;
  std::atomic<bool> is_armed = false;
  scene.options.log = [held = std::move(held), &last, &is_armed](const LogRecord&) {
    if (is_armed.exchange(false)) last.reset();
  };
  ASSERT_TRUE(scene.open()) << scene.error;
  scene.options = {};
  const std::weak_ptr<Gate> gate = scene.gate;
  last = std::move(scene.gate);
  is_armed = true;
  scene.folder.write("policy.toml", document("https://b.example"));
  EXPECT_TRUE(eventually([&] { return gate.expired() && ended.expired(); }));
}

TEST(OpenGate, IsAskedByItsSinks) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  std::atomic<Gate*> gate = nullptr;
  std::atomic<int> loads = 0;
  std::atomic<int> events = 0;
  scene.options.log = [&](const LogRecord& record) {
    if (gate == nullptr || record.type != "load") return;
    EXPECT_NE(gate.load()->status().state, StoreState::Closed);
    EXPECT_EQ(gate.load()->events().find({}).dropped, 0U);
    ++loads;
  };
  scene.options.event_sink = [&](std::string_view) {
    EXPECT_EQ(gate.load()->status().state, StoreState::Fresh);
    EXPECT_EQ(gate.load()->events().find({}).total, 1U);
    gate.load()->request_reload();
    ++events;
  };
  ASSERT_TRUE(scene.open()) << scene.error;
  gate = scene.gate.get();
  EXPECT_EQ(scene.decide("https://evil.example"), "origin_not_allowed");
  EXPECT_EQ(events, 1);
  scene.folder.write("policy.toml", document("https://b.example"));
  EXPECT_TRUE(eventually([&] { return loads > 0; }));
  scene.gate = nullptr;
}

// S37 through every layer: a real store is read again and again while requests are decided.
TEST(OpenGate, DecidesWhileItsStoreIsReadAgain) {
  Scene scene;
  scene.folder.write("policy.toml", document(kApp));
  ASSERT_TRUE(scene.open()) << scene.error;
  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!is_over) {
        const std::string decided = scene.decide(kApp);
        ASSERT_TRUE(decided == "grant" || decided == "origin_not_allowed") << decided;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    scene.folder.write("policy.toml", document(i % 2 == 0 ? "https://other.example.com" : kApp));
    // A store may see a file half written: that is a document like any other.
    static_cast<void>(scene.gate->reload_and_wait(seconds(20)));
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(scene.gate->reload_and_wait(seconds(20)).has_errors());
  EXPECT_EQ(scene.decide(kApp), "grant");
}

}  // namespace
}  // namespace corsac
