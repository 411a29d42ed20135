#include "corsac/runtime/store_worker.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/runtime/store_loader.hpp"
#include "support/allocation_counter.hpp"
#include "support/eventually.hpp"
#include "support/fake_store.hpp"
#include "support/log_lines.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using test::eventually;
using test::FakeStore;
using test::TempFolder;
using ::testing::HasSubstr;

using Settings = std::vector<std::pair<std::string, std::string>>;

LoadedPlugin load(const std::string& name) {
  auto plugin = load_store_plugin(name, {CORSAC_TEST_BROKEN_PLUGINS, CORSAC_TEST_PLUGINS});
  EXPECT_TRUE(plugin.has_value()) << (plugin ? "" : plugin.error().text());
  return plugin ? *plugin : LoadedPlugin{};
}

StoreConfig a_config(Settings settings, seconds deadline = seconds(10)) {
  StoreConfig config;
  config.settings = std::move(settings);
  config.deadline = deadline;
  return config;
}

steady_clock::time_point soon() { return steady_clock::now() + seconds(10); }

// What a worker calls back; must outlive it.
class Heard {
 public:
  WorkerCallbacks callbacks() {
    WorkerCallbacks callbacks;
    callbacks.on_read = [this](ReadResult result) {
      const std::lock_guard lock(mutex_);
      results_.push_back(std::move(result));
    };
    callbacks.on_changed = [this] { ++changes_; };
    callbacks.log = log.sink();
    callbacks.held_while_running = thread_;
    return callbacks;
  }
  // The result of the read with this number, from 0; waits for it.
  ReadResult result(std::size_t number) {
    EXPECT_TRUE(eventually([&] { return count() > number; }));
    const std::lock_guard lock(mutex_);
    return number < results_.size() ? results_[number] : ReadResult{};
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return results_.size();
  }
  int changes() const { return changes_; }
  bool has_thread() const { return thread_.use_count() > 1; }

  test::LogLines log;

 private:
  mutable std::mutex mutex_;
  std::vector<ReadResult> results_;
  std::atomic<int> changes_{0};
  std::shared_ptr<const int> thread_ = std::make_shared<const int>(0);
};

std::string status_name(ReadStatus status) {
  switch (status) {
    case ReadStatus::Read:
      return "Read";
    case ReadStatus::Changed:
      return "Changed";
    case ReadStatus::Invalid:
      return "Invalid";
    case ReadStatus::Unreachable:
      return "Unreachable";
    case ReadStatus::Cancelled:
      return "Cancelled";
    case ReadStatus::NotOpened:
      return "NotOpened";
  }
  return "";
}

TEST(StoreWorker, ReadsAWholeDocument) {
  Heard heard;
  const auto worker =
      StoreWorker::start(load("misbehaving"), a_config({{"mode", "fine"}}), heard.callbacks());
  ASSERT_TRUE(worker.has_value()) << worker.error().text();
  EXPECT_EQ((*worker)->description(), "misbehaving 1.0");
  EXPECT_EQ(heard.count(), 0U) << "nobody asked for a read";
  (*worker)->request_read(soon());
  const ReadResult result = heard.result(0);
  EXPECT_EQ(status_name(result.status), "Read");
  EXPECT_EQ(result.policy.revision, "1");
  EXPECT_EQ(result.policy.cors.allowed_origins.values(),
            std::vector<std::string>{"https://app.example"});
  EXPECT_EQ(result.policy.sources, std::vector<std::string>{"misbehaving"});
}

TEST(StoreWorker, TellsWhyAStoreDoesNotOpen) {
  struct Row {
    const char* desc;
    const char* plugin;
    const char* mode;
    const char* code;
    const char* path;
    const char* what;
  };
  const Row rows[] = {
      {"a wrong setting", "misbehaving", "open_invalid", "setting-value", "store.mode",
       "the mode is wrong"},
      {"invalid, but no problem reported", "misbehaving", "open_invalid_silently",
       "store-not-opened", "store", "and not what"},
      {"unreachable", "misbehaving", "open_unreachable", "store-not-opened", "store",
       "cannot be reached"},
      {"OK without a store", "misbehaving", "open_null_store", "store-not-opened", "store",
       "gave nothing whole"},
      {"throws", "throwing", "open_runtime_error", "store-not-opened", "store", "thrown in open"},
      {"throws for memory", "throwing", "open_bad_alloc", "store-not-opened", "store",
       "out of memory"},
      {"throws a number", "throwing", "open_number", "store-not-opened", "store", "thrown"},
  };
  for (const Row& row : rows) {
    Heard heard;
    {
      const auto worker =
          StoreWorker::start(load(row.plugin), a_config({{"mode", row.mode}}), heard.callbacks());
      ASSERT_FALSE(worker.has_value()) << row.desc;
      ASSERT_EQ(worker.error().problems().size(), 1U) << row.desc;
      const Problem& problem = worker.error().problems()[0];
      EXPECT_EQ(problem.code, row.code) << row.desc;
      EXPECT_EQ(problem.path, row.path) << row.desc;
      EXPECT_THAT(problem.what, HasSubstr(row.what)) << row.desc;
    }
    EXPECT_EQ(heard.count(), 0U) << row.desc;
    EXPECT_FALSE(heard.has_thread()) << row.desc;
  }
}

TEST(StoreWorker, LaunchTellsAFailedOpenAsAResult) {
  Heard heard;
  const auto wrong = StoreWorker::launch(load("misbehaving"), a_config({{"mode", "open_invalid"}}),
                                         heard.callbacks(), soon());
  EXPECT_EQ(status_name(heard.result(0).status), "NotOpened");
  ASSERT_EQ(heard.result(0).problems.size(), 1U);
  EXPECT_EQ(heard.result(0).problems[0].code, "setting-value");
  wrong->request_read(soon());

  const auto away = StoreWorker::launch(
      load("misbehaving"), a_config({{"mode", "open_unreachable"}}), heard.callbacks(), soon());
  EXPECT_EQ(status_name(heard.result(1).status), "NotOpened");
  EXPECT_TRUE(heard.result(1).problems.empty()) << "a later try may succeed";
  EXPECT_EQ(heard.result(1).detail, "the store cannot be reached");
  EXPECT_EQ(heard.count(), 2U) << "a store that is not open is not read";
}

// A thread that runs while nobody owns its worker would call back whatever is gone by then.
TEST(StoreWorker, BeginsNoThreadThatItCannotEnd) {
  for (std::size_t count = 0;; ++count) {
    Heard heard;
    FakeStore store;
    const LoadedPlugin plugin = store.plugin();
    const StoreConfig config = store.config();
    WorkerCallbacks callbacks = heard.callbacks();
    const auto deadline = soon();
    bool has_thrown = false;
    std::unique_ptr<StoreWorker> worker;
    testing::fail_one_allocation_after(count);
    try {
      worker = StoreWorker::launch(plugin, config, std::move(callbacks), deadline);
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    const bool is_over = testing::forget_failing_allocation();
    callbacks = {};
    EXPECT_EQ(heard.has_thread(), !has_thrown) << count;
    if (is_over) break;
  }
}

TEST(StoreWorker, TakesWhateverAPluginAnswers) {
  struct Row {
    const char* desc;
    const char* plugin;
    const char* mode;
    const char* status;
    const char* says;  // part of a problem or of the detail
  };
  const Row rows[] = {
      {"unreachable", "misbehaving", "read_unreachable", "Unreachable", "cannot be reached"},
      {"failed", "misbehaving", "read_failed", "Unreachable", "plugin failed"},
      {"cancelled, though nobody asked", "misbehaving", "read_cancelled", "Unreachable",
       "was not asked to"},
      {"a status that there is none of", "misbehaving", "read_unknown_status", "Unreachable",
       "does not have"},
      {"invalid with a problem", "misbehaving", "read_invalid", "Invalid",
       "the document is broken"},
      {"invalid without one", "misbehaving", "read_invalid_silently", "Invalid", "and not what"},
      {"OK without finish", "misbehaving", "read_never_finishes", "Unreachable",
       "gave nothing whole"},
      {"calls in an impossible order", "misbehaving", "read_garbage", "Invalid", ""},
      {"goes on after stop", "misbehaving", "read_ignores_stop", "Invalid", ""},
      {"another thread calls the sink", "misbehaving", "read_other_thread", "Invalid",
       "from a thread of its own"},
      {"texts of 2^62 bytes", "misbehaving", "read_lies_about_sizes", "Invalid",
       "a text of 4611686018427387904 bytes"},
      {"throws past the C++ face", "misbehaving", "read_throws", "Unreachable", "plugin failed"},
      {"throws", "throwing", "read_runtime_error", "Unreachable", "thrown in read"},
      {"throws for memory", "throwing", "read_bad_alloc", "Unreachable", "out of memory"},
      {"throws a number", "throwing", "read_number", "Unreachable", "thrown"},
  };
  for (const Row& row : rows) {
    Heard heard;
    const auto worker =
        StoreWorker::start(load(row.plugin), a_config({{"mode", row.mode}}), heard.callbacks());
    ASSERT_TRUE(worker.has_value()) << row.desc;
    (*worker)->request_read(soon());
    const ReadResult result = heard.result(0);
    EXPECT_EQ(status_name(result.status), row.status) << row.desc;
    std::string said = result.detail;
    for (const Problem& problem : result.problems) said += "\n" + problem.what;
    EXPECT_THAT(said, HasSubstr(row.says)) << row.desc;
    if (result.status == ReadStatus::Invalid) {
      EXPECT_FALSE(result.problems.empty()) << row.desc;
    }
  }
}

TEST(StoreWorker, LeavesOutLinesThatRepeatTheLastOne) {
  Heard heard;
  auto worker = StoreWorker::start(
      load("misbehaving"), a_config({{"mode", "read_logs_without_end"}}), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  EXPECT_EQ(heard.result(0).detail, "no answer") << "also when it was left out";
  worker->reset();
  EXPECT_THAT(heard.log.all(), ::testing::ElementsAre(
                                   "store misbehaving: no answer",
                                   "store misbehaving: its last line came 9999 more times",
                                   "store misbehaving: it gives up", "store misbehaving: no answer",
                                   "store misbehaving: its last line came 1 more times"));
}

TEST(StoreWorker, ReadsAgainWithASinkThatThePluginKept) {
  Heard heard;
  const auto worker = StoreWorker::start(
      load("misbehaving"), a_config({{"mode", "read_keeps_sink"}}), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  for (std::size_t i = 0; i < 3; ++i) {
    (*worker)->request_read(soon());
    EXPECT_EQ(heard.result(i).policy.cors.allowed_origins.size(), 1U) << "read " << i;
  }
}

TEST(StoreWorker, InterruptsAReadAndCanReadAgain) {
  Heard heard;
  const auto worker = StoreWorker::start(load("misbehaving"), a_config({{"mode", "read_hangs"}}),
                                         heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  for (std::size_t i = 0; i < 2; ++i) {
    (*worker)->request_read(soon());
    // The read may not have begun yet: an interrupt without a call under way does nothing.
    EXPECT_TRUE(eventually([&] {
      (*worker)->interrupt();
      return heard.count() == i + 1;
    }));
    EXPECT_EQ(status_name(heard.result(i).status), "Cancelled");
  }
}

TEST(StoreWorker, LosesNoInterruptBetweenTwoCalls) {
  Heard heard;
  FakeStore store;
  store.hold();
  const auto worker =
      StoreWorker::launch(store.plugin(), store.config(), heard.callbacks(), soon());
  EXPECT_TRUE(eventually([&] { return store.opens() == 1; }));
  for (std::size_t i = 0; i < 100; ++i) {
    worker->request_read(soon());
    worker->interrupt();  // before the thread has heard of the read, or while it begins
    ASSERT_EQ(status_name(heard.result(i).status), "Cancelled") << i;
  }
  store.release();
  worker->request_read(soon());
  EXPECT_EQ(status_name(heard.result(100).status), "Read") << "the next one is another";
}

TEST(StoreWorker, TellsThePluginTheDeadlineThatItWasGiven) {
  Heard heard;
  FakeStore store;
  const auto deadline = steady_clock::now() + seconds(7);
  const auto worker =
      StoreWorker::launch(store.plugin(), store.config(), heard.callbacks(), deadline);
  worker->request_read(deadline);
  static_cast<void>(heard.result(0));
  worker->request_read(deadline + seconds(1));
  static_cast<void>(heard.result(1));
  EXPECT_THAT(store.deadlines(), ::testing::ElementsAre(deadline, deadline, deadline + seconds(1)));
}

TEST(StoreWorker, EndsPromptlyDuringARead) {
  Heard heard;
  FakeStore store;
  store.hold();
  auto worker = StoreWorker::start(store.plugin(), store.config(), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  EXPECT_TRUE(eventually([&] { return store.reads_begun() == 1; }));
  const auto before = steady_clock::now();
  worker->reset();
  EXPECT_LT(steady_clock::now() - before, seconds(2));
  EXPECT_EQ(store.closes(), 1U);
  EXPECT_FALSE(heard.has_thread());
  EXPECT_EQ(heard.log.count("left behind"), 0U);
}

TEST(StoreWorker, KeepsOneMoreReadWhileOneIsUnderWay) {
  Heard heard;
  FakeStore store;
  store.hold();
  const auto worker = StoreWorker::start(store.plugin(), store.config(), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  EXPECT_TRUE(eventually([&] { return store.reads_begun() == 1; }));
  for (int i = 0; i < 100; ++i) (*worker)->request_read(soon());
  store.release();
  EXPECT_TRUE(eventually([&] { return heard.count() == 2; }));
  EXPECT_FALSE(eventually([&] { return heard.count() != 2; }, milliseconds(50)));
}

struct LeftBehindRow {
  const char* desc;
  const char* mode;
  const char* hold_ms;
  bool is_open;
};

void expect_left_behind(const LeftBehindRow& row) {
  Heard heard;
  const StoreConfig config =
      a_config({{"mode", row.mode}, {"hold_ms", row.hold_ms}}, seconds(row.is_open ? 10 : 1));
  const auto before = steady_clock::now();
  {
    const auto worker = StoreWorker::start(load("misbehaving"), config, heard.callbacks());
    EXPECT_EQ(worker.has_value(), row.is_open) << row.desc;
  }
  const auto took = steady_clock::now() - before;
  EXPECT_GE(took, StoreWorker::kAbandonAfter) << row.desc;
  EXPECT_EQ(heard.log.count("left behind"), 1U) << row.desc;
  EXPECT_TRUE(heard.has_thread()) << row.desc;
  const std::size_t lines = heard.log.all().size();
  EXPECT_TRUE(eventually([&] { return !heard.has_thread(); })) << row.desc;
  EXPECT_EQ(heard.count(), 0U) << row.desc << ": nothing calls back after the destructor";
  EXPECT_EQ(heard.log.all().size(), lines) << row.desc;
}

void expect_left_behind_in_read() {
  Heard heard;
  FakeStore store;
  store.hold(FakeStore::Interrupts::Ignored);
  auto worker = StoreWorker::start(store.plugin(), store.config(), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  EXPECT_TRUE(eventually([&] { return store.reads_begun() == 1; }));
  const auto before = steady_clock::now();
  worker->reset();
  EXPECT_GE(steady_clock::now() - before, StoreWorker::kAbandonAfter);
  EXPECT_EQ(heard.log.count("left behind"), 1U);
  EXPECT_TRUE(heard.has_thread());
  store.release();
  EXPECT_TRUE(eventually([&] { return !heard.has_thread(); }));
  EXPECT_EQ(store.closes(), 1U) << "a thread that comes back closes its store";
  EXPECT_EQ(heard.count(), 0U) << "nothing calls back after the destructor";
}

void expect_left_behind_in_interrupt() {
  Heard heard;
  auto worker = StoreWorker::start(load("misbehaving"),
                                   a_config({{"mode", "interrupt_hangs"}, {"hold_ms", "4000"}}),
                                   heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  const auto before = steady_clock::now();
  (*worker)->interrupt();
  EXPECT_LT(steady_clock::now() - before, milliseconds(500)) << "nobody waits for the plugin";
  worker->reset();
  EXPECT_LT(steady_clock::now() - before, milliseconds(3'500)) << "for two seconds at most";
  EXPECT_TRUE(eventually([&] { return !heard.has_thread(); }));
  EXPECT_EQ(heard.count(), 0U) << "nothing calls back after the destructor";
}

// Proves 140.
TEST(StoreWorker, LeavesAThreadBehindThatIgnoresAnInterrupt) {
  const LeftBehindRow rows[] = {
      {"in close", "close_hangs", "3000", true},
      {"in open", "open_ignores_interrupt", "4000", false},
  };
  // Each takes seconds, so all at once.
  std::vector<std::thread> threads;
  for (const LeftBehindRow& row : rows) threads.emplace_back([&row] { expect_left_behind(row); });
  threads.emplace_back(expect_left_behind_in_read);
  threads.emplace_back(expect_left_behind_in_interrupt);
  for (std::thread& thread : threads) thread.join();
}

TEST(StoreWorker, CountsTheTwoSecondsFromTheFirstInterrupt) {
  Heard heard;
  FakeStore store;
  store.hold(FakeStore::Interrupts::Ignored);
  auto worker = StoreWorker::start(store.plugin(), store.config(), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  EXPECT_TRUE(eventually([&] { return store.reads_begun() == 1; }));
  (*worker)->interrupt();
  EXPECT_FALSE(eventually([&] { return heard.count() != 0; }, milliseconds(1'000)));
  const auto before = steady_clock::now();
  worker->reset();
  EXPECT_LT(steady_clock::now() - before, milliseconds(1'500));
  store.release();
  EXPECT_TRUE(eventually([&] { return !heard.has_thread(); }));
}

TEST(StoreWorker, HearsChangesFromAnyThreadUntilItIsClosed) {
  Heard heard;
  auto worker = StoreWorker::start(load("misbehaving"),
                                   a_config({{"mode", "changes_all_the_time"}}), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  EXPECT_TRUE(eventually([&] { return heard.changes() > 100; }));
  worker->reset();
  const int changes = heard.changes();
  EXPECT_FALSE(eventually([&] { return heard.changes() != changes; }, milliseconds(50)));
}

TEST(StoreWorker, ReadsThroughTheExamplePlugin) {
  const TempFolder folder;
  folder.write("origins.txt", "https://a.example\n# a comment\nhttps://b.example\n");
  Heard heard;
  StoreConfig config = a_config({{"file", "origins.txt"}});
  config.directory = folder.path();
  const auto worker = StoreWorker::start(load("example"), config, heard.callbacks());
  ASSERT_TRUE(worker.has_value()) << worker.error().text();
  (*worker)->request_read(soon());
  EXPECT_EQ(heard.result(0).policy.cors.allowed_origins.values(),
            (std::vector<std::string>{"https://a.example", "https://b.example"}));
  std::filesystem::remove(folder.path() / "origins.txt");
  (*worker)->request_read(soon());
  EXPECT_EQ(status_name(heard.result(1).status), "Unreachable");
  EXPECT_THAT(heard.result(1).detail, HasSubstr("cannot open")) << "the plugin's last error line";
}

TEST(StoreWorker, InterruptsAPluginThatWaitsForItsSource) {
  const TempFolder folder;
  const std::filesystem::path fifo = folder.path() / "origins";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  Heard heard;
  StoreConfig config = a_config({{"file", fifo.string()}});
  auto worker = StoreWorker::start(load("example"), config, heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  int writer = -1;  // can be opened once the plugin reads
  EXPECT_TRUE(
      eventually([&] { return (writer = ::open(fifo.c_str(), O_WRONLY | O_NONBLOCK)) >= 0; }));
  const auto before = steady_clock::now();
  worker->reset();
  EXPECT_LT(steady_clock::now() - before, seconds(2));
  ::close(writer);
}

// Proves 140.
TEST(StoreWorker, StopsExceptionsThatCrossTheBorder) {
  // What the C++ face prevents, a plugin in another language may do.
  corsac_store_plugin_v1 table = *load("misbehaving").table;
  table.read = [](void*, const corsac_sink*) -> std::int32_t { throw std::runtime_error("read"); };
  LoadedPlugin plugin;
  plugin.table = &table;
  Heard heard;
  const auto worker = StoreWorker::start(plugin, a_config({{"mode", "fine"}}), heard.callbacks());
  ASSERT_TRUE(worker.has_value());
  (*worker)->request_read(soon());
  EXPECT_EQ(status_name(heard.result(0).status), "Unreachable");
  EXPECT_EQ(heard.result(0).detail, "the plugin failed");

  table.open = [](const corsac_host*, const corsac_settings*, void**) -> std::int32_t { throw 7; };
  EXPECT_FALSE(StoreWorker::start(plugin, a_config({}), {}).has_value());
}

TEST(StoreWorker, DropsWhatCallbacksThrow) {
  WorkerCallbacks callbacks;
  std::atomic<int> reads{0};
  callbacks.on_read = [&reads](ReadResult) {
    ++reads;
    throw std::runtime_error("thrown by the callback");
  };
  const auto worker =
      StoreWorker::start(load("misbehaving"), a_config({{"mode", "fine"}}), std::move(callbacks));
  ASSERT_TRUE(worker.has_value());
  for (int i = 1; i <= 2; ++i) {
    (*worker)->request_read(soon());
    EXPECT_TRUE(eventually([&] { return reads == i; }));
  }
}

}  // namespace
}  // namespace corsac
