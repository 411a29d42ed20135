// The authority's store over a plugin: what reaches the plugin, and what becomes of its answers.

#include "corsac/authority/store_records.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/runtime/store_loader.hpp"
#include "corsac_store_records.hpp"

namespace corsac {
namespace {

using plugin::Host;
using plugin::LogLevel;
using plugin::Sink;
using plugin::Status;

struct Put {
  std::vector<std::pair<std::string, std::string>> changes = {};
  std::string all = {};
  std::string expected = {};
  std::thread::id thread = {};
};

// What the store does, for the test that runs.
struct Script {
  std::function<Status(Host, Sink&)> read = {};
  std::function<Status(Host, Sink&)> read_records = {};
  std::function<Status(Host, std::string&)> answer_put = {};
  std::function<void()> interrupt = [] {};
  std::vector<Put> puts = {};
  std::optional<Host> host = {};
  std::atomic<int> open_stores{0};
};
Script* script = nullptr;

void write_record(Sink& sink, std::string_view id, std::string_view name) {
  sink.begin_item({});
  sink.text("id", id);
  sink.text("name", name);
  sink.text("origin", "https://" + std::string(name) + ".example");
  sink.begin_list("scopes");
  sink.text({}, "CORS");
  sink.end_list();
  sink.end_item();
}

Status write_records(Sink& sink, std::initializer_list<std::string_view> names) {
  sink.integer("version", 1);
  sink.begin_list("trusted_origins");
  for (const std::string_view name : names) write_record(sink, "tos" + std::string(name), name);
  sink.end_list();
  sink.finish("7:a");
  return sink.is_stopped() ? Status::Cancelled : Status::Ok;
}

template <std::int32_t kForm>  // below 0 = no such extension
class ScriptedStore final : public plugin::Store {
 public:
  static constexpr const char* kName = "scripted";
  static constexpr const char* kVersion = "1.0";
  static constexpr std::int32_t kRecordsForm = kForm;
  static const void* extension(std::string_view name) noexcept {
    const bool is_records = kForm >= 0 && name == CORSAC_STORE_RECORDS_NAME;
    return is_records ? plugin::records_table<ScriptedStore>() : nullptr;
  }
  static plugin::OpenResult open(Host host, plugin::Settings) {
    script->host = host;
    return std::make_unique<ScriptedStore>(host);
  }

  explicit ScriptedStore(Host host) : host_(host) { ++script->open_stores; }
  ~ScriptedStore() override { --script->open_stores; }
  Status read(Sink& sink) override { return script->read(host_, sink); }
  void interrupt() override { script->interrupt(); }
  Status read_records(Sink& sink) { return script->read_records(host_, sink); }
  Status put_records(const plugin::RecordChanges& changes, std::string_view all,
                     std::string_view expected, std::string& revision) {
    Put& put = script->puts.emplace_back();
    for (std::size_t i = 0; i < changes.size(); ++i) {
      put.changes.emplace_back(changes.id(i), changes.record(i));
    }
    put.all = all;
    put.expected = expected;
    put.thread = std::this_thread::get_id();
    return script->answer_put(host_, revision);
  }

 private:
  const Host host_;
};

class StoreRecordsTest : public ::testing::Test {
 protected:
  StoreRecordsTest() {
    script = &script_;
    script_.read_records = [](Host, Sink& sink) { return write_records(sink, {"a", "b"}); };
    script_.answer_put = [](Host, std::string& revision) {
      revision = "8:b";
      return Status::Ok;
    };
  }
  ~StoreRecordsTest() override { EXPECT_EQ(script_.open_stores, 0) << "each is closed"; }

  template <std::int32_t kForm = CORSAC_RECORDS_CHANGES>
  static std::unique_ptr<StoreRecords> open(std::function<void()> changed = {},
                                            std::chrono::seconds deadline = {}) {
    static constexpr corsac_store_plugin_v1 kTable =
        plugin::detail::make_table<ScriptedStore<kForm>>();
    LoadedPlugin plugin;
    plugin.table = &kTable;
    StoreConfig config;
    config.deadline = deadline.count() != 0 ? deadline : std::chrono::seconds(60);
    auto records = StoreRecords::open(plugin, config, std::move(changed));
    if (!records) ADD_FAILURE() << records.error().text();
    return records ? std::move(*records) : nullptr;
  }

  Script script_;
};

RecordPtr record_of(const std::string& name) {
  return std::make_shared<const TrustedOrigin>(
      TrustedOrigin{.name = name,
                    .origin = "https://" + name + ".example",
                    .scopes = {{TrustedOrigin::ScopeType::Cors}},
                    .id = "tos" + name});
}

std::vector<RecordPtr> nobody_asks() {
  ADD_FAILURE() << "a store that takes changes has no use for all records";
  return {};
}

TEST_F(StoreRecordsTest, LoadsWhatTheStoreKeeps) {
  const auto records = open();
  const auto loaded = records->load();
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->revision, "7:a");
  ASSERT_EQ(loaded->records.size(), 2U);
  EXPECT_EQ(loaded->records[0].id, "tosa");
  EXPECT_EQ(loaded->records[1].origin, "https://b.example");
}

TEST_F(StoreRecordsTest, HandsOverTheLastChangeOfEachId) {
  const auto records = open();
  const RecordChange changes[] = {
      {"tosa", record_of("a")}, {"tosb", nullptr}, {"tosa", nullptr}, {"tosc", record_of("c")}};
  const RecordWrite write = records->write(changes, nobody_asks, "7:a");
  EXPECT_EQ(write.status, RecordWrite::Status::Ok);
  EXPECT_EQ(write.revision, "8:b");
  ASSERT_EQ(script_.puts.size(), 1U);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"tosa", ""},
      {"tosb", ""},
      {"tosc", R"({"name":"c","origin":"https://c.example","scopes":["CORS"],"id":"tosc"})"}};
  EXPECT_EQ(script_.puts[0].changes, expected);
  EXPECT_EQ(script_.puts[0].all, "");
  EXPECT_EQ(script_.puts[0].expected, "7:a");
  EXPECT_NE(script_.puts[0].thread, std::this_thread::get_id()) << "the store has one of its own";
}

TEST_F(StoreRecordsTest, HandsOverAllRecordsWhereTheStoreWantsThem) {
  const RecordChange changes[] = {{"tosc", record_of("c")}};
  const auto all = [] { return std::vector<RecordPtr>{record_of("b"), record_of("c")}; };
  EXPECT_EQ(open<CORSAC_RECORDS_TOML>()->write(changes, all, "7:a").status,
            RecordWrite::Status::Ok);
  EXPECT_EQ(script_.puts.at(0).all, R"(version = 1

[[trusted_origins]]
name = "b"
origin = "https://b.example"
scopes = ["CORS"]
id = "tosb"

[[trusted_origins]]
name = "c"
origin = "https://c.example"
scopes = ["CORS"]
id = "tosc"
)");
  EXPECT_EQ(open<CORSAC_RECORDS_JSON>()->write(changes, all, "7:a").status,
            RecordWrite::Status::Ok);
  EXPECT_EQ(script_.puts.at(1).all.substr(0, 18), "{\n  \"version\": 1,\n");
}

struct LoadRow {
  const char* desc;
  std::function<Status(Host, Sink&)> read_records;
  const char* detail;
};

TEST_F(StoreRecordsTest, SaysWhyNothingCanBeLoaded) {
  const LoadRow rows[] = {
      {"away",
       [](Host host, Sink&) {
         host.log(LogLevel::Error, "nobody there");
         return Status::Unreachable;
       },
       "nobody there"},
      {"a setting that is wrong",
       [](Host host, Sink&) {
         host.failed({.code = "denied", .setting = "user", .what = "not you", .fix = "be another"});
         return Status::Unreachable;
       },
       "not you; be another"},
      {"a document that does not end", [](Host, Sink&) { return Status::Ok; },
       "the store cannot be reached"},
      {"a field that is none",
       [](Host, Sink& sink) {
         sink.source("kept");
         sink.integer("version", 1);
         sink.integer("colour", 1, {2, 3});
         sink.finish("1");
         return Status::Ok;
       },
       "kept:2:3: colour: "},
      {"an exception", [](Host, Sink&) -> Status { throw std::runtime_error("it broke"); },
       "it broke"},
  };
  for (const LoadRow& row : rows) {
    SCOPED_TRACE(row.desc);
    script_.read_records = row.read_records;
    const auto loaded = open()->load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().substr(0, std::string_view(row.detail).size()), row.detail);
  }
}

struct WriteRow {
  const char* desc;
  Status answer;
  std::optional<plugin::Failure> told;
  RecordWrite::Status status;
  const char* detail;
};

TEST_F(StoreRecordsTest, TellsWhatBecameOfAWrite) {
  using Kind = RecordWrite::Status;
  const plugin::Failure denied{.code = "denied", .what = "not you", .fix = "be another"};
  const plugin::Failure away{.code = "away", .what = "nobody there", .has_written_nothing = true};
  const WriteRow rows[] = {
      {"somebody else wrote", Status::Conflict, {}, Kind::Conflict, ""},
      {"read only", Status::ReadOnly, denied, Kind::ReadOnly, "not you; be another"},
      {"not these",
       Status::Invalid,
       {},
       Kind::ReadOnly,
       "the store refuses it and does not say why"},
      {"nothing written", Status::Unreachable, away, Kind::NotWritten, "nobody there"},
      {"perhaps written",
       Status::Unreachable,
       {},
       Kind::Unreachable,
       "the store did not say what became of it"},
      {"cancelled",
       Status::Cancelled,
       {},
       Kind::Unreachable,
       "the store did not say what became of it"},
  };
  for (const WriteRow& row : rows) {
    SCOPED_TRACE(row.desc);
    script_.answer_put = [&row](Host host, std::string&) {
      if (row.told) host.failed(*row.told);
      return row.answer;
    };
    const RecordChange changes[] = {{"tosa", nullptr}};
    const RecordWrite write = open()->write(changes, nobody_asks, "7:a");
    EXPECT_EQ(write.status, row.status);
    EXPECT_EQ(write.detail, row.detail);
  }
}

TEST_F(StoreRecordsTest, ReadsTheDocumentWhereNoRecordsAreKept) {
  script_.read = [](Host, Sink& sink) { return write_records(sink, {"d"}); };
  script_.read_records = [](Host host, Sink&) {
    host.failed({.code = "none",
                 .setting = "records_file",
                 .what = "no records are kept",
                 .fix = "set records_file"});
    return Status::ReadOnly;
  };
  const RecordChange changes[] = {{"tosa", nullptr}};
  const auto none_now = open();
  const auto loaded = none_now->load();
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ(loaded->records.at(0).id, "tosd");
  EXPECT_EQ(none_now->write(changes, nobody_asks, "7:a").status, RecordWrite::Status::ReadOnly);
  EXPECT_EQ(none_now->write(changes, nobody_asks, "7:a").detail,
            "no records are kept; set records_file");

  const auto never = open<-1>();
  EXPECT_EQ(never->load()->records.size(), 1U);
  EXPECT_EQ(never->write(changes, nobody_asks, "7:a").detail,
            "stores of the plugin scripted keep no records; keep them in one of the plugin redis, "
            "or of toml with records_file");
  EXPECT_TRUE(script_.puts.empty());
}

TEST_F(StoreRecordsTest, TellsChangesUntilItIsGone) {
  std::atomic<int> heard{0};
  auto records = open([&heard] { ++heard; });
  script_.host->changed();
  EXPECT_EQ(heard, 1);
  records.reset();
  EXPECT_EQ(heard, 1);
}

TEST_F(StoreRecordsTest, PassesOnErrorsOfThePluginAlone) {
  static constexpr corsac_store_plugin_v1 kTable =
      plugin::detail::make_table<ScriptedStore<CORSAC_RECORDS_CHANGES>>();
  LoadedPlugin plugin;
  plugin.table = &kTable;
  std::vector<std::string> lines;
  const auto records = StoreRecords::open(
      plugin, {}, {}, [&lines](const LogRecord& record) { lines.emplace_back(record.line); });
  script_.host->log(LogLevel::Info, "listening");
  script_.host->log(LogLevel::Error, "a record cannot be read");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("a record cannot be read"), std::string::npos);
}

TEST_F(StoreRecordsTest, InterruptsAPluginThatForgetsItsDeadline) {
  std::promise<void> interrupted;
  auto is_interrupted = interrupted.get_future().share();
  script_.interrupt = [&interrupted] { interrupted.set_value(); };
  script_.read_records = [is_interrupted](Host host, Sink&) {
    is_interrupted.wait();
    return host.is_cancelled() ? Status::Cancelled : Status::Failed;
  };
  const auto records = open({}, std::chrono::seconds(1));
  EXPECT_FALSE(records->load());
  script_.read_records = [](Host, Sink& sink) { return write_records(sink, {"a"}); };
  EXPECT_TRUE(records->load()) << "and goes on with it";
}

TEST_F(StoreRecordsTest, LeavesAPluginAloneThatDoesNotReturn) {
  std::promise<void> let_go;
  script_.read_records = [may_go = let_go.get_future().share()](Host, Sink& sink) {
    may_go.wait();
    return write_records(sink, {"a"});
  };
  const auto records = open({}, std::chrono::seconds(1));
  constexpr const char* kHangs = "the store plugin does not return from its last call";
  EXPECT_EQ(records->load().error(), kHangs);
  const RecordChange changes[] = {{"tosa", nullptr}};
  const RecordWrite write = records->write(changes, nobody_asks, "7:a");
  EXPECT_EQ(write.status, RecordWrite::Status::Unreachable);
  EXPECT_EQ(write.detail, kHangs);
  EXPECT_TRUE(script_.puts.empty());
  let_go.set_value();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!records->load()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "it never came back";
    std::this_thread::yield();
  }
}

}  // namespace
}  // namespace corsac
