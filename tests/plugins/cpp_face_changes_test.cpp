// The C++ face of the extension corsac.store.changes/1, called through its C table as the core does
// it.

#include <corsac_store_changes.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/recording_store_host.hpp"

namespace corsac::plugin {
namespace {

using test::RecordingHost;
using testing::ElementsAre;

// What the calls of the store under test do; set by each test before it opens one.
struct Behaviour {
  std::function<Status(std::string_view, ChangesSink&)> read_changes = {};
  std::function<Status(const OriginChanges&, std::string_view, std::string&)> change_origins = {};
};
Behaviour behaviour;

class TellingStore : public Store {
 public:
  static constexpr const char* kName = "telling";
  static constexpr const char* kVersion = "1.0";
  static OpenResult open(Host, Settings) { return std::make_unique<TellingStore>(); }
  Status read(Sink&) override { return Status::Failed; }
  Status read_changes(std::string_view since, ChangesSink& sink) {
    return behaviour.read_changes(since, sink);
  }
};

class ChangingStore final : public TellingStore {
 public:
  static OpenResult open(Host, Settings) { return std::make_unique<ChangingStore>(); }
  Status change_origins(const OriginChanges& changes, std::string_view expected,
                        std::string& revision) {
    return behaviour.change_origins(changes, expected, revision);
  }
};

const auto& kTelling = *static_cast<const corsac_store_changes_v1*>(changes_table<TellingStore>());
const auto& kChanging =
    *static_cast<const corsac_store_changes_v1*>(changes_table<ChangingStore>());

corsac_text text(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

// Writes down what it is told, and says stop in the call with the number `stop_at`.
struct Recorder {
  std::vector<std::string> calls = {};
  std::size_t stop_at = 0;

  int take(std::string call) {
    calls.push_back(std::move(call));
    return calls.size() == stop_at ? 0 : 1;
  }
  corsac_changes_sink sink() {
    return {sizeof(corsac_changes_sink), this,
            [](void* to, corsac_text name) {
              return static_cast<Recorder*>(to)->take("source " + test::to_string(name));
            },
            [](void* to, const corsac_origin_change* change) {
              return static_cast<Recorder*>(to)->take((change->is_added != 0 ? "+" : "-") +
                                                      test::to_string(change->origin));
            },
            [](void* to, corsac_text revision) {
              return static_cast<Recorder*>(to)->take("finish " + test::to_string(revision));
            }};
  }
};

class CppFaceChanges : public testing::Test {
 protected:
  void SetUp() override {
    behaviour = {};
    static constexpr corsac_store_plugin_v1 kTable = detail::make_table<ChangingStore>();
    table_ = &kTable;
    const corsac_settings settings = {sizeof(corsac_settings), {"/", 1}, nullptr, 0};
    ASSERT_EQ(table_->open(host_.host(), &settings, &store_), CORSAC_OK);
  }
  void TearDown() override { table_->close(store_); }

  RecordingHost host_;
  const corsac_store_plugin_v1* table_ = nullptr;
  void* store_ = nullptr;
};

TEST(CppFaceChangesTable, LeavesOutWhatAClassDoesNotHave) {
  EXPECT_EQ(kTelling.size, sizeof(corsac_store_changes_v1));
  EXPECT_NE(kTelling.read_changes, nullptr);
  EXPECT_EQ(kTelling.change_origins, nullptr);
  EXPECT_NE(kChanging.read_changes, nullptr);
  EXPECT_NE(kChanging.change_origins, nullptr);
}

TEST_F(CppFaceChanges, TellsChangesInTheirOrder) {
  behaviour.read_changes = [](std::string_view since, ChangesSink& sink) {
    EXPECT_EQ(since, "7:a");
    EXPECT_TRUE(sink.source("beside"));
    EXPECT_TRUE(sink.origin({"https://a.example", true}));
    EXPECT_TRUE(sink.origin({"https://b.example", false}));
    EXPECT_TRUE(sink.finish("8:b"));
    return Status::Ok;
  };
  Recorder recorder;
  const corsac_changes_sink sink = recorder.sink();
  EXPECT_EQ(kChanging.read_changes(store_, text("7:a"), &sink), CORSAC_OK);
  EXPECT_THAT(recorder.calls, ElementsAre("source beside", "+https://a.example",
                                          "-https://b.example", "finish 8:b"));
}

TEST_F(CppFaceChanges, TellsNothingMoreAfterAStop) {
  behaviour.read_changes = [](std::string_view, ChangesSink& sink) {
    sink.source("beside");
    EXPECT_FALSE(sink.origin({"https://a.example", true}));
    EXPECT_FALSE(sink.origin({"https://b.example", true}));
    EXPECT_FALSE(sink.finish("8:b"));
    EXPECT_TRUE(sink.is_stopped());
    return Status::Ok;
  };
  Recorder recorder{.stop_at = 2};
  const corsac_changes_sink sink = recorder.sink();
  EXPECT_EQ(kChanging.read_changes(store_, text("7:a"), &sink), CORSAC_CANCELLED);
  EXPECT_THAT(recorder.calls, ElementsAre("source beside", "+https://a.example"));
}

// What a call of change_origins answers, and the revisions that it told.
struct Changed {
  std::int32_t status = CORSAC_FAILED;
  std::vector<std::string> revisions = {};
};

Changed change_origins(void* store) {
  Changed changed;
  const corsac_origin_change changes[] = {{text("https://a.example"), 1},
                                          {text("https://b.example"), 0}};
  changed.status = kChanging.change_origins(
      store, changes, 2, text("1:a"), &changed, [](void* context, corsac_text revision) {
        static_cast<Changed*>(context)->revisions.push_back(test::to_string(revision));
      });
  return changed;
}

TEST_F(CppFaceChanges, TellsTheRevisionWhereTheContractHasOne) {
  const struct {
    Status status;
    bool is_told;
  } rows[] = {{Status::Ok, true},
              {Status::Conflict, true},
              {Status::ReadOnly, false},
              {Status::Unreachable, false}};
  for (const auto& row : rows) {
    behaviour.change_origins = [&row](const OriginChanges& changes, std::string_view expected,
                                      std::string& revision) {
      EXPECT_EQ(expected, "1:a");
      EXPECT_EQ(changes.size(), 2u);
      EXPECT_EQ(changes[0].origin, "https://a.example");
      EXPECT_TRUE(changes[0].is_added);
      EXPECT_EQ(changes[1].origin, "https://b.example");
      EXPECT_FALSE(changes[1].is_added);
      revision = "2:b";
      return row.status;
    };
    const Changed changed = change_origins(store_);
    EXPECT_EQ(changed.status, static_cast<std::int32_t>(row.status));
    EXPECT_EQ(changed.revisions,
              row.is_told ? std::vector<std::string>{"2:b"} : std::vector<std::string>{});
  }
}

TEST_F(CppFaceChanges, StopsExceptions) {
  behaviour.read_changes = [](std::string_view, ChangesSink&) -> Status {
    throw std::runtime_error("out of ink");
  };
  behaviour.change_origins = [](const OriginChanges&, std::string_view, std::string&) -> Status {
    throw std::runtime_error("out of paper");
  };
  Recorder recorder;
  const corsac_changes_sink sink = recorder.sink();
  EXPECT_EQ(kChanging.read_changes(store_, text("7:a"), &sink), CORSAC_FAILED);
  EXPECT_EQ(change_origins(store_).status, CORSAC_FAILED);
  EXPECT_THAT(host_.log(), ElementsAre("2 out of ink", "2 out of paper"));
}

}  // namespace
}  // namespace corsac::plugin
