// The file of admin tokens: read when it can be trusted.

#include "token_file.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "corsac/base/descriptor.hpp"
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

const AdminToken kNew = {.name = "anna", .scope = AdminScope::Read, .sha256 = {1, 2, 3}};

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::filesystem::path file_of_owner(const test::TempFolder& folder) {
  auto file = folder.write("admin.tokens", kLine);
  EXPECT_EQ(::chmod(file.c_str(), 0600), 0);
  return file;
}

// Whoever may read a file may lock it, and for ever.
TEST(TokenFile, IsWaitedForNoLongerThanItsLimit) {
  const test::TempFolder folder;
  const auto file = file_of_owner(folder);
  {
    const Descriptor other(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
    const auto added = add_to_token_file(file, kNew, std::chrono::milliseconds(30));
    ASSERT_FALSE(added);
    const Problem& problem = added.error().problems().at(0);
    EXPECT_EQ(problem.code, "token-file");
    EXPECT_NE(problem.what.find("keeps the lock"), std::string::npos) << problem.what;
    EXPECT_EQ(content(file), kLine);
    EXPECT_TRUE(read_token_file(file)) << "reading waits for nobody";
  }
  EXPECT_TRUE(add_to_token_file(file, kNew, std::chrono::milliseconds(0)));
}

TEST(TokenFile, IsWaitedForWhileAnotherOneAdds) {
  const test::TempFolder folder;
  const auto file = file_of_owner(folder);
  const Descriptor other(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  std::thread adding([&] { EXPECT_TRUE(add_to_token_file(file, kNew)); });
  // Whether it waits already or comes later, it gets the lock.
  EXPECT_EQ(::flock(other.get(), LOCK_UN), 0);
  adding.join();
  EXPECT_EQ(read_token_file(file)->size(), 2U);
}

// From now on fsync of this thread answers EIO: of any file, or of any but the descriptor `spared`.
// False where the system does not let us.
bool break_fsync(int spared) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_fsync, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(spared), 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {static_cast<unsigned short>(std::size(filter)), filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(TokenFile, IsAsItWasWhenTheDiskFails) {
  struct Row {
    const char* desc;
    bool spares_file;  // only the folder cannot be synced
    bool is_there;
    const char* said;
  };
  constexpr const char* kTakenAway =
      "the new line could not be brought to the disk, and was taken away again: Input/output error";
  const Row rows[] = {
      {"the file", false, true, kTakenAway},
      {"a new file", false, false, kTakenAway},
      {"the folder of a new file", true, false, kTakenAway},
      {"the folder of one that was there", true, true, "added"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const test::TempFolder folder;
    const auto file = row.is_there ? file_of_owner(folder) : folder.path() / "admin.tokens";
    bool is_tried = false;
    std::string said;
    std::thread([&] {             // of its own: it cannot be mended again
      const int next = ::dup(0);  // what the file gets
      ::close(next);
      is_tried = break_fsync(row.spares_file ? next : -1);
      const auto added = add_to_token_file(file, kNew);
      said = added ? "added" : added.error().problems().at(0).what;
    })
        .join();
    if (!is_tried) GTEST_SKIP() << "this system lets nobody break a call";
    EXPECT_EQ(said, row.said);
    if (said == "added") continue;
    EXPECT_EQ(content(file), row.is_there ? kLine : "");
    EXPECT_TRUE(add_to_token_file(file, kNew)) << "its name is free";
  }
}

TEST(TokenFile, IsSyncedInTheFolderThatALinkLeadsTo) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.path() / "real");
  std::filesystem::create_symlink("real/admin.tokens", folder.path() / "link");
  EXPECT_TRUE(add_to_token_file(folder.path() / "link", kNew));
  EXPECT_EQ(read_token_file(folder.path() / "real" / "admin.tokens")->size(), 1U);
}

}  // namespace
}  // namespace corsac::server
