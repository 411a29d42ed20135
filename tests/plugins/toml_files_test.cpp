// Which files the toml plugin reads, and what it says about others.

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checked_file.hpp"
#include "parts/content_hash.hpp"
#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class TomlFiles : public test::TomlStoreTest {
 protected:
  fs::path policy() const { return folder_.path() / "policy.toml"; }
  // The one problem of a read that gives no document.
  std::string problem(std::int32_t status = CORSAC_INVALID) {
    const std::vector<std::string> calls = read_again();
    EXPECT_EQ(status_, status);
    return calls.size() == 1 ? calls[0] : std::to_string(calls.size()) + " calls";
  }
};

// A mount that is gone, a deployment that is half done: the store cannot be reached.
TEST_F(TomlFiles, AreNamedWhenTheyAreNotThere) {
  EXPECT_THAT(problem(CORSAC_UNREACHABLE),
              StartsWith("problem file-not-found 0:0: there is no file " + policy().string()));
  folder_.write("a-file", "");
  open({{"file", "a-file/policy.toml"}});
  EXPECT_THAT(store_->status(), CORSAC_OK);
  test::RecordingSink sink;
  EXPECT_EQ(store_->read(sink), CORSAC_UNREACHABLE);
  EXPECT_THAT(sink.calls(),
              ElementsAre("source a-file/policy.toml", StartsWith("problem file-not-found 0:0: ")));
}

TEST_F(TomlFiles, AreRegularOnes) {
  fs::create_directory(policy());
  EXPECT_THAT(problem(), StartsWith("problem file-not-regular 0:0: " + policy().string() +
                                    " is a folder; write the path of the file in it"));
  fs::remove(policy());
  // Opening it would wait for a writer for ever.
  ASSERT_EQ(::mkfifo(policy().c_str(), 0600), 0);
  EXPECT_THAT(problem(), HasSubstr("file-not-regular"));
  fs::remove(policy());
  fs::create_symlink("/dev/zero", policy());
  EXPECT_THAT(problem(), HasSubstr("file-not-regular"));
  fs::remove(policy());
  fs::create_symlink("policy.toml", policy());
  EXPECT_THAT(problem(), HasSubstr("file-unreadable"));
  fs::remove(policy());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  policy().string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_THAT(problem(), HasSubstr("file-not-regular"));
  ::close(socket);
}

// Its size is 0, and its times are those of the moment in which somebody looked.
TEST_F(TomlFiles, MayBeWhatTheSystemMakesUp) {
  fs::create_symlink("/proc/version", policy());
  EXPECT_THAT(problem(), StartsWith("problem toml-syntax 1:7: "));
}

// Proves S36.
TEST_F(TomlFiles, AreNotWritableByEveryone) {
  folder_.write("policy.toml", "version = 1\n");
  ::chmod(policy().c_str(), 0646);
  EXPECT_THAT(problem(), StartsWith("problem file-world-writable 0:0: "));
  EXPECT_THAT(problem(), testing::EndsWith("run chmod o-w on it"));
  ::chmod(policy().c_str(), 0644);
  EXPECT_THAT(read_again(), ElementsAre("integer version 1 1:11"));
  EXPECT_THAT(host_.log(), IsEmpty());
}

struct FolderRow {
  const char* desc;
  const char* folder;  // below that of the test: "", "conf", "conf/deep", "links"
  mode_t mode;
  uid_t owner;  // of the file conf/deep/policy.toml
  const char* begin;
};

// The policy is links/policy.toml, a link to conf/deep/policy.toml.
// Proves S36.
TEST_F(TomlFiles, CannotBeExchangedByEveryone) {
  const uid_t own = ::geteuid();
  const uid_t other = own + 1;
  const char* const kTaken = "integer version";
  const char* const kRefused = "problem folder-world-writable 0:0: everyone can write the folder ";
  const FolderRow rows[] = {
      {"its folder", "conf/deep", 0777, own, kRefused},
      {"a folder above it", "conf", 0777, own, kRefused},
      {"the folder of a link to it", "links", 0777, own, kRefused},
      {"a sticky folder", "conf/deep", 01777, own, kTaken},
      {"a sticky folder above it", "conf", 01777, own, kTaken},
      {"a sticky folder of a link", "links", 01777, own, kTaken},
      {"a sticky folder, and a file of somebody else", "conf/deep", 01777, other,
       "problem file-owner 0:0: "},
      {"a folder of its group", "conf/deep", 0775, own, kTaken},
  };
  fs::create_directories(folder_.path() / "conf/deep");
  fs::create_directories(folder_.path() / "links");
  const fs::path file = folder_.write("conf/deep/policy.toml", "version = 1\n");
  fs::create_symlink("../conf/deep/policy.toml", folder_.path() / "links/policy.toml");
  open({{"file", "links/policy.toml"}});
  for (const FolderRow& row : rows) {
    SCOPED_TRACE(row.desc);
    if (row.owner != own && own != 0) continue;  // only root can give a file away
    ASSERT_EQ(::chown(file.c_str(), row.owner, static_cast<gid_t>(-1)), 0);
    ::chmod((folder_.path() / row.folder).c_str(), row.mode);
    test::RecordingSink sink;
    store_->read(sink);
    ASSERT_GE(sink.calls().size(), 2u);
    EXPECT_THAT(sink.calls()[1], StartsWith(row.begin));
    ::chmod((folder_.path() / row.folder).c_str(), 0755);
  }
}

TEST_F(TomlFiles, OfOriginsCannotBeExchangedByEveryoneEither) {
  fs::create_directory(folder_.path() / "lists");
  folder_.write("lists/origins.txt", "https://a\n");
  ::chmod((folder_.path() / "lists").c_str(), 0777);
  EXPECT_THAT(read("[cors]\nallowed_origins_file = \"lists/origins.txt\"\n"),
              testing::Contains(StartsWith("problem folder-world-writable 2:24: ")));
  EXPECT_EQ(status_, CORSAC_INVALID);
}

// As Kubernetes mounts a ConfigMap. In a process of its own, with mounts of its own.
TEST_F(TomlFiles, MayLieInAFolderOfEveryoneThatIsMountedReadOnly) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can mount";
  const std::string mount_point = folder_.path().string();
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "mode=0777") != 0) {
      ::_exit(2);
    }
    folder_.write("policy.toml", "version = 1\n");
    const bool was_refused =
        toml_store::CheckedFile(policy().string()).problem().code == "folder-world-writable";
    if (::mount("tmpfs", mount_point.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
      ::_exit(2);
    }
    const bool is_taken = !toml_store::CheckedFile(policy().string()).problem();
    ::_exit(was_refused && is_taken ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "this system lets nobody mount";
  EXPECT_EQ(status, 0);
}

TEST_F(TomlFiles, DrawAWarningOnceWhenTheirGroupMayWrite) {
  folder_.write("policy.toml", "version = 1\n");
  ::chmod(policy().c_str(), 0664);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(read_again(), ElementsAre("integer version 1 1:11"));
  }
  EXPECT_THAT(host_.log(), ElementsAre(HasSubstr("can be written by its group")));
}

TEST_F(TomlFiles, DrawAWarningWhenTheyBelongToSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  folder_.write("policy.toml", "version = 1\n");
  ASSERT_EQ(::chown(policy().c_str(), 65534, 65534), 0);
  EXPECT_THAT(read_again(), ElementsAre("integer version 1 1:11"));
  EXPECT_THAT(host_.log(), ElementsAre(HasSubstr("belongs to user 65534")));
}

TEST_F(TomlFiles, MayBeUnreadable) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  folder_.write("policy.toml", "version = 1\n");
  ::chmod(policy().c_str(), 0);
  EXPECT_THAT(problem(), StartsWith("problem file-unreadable 0:0: "));
}

TEST_F(TomlFiles, HaveALargestSize) {
  folder_.write("policy.toml", "");
  // Sparse: takes no room on the disk.
  ASSERT_EQ(::truncate(policy().c_str(), 64 * 1024 * 1024 + 1), 0);
  EXPECT_THAT(problem(), StartsWith("problem file-too-large 0:0: "));
}

TEST_F(TomlFiles, AreReadThroughLinks) {
  fs::create_directory(folder_.path() / "data");
  folder_.write("data/real.toml", "version = 1\n");
  fs::create_symlink("data/real.toml", policy());
  EXPECT_THAT(read_again(), ElementsAre("integer version 1 1:11"));
}

TEST_F(TomlFiles, AreNotReadToTheEndWhenTheReadIsCancelled) {
  folder_.write("policy.toml", "version = 1\n");
  open();
  host_.cancel();
  test::RecordingSink sink;
  EXPECT_EQ(store_->read(sink), CORSAC_CANCELLED);
  EXPECT_EQ(sink.revision(), "");
  host_.cancel(false);
  EXPECT_THAT(read_again(), ElementsAre("integer version 1 1:11"));
}

store_parts::ContentHash hash_of(std::string_view content, std::size_t piece_bytes) {
  store_parts::ContentHash hash;
  for (; content.size() > piece_bytes; content.remove_prefix(piece_bytes)) {
    hash.add(content.substr(0, piece_bytes));
  }
  hash.add(content);
  return hash;
}

TEST(ContentHash, IsThatOfAllBytesInWhateverPiecesTheyCome) {
  const std::string content = "https://tenant-1.customers.example\nhttps://tenant-2.example\n";
  for (std::size_t size = 0; size <= content.size(); ++size) {
    const std::string_view part = std::string_view(content).substr(0, size);
    const auto whole = hash_of(part, content.size() + 1);
    EXPECT_EQ(whole.text().size(), 32U);
    EXPECT_EQ(whole.text().find_first_not_of("0123456789abcdef"), std::string::npos);
    for (std::size_t piece = 1; piece <= 17; ++piece) {
      EXPECT_TRUE(hash_of(part, piece) == whole) << size << " bytes in pieces of " << piece;
      EXPECT_EQ(hash_of(part, piece).text(), whole.text());
    }
  }
}

// Each bit of each byte, a byte more or less at the end, zeros too, and two words exchanged.
TEST(ContentHash, TellsContentsApartThatAreAlmostTheSame) {
  std::set<std::string> hashes;
  std::size_t count = 0;
  const auto add = [&](std::string_view content) {
    hashes.insert(hash_of(content, 4096).text());
    ++count;
  };
  std::string content = "https://tenant-1.customers.example\nhttps://tenant-2.example\n";
  for (std::size_t size = 0; size <= content.size(); ++size) {
    add(std::string_view(content).substr(0, size));
  }
  for (std::size_t zeros = 1; zeros <= 17; ++zeros) {
    add(content + std::string(zeros, '\0'));
    add(std::string(zeros, '\0'));
  }
  for (char& byte : content) {
    for (int bit = 0; bit < 8; ++bit) {
      byte = static_cast<char>(byte ^ (1 << bit));
      add(content);
      byte = static_cast<char>(byte ^ (1 << bit));
    }
  }
  add(content.substr(8, 8) + content.substr(0, 8) + content.substr(16));
  EXPECT_EQ(hashes.size(), count);
}

}  // namespace
}  // namespace corsac
