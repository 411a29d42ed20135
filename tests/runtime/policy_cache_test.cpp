// The policy cache on disk.

#include "corsac/runtime/policy_cache.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/policy/writer.hpp"
#include "corsac/runtime/policy_cache_writer.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using std::chrono::system_clock;
using ::testing::ElementsAre;

const system_clock::time_point kReadAt{seconds(1'800'000'000)};

std::string json_of(const char* origin) {
  Policy policy;
  policy.cors.allowed_origins = {origin};
  return policy_to_json(policy);
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string code_of(const std::optional<Problem>& problem) {
  return problem ? std::string(problem->code) : "";
}
std::string code_of(const Result<CachedPolicy, Problem>& cached) {
  return cached ? "" : std::string(cached.error().code);
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(PolicyCache, GivesBackWhatWasWritten) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "policy.cache";
  ASSERT_EQ(code_of(write_policy_cache(file, json_of("https://a.example"), "7\nx", kReadAt)), "");
  const auto cached = read_policy_cache(file);
  ASSERT_TRUE(cached) << cached.error().what;
  EXPECT_EQ(policy_to_json(cached->policy), json_of("https://a.example"));
  EXPECT_EQ(cached->policy.revision, "7\\x0Ax") << "escaped: it stands on a line of its own";
  EXPECT_EQ(cached->read_at, kReadAt);
  EXPECT_TRUE(cached->problems.empty());
  struct stat status = {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(files_in(folder.path()), ElementsAre("policy.cache"));
}

TEST(PolicyCache, IsReplacedAsAWhole) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "policy.cache";
  ASSERT_EQ(code_of(write_policy_cache(file, json_of("https://a.example"), "1", kReadAt)), "");
  folder.write("policy.cache.new-" + std::to_string(::getpid()),
               "what an earlier run with this number left behind");
  ASSERT_EQ(code_of(write_policy_cache(file, json_of("https://b.example"), "2", kReadAt)), "");
  const auto cached = read_policy_cache(file);
  ASSERT_TRUE(cached);
  EXPECT_EQ(cached->policy.revision, "2");
  EXPECT_THAT(files_in(folder.path()), ElementsAre("policy.cache"));
}

TEST(PolicyCache, CarriesTheTimeOfTheLastReading) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "policy.cache";
  EXPECT_EQ(code_of(renew_policy_cache(file, kReadAt)), "cache-not-written") << "there is none";
  ASSERT_EQ(code_of(write_policy_cache(file, json_of("https://a.example"), "1", kReadAt)), "");
  const auto later = kReadAt + seconds(100);
  ASSERT_EQ(code_of(renew_policy_cache(file, later + std::chrono::milliseconds(7))), "");
  const auto cached = read_policy_cache(file);
  ASSERT_TRUE(cached) << cached.error().what;
  EXPECT_EQ(cached->read_at, later);
}

TEST(PolicyCache, IsNotBelievedWhenItIsNotWhatWasWritten) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "policy.cache";
  ASSERT_EQ(code_of(write_policy_cache(file, json_of("https://a.example"), "1", kReadAt)), "");
  const std::string whole = bytes_of(file);
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string bytes = whole;
    return bytes.replace(bytes.find(from), from.size(), to);
  };
  const struct {
    const char* desc;
    std::string bytes;
  } rows[] = {
      {"empty", ""},
      {"its first line alone", "corsac policy cache 1\n"},
      {"cut", whole.substr(0, whole.size() - 1)},
      {"longer", whole + " "},
      {"another origin", changed("a.example", "b.example")},
      {"another revision", changed("revision 1", "revision 2")},
      {"another format", changed("cache 1", "cache 2")},
      {"another hash", changed("sha256 ", "sha256 0")},
      {"no time", changed("read-at 20", "read-at xx")},
      {"another file", "version = 1\n"},
  };
  for (const auto& row : rows) {
    folder.write("policy.cache", row.bytes);
    EXPECT_EQ(code_of(read_policy_cache(file)), "cache-damaged") << row.desc;
  }
}

// Proves S35.
TEST(PolicyCache, IsBelievedOnlyFromAFileThatNobodyElseCanWrite) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "policy.cache";
  ASSERT_EQ(code_of(write_policy_cache(file, json_of("https://a.example"), "1", kReadAt)), "");
  const struct {
    const char* desc;
    std::function<fs::path()> prepare;
    const char* code;
  } rows[] = {
      {"missing", [&] { return folder.path() / "none"; }, "cache-missing"},
      {"in a file", [&] { return file / "x"; }, "cache-missing"},
      {"a folder", [&] { return folder.path(); }, "cache-untrusted"},
      {"a link",
       [&] {
         fs::create_symlink(file, folder.path() / "link");
         return folder.path() / "link";
       },
       "cache-untrusted"},
      {"a FIFO that nobody writes",
       [&] {
         EXPECT_EQ(::mkfifo((folder.path() / "fifo").c_str(), 0600), 0);
         return folder.path() / "fifo";
       },
       "cache-untrusted"},
      {"its group may write it",
       [&] {
         EXPECT_EQ(::chmod(file.c_str(), 0620), 0);
         return file;
       },
       "cache-untrusted"},
      {"all may write it",
       [&] {
         EXPECT_EQ(::chmod(file.c_str(), 0602), 0);
         return file;
       },
       "cache-untrusted"},
      {"as it was",
       [&] {
         EXPECT_EQ(::chmod(file.c_str(), 0600), 0);
         return file;
       },
       ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(code_of(read_policy_cache(row.prepare())), row.code) << row.desc;
  if (::geteuid() != 0) return;  // only root can make files of others
  ASSERT_EQ(::chown(file.c_str(), 12345, 0), 0);
  EXPECT_EQ(code_of(read_policy_cache(file)), "cache-untrusted") << "of another user";
}

// As /dev/null, which a program of root could replace.
TEST(PolicyCache, ReplacesNothingThatIsNoRegularFile) {
  const test::TempFolder folder;
  const fs::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto problem = write_policy_cache(pipe, "{}", "1", kReadAt);
  ASSERT_TRUE(problem.has_value());
  EXPECT_EQ(problem->code, "cache-not-written");
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_TRUE(renew_policy_cache(pipe, kReadAt).has_value());
}

TEST(PolicyCache, StaysAsItWasWhereItCannotBeWritten) {
  const test::TempFolder folder;
  const auto problem = write_policy_cache(folder.path() / "none" / "policy.cache", "{}", "1", {});
  ASSERT_EQ(code_of(problem), "cache-not-written");
  EXPECT_EQ(problem->severity, Severity::Warning);
  EXPECT_THAT(problem->what, ::testing::HasSubstr("No such file"));
}

// What a writer said, in order: codes, "" = written.
class Outcomes {
 public:
  void add(const std::optional<Problem>& problem) {
    const std::lock_guard lock(mutex_);
    codes_.push_back(code_of(problem));
    changed_.notify_all();
  }
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(10), [&] { return codes_.size() >= count; });
    return codes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> codes_;
};

// A limit for the files of this process, for as long as it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_ = {};
};

// As a full disk. Without the writer's care the limit's signal would end the process.
TEST(PolicyCacheWriter, KeepsTheOldFileOnAFullDiskAndTriesAgain) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "policy.cache";
  Outcomes outcomes;
  PolicyCacheWriter writer(file, [&](const std::optional<Problem>& p) { outcomes.add(p); });
  writer.write(json_of("https://a.example"), "1", kReadAt);
  ASSERT_THAT(outcomes.wait_for(1), ElementsAre(""));
  {
    const FileSizeLimit limit(16);
    writer.write(json_of("https://b.example"), "2", kReadAt);
    ASSERT_THAT(outcomes.wait_for(2), ElementsAre("", "cache-not-written"));
    EXPECT_THAT(files_in(folder.path()), ElementsAre("policy.cache"));
    ASSERT_TRUE(read_policy_cache(file));
    EXPECT_EQ(read_policy_cache(file)->policy.revision, "1");
  }
  writer.renew(kReadAt + seconds(30));
  ASSERT_THAT(outcomes.wait_for(3), ElementsAre("", "cache-not-written", ""));
  const auto cached = read_policy_cache(file);
  ASSERT_TRUE(cached);
  EXPECT_EQ(cached->policy.revision, "2");
  EXPECT_EQ(cached->read_at, kReadAt + seconds(30));
}

TEST(PolicyCacheWriter, WritesWhatWaitsBeforeItEnds) {
  const test::TempFolder folder;
  const fs::path file = folder.path() / "policy.cache";
  {
    PolicyCacheWriter writer(file, [](const std::optional<Problem>&) {});
    for (int i = 0; i <= 20; ++i) {
      writer.write(json_of("https://a.example"), std::to_string(i), kReadAt);
    }
  }
  const auto cached = read_policy_cache(file);
  ASSERT_TRUE(cached);
  EXPECT_EQ(cached->policy.revision, "20");
}

}  // namespace
}  // namespace corsac
