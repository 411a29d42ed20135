#include "corsac/runtime/store_client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/runtime/store_loader.hpp"
#include "corsac_store_changes.hpp"
#include "corsac_store_write.hpp"

namespace corsac {
namespace {

using plugin::Host;
using plugin::LogLevel;
using plugin::Sink;
using plugin::Status;

// What the store does, for the test that runs; a plugin gets nothing but texts.
struct Script {
  std::function<plugin::OpenResult(Host)> open = {};
  std::function<Status(Host, Sink&)> read = {};
  std::function<Status(Host, std::string_view, std::string_view, std::string&)> put = {};
  std::function<Status(Host, const plugin::OriginChanges&, std::string_view, std::string&)> change =
      {};
  int open_stores = 0;
};
Script script;

template <bool kCanWrite>
class ScriptedStore final : public plugin::Store {
 public:
  static constexpr const char* kName = "scripted";
  static constexpr const char* kVersion = "1.0";
  static const void* extension(std::string_view name) noexcept {
    if (!kCanWrite) return nullptr;
    if (name == CORSAC_STORE_CHANGES_NAME) return plugin::changes_table<ScriptedStore>();
    return name == CORSAC_STORE_WRITE_NAME ? plugin::write_table<ScriptedStore>() : nullptr;
  }
  static plugin::OpenResult open(Host host, plugin::Settings) {
    if (script.open) return script.open(host);
    return std::make_unique<ScriptedStore>(host);
  }

  explicit ScriptedStore(Host host) : host_(host) { ++script.open_stores; }
  ~ScriptedStore() override { --script.open_stores; }
  Status read(Sink& sink) override { return script.read(host_, sink); }
  Status put_document(std::string_view json, std::string_view expected, std::string& revision) {
    return script.put(host_, json, expected, revision);
  }
  Status read_changes(std::string_view, plugin::ChangesSink&) { return Status::Conflict; }
  Status change_origins(const plugin::OriginChanges& changes, std::string_view expected,
                        std::string& revision) {
    return script.change(host_, changes, expected, revision);
  }

 private:
  const Host host_;
};

template <bool kCanWrite>
LoadedPlugin loaded() {
  static constexpr corsac_store_plugin_v1 kTable =
      plugin::detail::make_table<ScriptedStore<kCanWrite>>();
  LoadedPlugin plugin;
  plugin.table = &kTable;
  return plugin;
}

class StoreClientTest : public ::testing::Test {
 protected:
  StoreClientTest() { script = {}; }
  ~StoreClientTest() override { EXPECT_EQ(script.open_stores, 0) << "each is closed"; }

  static Result<std::unique_ptr<StoreClient>, Report> open(PluginHost::Progress progress = {}) {
    return StoreClient::open(loaded<true>(), {}, std::move(progress));
  }
  static ReadResult read() { return (*open())->read(); }
  static WriteResult put() { return (*open())->put_document("{}", "7:a"); }
};

TEST_F(StoreClientTest, TellsWhyAStoreIsNotOpened) {
  script.open = [](Host host) {
    host.problem("setting-value", "url", "this is none", "write one");
    host.problem("setting-value", "key", "nor is this", "write another");
    return Status::Invalid;
  };
  const auto wrong = open();
  ASSERT_FALSE(wrong);
  ASSERT_EQ(wrong.error().problems().size(), 2u);
  EXPECT_EQ(wrong.error().problems()[0].path, "store.url");
  EXPECT_EQ(wrong.error().problems()[1].path, "store.key");

  script.open = [](Host host) {
    host.log(LogLevel::Error, "there is no disk");
    return Status::Unreachable;
  };
  const auto away = open();
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().problems()[0].code, "store-not-opened");
  EXPECT_EQ(away.error().problems()[0].what, "there is no disk");
}

std::string line_of(const Problem& problem) {
  return std::string(std::string_view(problem.code)) + " " + problem.path + ": " + problem.what +
         "; " + problem.fix;
}

struct ReadRow {
  const char* desc;
  std::function<Status(Host, Sink&)> read;
  ReadStatus status;
  const char* detail;
  const char* failure = "";  // the only problem, "code path: what; fix"
};

const ReadRow kReads[] = {
    {"a whole document",
     [](Host, Sink& sink) {
       sink.integer("version", 1);
       sink.finish("7:a");
       return Status::Ok;
     },
     ReadStatus::Read, ""},
    {"one that does not end", [](Host, Sink&) { return Status::Ok; }, ReadStatus::Unreachable,
     "the store cannot be reached"},
    {"a problem of the store",
     [](Host, Sink& sink) {
       sink.problem("toml-syntax", "this is no TOML", "");
       return Status::Invalid;
     },
     ReadStatus::Invalid, "the store holds no document"},
    {"invalid, without a word", [](Host, Sink&) { return Status::Invalid; }, ReadStatus::Invalid,
     "the store holds no document"},
    {"away, and why",
     [](Host host, Sink&) {
       host.log(LogLevel::Error, "nobody\nthere");
       return Status::Unreachable;
     },
     ReadStatus::Unreachable, "nobody\\x0Athere"},
    {"away, and the parts of why",
     [](Host host, Sink&) {
       host.log(LogLevel::Error, "gone: nobody there");
       host.failed({.code = "gone", .what = "nobody there", .fix = "start it"});
       return Status::Unreachable;
     },
     ReadStatus::Unreachable, "gone: nobody there", "gone : nobody there; start it"},
    {"away, and a problem of the read that says why",
     [](Host, Sink& sink) {
       sink.problem("gone", "nobody there", "start it");
       return Status::Unreachable;
     },
     ReadStatus::Unreachable, "the store cannot be reached", "gone : nobody there; start it"},
    {"a setting that keeps it from answering us",
     [](Host host, Sink&) {
       host.failed({.code = "old", .what = "of an earlier try"});
       host.failed({.code = "denied", .setting = "user", .what = "not\nyou", .fix = "be another"});
       return Status::Unreachable;
     },
     ReadStatus::Invalid, "the store cannot be reached",
     "denied store.user: not\\x0Ayou; be another"},
    {"a failure that was overcome",
     [](Host host, Sink& sink) {
       host.failed({.code = "denied", .setting = "user"});
       sink.integer("version", 1);
       sink.finish("7:a");
       return Status::Ok;
     },
     ReadStatus::Read, ""},
    {"an exception", [](Host, Sink&) -> Status { throw std::runtime_error("it broke"); },
     ReadStatus::Unreachable, "it broke"},
};

TEST_F(StoreClientTest, ReadsADocumentOrSaysWhyThereIsNone) {
  for (const ReadRow& row : kReads) {
    SCOPED_TRACE(row.desc);
    script.read = row.read;
    const ReadResult result = read();
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.detail, row.detail);
    if (*row.failure != '\0') {
      ASSERT_EQ(result.problems.size(), 1u);
      EXPECT_EQ(line_of(result.problems[0]), row.failure);
    }
    EXPECT_EQ(result.policy.revision, row.status == ReadStatus::Read ? "7:a" : "");
  }
}

struct WriteRow {
  const char* desc;
  Status answer;
  const char* revision;  // that the store tells
  WriteStatus status;
  const char* problem;  // the only one, "code path: what; fix"; empty = none
  std::optional<plugin::Failure> told = {};
};

constexpr WriteRow kWrites[] = {
    {"written", Status::Ok, "8:b", WriteStatus::Written, ""},
    {"another revision", Status::Conflict, "9:c", WriteStatus::Conflict, ""},
    {"no document yet", Status::Conflict, "", WriteStatus::Conflict, ""},
    {"read only", Status::ReadOnly, "", WriteStatus::Refused, "store-refused : why it is so; "},
    {"a document that it does not take", Status::Invalid, "", WriteStatus::Refused,
     "store-refused : why it is so; "},
    {"not by us", Status::ReadOnly, "", WriteStatus::Refused,
     "denied store.user: not you; be another",
     plugin::Failure{.code = "denied", .setting = "user", .what = "not you", .fix = "be another"}},
    {"away", Status::Unreachable, "", WriteStatus::Failed, "store-not-written : why it is so; "},
    {"away, and perhaps written", Status::Unreachable, "", WriteStatus::Failed, "gone : cut; ",
     plugin::Failure{.code = "gone", .what = "cut"}},
    {"away from the start", Status::Unreachable, "", WriteStatus::NotReached, "gone : nobody; ",
     plugin::Failure{.code = "gone", .what = "nobody", .has_written_nothing = true}},
    {"cancelled", Status::Cancelled, "", WriteStatus::Failed, "store-not-written : why it is so; "},
    {"failed", Status::Failed, "", WriteStatus::Failed, "store-not-written : why it is so; "},
};

TEST_F(StoreClientTest, WritesAndTellsWhatBecameOfIt) {
  for (const WriteRow& row : kWrites) {
    SCOPED_TRACE(row.desc);
    script.put = [&row](Host host, std::string_view json, std::string_view expected,
                        std::string& revision) {
      EXPECT_EQ(json, "{}");
      EXPECT_EQ(expected, "7:a");
      if (*row.problem != '\0') host.log(LogLevel::Error, "why it is so");
      if (row.told) host.failed(*row.told);
      revision = row.revision;
      return row.answer;
    };
    const WriteResult result = put();
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.revision, row.revision);
    ASSERT_EQ(result.problems.size(), *row.problem == '\0' ? 0u : 1u);
    EXPECT_EQ(result.problems.empty() ? "" : line_of(result.problems[0]), row.problem);
  }
  script.put = [](Host, std::string_view, std::string_view, std::string& revision) {
    revision = "8:\n\x1b[31m";
    return Status::Ok;
  };
  EXPECT_EQ(put().revision, "8:\\x0A\\x1B[31m") << "it goes to a terminal";
  script.put = [](Host, std::string_view, std::string_view, std::string&) -> Status {
    throw std::runtime_error("it broke");
  };
  EXPECT_EQ(put().status, WriteStatus::Failed);
}

TEST_F(StoreClientTest, SaysThatAStoreCannotBeWrittenTo) {
  const auto client = StoreClient::open(loaded<false>(), {}, {});
  ASSERT_TRUE(client);
  const WriteResult result = (*client)->put_document("{}", "");
  EXPECT_EQ(result.status, WriteStatus::Refused);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].what, "stores of the plugin scripted cannot be written to");
  EXPECT_FALSE((*client)->can_write());
  EXPECT_TRUE((*StoreClient::open(loaded<true>(), {}, {}))->can_write());
}

TEST_F(StoreClientTest, ChangesOriginsAndTellsWhatBecameOfIt) {
  for (const WriteRow& row : kWrites) {
    SCOPED_TRACE(row.desc);
    script.change = [&row](Host host, const plugin::OriginChanges& changes,
                           std::string_view expected, std::string& revision) {
      EXPECT_EQ(expected, "7:a");
      EXPECT_EQ(changes.size(), 3U);
      EXPECT_EQ(changes[1].origin, "https://b.example");
      EXPECT_TRUE(changes[0].is_added && changes[1].is_added);
      EXPECT_EQ(changes[2].origin, "https://c.example");
      EXPECT_FALSE(changes[2].is_added);
      if (*row.problem != '\0') host.log(LogLevel::Error, "why it is so");
      if (row.told) host.failed(*row.told);
      revision = row.revision;
      return row.answer;
    };
    const std::vector<std::string> added = {"https://a.example", "https://b.example"};
    const std::vector<std::string> removed = {"https://c.example"};
    const WriteResult result = (*open())->change_origins(added, removed, "7:a");
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.revision, row.revision);
    ASSERT_EQ(result.problems.size(), *row.problem == '\0' ? 0u : 1u);
    EXPECT_EQ(result.problems.empty() ? "" : line_of(result.problems[0]), row.problem);
  }
}

TEST_F(StoreClientTest, SaysThatAStoreTakesNoSingleOrigins) {
  const auto client = StoreClient::open(loaded<false>(), {}, {});
  ASSERT_TRUE(client);
  const std::vector<std::string> added = {"https://a.example"};
  const WriteResult result = (*client)->change_origins(added, {}, "");
  EXPECT_EQ(result.status, WriteStatus::Refused);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(line_of(result.problems[0]),
            "store-changes-no-origins store.plugin: stores of the plugin scripted take no single "
            "origins; change what it reads, or a store of the plugin redis");
}

TEST_F(StoreClientTest, TellsTheDeadlineAndHearsOfProgress) {
  using std::chrono::seconds;
  using std::chrono::steady_clock;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> heard;
  const auto before = steady_clock::now();
  script.read = [&](Host host, Sink& sink) {
    EXPECT_GE(host.deadline(), before + seconds(77));
    EXPECT_LE(host.deadline(), steady_clock::now() + seconds(77));
    host.moved(10, 0);
    host.moved(20, 40);
    sink.finish("1");
    return Status::Ok;
  };
  StoreConfig config;
  config.deadline = seconds(77);
  const auto client = StoreClient::open(
      loaded<true>(), config,
      [&heard](std::uint64_t bytes, std::uint64_t total) { heard.emplace_back(bytes, total); });
  EXPECT_EQ((*client)->read().status, ReadStatus::Read);
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected = {{10, 0}, {20, 40}};
  EXPECT_EQ(heard, expected);
  // Where nobody wants to hear, nothing is said.
  EXPECT_EQ((*StoreClient::open(loaded<true>(), config, {}))->read().status, ReadStatus::Read);
  EXPECT_EQ(heard.size(), 2u);
}

}  // namespace
}  // namespace corsac
