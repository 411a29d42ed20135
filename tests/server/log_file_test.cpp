// The file of the log: whole lines on full disks and above limits, and what is said of those lost.
//
// A file size limit of this process stands for a full disk: it cuts a line in the middle as well,
// and can be lifted.

#include "log_file.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "log.hpp"
#include "support/temp_folder.hpp"

namespace corsac::server {
namespace {

constexpr std::chrono::milliseconds kPatience{20'000};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// While it lives, this process writes no file beyond `bytes`.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) : action_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, action_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  struct rlimit before_ = {};
  void (*action_)(int);
};

struct AppendRow {
  const char* desc;
  const char* before;  // in the file; then "first" and "second" are appended under the limit, and
  rlim_t limit;
  int first;
  int second;
  const char* after;  // stands there once "third" was appended without a limit
};

TEST(LogFile, GoesOnWithAWholeLine) {
  const AppendRow rows[] = {
      {"there is room", "", 1000, 0, 0, "first\nsecond\nthird\n"},
      {"behind whole lines", "old\n", 1000, 0, 0, "old\nfirst\nsecond\nthird\n"},
      {"behind a piece of an earlier run", "ol", 1000, 0, 0, "ol\nfirst\nsecond\nthird\n"},
      {"no room at all", "old\n", 4, EFBIG, EFBIG, "old\nthird\n"},
      {"room for a piece", "old\n", 7, EFBIG, EFBIG, "old\nfir\nthird\n"},
      {"room for all but the end", "", 5, EFBIG, EFBIG, "first\nthird\n"},
      {"room for the first only", "", 6, 0, EFBIG, "first\nthird\n"},
      {"room for the end of a piece", "ol", 3, EFBIG, EFBIG, "ol\nthird\n"},
  };
  for (const AppendRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const test::TempFolder folder;
    const auto path = folder.write("log", row.before);
    LogFile file(path.string());
    ASSERT_EQ(file.open(), 0);
    int first = 0;
    int second = 0;
    {
      const SizeLimit limit(row.limit);
      first = file.append("first");
      second = file.append("second");
    }
    EXPECT_EQ(first, row.first);
    EXPECT_EQ(second, row.second);
    EXPECT_EQ(file.append("third"), 0);
    EXPECT_EQ(text_of(path), row.after);
  }
}

TEST(LogFile, SaysThatTheDiskIsFull) {
  LogFile file("/dev/full");
  ASSERT_EQ(file.open(), 0);
  EXPECT_EQ(file.append("line"), ENOSPC);
  EXPECT_EQ(file.append("line"), ENOSPC);
}

TEST(LogFile, KeepsTheOldOneWhenTheNewOneCannotBeHad) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.path() / "logs");
  LogFile file((folder.path() / "logs" / "log").string());
  ASSERT_EQ(file.open(), 0);
  std::filesystem::rename(folder.path() / "logs", folder.path() / "old");
  EXPECT_EQ(file.open(), ENOENT);
  EXPECT_EQ(file.append("line"), 0);
  EXPECT_EQ(text_of(folder.path() / "old" / "log"), "line\n");
}

TEST(Log, CountsTheLinesThatTheDiskDidNotTake) {
  const test::TempFolder folder;
  const auto path = folder.path() / "log";
  const auto log = Log::open(path.string());
  ASSERT_TRUE(log.has_value()) << log.error();
  {
    const SizeLimit limit(11);
    for (int i = 0; i < 5; ++i) (*log)->json_line(R"({"a":1})");
    ASSERT_TRUE((*log)->is_written_within(kPatience));
  }
  EXPECT_EQ((*log)->lost_lines(), 4U);
  (*log)->json_line(R"({"b":1})");
  ASSERT_TRUE((*log)->is_written_within(kPatience));
  const std::string text = text_of(path);
  EXPECT_EQ(text.substr(0, 12), "{\"a\":1}\n{\"a\n") << text;
  EXPECT_NE(text.find("\"level\":\"error\",\"message\":\"4 lines were lost: the log could not be "
                      "written: File too large\"}\n{\"b\":1}\n"),
            std::string::npos)
      << text;
  EXPECT_EQ((*log)->lost_lines(), 4U);
}

TEST(Log, SaysAtItsEndWhatWasLost) {
  const test::TempFolder folder;
  const auto path = folder.path() / "log";
  {
    auto log = Log::open(path.string());
    ASSERT_TRUE(log.has_value()) << log.error();
    {
      const SizeLimit limit(0);
      (*log)->json_line("{}");
      ASSERT_TRUE((*log)->is_written_within(kPatience));
    }
    log->reset();
  }
  EXPECT_NE(text_of(path).find("\"1 lines were lost"), std::string::npos) << text_of(path);
}

TEST(Log, IsOpenedAgainByItsName) {
  const test::TempFolder folder;
  const auto path = folder.path() / "log";
  const auto log = Log::open(path.string());
  ASSERT_TRUE(log.has_value()) << log.error();
  (*log)->json_line(R"({"a":1})");
  ASSERT_TRUE((*log)->is_written_within(kPatience));
  std::filesystem::rename(path, folder.path() / "log.1");
  (*log)->reopen();
  (*log)->json_line(R"({"b":1})");
  ASSERT_TRUE((*log)->is_written_within(kPatience));
  EXPECT_EQ(text_of(folder.path() / "log.1"), "{\"a\":1}\n");
  const std::string text = text_of(path);
  EXPECT_NE(text.find("the log file was opened again\"}\n{\"b\":1}\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace corsac::server
