// The file of admin tokens: read when it can be trusted.

#include "token_file.hpp"

#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_folder.hpp"

namespace corsac::server {
namespace {

const std::string kLine = "owner manage " + std::string(64, 'a') + "\n";

struct ModeRow {
  const char* desc;
  mode_t mode;
  const char* what;  // "" = taken
};

TEST(TokenFile, IsReadWhenNobodyElseCanReachIt) {
  const test::TempFolder folder;
  const auto file = folder.write("admin.tokens", kLine);
  const ModeRow rows[] = {
      {"its owner's", 0600, ""},
      {"to be read only", 0400, ""},
      {"to be read by its group", 0640, ""},
      {"to be written by its group", 0620, "the group of this file may write it"},
      {"to be read and written by its group", 0660, "the group of this file may write it"},
      {"to be read by everybody", 0644, "everybody may read or write this file"},
      {"to be written by everybody", 0602, "everybody may read or write this file"},
  };
  for (const ModeRow& row : rows) {
    SCOPED_TRACE(row.desc);
    ASSERT_EQ(::chmod(file.c_str(), row.mode), 0);
    const auto tokens = read_token_file(file);
    ASSERT_EQ(tokens.has_value(), *row.what == '\0');
    if (tokens) {
      ASSERT_EQ(tokens->size(), 1U);
      EXPECT_EQ(tokens->front().name, "owner");
    } else {
      ASSERT_EQ(tokens.error().problems().size(), 1U);
      EXPECT_EQ(tokens.error().problems()[0].code, "token-file");
      EXPECT_EQ(tokens.error().problems()[0].what, row.what);
    }
  }
}

std::string what_of(const std::filesystem::path& file) {
  const auto tokens = read_token_file(file);
  if (tokens) return "taken";
  EXPECT_EQ(tokens.error().sources(), std::vector<std::string>{file.string()});
  return tokens.error().problems().at(0).what;
}

TEST(TokenFile, IsRefusedForWhatItIs) {
  const test::TempFolder folder;
  EXPECT_EQ(what_of(folder.path() / "none"),
            "the file cannot be opened: No such file or directory");
  EXPECT_EQ(what_of(folder.path()), "this is no regular file");
  const auto fifo = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(what_of(fifo), "this is no regular file");
  const auto large = folder.write("large", std::string(1024 * 1024 + 1, '#'));
  ASSERT_EQ(::chmod(large.c_str(), 0600), 0);
  EXPECT_EQ(what_of(large), "this file has more than 1 MiB");
  const auto wrong = folder.write("wrong", "owner manage token\n");
  ASSERT_EQ(::chmod(wrong.c_str(), 0600), 0);
  EXPECT_EQ(what_of(wrong), "the third field is not a SHA-256 in 64 hex digits");
}

TEST(TokenFile, IsRefusedWhenItIsAnotherUsers) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const test::TempFolder folder;
  const auto file = folder.write("admin.tokens", kLine);
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  EXPECT_EQ(what_of(file), "taken");
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  EXPECT_EQ(what_of(file), "this file belongs to another user");
}

}  // namespace
}  // namespace corsac::server
