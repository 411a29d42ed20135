// Which changes of a policy file are noticed, and how.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "file_watch.hpp"
#include "folder_events.hpp"
#include "toml_store_fixture.hpp"
#include "watched_folders.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;
using test::TempFolder;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using toml_store::FileState;
using toml_store::FolderEvents;
using toml_store::Wait;

void append(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::app) << bytes;
}

// A link beside, then renamed over: as `ln -sfn` and as the kubelet does it.
void exchange_link(const fs::path& link, const fs::path& target) {
  fs::create_symlink(target, link.string() + ".new");
  fs::rename(link.string() + ".new", link);
}

struct ChangeRow {
  const char* desc;
  // What is there when the policy is read first: `version = 1`, or nothing readable.
  std::function<void(const TempFolder&)> prepare;
  std::function<void(const TempFolder&)> change;
  const char* call;  // one that the read after the change makes
};

void prepare_file(const TempFolder& folder) { folder.write("policy.toml", "version = 1\n"); }

void prepare_config_map(const TempFolder& folder) {
  for (const std::string version : {"1", "2"}) {
    fs::create_directory(folder.path() / ("..2026_0" + version));
    folder.write("..2026_0" + version + "/policy.toml", "version = " + version + "\n");
  }
  fs::create_symlink("..2026_01", folder.path() / "..data");
  fs::create_symlink("..data/policy.toml", folder.path() / "policy.toml");
}

std::vector<ChangeRow> change_rows() {
  const char* const kSecond = "integer version 2 1:11";
  return {
      {"append", prepare_file,
       [](const TempFolder& folder) { append(folder.path() / "policy.toml", "x = 1\n"); },
       "integer x 1 2:5"},
      {"truncate and write", prepare_file,
       [](const TempFolder& folder) { folder.write("policy.toml", "version = 2\n"); }, kSecond},
      {"rename over", prepare_file,
       [](const TempFolder& folder) {
         fs::rename(folder.write("next", "version = 2\n"), folder.path() / "policy.toml");
       },
       kSecond},
      {"sed -i", prepare_file,
       [](const TempFolder& folder) {
         const std::string file = (folder.path() / "policy.toml").string();
         ASSERT_EQ(std::system(("sed -i s/1/2/ '" + file + "'").c_str()), 0);
       },
       kSecond},
      {"an editor that keeps a backup", prepare_file,
       [](const TempFolder& folder) {
         fs::rename(folder.path() / "policy.toml", folder.path() / "policy.toml~");
         folder.write("policy.toml", "version = 2\n");
       },
       kSecond},
      {"delete and write again", prepare_file,
       [](const TempFolder& folder) {
         fs::remove(folder.path() / "policy.toml");
         folder.write("policy.toml", "version = 2\n");
       },
       kSecond},
      {"delete", prepare_file,
       [](const TempFolder& folder) { fs::remove(folder.path() / "policy.toml"); },
       "problem file-not-found"},
      {"hard link over", prepare_file,
       [](const TempFolder& folder) {
         fs::create_hard_link(folder.write("next", "version = 2\n"), folder.path() / "link");
         fs::rename(folder.path() / "link", folder.path() / "policy.toml");
       },
       kSecond},
      {"a mode that lets everyone write", prepare_file,
       [](const TempFolder& folder) { ::chmod((folder.path() / "policy.toml").c_str(), 0666); },
       "problem file-world-writable"},
      {"the file appears", [](const TempFolder&) {}, prepare_file, "integer version 1 1:11"},
      {"the link of the file is exchanged",
       [](const TempFolder& folder) {
         fs::create_symlink(folder.write("first.toml", "version = 1\n"),
                            folder.path() / "policy.toml");
       },
       [](const TempFolder& folder) {
         exchange_link(folder.path() / "policy.toml", folder.write("second.toml", "version = 2\n"));
       },
       kSecond},
      {"the file behind a link in another folder",
       [](const TempFolder& folder) {
         fs::create_directory(folder.path() / "data");
         folder.write("data/real.toml", "version = 1\n");
         fs::create_symlink("data/real.toml", folder.path() / "policy.toml");
       },
       [](const TempFolder& folder) {
         folder.write("next", "version = 2\n");
         fs::rename(folder.path() / "next", folder.path() / "data/real.toml");
       },
       kSecond},
      {"a ConfigMap's folder is exchanged", prepare_config_map,
       [](const TempFolder& folder) {
         exchange_link(folder.path() / "..data", "..2026_02");
         fs::remove_all(folder.path() / "..2026_01");
       },
       kSecond},
  };
}

class TomlWatch : public test::TomlStoreTest {};

TEST_F(TomlWatch, NoticesEveryWayToChangeAFile) {
  for (const ChangeRow& row : change_rows()) {
    SCOPED_TRACE(row.desc);
    const TempFolder folder;
    const test::RecordingHost host;
    row.prepare(folder);
    test::OpenStore store(test::load_built_plugin("toml"), host, folder.path().string(),
                          {{"file", "policy.toml"}, {"poll_seconds", "3600"}});
    const test::RecordingSink before;
    store.read(before);
    row.change(folder);
    EXPECT_TRUE(host.wait_for_more_changes_than(0));
    const test::RecordingSink after;
    store.read(after);
    EXPECT_THAT(after.calls(), Contains(testing::StartsWith(row.call)));
  }
}

TEST_F(TomlWatch, NoticesWhenALinkedParentIsExchanged) {
  for (const std::string version : {"1", "2"}) {
    fs::create_directory(folder_.path() / ("v" + version));
    folder_.write("v" + version + "/policy.toml", "version = " + version + "\n");
  }
  fs::create_symlink("v1", folder_.path() / "current");
  open({{"file", "current/policy.toml"}, {"poll_seconds", "3600"}});
  EXPECT_THAT(read_again(), Contains("integer version 1 1:11"));
  exchange_link(folder_.path() / "current", "v2");
  EXPECT_TRUE(host_.wait_for_more_changes_than(0));
  EXPECT_THAT(read_again(), Contains("integer version 2 1:11"));
}

TEST_F(TomlWatch, NoticesWhenTheFolderIsExchangedOrComesLater) {
  open({{"file", "conf/policy.toml"}, {"poll_seconds", "3600"}});
  read_again();
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  for (const std::string version : {"1", "2", "3"}) {
    const std::size_t changes = host_.changes();
    fs::create_directory(folder_.path() / "next");
    folder_.write("next/policy.toml", "version = " + version + "\n");
    if (version != "1") fs::rename(folder_.path() / "conf", folder_.path() / ("old" + version));
    fs::rename(folder_.path() / "next", folder_.path() / "conf");
    // A notice of the folder that went may come before the one of the folder that came.
    std::vector<std::string> calls;
    for (std::size_t seen = changes; host_.wait_for_more_changes_than(seen);) {
      seen = host_.changes();
      calls = read_again();
      if (status_ == CORSAC_OK) break;
    }
    EXPECT_THAT(calls, Contains("integer version " + version + " 1:11"));
  }
}

TEST_F(TomlWatch, NoticesChangesOfOriginsFiles) {
  folder_.write("origins.txt", "https://a\n");
  read("[cors]\nallowed_origins_file = \"origins.txt\"\n");
  folder_.write("origins.txt", "https://b\n");
  EXPECT_TRUE(host_.wait_for_more_changes_than(0));
  EXPECT_THAT(read_again(), Contains("text - \"https://b\" 1:1"));
  // One that was named first by a later document.
  folder_.write("more.txt", "https://c\n");
  read("[cors]\nallowed_origins_file = \"more.txt\"\n");
  const std::size_t changes = host_.changes();
  append(folder_.path() / "more.txt", "https://d\n");
  EXPECT_TRUE(host_.wait_for_more_changes_than(changes));
}

TEST_F(TomlWatch, NoticesAChangeOfWhatCouldNotBeRead) {
  read("version = \n");
  EXPECT_EQ(status_, CORSAC_INVALID);
  folder_.write("policy.toml", "version = 1\n");
  EXPECT_TRUE(host_.wait_for_more_changes_than(0));
  EXPECT_THAT(read_again(), ElementsAre("integer version 1 1:11"));
}

TEST_F(TomlWatch, ComesBackToFilesByLookingWhenNoNoticeComes) {
  folder_.write("policy.toml", "version = 1\n");
  open({{"file", "policy.toml"}, {"poll_seconds", "1"}});
  read_again();
  folder_.write("policy.toml", "version = 2\n");
  EXPECT_TRUE(host_.wait_for_more_changes_than(0));
}

// Each round ends the store while its thread is about to tell of a change; that the host is gone
// right after shows (under a sanitizer) any call that comes too late.
TEST_F(TomlWatch, IsSilentAfterClose) {
  for (int round = 0; round < 20; ++round) {
    folder_.write("policy.toml", "version = 1\n");
    const auto host = std::make_unique<test::RecordingHost>();
    test::OpenStore store(test::load_built_plugin("toml"), *host, folder_.path().string(),
                          {{"file", "policy.toml"}});
    const test::RecordingSink sink;
    store.read(sink);
    folder_.write("policy.toml", "version = 2\n");
    const bool is_told_before = round % 2 == 0;
    EXPECT_TRUE(!is_told_before || host->wait_for_more_changes_than(0));
    store.close();
    const std::size_t changes = host->changes();
    folder_.write("policy.toml", "version = 3\n");
    EXPECT_EQ(host->changes(), changes);
  }
}

// Gives notices when the test says so, and tells when the watch has looked at its files.
class SteppedEvents final : public FolderEvents {
 public:
  struct Steps {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_waiting = false;
    bool is_woken = false;
    bool has_event = false;
    std::vector<std::string> folders;
    int failures = 0;  // of the next looks, for want of memory
  };
  explicit SteppedEvents(std::shared_ptr<Steps> steps) : steps_(std::move(steps)) {}

  bool watch(const std::vector<std::string>& folders) override {
    const std::lock_guard<std::mutex> lock(steps_->mutex);
    if (steps_->failures > 0) {
      --steps_->failures;
      throw std::bad_alloc();
    }
    steps_->folders = folders;
    return true;
  }
  Wait wait(std::chrono::milliseconds limit) override {
    if (limit == toml_store::kQuiet) return Wait::TimeOut;
    std::unique_lock<std::mutex> lock(steps_->mutex);
    steps_->is_waiting = true;
    steps_->changed.notify_all();
    steps_->changed.wait(lock, [&] { return steps_->is_woken || steps_->has_event; });
    steps_->is_waiting = false;
    const bool is_woken = std::exchange(steps_->is_woken, false);
    if (!is_woken) steps_->has_event = false;
    return is_woken ? Wait::Woken : Wait::Event;
  }
  void wake() noexcept override {
    const std::lock_guard<std::mutex> lock(steps_->mutex);
    steps_->is_woken = true;
    steps_->changed.notify_all();
  }

  // Returns when the notice was dealt with.
  static void notice(Steps& steps) {
    std::unique_lock<std::mutex> lock(steps.mutex);
    steps.has_event = true;
    steps.changed.notify_all();
    steps.changed.wait(lock,
                       [&] { return steps.is_waiting && !steps.has_event && !steps.is_woken; });
  }

 private:
  std::shared_ptr<Steps> steps_;
};

class FileWatchSteps : public testing::Test {
 protected:
  void SetUp() override {
    file_ = folder_.write("policy.toml", "version = 1\n");
    steps_ = std::make_shared<SteppedEvents::Steps>();
    watch_ = std::make_unique<toml_store::FileWatch>(
        std::chrono::hours(1), std::make_unique<SteppedEvents>(steps_),
        [this] {
          const std::lock_guard<std::mutex> lock(mutex_);
          ++changes_;
        },
        [this](const std::string& line) {
          const std::lock_guard<std::mutex> lock(mutex_);
          log_.push_back(line);
        });
  }
  // Returns when the look that follows is over, so that no look runs beside the test.
  void set_files(std::vector<FileState> files) {
    watch_->set_files(std::move(files));
    SteppedEvents::notice(*steps_);
  }
  void set_file(FileState file) {
    watch_->set_file(std::move(file));
    SteppedEvents::notice(*steps_);
  }
  FileState look(const fs::path& file) {
    return toml_store::look_at_file(file.string(), 1000, [] { return true; });
  }
  // How many changes were told of by the next notice.
  std::size_t changes_after_notice() {
    const std::size_t before = changes();
    SteppedEvents::notice(*steps_);
    return changes() - before;
  }
  std::size_t changes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return changes_;
  }

  TempFolder folder_;
  fs::path file_;
  std::shared_ptr<SteppedEvents::Steps> steps_;
  std::mutex mutex_;
  std::size_t changes_ = 0;            // by mutex_
  std::vector<std::string> log_ = {};  // by mutex_
  std::unique_ptr<toml_store::FileWatch> watch_;
};

TEST_F(FileWatchSteps, TellOfNothingThatLeavesTheContentAsItIs) {
  set_files({look(file_)});
  EXPECT_EQ(changes_after_notice(), 0u) << "a notice alone";
  folder_.write("beside.log", "x");
  EXPECT_EQ(changes_after_notice(), 0u) << "a file beside";
  fs::last_write_time(file_, fs::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_EQ(changes_after_notice(), 0u) << "touch";
  folder_.write("policy.toml", "version = 1\n");
  EXPECT_EQ(changes_after_notice(), 0u) << "the same content in place";
  fs::rename(folder_.write("next", "version = 1\n"), file_);
  EXPECT_EQ(changes_after_notice(), 0u) << "the same content in another file";
}

TEST_F(FileWatchSteps, TellOfEachChangeOnce) {
  set_files({look(file_)});
  folder_.write("policy.toml", "version = 2\n");
  EXPECT_EQ(changes_after_notice(), 1u);
  EXPECT_EQ(changes_after_notice(), 0u);
  folder_.write("policy.toml", "version = 1\n");
  EXPECT_EQ(changes_after_notice(), 1u) << "back to what was read";
}

TEST_F(FileWatchSteps, TellOfOneChangeForSeveralFiles) {
  const fs::path origins = folder_.write("origins.txt", "https://a\n");
  set_files({look(file_), look(origins)});
  folder_.write("policy.toml", "version = 2\n");
  folder_.write("origins.txt", "https://b\n");
  EXPECT_EQ(changes_after_notice(), 1u);
}

TEST_F(FileWatchSteps, KeepWhatTheyKnowOfTheOthersWhenOneFileIsSet) {
  const fs::path records = folder_.write("records.toml", "version = 1\n");
  set_files({look(file_)});
  set_file(look(records));
  EXPECT_EQ(changes(), 0u);
  folder_.write("policy.toml", "version = 2\n");
  EXPECT_EQ(changes_after_notice(), 1u);
  set_file(look(records));
  EXPECT_EQ(changes(), 1u) << "told once, although nobody has read the policy since";
  folder_.write("records.toml", "version = 2\n");
  EXPECT_EQ(changes_after_notice(), 1u);
  folder_.write("records.toml", "version = 3\n");
  set_file(look(records));
  EXPECT_EQ(changes(), 2u) << "it was read as it is now";
}

TEST_F(FileWatchSteps, TellWhenAFileComesAndGoes) {
  set_files({look(file_)});
  fs::remove(file_);
  EXPECT_EQ(changes_after_notice(), 1u);
  EXPECT_EQ(changes_after_notice(), 0u);
  folder_.write("policy.toml", "version = 1\n");
  EXPECT_EQ(changes_after_notice(), 1u);
}

TEST_F(FileWatchSteps, TellWhenTheAccessChanges) {
  set_files({look(file_)});
  ::chmod(file_.c_str(), 0664);
  EXPECT_EQ(changes_after_notice(), 1u);
  ::chmod(file_.c_str(), 0644);
  EXPECT_EQ(changes_after_notice(), 1u);
}

// Two writes within one tick of the file system's clock leave the same identity.
TEST_F(FileWatchSteps, DoNotTrustTheTimesOfAFileThatWasJustWritten) {
  FileState state = look(file_);
  state.hash = {};
  state.hash.add("version = 0\n");
  set_files({state});
  EXPECT_EQ(changes(), 1u);
}

TEST_F(FileWatchSteps, DoNotReadAFileWhoseTimesAreOld) {
  FileState state = look(file_);
  state.hash = {};
  state.read_at_ns += 3'600'000'000'000;  // as if the file had rested for an hour
  set_files({state});
  EXPECT_EQ(changes(), 0u);
}

// As `touch -d @99999999999` does; a year that 64 bits of nanoseconds do not reach.
TEST_F(FileWatchSteps, TakeTimesOfAnyYear) {
  for (const std::time_t seconds : {std::time_t{99'999'999'999}, std::time_t{-99'999'999'999}}) {
    const timespec times[] = {{seconds, 0}, {seconds, 999'999'999}};
    ASSERT_EQ(::utimensat(AT_FDCWD, file_.c_str(), times, 0), 0);
    const FileState state = look(file_);
    EXPECT_EQ(state.identity.modified_ns > 0, seconds > 0);
    set_files({state});
    EXPECT_EQ(changes(), 0u);
    folder_.write("policy.toml", "version = 2\n");
    EXPECT_EQ(changes_after_notice(), 1u);
    folder_.write("policy.toml", "version = 1\n");
    EXPECT_EQ(changes_after_notice(), 1u);
    const std::lock_guard<std::mutex> lock(mutex_);
    changes_ = 0;
  }
}

TEST_F(FileWatchSteps, GoOnWhenThereWasNoMemoryForALook) {
  set_files({look(file_)});
  {
    const std::lock_guard<std::mutex> lock(steps_->mutex);
    steps_->failures = 2;
  }
  folder_.write("policy.toml", "version = 2\n");
  EXPECT_EQ(changes_after_notice(), 0u);
  EXPECT_EQ(changes_after_notice(), 0u);
  EXPECT_EQ(changes_after_notice(), 1u) << "the change is not lost";
  const std::lock_guard<std::mutex> lock(mutex_);
  EXPECT_THAT(log_, ElementsAre(testing::HasSubstr("no memory"))) << "once";
}

TEST_F(FileWatchSteps, LookAtTheFoldersAgainAfterEachNotice) {
  fs::create_directory(folder_.path() / "a");
  fs::create_directory(folder_.path() / "b");
  folder_.write("a/policy.toml", "version = 1\n");
  folder_.write("b/policy.toml", "version = 1\n");
  fs::remove(file_);
  fs::create_symlink("a/policy.toml", file_);
  set_files({look(file_)});
  const std::string root = folder_.path().string();
  EXPECT_THAT(steps_->folders, ElementsAre(root, root + "/a"));
  exchange_link(file_, "b/policy.toml");
  EXPECT_EQ(changes_after_notice(), 0u);
  EXPECT_THAT(steps_->folders, ElementsAre(root, root + "/b"));
}

TEST(FileWatchWithoutNotices, LooksNowAndThenAndSaysSo) {
  const TempFolder folder;
  const fs::path file = folder.write("policy.toml", "version = 1\n");
  std::mutex mutex;
  std::condition_variable told;
  std::size_t changes = 0;
  std::vector<std::string> log;
  toml_store::FileWatch watch(
      std::chrono::milliseconds(5), toml_store::make_no_events(),
      [&] {
        const std::lock_guard<std::mutex> lock(mutex);
        ++changes;
        told.notify_all();
      },
      [&](const std::string& line) {
        const std::lock_guard<std::mutex> lock(mutex);
        log.push_back(line);
      });
  watch.set_files({toml_store::look_at_file(file.string(), 1000, [] { return true; })});
  folder.write("policy.toml", "version = 2\n");
  std::unique_lock<std::mutex> lock(mutex);
  EXPECT_TRUE(told.wait_for(lock, std::chrono::seconds(10), [&] { return changes == 1; }));
  EXPECT_THAT(log, ElementsAre(testing::HasSubstr("no notice of changes")));
}

TEST(FoldersOnTheWay, AreThoseOfLinksAndOfTheFile) {
  const TempFolder folder;
  const std::string root = folder.path().string();
  fs::create_directories(folder.path() / "a/b");
  fs::create_directory(folder.path() / "c");
  folder.write("a/b/file", "");
  fs::create_symlink("b/file", folder.path() / "a/link");
  fs::create_symlink(folder.path() / "a", folder.path() / "c/absolute");
  fs::create_symlink("../a", folder.path() / "c/relative");
  fs::create_symlink("loop", folder.path() / "loop");
  fs::create_symlink("absent", folder.path() / "dangling");
  struct Row {
    const char* desc;
    std::string path;
    std::vector<std::string> folders;
  };
  const Row rows[] = {
      {"a plain file", "/a/b/file", {"/a/b"}},
      {"dots and doubled slashes", "//a/./b/../b//file", {"/a/b"}},
      {"a link to a file", "/a/link", {"/a", "/a/b"}},
      {"an absolute link to a folder", "/c/absolute/b/file", {"/a/b", "/c"}},
      {"a relative link to a folder, then one to a file", "/c/relative/link", {"/a", "/a/b", "/c"}},
      {"no such file", "/a/absent", {"/a"}},
      {"no such folder", "/a/absent/more/file", {"/a"}},
      {"a file as a folder", "/a/b/file/more", {"/a/b"}},
      {"a link that leads nowhere", "/dangling", {""}},
      {"a link to itself", "/loop", {""}},
  };
  for (const Row& row : rows) {
    std::vector<std::string> expected;
    for (const std::string& name : row.folders) expected.push_back(root + name);
    EXPECT_EQ(toml_store::folders_on_the_way_to(root + row.path), expected) << row.desc;
  }
  EXPECT_THAT(toml_store::folders_on_the_way_to("/"), IsEmpty());
}

}  // namespace
}  // namespace corsac
