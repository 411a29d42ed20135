// The program's log: never in the way, and honest about what it dropped.

#include "log.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_folder.hpp"

namespace corsac::server {
namespace {

constexpr std::chrono::milliseconds kPatience{20'000};

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Log, WritesEachLineAtOnce) {
  const test::TempFolder folder;
  const auto file = folder.path() / "log";
  const auto log = Log::open(file.string());
  ASSERT_TRUE(log.has_value()) << log.error();
  (*log)->json_line(R"({"a":1})");
  (*log)->message(LogLevel::Warning, "half a \"line\"\n\x1b");
  ASSERT_TRUE((*log)->is_written_within(kPatience));
  const auto lines = lines_of(file);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], R"({"a":1})");
  EXPECT_NE(lines[1].find(R"("level":"warning","message":"half a \"line\"\u000a\u001b"})"),
            std::string::npos)
      << lines[1];
}

TEST(Log, WritesEverythingBeforeItGoes) {
  const test::TempFolder folder;
  const auto file = folder.path() / "log";
  {
    const auto log = Log::open(file.string());
    ASSERT_TRUE(log.has_value()) << log.error();
    for (int i = 0; i < 1000; ++i) (*log)->json_line("{}");
  }
  EXPECT_EQ(lines_of(file).size(), 1000U);
}

TEST(Log, SaysWhyItCannotBeWritten) {
  const test::TempFolder folder;
  const auto log = Log::open((folder.path() / "none" / "log").string());
  ASSERT_FALSE(log.has_value());
  EXPECT_NE(log.error().find("No such file or directory"), std::string::npos) << log.error();
}

// A pipe that is read only in the end. Every line is there then, or counted.
TEST(Log, DropsTheOldestLinesInsteadOfWaiting) {
  const test::TempFolder folder;
  const std::string file = (folder.path() / "pipe").string();
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  const int reader = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  auto log = Log::open(file);
  ASSERT_TRUE(log.has_value()) << log.error();
  constexpr std::size_t kLines = 3 * Log::kWaitingLinesLimit;
  const std::string padding(200, 'x');  // 4096 lines are more than a pipe holds
  for (std::size_t i = 0; i < kLines; ++i) {
    (*log)->json_line(std::to_string(i) + " " + padding);
  }
  EXPECT_FALSE((*log)->is_written_within(std::chrono::milliseconds(1)));

  std::string text;
  const auto read_more = [&] {
    char bytes[65536];
    const ssize_t got = ::read(reader, bytes, sizeof bytes);
    if (got > 0) text.append(bytes, static_cast<std::size_t>(got));
  };
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!(*log)->is_written_within(std::chrono::milliseconds(1))) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "the log is never written";
    read_more();
  }
  log->reset();
  read_more();
  ::close(reader);

  std::size_t written = 0;
  std::size_t dropped = 0;
  std::string last;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t line_end = text.find('\n', at);
    const std::string line = text.substr(at, line_end - at);
    at = line_end + 1;
    const std::size_t number = line.find("\"message\":\"");
    if (number == std::string::npos) {
      ++written;
      last = line;
    } else {
      dropped += std::strtoul(line.c_str() + number + 11, nullptr, 10);
    }
  }
  EXPECT_EQ(last.substr(0, last.find(' ')), std::to_string(kLines - 1));
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(written + dropped, kLines);
}

}  // namespace
}  // namespace corsac::server
