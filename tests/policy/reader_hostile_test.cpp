// Stores that break the contract, and documents that are too large.

#include <cstdint>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/base/utf8.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/report.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

constexpr Place kPlace = {.line = 1, .column = 1, .source = 0};

struct StopRow {
  const char* desc;
  std::function<bool(PolicyReader&)> calls;  // answers what the last call answered
  std::string code;
};

void expect_stopped(const StopRow& row) {
  SCOPED_TRACE(row.desc);
  PolicyReader reader;
  reader.integer("version", 1, kPlace);
  EXPECT_FALSE(row.calls(reader));
  EXPECT_FALSE(reader.is_finished());
  // Nothing more is read, and nothing more is said.
  EXPECT_FALSE(reader.source("x"));
  EXPECT_FALSE(reader.begin_item("cors", kPlace));
  EXPECT_FALSE(reader.end_item());
  EXPECT_FALSE(reader.begin_list("test", kPlace));
  EXPECT_FALSE(reader.end_list());
  EXPECT_FALSE(reader.text("x", "y", kPlace));
  EXPECT_FALSE(reader.problem("x", "y", "z", kPlace));
  EXPECT_FALSE(reader.finish("r"));
  EXPECT_FALSE(reader.is_finished());
  const std::vector<Problem> problems = reader.take_problems();
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(problems.back().code, row.code);
  EXPECT_TRUE(Report(problems).has_errors());
}

TEST(PolicyReaderMisuse, EndsTheReading) {
  const StopRow rows[] = {
      {"the end of an item at the top", [](PolicyReader& r) { return r.end_item(); },
       "store-misuse"},
      {"the end of a list at the top", [](PolicyReader& r) { return r.end_list(); },
       "store-misuse"},
      {"the end of a list in an item",
       [](PolicyReader& r) { return r.begin_item("cors", kPlace) && r.end_list(); },
       "store-misuse"},
      {"the end of an item in a list",
       [](PolicyReader& r) { return r.begin_list("test", kPlace) && r.end_item(); },
       "store-misuse"},
      {"the end of a list in an unknown item",
       [](PolicyReader& r) { return r.begin_item("x", kPlace) && r.end_list(); }, "store-misuse"},
      {"the end of an item in an unknown list",
       [](PolicyReader& r) { return r.begin_list("x", kPlace) && r.end_item(); }, "store-misuse"},
      {"one end too many",
       [](PolicyReader& r) { return r.begin_item("cors", kPlace) && r.end_item() && r.end_item(); },
       "store-misuse"},
      {"a field name inside a list of texts",
       [](PolicyReader& r) {
         return r.begin_item("cors", kPlace) && r.begin_list("allowed_origins", kPlace) &&
                r.text("x", "y", kPlace);
       },
       "store-misuse"},
      {"a field name inside a list of items",
       [](PolicyReader& r) { return r.begin_list("test", kPlace) && r.begin_item("name", kPlace); },
       "store-misuse"},
      {"a field name inside an unknown list",
       [](PolicyReader& r) { return r.begin_list("x", kPlace) && r.null("name", kPlace); },
       "store-misuse"},
      {"finish inside an item",
       [](PolicyReader& r) { return r.begin_item("cors", kPlace) && r.finish("r"); },
       "store-misuse"},
      {"finish inside a list",
       [](PolicyReader& r) { return r.begin_list("test", kPlace) && r.finish("r"); },
       "store-misuse"},
      {"finish twice", [](PolicyReader& r) { return r.finish("r") && r.finish("r"); },
       "store-misuse"},
      {"a value after finish",
       [](PolicyReader& r) { return r.finish("r") && r.text("x", "y", kPlace); }, "store-misuse"},
      {"an item after finish",
       [](PolicyReader& r) { return r.finish("r") && r.begin_item("cors", kPlace); },
       "store-misuse"},
      {"an end after finish", [](PolicyReader& r) { return r.finish("r") && r.end_item(); },
       "store-misuse"},
      {"a source after finish", [](PolicyReader& r) { return r.finish("r") && r.source("x"); },
       "store-misuse"},
      {"a problem after finish",
       [](PolicyReader& r) { return r.finish("r") && r.problem("x", "y", "z", kPlace); },
       "store-misuse"},
  };
  for (const StopRow& row : rows) expect_stopped(row);
}

// Calls until one says stop; false when none did.
[[nodiscard]] bool until_stopped(std::size_t limit, const std::function<bool(std::size_t)>& call) {
  for (std::size_t i = 0; i < limit; ++i) {
    if (!call(i)) return true;
  }
  return false;
}

TEST(PolicyReaderLimits, EndTheReading) {
  const StopRow rows[] = {
      {"items in one another",
       [](PolicyReader& r) {
         return !until_stopped(100, [&](std::size_t) { return r.begin_item("x", kPlace); });
       },
       "nesting-too-deep"},
      {"lists in one another",
       [](PolicyReader& r) {
         return r.begin_list("x", kPlace) &&
                !until_stopped(100, [&](std::size_t) { return r.begin_list("", kPlace); });
       },
       "nesting-too-deep"},
      {"problems",
       [](PolicyReader& r) {
         return !until_stopped(5000, [&](std::size_t) { return r.null("x", kPlace); });
       },
       "too-many-problems"},
      {"problems of the store",
       [](PolicyReader& r) {
         return !until_stopped(5000,
                               [&](std::size_t) { return r.problem("x-y", "w", "", kPlace); });
       },
       "too-many-problems"},
      {"rules",
       [](PolicyReader& r) {
         return r.begin_item("cors", kPlace) && r.begin_list("rules", kPlace) &&
                !until_stopped(
                    20'000, [&](std::size_t) { return r.begin_item("", kPlace) && r.end_item(); });
       },
       "too-many-rules"},
      {"scopes in tables",
       [](PolicyReader& r) {
         return r.begin_list("trusted_origins", kPlace) && r.begin_item("", kPlace) &&
                r.begin_list("scopes", kPlace) && !until_stopped(100, [&](std::size_t) {
                  return r.begin_item("", kPlace) && r.text("type", "CORS", kPlace) && r.end_item();
                });
       },
       "too-many-items"},
      {"scopes as texts",
       [](PolicyReader& r) {
         return r.begin_list("trusted_origins", kPlace) && r.begin_item("", kPlace) &&
                r.begin_list("scopes", kPlace) &&
                !until_stopped(100, [&](std::size_t) { return r.text("", "CORS", kPlace); });
       },
       "too-many-items"},
      {"sources",
       [](PolicyReader& r) {
         return !until_stopped(1000, [&](std::size_t i) { return r.source(std::to_string(i)); });
       },
       "too-many-sources"},
      {"values, also where they are skipped",
       [](PolicyReader& r) {
         return r.begin_list("x", kPlace) &&
                !until_stopped(11'000'000, [&](std::size_t) { return r.flag("", true, kPlace); });
       },
       "too-many-values"},
      {"bytes, also where they are skipped",
       [text = std::string(std::size_t{64} << 20U, 'x')](PolicyReader& r) {
         return r.begin_list("x", kPlace) &&
                !until_stopped(100, [&](std::size_t) { return r.text("", text, kPlace); });
       },
       "document-too-large"},
  };
  for (const StopRow& row : rows) expect_stopped(row);
}

TEST(PolicyReaderLimits, KeepAThousandProblemsAndOneThatSaysSo) {
  PolicyReader reader;
  while (reader.null("x", kPlace)) continue;
  const std::vector<Problem> problems = reader.take_problems();
  ASSERT_EQ(problems.size(), kProblemLimit + 1);
  EXPECT_EQ(problems[kProblemLimit - 1].code, "field-unknown");
  EXPECT_EQ(problems[kProblemLimit].code, "too-many-problems");
}

TEST(PolicyReaderLimits, LetAThousandProblemsPass) {
  PolicyReader reader;
  reader.integer("version", 1, kPlace);
  for (std::size_t i = 0; i < kProblemLimit; ++i) EXPECT_TRUE(reader.null("x", kPlace));
  EXPECT_TRUE(reader.finish("r"));
  EXPECT_TRUE(reader.is_finished());
}

// Two revisions that differ behind the limit must not be taken for one.
TEST(PolicyReaderLimits, RefuseARevisionThatIsTooLong) {
  for (const std::size_t size : {std::size_t{255}, std::size_t{256}}) {
    PolicyReader reader;
    reader.integer("version", 1, kPlace);
    const bool is_fine = size <= 255;
    EXPECT_EQ(reader.finish(std::string(size, 'r')), is_fine) << size;
    EXPECT_EQ(reader.is_finished(), is_fine) << size;
    if (is_fine) {
      EXPECT_EQ(reader.take_policy().revision, std::string(size, 'r'));
      continue;
    }
    const std::vector<Problem> problems = reader.take_problems();
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].code, "store-misuse");
    EXPECT_NE(problems[0].what.find("a revision of more than 255 bytes"), std::string::npos);
  }
}

TEST(PolicyReader, KeepsHostileBytesOutOfNamesAndReports) {
  PolicyReader reader;
  reader.source("a\xFF.toml");
  reader.integer("version", 1, kPlace);
  reader.null(std::string_view("x\0\x1b\xFF", 4), kPlace);
  reader.finish("\xFF");
  const std::string text = Report(reader.take_problems()).text();
  EXPECT_NE(text.find("x\\x00\\x1B\\xFF"), std::string::npos) << text;
  const Policy policy = reader.take_policy();
  EXPECT_TRUE(is_utf8(policy.sources[0]));
  EXPECT_TRUE(is_utf8(policy.revision));
}

TEST(PolicyReader, ReadsAMillionOriginsWithoutMakingPaths) {
  constexpr std::size_t kCount = 1'000'000;
  const std::string origin =
      "https://app.customers.example.com";  // longer than a string's own room
  PolicyReader reader;
  reader.integer("version", 1, kPlace);
  reader.begin_item("cors", kPlace);
  reader.begin_list("allowed_origins", kPlace);
  const testing::AllocationCounter counter;
  bool goes_on = true;
  for (std::size_t i = 0; i < kCount; ++i) goes_on &= reader.text("", origin, kPlace);
  const std::size_t allocations = counter.count();
  EXPECT_TRUE(goes_on);
  // Bytes, offsets and places grow by doubling; nothing is allocated for an element.
  EXPECT_LT(allocations, 100U);
  reader.end_list();
  reader.end_item();
  EXPECT_TRUE(reader.finish("r"));
  EXPECT_EQ(reader.take_policy().cors.allowed_origins.size(), kCount);
}

TEST(PolicyReader, IsOfUseForNothingAfterThePolicyWasTaken) {
  PolicyReader reader;
  reader.begin_item("cors", kPlace);
  reader.begin_list("rules", kPlace);
  reader.begin_item("", kPlace);
  const Policy policy = reader.take_policy();
  EXPECT_FALSE(reader.text("name", "late", kPlace));
  ASSERT_EQ(policy.cors.rules.size(), 1U);
  EXPECT_FALSE(policy.cors.rules[0].name.is_set());
}

// Any calls in any order: what counts is that nothing breaks (the sanitizers look), that stop means
// stop, and that a finished document is whole.
// Proves 140, S35.
TEST(PolicyReader, SurvivesAnyOrderOfCalls) {
  const std::string_view fields[] = {"",
                                     "cors",
                                     "rules",
                                     "allowed_origins",
                                     "enabled",
                                     "version",
                                     "paths",
                                     "scopes",
                                     "trusted_origins",
                                     "origin",
                                     "lint",
                                     "allow",
                                     "test",
                                     "headers",
                                     "csrf",
                                     "type",
                                     "hosts",
                                     "valid_until",
                                     "allowed_origins_file",
                                     "allowed_origins_from_file",
                                     "x"};
  const std::string_view texts[] = {"CORS", "a\xFF", "", "2027-01-31T00:00:00Z", "https://a.b"};
  std::mt19937 random(7);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::size_t finished = 0;
  for (int document = 0; document < 3000; ++document) {
    PolicyReader reader;
    bool goes_on = true;
    for (int call = 0; call < 60; ++call) {
      // Mostly the field names that lists and items want, so that calls get deep.
      const std::string_view field = below(3) == 0 ? "" : fields[below(std::size(fields))];
      const std::string_view text = texts[below(std::size(texts))];
      bool answer = false;
      switch (below(12)) {
        case 0:
        case 1:
          answer = reader.begin_item(field, kPlace);
          break;
        case 2:
        case 3:
          answer = reader.begin_list(field, kPlace);
          break;
        case 4:
          answer = reader.end_item();
          break;
        case 5:
          answer = reader.end_list();
          break;
        case 6:
          answer = reader.text(field, text, kPlace);
          break;
        case 7:
          answer = reader.integer(field, -1, kPlace);
          break;
        case 8:
          answer = reader.real(field, 0.5, kPlace);
          break;
        case 9:
          answer = reader.flag(field, true, kPlace);
          break;
        case 10:
          answer = below(10) == 0 ? reader.finish(text) : reader.null(field, kPlace);
          break;
        default:
          answer = reader.source(text);
          break;
      }
      EXPECT_TRUE(goes_on || !answer) << "a call after stop said go on";
      goes_on = answer;
    }
    finished += reader.is_finished() ? 1 : 0;
    EXPECT_TRUE(goes_on || !reader.is_finished());
    (void)reader.take_policy();
    EXPECT_LE(reader.take_problems().size(), kProblemLimit + 1);
  }
  EXPECT_LT(finished, 3000U);
}

}  // namespace
}  // namespace corsac
