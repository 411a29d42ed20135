// The C++ face of the plugin contract, called through its C table as the core does it.

#include <corsac_store_plugin.hpp>
#include <corsac_store_write.hpp>

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
  std::function<Status(std::string_view, std::string_view, std::string&)> put_document = {};
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
static_assert(kTable.extension == nullptr, "a class without extension() has none");

class WritableStore final : public Store {
 public:
  static constexpr const char* kName = "writable";
  static constexpr const char* kVersion = "1.0";
  static OpenResult open(Host, Settings) { return std::make_unique<WritableStore>(); }
  static const void* extension(std::string_view name) noexcept {
    return name == CORSAC_STORE_WRITE_NAME ? write_table<WritableStore>() : nullptr;
  }
  Status read(Sink&) override { return Status::Failed; }
  Status put_document(std::string_view document, std::string_view expected, std::string& revision) {
    return behaviour.put_document(document, expected, revision);
  }
};

constexpr corsac_store_plugin_v1 kWritableTable = detail::make_table<WritableStore>();

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

// What a call of put_document answers, and the revisions that it told.
struct Put {
  std::int32_t status = CORSAC_FAILED;
  std::vector<std::string> revisions = {};
};

Put put_document(const corsac_store_write_v1& write, void* store) {
  Put put;
  const auto text = [](std::string_view bytes) { return corsac_text{bytes.data(), bytes.size()}; };
  put.status = write.put_document(
      store, text("{}"), text("1:a"), &put, [](void* context, corsac_text revision) {
        static_cast<Put*>(context)->revisions.push_back(test::to_string(revision));
      });
  return put;
}

TEST_F(CppFace, WritesThroughTheExtension) {
  const auto find = [](std::string_view name) {
    return static_cast<const corsac_store_write_v1*>(
        kWritableTable.extension({name.data(), name.size()}));
  };
  EXPECT_EQ(find("corsac.store.write/2"), nullptr);
  const corsac_store_write_v1* write = find(CORSAC_STORE_WRITE_NAME);
  ASSERT_NE(write, nullptr);
  EXPECT_EQ(write->size, sizeof(corsac_store_write_v1));

  RecordingHost host;
  const corsac_settings settings = {sizeof(corsac_settings), {"/", 1}, nullptr, 0};
  void* store = nullptr;
  ASSERT_EQ(kWritableTable.open(host.host(), &settings, &store), CORSAC_OK);
  for (const auto& [status, is_told] :
       std::vector<std::pair<Status, bool>>{{Status::Ok, true},
                                            {Status::Conflict, true},
                                            {Status::ReadOnly, false},
                                            {Status::Unreachable, false}}) {
    behaviour.put_document = [status = status](std::string_view document, std::string_view expected,
                                               std::string& revision) {
      EXPECT_EQ(document, "{}");
      EXPECT_EQ(expected, "1:a");
      revision = "2:b";
      return status;
    };
    const Put put = put_document(*write, store);
    EXPECT_EQ(put.status, static_cast<std::int32_t>(status));
    EXPECT_EQ(put.revisions,
              is_told ? std::vector<std::string>{"2:b"} : std::vector<std::string>{});
  }
  behaviour.put_document = [](std::string_view, std::string_view, std::string&) -> Status {
    throw std::runtime_error("out of ink");
  };
  EXPECT_EQ(put_document(*write, store).status, CORSAC_FAILED);
  EXPECT_THAT(host.log(), ElementsAre("2 out of ink"));
  kWritableTable.close(store);
}

}  // namespace
}  // namespace corsac::plugin
