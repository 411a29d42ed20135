// The C++ face of the plugin contract, called through its C table as the core does it.

#include <corsac_store_plugin.hpp>

#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/feed_json.hpp"
#include "support/recording_store_host.hpp"

namespace corsac::plugin {
namespace {

using test::OpenStore;
using test::RecordingHost;
using test::RecordingSink;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

// What the calls of the store under test do; set by each test before it opens one.
struct Behaviour {
  std::function<OpenResult(Host, Settings)> open = {};
  std::function<Status(Sink&)> read = {};
  std::function<void()> interrupt = {};
  int open_stores = 0;
};
Behaviour behaviour;

class ScriptedStore final : public Store {
 public:
  static constexpr const char* kName = "scripted_store-1";
  static constexpr const char* kVersion = "3.2.1";
  static OpenResult open(Host host, Settings settings) {
    return behaviour.open ? behaviour.open(host, settings) : std::make_unique<ScriptedStore>();
  }
  ScriptedStore() { ++behaviour.open_stores; }
  ~ScriptedStore() override { --behaviour.open_stores; }
  Status read(Sink& sink) override { return behaviour.read(sink); }
  void interrupt() override {
    if (behaviour.interrupt) behaviour.interrupt();
  }
};

constexpr corsac_store_plugin_v1 kTable = detail::make_table<ScriptedStore>();

class CppFace : public testing::Test {
 protected:
  void SetUp() override { behaviour = {}; }
  void TearDown() override {
    store_.reset();
    EXPECT_EQ(behaviour.open_stores, 0);
  }
  OpenStore& open(const OpenStore::Settings& settings = {}) {
    store_ = std::make_unique<OpenStore>(kTable, host_, "/etc/corsac", settings);
    return *store_;
  }

  RecordingHost host_;
  RecordingSink sink_;
  std::unique_ptr<OpenStore> store_;
};

TEST(CppFaceTable, SaysWhatThePluginIs) {
  EXPECT_EQ(kTable.magic, CORSAC_STORE_PLUGIN_MAGIC);
  EXPECT_EQ(kTable.abi_major, CORSAC_STORE_PLUGIN_ABI_MAJOR);
  EXPECT_EQ(kTable.abi_minor, CORSAC_STORE_PLUGIN_ABI_MINOR);
  EXPECT_EQ(kTable.size, sizeof(corsac_store_plugin_v1));
  EXPECT_STREQ(kTable.name, "scripted_store-1");
  EXPECT_STREQ(kTable.version, "3.2.1");
}

TEST(CppFaceTable, KnowsWhichNamesAPluginMayHave) {
  struct Row {
    const char* name;
    bool is_fine;
  };
  const Row rows[] = {{"a", true},    {"toml", true},  {"my-store_2", true},
                      {"", false},    {"A", false},    {"a b", false},
                      {"a.b", false}, {"../a", false}, {"\xC3\xBC", false}};
  for (const Row& row : rows) EXPECT_EQ(detail::is_plugin_name(row.name), row.is_fine) << row.name;
  EXPECT_TRUE(detail::is_plugin_name(std::string(32, 'a')));
  EXPECT_FALSE(detail::is_plugin_name(std::string(33, 'a')));
}

TEST_F(CppFace, HandsSettingsOver) {
  std::string directory;
  std::vector<std::string> entries;
  behaviour.open = [&](Host, Settings settings) {
    directory = settings.directory();
    for (std::size_t i = 0; i < settings.size(); ++i) {
      entries.push_back(std::string(settings[i].name) + "=" + std::string(settings[i].value));
    }
    EXPECT_EQ(settings.find("b"), "2");
    EXPECT_EQ(settings.find("c"), std::nullopt);
    return std::make_unique<ScriptedStore>();
  };
  EXPECT_EQ(open({{"a", ""}, {"b", "2"}, {"b", "3"}}).status(), CORSAC_OK);
  EXPECT_EQ(directory, "/etc/corsac");
  EXPECT_THAT(entries, ElementsAre("a=", "b=2", "b=3"));
}

TEST_F(CppFace, AnswersWhyAStoreIsNotOpen) {
  struct Row {
    const char* desc;
    std::function<OpenResult(Host, Settings)> open;
    std::int32_t status;
  };
  const Row rows[] = {
      {"invalid",
       [](Host host, Settings) -> OpenResult {
         host.problem("setting-value", "file", "this is no path", "write one");
         return Status::Invalid;
       },
       CORSAC_INVALID},
      {"unreachable", [](Host, Settings) -> OpenResult { return Status::Unreachable; },
       CORSAC_UNREACHABLE},
      {"ok without a store", [](Host, Settings) -> OpenResult { return Status::Ok; },
       CORSAC_FAILED},
      {"null", [](Host, Settings) -> OpenResult { return std::unique_ptr<ScriptedStore>(); },
       CORSAC_FAILED},
  };
  for (const Row& row : rows) {
    behaviour.open = row.open;
    EXPECT_EQ(open().status(), row.status) << row.desc;
  }
  EXPECT_THAT(host_.problems(), ElementsAre("setting-value file: this is no path; write one"));
}

TEST_F(CppFace, PassesEveryCallToTheSink) {
  behaviour.read = [](Sink& sink) {
    EXPECT_TRUE(sink.source("s"));
    EXPECT_TRUE(sink.begin_item("i", {1, 2}));
    EXPECT_TRUE(sink.begin_list("l", {3, 4}));
    EXPECT_TRUE(sink.text("t", "x"));
    EXPECT_TRUE(sink.integer("n", -1, {5, 6}));
    EXPECT_TRUE(sink.real("r", 0.5, {7, 8}));
    EXPECT_TRUE(sink.flag("f", true, {9, 10}));
    EXPECT_TRUE(sink.null("z", {11, 12}));
    EXPECT_TRUE(sink.end_list());
    EXPECT_TRUE(sink.end_item());
    EXPECT_TRUE(sink.problem("c", "w", "f", {13, 14}));
    EXPECT_TRUE(sink.finish("r"));
    return Status::Ok;
  };
  EXPECT_EQ(open().read(sink_), CORSAC_OK);
  EXPECT_THAT(sink_.calls(),
              ElementsAre("source s", "begin_item i 1:2", "begin_list l 3:4", "text t \"x\" 0:0",
                          "integer n -1 5:6", "real r 0.5 7:8", "flag f true 9:10", "null z 11:12",
                          "end_list", "end_item", "problem c 13:14: w; f", "finish"));
  EXPECT_EQ(sink_.revision(), "r");
}

TEST_F(CppFace, RemembersAStop) {
  behaviour.read = [](Sink& sink) {
    sink.source("s");
    EXPECT_FALSE(sink.is_stopped());
    EXPECT_FALSE(sink.begin_item("i"));
    EXPECT_TRUE(sink.is_stopped());
    EXPECT_FALSE(sink.begin_list("l"));
    EXPECT_FALSE(sink.end_list());
    EXPECT_FALSE(sink.end_item());
    EXPECT_FALSE(sink.text("t", "x"));
    EXPECT_FALSE(sink.integer("n", 1));
    EXPECT_FALSE(sink.real("n", 1));
    EXPECT_FALSE(sink.flag("n", true));
    EXPECT_FALSE(sink.null("n"));
    EXPECT_FALSE(sink.problem("c", "w", "f"));
    EXPECT_FALSE(sink.finish("r"));
    EXPECT_FALSE(sink.source("s"));
    return Status::Ok;
  };
  sink_.stop_at(2);
  EXPECT_EQ(open().read(sink_), CORSAC_CANCELLED);
  EXPECT_EQ(sink_.count(), 2u);
}

TEST_F(CppFace, GivesTheStatusOfARead) {
  for (const Status status : {Status::Ok, Status::Unreachable, Status::Invalid, Status::Cancelled,
                              Status::Conflict, Status::ReadOnly, Status::Failed}) {
    behaviour.read = [=](Sink&) { return status; };
    EXPECT_EQ(open().read(sink_), static_cast<std::int32_t>(status));
  }
}

TEST_F(CppFace, StopsEveryException) {
  struct Row {
    const char* desc;
    std::function<void()> raise;
    const char* line;
  };
  const Row rows[] = {
      {"an error", [] { throw std::runtime_error("no such key"); }, "2 no such key"},
      {"no memory", [] { throw std::bad_alloc(); }, "2 out of memory"},
      {"a number", [] { throw 7; }, "2 something was thrown that is no std::exception"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const RecordingHost host;
    behaviour.open = [&](Host, Settings) -> OpenResult {
      const auto store = std::make_unique<ScriptedStore>();
      row.raise();
      return Status::Failed;
    };
    OpenStore not_open(kTable, host, "/", {});
    EXPECT_EQ(not_open.status(), CORSAC_FAILED);
    behaviour.open = {};
    behaviour.read = [&](Sink&) -> Status {
      row.raise();
      return Status::Ok;
    };
    behaviour.interrupt = row.raise;
    OpenStore store(kTable, host, "/", {});
    EXPECT_EQ(store.read(sink_), CORSAC_FAILED);
    store.interrupt();
    EXPECT_THAT(host.log(), ElementsAre(row.line, row.line, row.line));
  }
}

TEST_F(CppFace, GivesEveryServiceOfTheHost) {
  host_.set_feed_json(&feed_json);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
  host_.set_deadline(deadline);
  behaviour.open = [&](Host host, Settings) -> OpenResult {
    host.log(LogLevel::Info, "i");
    host.log(LogLevel::Warning, "w");
    host.log(LogLevel::Error, "e");
    host.changed();
    EXPECT_FALSE(host.is_cancelled());
    host_.cancel();
    EXPECT_TRUE(host.is_cancelled());
    EXPECT_EQ(host.deadline(), deadline);
    EXPECT_EQ(host.extension("corsac.none/1"), nullptr);
    behaviour.read = [host](Sink& sink) {
      const Status first = host.feed_json(sink, R"({"version": 1})");
      EXPECT_EQ(first, Status::Ok);
      EXPECT_EQ(host.feed_json(sink, "{]"), Status::Invalid);
      EXPECT_FALSE(sink.is_stopped());
      EXPECT_EQ(host.feed_json(sink, R"({"a": 1, "b": 2})"), Status::Cancelled);
      EXPECT_TRUE(sink.is_stopped());
      EXPECT_EQ(host.feed_json(sink, "{}"), Status::Cancelled);
      return Status::Ok;
    };
    return std::make_unique<ScriptedStore>();
  };
  sink_.stop_at(3);
  EXPECT_EQ(open().read(sink_), CORSAC_CANCELLED);
  EXPECT_THAT(host_.log(), ElementsAre("0 i", "1 w", "2 e"));
  EXPECT_EQ(host_.changes(), 1u);
  ASSERT_EQ(sink_.calls().size(), 3u);
  EXPECT_EQ(sink_.calls()[2], "integer a 1 1:7");
}

TEST_F(CppFace, LeavesInterruptOutWhenAStoreNeedsNone) {
  EXPECT_EQ(open().status(), CORSAC_OK);
  store_->interrupt();
  EXPECT_THAT(host_.log(), IsEmpty());
}

}  // namespace
}  // namespace corsac::plugin
