// Records that the toml plugin keeps: how they are written.

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/writer.hpp"
#include "toml_records_fixture.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;
using test::kNewName;
using test::kNoFile;
using test::RecordsStore;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kComment =
    "# Written by Corsac's authority, anew with each change: no comment is kept.\n";

// A document of records with these names.
std::string document_of(const std::vector<std::string>& names) {
  std::string text = "version = 1\n";
  for (const std::string& name : names) text += "[[trusted_origins]]\nname = \"" + name + "\"\n";
  return text;
}

// The names of the records among the calls of a sink.
std::vector<std::string> names_in(const std::vector<std::string>& calls) {
  constexpr std::string_view kBefore = "text name \"";
  std::vector<std::string> names;
  for (const std::string& call : calls) {
    if (!call.starts_with(kBefore)) continue;
    names.push_back(call.substr(kBefore.size(), call.rfind('"') - kBefore.size()));
  }
  return names;
}

// What `run` says in a process of its own: 0 = false, 1 = true, 2 = it could not be tried.
int in_process(const std::function<int()>& run) {
  const pid_t child = ::fork();
  if (child == 0) {
    int answer = 3;
    try {
      answer = run();
    } catch (...) {
      answer = 4;
    }
    ::_exit(answer);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class TomlRecordsWrite : public test::TomlRecordsTest {
 protected:
  [[nodiscard]] mode_t mode(const std::string& name) const {
    struct stat entry = {};
    EXPECT_EQ(::lstat(path(name).c_str(), &entry), 0);
    return entry.st_mode & 07777;
  }
};

TEST_F(TomlRecordsWrite, MakesTheFileAndShowsItInBothReads) {
  RecordsStore store(folder_.path());
  store.read_records();
  ASSERT_EQ(store.put(document_of({"a"}), store.revision), CORSAC_OK);
  ASSERT_EQ(store.told.size(), 1u);
  EXPECT_EQ(content("records.toml"), kComment + document_of({"a"}));
  EXPECT_EQ(mode("records.toml"), 0600u);
  EXPECT_THAT(names_in(store.read_records()), ElementsAre("a"));
  EXPECT_EQ(store.revision, store.told[0]);
  EXPECT_THAT(names_in(store.read()), ElementsAre("a"));

  ASSERT_EQ(store.put(document_of({"a", "b"}), store.told[0]), CORSAC_OK) << "without a read";
  EXPECT_THAT(names_in(store.read_records()), ElementsAre("a", "b"));
  ASSERT_EQ(store.put("version = 1\n", store.revision), CORSAC_OK);
  EXPECT_THAT(names_in(store.read_records()), IsEmpty());
  EXPECT_EQ(content("policy.toml"), "version = 1\n");
  EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
  EXPECT_THAT(store.host.log(), IsEmpty());
  EXPECT_THAT(store.host.failures(), IsEmpty());
}

TEST_F(TomlRecordsWrite, ChangesNothingWhenAnotherRevisionWasExpected) {
  RecordsStore store(folder_.path());
  for (const std::string expected : {"", "x", "6c62272e07bb014262b821756295c58d"}) {
    EXPECT_EQ(store.put(document_of({"a"}), expected), CORSAC_CONFLICT) << expected;
  }
  EXPECT_THAT(names(), ElementsAre("policy.toml"));
  ASSERT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_OK);
  const std::string first = store.told[0];
  ASSERT_EQ(store.put(document_of({"b"}), first), CORSAC_OK);
  for (const std::string& expected : {std::string(kNoFile), first}) {
    EXPECT_EQ(store.put(document_of({"c"}), expected), CORSAC_CONFLICT) << expected;
    EXPECT_THAT(store.told, IsEmpty());
  }
  EXPECT_EQ(content("records.toml"), kComment + document_of({"b"}));
  EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
  EXPECT_THAT(store.host.log(), IsEmpty()) << "a conflict is no fault";
}

TEST_F(TomlRecordsWrite, SeesWhatPeopleWroteIntoTheFile) {
  RecordsStore store(folder_.path());
  ASSERT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_OK);
  const std::string before = store.told[0];
  folder_.write("records.toml", document_of({"by hand"}));
  EXPECT_EQ(store.put(document_of({"b"}), before), CORSAC_CONFLICT);
  EXPECT_THAT(names_in(store.read_records()), ElementsAre("by hand"));
  EXPECT_EQ(store.put(document_of({"by hand", "b"}), store.revision), CORSAC_OK);
}

TEST_F(TomlRecordsWrite, KeepsTheAccessOfTheFile) {
  RecordsStore store(folder_.path());
  for (const mode_t wanted : {0640u, 0644u, 0600u}) {
    folder_.write("records.toml", "version = 1\n");
    ::chmod(path("records.toml").c_str(), wanted);
    store.read_records();
    ASSERT_EQ(store.put(document_of({"a"}), store.revision), CORSAC_OK);
    EXPECT_EQ(mode("records.toml"), wanted);
  }
  if (::geteuid() == 0) {  // only root can give a file away
    ASSERT_EQ(::chown(path("records.toml").c_str(), 65534, 65533), 0);
    ASSERT_EQ(store.put(document_of({"a"}), store.told[0]), CORSAC_OK);
    struct stat entry = {};
    ASSERT_EQ(::stat(path("records.toml").c_str(), &entry), 0);
    EXPECT_EQ(entry.st_uid, 65534u);
    EXPECT_EQ(entry.st_gid, 65533u);
  }
  ::chmod(path("records.toml").c_str(), 0440);
  EXPECT_EQ(store.put(document_of({"b"}), store.told[0]), CORSAC_READ_ONLY)
      << "whoever took the right away meant it";
  EXPECT_THAT(store.host.log(), Contains(EndsWith("run chmod u+w on it")));
  EXPECT_EQ(content("records.toml"), kComment + document_of({"a"}));
  EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
}

struct LeftRow {
  const char* desc;
  std::function<void(const fs::path&)> leave;
};

// A process that was killed leaves a part of a file; anything else was put there.
TEST_F(TomlRecordsWrite, TakesThePlaceOfWhatWasLeftBehind) {
  const std::string policy = content("policy.toml");
  const LeftRow rows[] = {
      {"a long part of a file",
       [](const fs::path& at) { std::ofstream(at) << std::string(100'000, 'x'); }},
      {"a file that everybody can write",
       [](const fs::path& at) {
         std::ofstream(at) << "x";
         ::chmod(at.c_str(), 0666);
       }},
      {"a link to the policy", [](const fs::path& at) { fs::create_symlink("policy.toml", at); }},
      {"a link to nothing", [](const fs::path& at) { fs::create_symlink("nothing", at); }},
      {"another name of the policy",
       [](const fs::path& at) { fs::create_hard_link(at.parent_path() / "policy.toml", at); }},
      {"a FIFO", [](const fs::path& at) { ASSERT_EQ(::mkfifo(at.c_str(), 0600), 0); }},
      {"a file of somebody else",
       [](const fs::path& at) {
         std::ofstream(at) << "x";
         if (::geteuid() != 0) return;  // only root can give a file away
         ASSERT_EQ(::chown(at.c_str(), 65534, 65534), 0);
       }},
  };
  for (const LeftRow& row : rows) {
    SCOPED_TRACE(row.desc);
    fs::remove(path("records.toml"));
    row.leave(path(kNewName));
    RecordsStore store(folder_.path());
    ASSERT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_OK);
    EXPECT_EQ(content("records.toml"), kComment + document_of({"a"}));
    EXPECT_EQ(mode("records.toml"), 0600u);
    EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
    EXPECT_EQ(content("policy.toml"), policy);
  }
  fs::create_directory(path(kNewName));
  RecordsStore store(folder_.path());
  EXPECT_EQ(store.put(document_of({"b"}), kNoFile), CORSAC_UNREACHABLE);
  EXPECT_THAT(store.host.failures(),
              ElementsAre(EndsWith("remove " + path(kNewName).string() + ", nothing written")));
}

TEST_F(TomlRecordsWrite, LeavesTheOldFileWholeWhenThereIsNoRoom) {
  RecordsStore store(folder_.path());
  ASSERT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_OK);
  const std::string revision = store.told[0];
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  store.put(document_of(std::vector<std::string>(1000, "a long name")), revision);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  EXPECT_EQ(store.status, CORSAC_UNREACHABLE);
  EXPECT_THAT(store.told, IsEmpty());
  EXPECT_THAT(store.host.log(), ElementsAre(StartsWith("2 disk-full: ")));
  EXPECT_THAT(store.host.failures(), ElementsAre(EndsWith("; make room there, nothing written")));
  EXPECT_EQ(content("records.toml"), kComment + document_of({"a"}));
  EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
  EXPECT_EQ(store.put(document_of({"b"}), revision), CORSAC_OK) << "and writes when there is";
}

// In processes of their own: with mounts of their own, and without the rights of root.
TEST_F(TomlRecordsWrite, SaysThatItMayNotWrite) {
  folder_.write("records.toml", document_of({"a"}));
  const auto is_refused = [this](std::int32_t status, const std::string& code) {
    RecordsStore store(folder_.path());
    store.read_records();
    const bool is_answer = store.put(document_of({"b"}), store.revision) == status &&
                           store.host.failures().size() == 1 &&
                           store.host.failures()[0].starts_with(code + " : ") &&
                           store.host.failures()[0].ends_with(", nothing written");
    return is_answer && content("records.toml") == document_of({"a"}) ? 1 : 0;
  };
  EXPECT_EQ(in_process([&] {
              if (::geteuid() == 0) {
                for (const fs::path& file : {folder_.path(), path("records.toml")}) {
                  if (::chown(file.c_str(), 65534, 65534) != 0) return 2;
                }
                if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 2;
              }
              ::chmod(folder_.path().c_str(), 0500);
              const int answer = is_refused(CORSAC_READ_ONLY, "file-not-writable");
              ::chmod(folder_.path().c_str(), 0700);
              return answer;
            }),
            1);
  if (::geteuid() != 0) GTEST_SKIP() << "only root can mount";
  struct Row {
    const char* desc;
    const char* options;
    unsigned long flags_after;
    std::int32_t status;
    const char* code;
  };
  const Row rows[] = {
      {"a file system that is read-only", "mode=0700", MS_REMOUNT | MS_RDONLY, CORSAC_READ_ONLY,
       "file-not-writable"},
      {"a full one", "mode=0700,size=16k", 0, CORSAC_UNREACHABLE, "disk-full"},
  };
  for (const Row& row : rows) {
    const int answer = in_process([&] {
      if (::unshare(CLONE_NEWNS) != 0 ||
          ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, row.options) != 0) {
        return 2;
      }
      folder_.write("policy.toml", "version = 1\n");
      folder_.write("records.toml", document_of({"a"}));
      if (row.flags_after == 0) {
        std::ofstream(path("filler")) << std::string(64 * 1024, 'x');
      } else if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", row.flags_after, nullptr) != 0) {
        return 2;
      }
      return is_refused(row.status, row.code);
    });
    if (answer == 2) GTEST_SKIP() << "this system lets nobody mount";
    EXPECT_EQ(answer, 1) << row.desc;
  }
}

TEST_F(TomlRecordsWrite, TakesNothingThatItCouldNotRead) {
  RecordsStore store(folder_.path());
  const std::string zero = "0,";
  std::string many = "version = 1\nx = [";
  for (int i = 0; i < 2'000'001; ++i) many += zero;
  EXPECT_EQ(store.put(many + "]\n", kNoFile), CORSAC_INVALID);
  EXPECT_EQ(store.put(std::string(64 * 1024 * 1024, '#'), kNoFile), CORSAC_INVALID);
  EXPECT_THAT(store.host.failures(),
              ElementsAre(StartsWith("too-many-values : of the records: "),
                          StartsWith("file-too-large : the records have more than ")));
  EXPECT_THAT(store.host.failures(),
              testing::Each(EndsWith("; keep so many records in Redis, nothing written")));
  EXPECT_THAT(names(), ElementsAre("policy.toml"));
}

// Holds the lock as another process that writes does.
class OtherWriter {
 public:
  explicit OtherWriter(const fs::path& at)
      : file_(::open(at.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)), path_(at) {
    EXPECT_EQ(::flock(file_, LOCK_EX | LOCK_NB), 0);
  }
  ~OtherWriter() { end(); }
  OtherWriter(const OtherWriter&) = delete;
  OtherWriter& operator=(const OtherWriter&) = delete;

  void rename_to(const fs::path& to) const { fs::rename(path_, to); }
  void end() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }

 private:
  int file_;
  fs::path path_;
};

constexpr std::size_t kQuestionWhileWaiting = 10;  // more are asked before the lock by no write

TEST_F(TomlRecordsWrite, WaitsForAnotherWriter) {
  RecordsStore store(folder_.path());
  OtherWriter other(path(kNewName));
  store.host.on_cancelled_asked([&](std::size_t question) {
    if (question == kQuestionWhileWaiting) other.end();
  });
  EXPECT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_OK);
  EXPECT_EQ(content("records.toml"), kComment + document_of({"a"}));
}

TEST_F(TomlRecordsWrite, SeesWhatTheOtherWriterWrote) {
  RecordsStore store(folder_.path());
  OtherWriter other(path(kNewName));
  folder_.write(kNewName, document_of({"theirs"}));
  store.host.on_cancelled_asked([&](std::size_t question) {
    if (question == kQuestionWhileWaiting) other.rename_to(path("records.toml"));
    // The lock of a file that is not in its place any more stops nobody.
  });
  EXPECT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_CONFLICT);
  EXPECT_EQ(content("records.toml"), document_of({"theirs"}));
  EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
}

TEST_F(TomlRecordsWrite, EndsWhileItWaitsWhenItIsInterrupted) {
  RecordsStore store(folder_.path());
  const OtherWriter other(path(kNewName));
  store.host.on_cancelled_asked([&](std::size_t question) {
    if (question == kQuestionWhileWaiting) store.host.cancel();
  });
  EXPECT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_CANCELLED);
  EXPECT_TRUE(fs::exists(path(kNewName))) << "it belongs to the other one";
  EXPECT_FALSE(fs::exists(path("records.toml")));
}

TEST_F(TomlRecordsWrite, EndsWhileItWaitsAtItsDeadline) {
  RecordsStore store(folder_.path());
  const OtherWriter other(path(kNewName));
  store.host.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(50));
  EXPECT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_UNREACHABLE);
  EXPECT_THAT(store.host.failures(), ElementsAre(StartsWith("file-write-deadline : ")));
  EXPECT_THAT(store.host.failures(), ElementsAre(EndsWith(", nothing written")));
  EXPECT_TRUE(fs::exists(path(kNewName)));
}

// Whoever may write into the folder may put a file there, and hold its lock for ever.
TEST_F(TomlRecordsWrite, SaysAtOnceThatSomebodyElseHoldsTheLock) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  RecordsStore store(folder_.path());
  const OtherWriter other(path(kNewName));
  ASSERT_EQ(::chown(path(kNewName).c_str(), 65534, 65534), 0);
  store.host.on_cancelled_asked([&](std::size_t question) {
    if (question == kQuestionWhileWaiting) store.host.cancel();
  });
  EXPECT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_READ_ONLY);
  EXPECT_THAT(store.host.failures(), ElementsAre(StartsWith("file-is-locked : ")));
  EXPECT_THAT(store.host.failures(),
              ElementsAre(HasSubstr("; remove " + path(kNewName).string() + ", ")));
  EXPECT_TRUE(fs::exists(path(kNewName))) << "its owner may write it at this moment";

  folder_.write("records.toml", "version = 1\n");
  store.host.on_cancelled_asked({});
  EXPECT_EQ(store.put(document_of({"a"}), kNoFile), CORSAC_READ_ONLY);
  EXPECT_EQ(content("records.toml"), "version = 1\n");
}

TEST_F(TomlRecordsWrite, SaysThatSomebodyElsesFileIsInTheWay) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  folder_.write(kNewName, "x");
  ::chmod(path(kNewName).c_str(), 0600);
  ASSERT_EQ(::chown(folder_.path().c_str(), 65534, 65534), 0);
  EXPECT_EQ(in_process([&] {
              if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 2;
              RecordsStore store(folder_.path());
              return store.put(document_of({"a"}), kNoFile) == CORSAC_READ_ONLY &&
                             store.host.failures().size() == 1 &&
                             store.host.failures()[0].starts_with("file-is-locked : ")
                         ? 1
                         : 0;
            }),
            1);
}

// Root's writers give the new file to the owner of the old one just before they rename it.
TEST_F(TomlRecordsWrite, WaitsForAWriterOfTheFilesOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  RecordsStore store(folder_.path());
  folder_.write("records.toml", document_of({"a"}));
  store.read_records();
  OtherWriter other(path(kNewName));
  for (const fs::path& file : {path("records.toml"), path(kNewName)}) {
    ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  }
  store.host.on_cancelled_asked([&](std::size_t question) {
    if (question == kQuestionWhileWaiting) other.end();
  });
  EXPECT_EQ(store.put(document_of({"b"}), store.revision), CORSAC_OK);
  EXPECT_EQ(content("records.toml"), kComment + document_of({"b"}));
}

// One more record, whoever else writes.
bool add_record(RecordsStore& store, const std::string& name) {
  while (true) {
    std::vector<std::string> names = names_in(store.read_records());
    if (store.status == CORSAC_UNREACHABLE) continue;  // exchanged four times while it was read
    if (store.status != CORSAC_OK) return false;
    names.push_back(name);
    store.put(document_of(names), store.revision);
    if (store.status != CORSAC_CONFLICT) return store.status == CORSAC_OK;
  }
}

TEST_F(TomlRecordsWrite, LosesNoChangeOfTwoProcesses) {
  constexpr int kChanges = 200;
  std::vector<pid_t> writers;
  for (const std::string writer : {"a", "b"}) {
    const pid_t child = ::fork();
    if (child == 0) {
      RecordsStore store(folder_.path());
      bool is_fine = true;
      for (int i = 0; i < kChanges && is_fine; ++i) {
        is_fine = add_record(store, writer + std::to_string(i));
      }
      ::_exit(is_fine ? 0 : 1);
    }
    writers.push_back(child);
  }
  for (const pid_t writer : writers) {
    int status = 0;
    ASSERT_EQ(::waitpid(writer, &status, 0), writer);
    EXPECT_EQ(status, 0);
  }
  RecordsStore store(folder_.path());
  std::vector<std::string> expected;
  for (const std::string writer : {"a", "b"}) {
    for (int i = 0; i < kChanges; ++i) expected.push_back(writer + std::to_string(i));
  }
  EXPECT_THAT(names_in(store.read_records()), testing::UnorderedElementsAreArray(expected));
  EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
}

// Writes whole files as fast as it can, each full of its own number, until it is killed. Tells
// `begun` when the first one is written.
[[noreturn]] void write_until_killed(const fs::path& folder, std::size_t size, int begun) {
  RecordsStore store(folder);
  store.read_records();
  std::string revision = store.revision;
  for (int i = 0;; ++i) {
    store.put(document_of(std::vector<std::string>(size, std::to_string(i))), revision);
    if (store.status != CORSAC_OK) ::_exit(1);
    revision = store.told[0];
    if (i == 0 && ::write(begun, "x", 1) != 1) ::_exit(1);
  }
}

TEST_F(TomlRecordsWrite, LeavesTheOldFileOrTheNewOneWhereverItIsKilled) {
  constexpr std::size_t kRecords = 5'000;
  constexpr int kKills = 50;
  std::mt19937 random(1);
  for (int i = 0; i < kKills; ++i) {
    int begun[2];
    ASSERT_EQ(::pipe(begun), 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(folder_.path(), kRecords, begun[1]);
    ::close(begun[1]);
    char byte = 0;
    EXPECT_EQ(::read(begun[0], &byte, 1), 1);
    ::close(begun[0]);
    // The moment is what varies: no condition could choose it.
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution<int>(0, 30'000)(random)));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it ended by itself, with " << status;

    RecordsStore store(folder_.path());
    const std::vector<std::string> found = names_in(store.read_records());
    ASSERT_EQ(store.status, CORSAC_OK);
    ASSERT_EQ(found.size(), kRecords);
    ASSERT_EQ(std::count(found.begin(), found.end(), found[0]),
              static_cast<std::ptrdiff_t>(kRecords));
  }
  RecordsStore store(folder_.path());
  EXPECT_TRUE(add_record(store, "after"));
  EXPECT_THAT(names(), ElementsAre("policy.toml", "records.toml"));
}

// As the core writes them, every field set.
std::string many_records(std::size_t count) {
  Policy policy;
  policy.version = {1, {}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    TrustedOrigin record;
    record.id = "tos" + std::string(17 - number.size(), '0') + number;
    record.name = "Application number " + number;
    record.origin = "https://app" + number + ".example.com";
    record.scopes = {{TrustedOrigin::ScopeType::Cors},
                     {TrustedOrigin::ScopeType::Redirect},
                     {TrustedOrigin::ScopeType::IframeEmbed}};
    record.created = record.last_updated = "2026-11-28T14:45:39.000Z";
    record.created_by = record.last_updated_by = "00ut5t92p6IEOi4bu0g3";
    policy.trusted_origins.push_back(std::move(record));
  }
  return policy_to_toml(policy);
}

TEST_F(TomlRecordsWrite, TakesAHundredThousandRecords) {
  constexpr std::size_t kRecords = 100'000;
  RecordsStore store(folder_.path());
  ASSERT_EQ(store.put(many_records(kRecords), kNoFile), CORSAC_OK);
  // The item, seven texts of its own, the list of scopes and three in it.
  constexpr std::size_t kCallsOfRecord = 2 + 7 + 2 + 3;
  // Source, version, the list, finish; and, behind a policy, two sources more.
  EXPECT_EQ(store.count_read_records(), kRecords * kCallsOfRecord + 5);
  EXPECT_EQ(store.status, CORSAC_OK);
  EXPECT_EQ(store.count_read(), kRecords * kCallsOfRecord + 7);
  EXPECT_EQ(store.status, CORSAC_OK);
}

}  // namespace
}  // namespace corsac
