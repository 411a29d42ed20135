// Records that the toml plugin keeps: how they are read.

#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toml_records_fixture.hpp"

namespace corsac {
namespace {

namespace fs = std::filesystem;
using test::kNoFile;
using test::RecordsStore;
using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class TomlRecords : public test::TomlRecordsTest {};

constexpr const char* kTwo =
    "version = 1\n\n[[trusted_origins]]\nname = \"a\"\n\n[[trusted_origins]]\nname = \"b\"\n";

struct MergeRow {
  const char* desc;
  const char* policy;
  std::optional<std::string> records;  // nothing = there is no file
  std::vector<std::string> read;
  std::vector<std::string> read_records;
};

TEST_F(TomlRecords, StandInOneListBehindThoseOfThePolicy) {
  const MergeRow rows[] = {
      {"no file",
       "version = 1\n",
       std::nullopt,
       {"source policy.toml", "integer version 1 1:11"},
       {"source records.toml", "integer version 1 0:0", "begin_list trusted_origins 0:0",
        "end_list"}},
      {"no records",
       "version = 1\n",
       "version = 1\n",
       {"source policy.toml", "integer version 1 1:11"},
       {"source records.toml", "integer version 1 0:0", "begin_list trusted_origins 0:0",
        "end_list"}},
      {"an empty list of each",
       "version = 1\ntrusted_origins = []\n",
       "version = 1\ntrusted_origins = []\n",
       {"source policy.toml", "begin_list trusted_origins 2:19", "end_list",
        "integer version 1 1:11"},
       {"source records.toml", "integer version 1 0:0", "begin_list trusted_origins 0:0",
        "end_list"}},
      {"the policy has none",
       "version = 1\n",
       kTwo,
       {"source policy.toml", "integer version 1 1:11", "begin_list trusted_origins 0:0",
        "source records.toml", "begin_item - 3:1", "text name \"a\" 4:8", "end_item",
        "begin_item - 6:1", "text name \"b\" 7:8", "end_item", "source policy.toml", "end_list"},
       {"source records.toml", "integer version 1 0:0", "begin_list trusted_origins 0:0",
        "begin_item - 3:1", "text name \"a\" 4:8", "end_item", "begin_item - 6:1",
        "text name \"b\" 7:8", "end_item", "end_list"}},
      {"both have some",
       "version = 1\n[[trusted_origins]]\nname = \"p\"\n",
       "# mine\nversion = 1\n[[trusted_origins]]\nname = \"a\"\nscopes = [{ type = \"CORS\" }]\n",
       {"source policy.toml", "begin_list trusted_origins 2:1", "begin_item - 2:1",
        "text name \"p\" 3:8", "end_item", "source records.toml", "begin_item - 3:1",
        "text name \"a\" 4:8", "begin_list scopes 5:10", "begin_item - 5:11",
        "text type \"CORS\" 5:20", "end_item", "end_list", "end_item", "source policy.toml",
        "end_list", "integer version 1 1:11"},
       {"source records.toml", "integer version 1 0:0", "begin_list trusted_origins 0:0",
        "begin_item - 3:1", "text name \"a\" 4:8", "begin_list scopes 5:10", "begin_item - 5:11",
        "text type \"CORS\" 5:20", "end_item", "end_list", "end_item", "end_list"}},
      {"the policy's are no list: the reader says so, and hears of no second field",
       "version = 1\ntrusted_origins = \"x\"\n",
       kTwo,
       {"source policy.toml", "text trusted_origins \"x\" 2:19", "integer version 1 1:11"},
       {"source records.toml", "integer version 1 0:0", "begin_list trusted_origins 0:0",
        "begin_item - 3:1", "text name \"a\" 4:8", "end_item", "begin_item - 6:1",
        "text name \"b\" 7:8", "end_item", "end_list"}},
      {"records that are no tables: the reader says so, at their place",
       "version = 1\n",
       "version = 1\ntrusted_origins = [7]\n",
       {"source policy.toml", "integer version 1 1:11", "begin_list trusted_origins 0:0",
        "source records.toml", "integer - 7 2:20", "source policy.toml", "end_list"},
       {"source records.toml", "integer version 1 0:0", "begin_list trusted_origins 0:0",
        "integer - 7 2:20", "end_list"}},
  };
  for (const MergeRow& row : rows) {
    SCOPED_TRACE(row.desc);
    folder_.write("policy.toml", row.policy);
    fs::remove(path("records.toml"));
    if (row.records) folder_.write("records.toml", *row.records);
    RecordsStore store(folder_.path());
    EXPECT_THAT(store.read(), ElementsAreArray(row.read));
    EXPECT_EQ(store.status, CORSAC_OK);
    EXPECT_THAT(store.read_records(), ElementsAreArray(row.read_records));
    EXPECT_EQ(store.status, CORSAC_OK);
    EXPECT_EQ(store.revision == kNoFile, !row.records.has_value());
    EXPECT_THAT(store.host.log(), IsEmpty());
  }
}

struct WrongRow {
  const char* desc;
  const char* records;
  std::vector<std::string> problems;
};

TEST_F(TomlRecords, AreRefusedWithThePlaceWhenTheirFileIsNoneOfRecords) {
  const std::string no_version =
      "problem field-missing 0:0: version is missing: this is no file of records, or a part of "
      "one; write version = 1, or remove the file: then there are no records";
  const std::string unknown =
      ": a file of records has version and trusted_origins and nothing else; remove it, or write "
      "it into the policy";
  const WrongRow rows[] = {
      {"empty", "", {no_version}},
      {"another version",
       "version = 2\n",
       {"problem version-unknown 1:11: this version of Corsac reads records of version 1; write "
        "version = 1"}},
      {"a version that is a text",
       "version = \"1\"\n",
       {"problem version-unknown 1:11: this version of Corsac reads records of version 1; write "
        "version = 1"}},
      {"a field of a policy",
       "version = 1\nenabled = true\n[cors]\nallowed_origins = [\"https://a.example\"]\n",
       {"problem field-unknown 3:1" + unknown, "problem field-unknown 2:11" + unknown}},
      {"no list",
       "version = 1\n[trusted_origins]\nname = \"a\"\n",
       {"problem field-type 2:1: trusted_origins must be a list of tables; write "
        "[[trusted_origins]] above each record"}},
      {"no TOML",
       "version = 1\n[[trusted_origins]]\nname = a\n",
       {"problem toml-syntax 3:8: value: could not determine value type; write \"a\""}},
      {"all at once", "x = 1\n", {"problem field-unknown 1:5" + unknown, no_version}},
  };
  RecordsStore store(folder_.path());
  for (const WrongRow& row : rows) {
    SCOPED_TRACE(row.desc);
    folder_.write("records.toml", row.records);
    std::vector<std::string> calls = store.read_records();
    EXPECT_EQ(store.status, CORSAC_INVALID);
    ASSERT_THAT(calls, Not(IsEmpty()));
    // The call that says the source may stand twice.
    std::erase(calls, "source records.toml");
    EXPECT_THAT(calls, ElementsAreArray(row.problems));

    calls = store.read();
    EXPECT_EQ(store.status, CORSAC_INVALID);
    EXPECT_EQ(store.revision, "");
    const auto source = std::find(calls.begin(), calls.end(), "source records.toml");
    ASSERT_NE(source, calls.end());
    const std::vector<std::string> rest(source + 1, calls.end());
    EXPECT_THAT(rest, ElementsAreArray(row.problems));
    EXPECT_THAT(calls, Contains("integer version 1 1:11")) << "errors of the policy are told too";
  }
}

TEST_F(TomlRecords, AreWrongTogetherWithThePolicy) {
  folder_.write("policy.toml", "version = \n");
  folder_.write("records.toml", "version = 3\n");
  RecordsStore store(folder_.path());
  EXPECT_THAT(store.read(),
              ElementsAre("source policy.toml", StartsWith("problem toml-syntax 1:"),
                          "source records.toml", StartsWith("problem version-unknown 1:11: ")));
  EXPECT_EQ(store.status, CORSAC_INVALID);
}

TEST_F(TomlRecords, AreNotKeptWithoutTheSetting) {
  folder_.write("records.toml", kTwo);
  RecordsStore store(folder_.path(), {{"file", "policy.toml"}});
  EXPECT_THAT(store.read(), ElementsAre("source policy.toml", "integer version 1 1:11"));
  EXPECT_THAT(store.read_records(), IsEmpty());
  EXPECT_EQ(store.status, CORSAC_READ_ONLY);
  EXPECT_EQ(store.put("version = 1\n", kNoFile), CORSAC_READ_ONLY);
  EXPECT_THAT(store.told, IsEmpty());
  const std::string missing =
      "records-file-missing records_file: nothing says in which file the records are kept; add "
      "records_file = \"records.toml\" to the settings of the store, nothing written";
  EXPECT_THAT(store.host.failures(), ElementsAre(missing, missing));
}

// What stands where the records should: both reads, and a write, refuse it.
// Proves S36.
TEST_F(TomlRecords, AreInAFileOfTheirOwnThatNotEverybodyCanExchange) {
  fs::create_directory(path("open"));
  ::chmod(path("open").c_str(), 0777);
  fs::create_directory(path("a-folder"));
  fs::create_directory(path("linked"));
  fs::create_directory_symlink("linked", path("link"));
  folder_.write("everyone.toml", kTwo);
  ::chmod(path("everyone.toml").c_str(), 0666);
  folder_.write("real.toml", kTwo);
  fs::create_symlink("real.toml", path("link.toml"));
  fs::create_symlink("nowhere.toml", path("dangling.toml"));
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  fs::create_hard_link(path("policy.toml"), path("policy-too.toml"));
  fs::create_directory_symlink(".", path("here"));
  struct Row {
    const char* desc;
    const char* file;
    std::int32_t status;
    const char* begin;
  };
  const Row rows[] = {
      {"no folder", "nowhere/r.toml", CORSAC_UNREACHABLE, "problem folder-not-found 0:0: "},
      {"a file for a folder", "real.toml/r.toml", CORSAC_UNREACHABLE,
       "problem folder-not-found 0:0: "},
      {"a folder of everyone, without the file", "open/r.toml", CORSAC_INVALID,
       "problem folder-world-writable 0:0: "},
      {"a file of everyone", "everyone.toml", CORSAC_INVALID, "problem file-world-writable 0:0: "},
      {"a folder", "a-folder", CORSAC_INVALID, "problem file-not-regular 0:0: "},
      {"a FIFO", "fifo", CORSAC_INVALID, "problem file-not-regular 0:0: "},
      {"a link", "link.toml", CORSAC_INVALID, "problem file-is-link 0:0: "},
      {"a link to nothing", "dangling.toml", CORSAC_INVALID, "problem file-is-link 0:0: "},
      {"another name of the policy", "policy-too.toml", CORSAC_INVALID,
       "problem file-is-policy 0:0: "},
      {"the policy through a link to its folder", "here/policy.toml", CORSAC_INVALID,
       "problem file-is-policy 0:0: "},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordsStore store(folder_.path(), {{"file", "policy.toml"}, {"records_file", row.file}});
    EXPECT_THAT(store.read(), Contains(StartsWith(row.begin)));
    EXPECT_EQ(store.status, row.status);
    EXPECT_THAT(store.read_records(), Contains(StartsWith(row.begin)));
    EXPECT_EQ(store.status, row.status);
    EXPECT_EQ(store.put("version = 1\n", kNoFile), row.status);
    EXPECT_THAT(store.host.failures(), ElementsAre(HasSubstr(", nothing written")));
  }
  EXPECT_EQ(content("policy.toml"), "version = 1\n");
  EXPECT_EQ(content("real.toml"), kTwo);
  EXPECT_TRUE(fs::is_symlink(path("link.toml")));
  EXPECT_TRUE(fs::is_empty(path("open")));

  // A folder on the way may be a link.
  RecordsStore store(folder_.path(), {{"file", "policy.toml"}, {"records_file", "link/r.toml"}});
  EXPECT_EQ(store.put("version = 1\n", kNoFile), CORSAC_OK);
  EXPECT_TRUE(fs::exists(path("linked/r.toml")));
}

TEST_F(TomlRecords, DrawAWarningOnceWhenTheirGroupMayWrite) {
  folder_.write("records.toml", kTwo);
  ::chmod(path("records.toml").c_str(), 0664);
  RecordsStore store(folder_.path());
  store.read();
  store.read();
  EXPECT_THAT(store.host.log(), ElementsAre(HasSubstr("records.toml can be written by its group")));
}

TEST_F(TomlRecords, AreWatchedFromBeforeTheirFileIsThere) {
  RecordsStore store(folder_.path());
  store.read();
  std::vector<std::string> revisions = {store.revision};
  const auto expect_new_revision = [&](std::size_t before) {
    ASSERT_TRUE(store.host.wait_for_more_changes_than(before));
    store.read();
    EXPECT_EQ(store.status, CORSAC_OK);
    EXPECT_THAT(revisions, Not(Contains(store.revision)));
    revisions.push_back(store.revision);
  };
  std::size_t before = store.host.changes();
  folder_.write("next", kTwo);
  fs::rename(path("next"), path("records.toml"));
  expect_new_revision(before);

  before = store.host.changes();
  store.read_records();
  ASSERT_EQ(store.put("version = 1\n", store.revision), CORSAC_OK);
  expect_new_revision(before);

  before = store.host.changes();
  fs::remove(path("records.toml"));
  ASSERT_TRUE(store.host.wait_for_more_changes_than(before));
  store.read();
  EXPECT_EQ(store.revision, revisions[0]);
}

struct WatchRow {
  const char* desc;
  std::function<void(RecordsStore&)> begin;  // before the other store writes
};

// What an authority does, which never reads the document.
TEST_F(TomlRecords, AreWatchedByWhoeverReadsThemAlone) {
  const WatchRow rows[] = {
      {"they were read", [](RecordsStore& store) { store.read_records(); }},
      {"before their file was there",
       [this](RecordsStore& store) {
         fs::remove(path("records.toml"));
         store.read_records();
       }},
      {"they could not be read",
       [this](RecordsStore& store) {
         folder_.write("records.toml", "version = \n");
         store.read_records();
         EXPECT_EQ(store.status, CORSAC_INVALID);
         folder_.write("records.toml", "version = 1\n");
         ASSERT_TRUE(store.host.wait_for_more_changes_than(0));
         store.read_records();
       }},
      {"they were put",
       [](RecordsStore& store) {
         store.read_records();
         ASSERT_EQ(store.put(kTwo, store.revision), CORSAC_OK);
       }},
      {"they were put unread",
       [this](RecordsStore& store) {
         fs::remove(path("records.toml"));
         ASSERT_EQ(store.put(kTwo, kNoFile), CORSAC_OK);
       }},
      {"beside the document",
       [](RecordsStore& store) {
         store.read();
         store.read_records();
       }},
      {"before the document",
       [](RecordsStore& store) {
         store.read_records();
         store.read();
       }},
  };
  for (const WatchRow& row : rows) {
    SCOPED_TRACE(row.desc);
    folder_.write("records.toml", "version = 1\n");
    RecordsStore store(folder_.path());
    row.begin(store);
    const std::size_t before = store.host.changes();
    RecordsStore other(folder_.path());
    other.read_records();
    ASSERT_EQ(other.put("version = 1\n# theirs\n", other.revision), CORSAC_OK);
    EXPECT_TRUE(store.host.wait_for_more_changes_than(before));
    store.read_records();
    EXPECT_EQ(store.revision, other.told[0]);
  }
}

TEST_F(TomlRecords, LeaveTheDocumentWatched) {
  RecordsStore store(folder_.path());
  store.read();
  store.read_records();
  folder_.write("policy.toml", "version = 1\n# another\n");
  EXPECT_TRUE(store.host.wait_for_more_changes_than(0));
}

TEST_F(TomlRecords, AreReadAgainWhenTheyAreExchangedMeanwhile) {
  folder_.write("records.toml", "version = 1\n");
  RecordsStore store(folder_.path());
  for (const bool is_alone : {true, false}) {
    folder_.write("next", kTwo);
    // The second question is asked when the files have been read.
    store.host.on_cancelled_asked([&](std::size_t question) {
      if (question == 2) fs::rename(path("next"), path("records.toml"));
    });
    EXPECT_THAT(is_alone ? store.read_records() : store.read(), Contains("text name \"b\" 7:8"));
    EXPECT_EQ(store.status, CORSAC_OK);
    store.host.on_cancelled_asked({});
    folder_.write("records.toml", "version = 1\n");
  }
}

TEST_F(TomlRecords, AreNotHandedOverWhenTheReadIsCancelled) {
  folder_.write("records.toml", kTwo);
  RecordsStore store(folder_.path());
  store.host.cancel();
  EXPECT_THAT(store.read_records(), ElementsAre("source records.toml"));
  EXPECT_EQ(store.status, CORSAC_CANCELLED);
  EXPECT_EQ(store.put("version = 1\n", kNoFile), CORSAC_CANCELLED);
  store.host.cancel(false);
  EXPECT_THAT(store.read_records(), Contains("text name \"b\" 7:8"));
}

}  // namespace
}  // namespace corsac
