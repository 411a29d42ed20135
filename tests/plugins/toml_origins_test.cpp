// Files of origins beside the policy.

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "toml_store_fixture.hpp"

namespace corsac {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const char* const kPolicy = "[cors]\nallowed_origins_file = \"origins.txt\"\n";

class TomlOrigins : public test::TomlStoreTest {
 protected:
  // The calls between the source of the file and the one of the policy.
  std::vector<std::string> read_origins(std::string_view origins) {
    folder_.write("origins.txt", origins);
    std::vector<std::string> calls = read(kPolicy);
    EXPECT_THAT(calls.size(), testing::Ge(6u));
    if (calls.size() < 6) return calls;
    EXPECT_EQ(calls[0], "begin_item cors 1:1");
    EXPECT_EQ(calls[1], "text allowed_origins_file \"origins.txt\" 2:24");
    EXPECT_EQ(calls[2], "source origins.txt");
    EXPECT_EQ(calls[3], "begin_list allowed_origins_from_file 0:0");
    EXPECT_EQ(calls[calls.size() - 3], "end_list");
    EXPECT_EQ(calls[calls.size() - 2], "source policy.toml");
    EXPECT_EQ(calls[calls.size() - 1], "end_item");
    return {calls.begin() + 4, calls.end() - 3};
  }
};

struct Row {
  const char* desc;
  std::string origins;
  std::vector<std::string> calls;
};

TEST_F(TomlOrigins, AreOneALine) {
  const Row rows[] = {
      {"empty", "", {}},
      {"one without a line break", "https://a", {"text - \"https://a\" 1:1"}},
      {"comments and blank lines count as lines",
       "# ours\n\nhttps://a\n \t\nhttps://b\n  # theirs\n",
       {"text - \"https://a\" 3:1", "text - \"https://b\" 5:1"}},
      {"carriage returns",
       "https://a\r\n\r\nhttps://b\r\n",
       {"text - \"https://a\" 1:1", "text - \"https://b\" 3:1"}},
      {"blanks at the ends", " \thttps://a \t\n", {"text - \"https://a\" 1:3"}},
      {"blanks and a comment inside are the core's business",
       "https://a # x\n",
       {"text - \"https://a # x\" 1:1"}},
      {"byte order mark", "\xEF\xBB\xBFhttps://a\n", {"text - \"https://a\" 1:1"}},
      {"byte order mark before a comment",
       "\xEF\xBB\xBF# x\nhttps://a\n",
       {"text - \"https://a\" 2:1"}},
      {"any bytes",
       std::string("a://\0\xFF\x1b\n", 8),
       {std::string("text - \"a://\0\xFF\x1b\" 1:1", 20)}},
      {"the longest line",
       "x://" + std::string(1020, 'x'),
       {"text - \"x://" + std::string(1020, 'x') + "\" 1:1"}},
      {"the two words", "*\nnull\n", {"text - \"*\" 1:1", "text - \"null\" 2:1"}},
      {"lines that are none, without their bytes",
       "root:x:0:0\n  app.example.com\nhttps://a\n",
       {"problem origins-line 1:1: this line is no origin; write one origin a line, as "
        "https://app.example.com",
        "problem origins-line 2:3: this line is no origin; write one origin a line, as "
        "https://app.example.com",
        "text - \"https://a\" 3:1"}},
      {"a long comment",
       "#" + std::string(5'000'000, 'x') + "\nhttps://a\n",
       {"text - \"https://a\" 2:1"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_THAT(read_origins(row.origins), ElementsAreArray(row.calls));
    EXPECT_EQ(status_, CORSAC_OK);
  }
}

TEST_F(TomlOrigins, StopAtALineThatIsTooLong) {
  const Row rows[] = {
      {"in the middle",
       "https://a\n" + std::string(1025, 'x') + "\nhttps://b\n",
       {"text - \"https://a\" 1:1",
        "problem origins-line-too-long 2:0: the line has more than 1024 bytes; write one origin a "
        "line"}},
      {"a file without line breaks",
       std::string(3'000'000, 'x'),
       {"problem origins-line-too-long 1:0: the line has more than 1024 bytes; write one origin a "
        "line"}},
      {"blanks only",
       std::string(2000, ' ') + "https://a",
       {"problem origins-line-too-long 1:0: the line has more than 1024 bytes; write one origin a "
        "line"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_THAT(read_origins(row.origins), ElementsAreArray(row.calls));
    EXPECT_EQ(status_, CORSAC_INVALID);
    EXPECT_EQ(revision_, "");
  }
}

TEST_F(TomlOrigins, BelongToRulesToo) {
  folder_.write("one.txt", "https://one\n");
  folder_.write("two.txt", "https://two\n");
  EXPECT_THAT(read("[cors]\nallowed_origins_file = \"one.txt\"\n"
                   "[[cors.rules]]\npaths = [\"/a\"]\n"
                   "[[cors.rules]]\nallowed_origins_file = \"two.txt\"\n"
                   "[other]\nallowed_origins_file = \"absent.txt\"\n"),
              ElementsAre("begin_item cors 1:1", "text allowed_origins_file \"one.txt\" 2:24",
                          "source one.txt", "begin_list allowed_origins_from_file 0:0",
                          "text - \"https://one\" 1:1", "end_list", "source policy.toml",
                          "begin_list rules 3:1", "begin_item - 3:1", "begin_list paths 4:9",
                          "text - \"/a\" 4:10", "end_list", "end_item", "begin_item - 5:1",
                          "text allowed_origins_file \"two.txt\" 6:24", "source two.txt",
                          "begin_list allowed_origins_from_file 0:0", "text - \"https://two\" 1:1",
                          "end_list", "source policy.toml", "end_item", "end_list", "end_item",
                          "begin_item other 7:1", "text allowed_origins_file \"absent.txt\" 8:24",
                          "end_item"));
  EXPECT_EQ(status_, CORSAC_OK);
}

TEST_F(TomlOrigins, AreFoundBesideThePolicyOrByAnAbsolutePath) {
  const test::TempFolder other;
  other.write("origins.txt", "https://elsewhere\n");
  std::filesystem::create_directory(folder_.path() / "lists");
  folder_.write("lists/origins.txt", "https://below\n");
  for (const auto& [name, origin] :
       {std::pair((other.path() / "origins.txt").string(), "https://elsewhere"),
        std::pair(std::string("lists/origins.txt"), "https://below"),
        std::pair(std::string("./lists/../lists/origins.txt"), "https://below")}) {
    const auto calls = read("[cors]\nallowed_origins_file = \"" + name + "\"\n");
    EXPECT_THAT(calls, Contains("text - \"" + std::string(origin) + "\" 1:1")) << name;
    EXPECT_THAT(calls, Contains("source " + name));
  }
}

struct ProblemRow {
  const char* desc;
  const char* value;  // of allowed_origins_file, in TOML
  const char* problem;
};

TEST_F(TomlOrigins, ArePlacedInThePolicyWhenTheFileIsWrong) {
  std::filesystem::create_directory(folder_.path() / "folder");
  ::chmod(folder_.write("open.txt", "https://a\n").c_str(), 0666);
  const ProblemRow rows[] = {
      {"absent", "\"absent.txt\"", "problem file-not-found 3:24: "},
      {"a folder", "\"folder\"", "problem file-not-regular 3:24: "},
      {"writable by everyone", "\"open.txt\"", "problem file-world-writable 3:24: "},
      {"empty", "\"\"", "problem origins-file 3:24: "},
      {"NUL", "\"a\\u0000b\"", "problem origins-file 3:24: "},
  };
  for (const ProblemRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto calls =
        read("[cors]\nenabled = true\nallowed_origins_file = " + std::string(row.value) + "\n");
    EXPECT_EQ(status_, CORSAC_INVALID);
    // In the policy's source, and the rest of the document is handed over all the same.
    ASSERT_THAT(calls, Contains(StartsWith(row.problem)));
    EXPECT_EQ(calls.back(), "end_item");
    std::string source = "policy.toml";
    for (const std::string& call : calls) {
      if (call.starts_with("source ")) source = call.substr(7);
      const bool is_problem = call.starts_with("problem ");
      EXPECT_TRUE(!is_problem || source == "policy.toml") << call;
    }
    EXPECT_THAT(calls, Contains(HasSubstr("flag enabled true")));
  }
}

TEST_F(TomlOrigins, OfAnotherTypeAreLeftToTheCore) {
  EXPECT_THAT(
      read("[cors]\nallowed_origins_file = 7\n"),
      ElementsAre("begin_item cors 1:1", "integer allowed_origins_file 7 2:24", "end_item"));
  EXPECT_EQ(status_, CORSAC_OK);
}

TEST_F(TomlOrigins, AreInTheRevision) {
  read_origins("https://a\n");
  const std::string first = revision_;
  read_origins("https://b\n");
  EXPECT_NE(revision_, first);
  read_origins("https://a\n");
  EXPECT_EQ(revision_, first);
}

// The bytes of a file go as they are handed over, but only for who names it last; and pieces of it
// end inside of lines.
TEST_F(TomlOrigins, MayBeNamedTwice) {
  constexpr std::size_t kCount = 100'000;  // some MiB
  std::string origins;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::string origin = "https://tenant-" + std::to_string(i) + ".customers.example";
    origins += origin + "\n";
    expected.push_back("text - \"" + origin + "\" " + std::to_string(i + 1) + ":1");
  }
  folder_.write("origins.txt", origins);
  const auto calls = read(
      "[cors]\nallowed_origins_file = \"origins.txt\"\n"
      "[[cors.rules]]\npaths = [\"/a\"]\nallowed_origins_file = \"./origins.txt\"\n"
      "[[cors.rules]]\npaths = [\"/b\"]\nallowed_origins_file = \"origins.txt\"\n");
  EXPECT_EQ(status_, CORSAC_OK);
  std::size_t lists = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i] != "begin_list allowed_origins_from_file 0:0") continue;
    ++lists;
    ASSERT_LT(i + kCount + 1, calls.size());
    const auto first = calls.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const auto last = first + static_cast<std::ptrdiff_t>(kCount);
    EXPECT_TRUE(std::equal(first, last, expected.begin(), expected.end())) << lists;
    EXPECT_EQ(*last, "end_list") << lists;
  }
  EXPECT_EQ(lists, 3U);
}

// Rules are a list; a table in its place is the core's to refuse, and names no file that is read.
TEST_F(TomlOrigins, AreNotThoseOfATableInThePlaceOfRules) {
  std::string origins;
  for (int i = 0; i < 100'000; ++i) origins += "https://a" + std::to_string(i) + ".example\n";
  folder_.write("origins.txt", origins);
  const auto calls = read(
      "[cors]\nallowed_origins_file = \"origins.txt\"\n"
      "[cors.rules.x]\nallowed_origins_file = \"origins.txt\"\n");
  EXPECT_EQ(status_, CORSAC_OK);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "source origins.txt"), 1);
  EXPECT_THAT(calls, Not(Contains(StartsWith("problem "))));
  EXPECT_THAT(calls, Contains("text allowed_origins_file \"origins.txt\" 4:24"));
}

TEST_F(TomlOrigins, MayBeAMillion) {
  std::string origins;
  for (int i = 0; i < 1'000'000; ++i) {
    origins += "https://tenant-" + std::to_string(i) + ".customers.example\n";
  }
  folder_.write("origins.txt", origins);
  folder_.write("policy.toml", kPolicy);
  open();
  test::RecordingSink sink;
  sink.count_only();
  EXPECT_EQ(store_->read(sink), CORSAC_OK);
  EXPECT_EQ(sink.count(), 1'000'009u);
}

}  // namespace
}  // namespace corsac
