#include "corsac/runtime/store_journal.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Lines = std::vector<std::string>;

StoreConfig a_config() {
  StoreConfig config;
  config.settings = {{"url", "redis://user:secret@host"}, {"file", "policy.toml"}};
  return config;
}

struct Journal {
  Lines lines = {};
  StoreJournal journal{a_config(), "toml", [this](LogLevel level, std::string_view line) {
                         const char* names[] = {"info ", "warning ", "error "};
                         lines.push_back(names[static_cast<int>(level)] + std::string(line));
                       }};
  Lines take() { return std::exchange(lines, {}); }
};

Report a_report(std::size_t errors) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < errors; ++i) {
    problems.push_back({.code = "origin-path",
                        .path = "cors.allowed_origins[" + std::to_string(i) + "]",
                        .value = "https://a.example/",
                        .place = {.line = static_cast<std::uint32_t>(i + 1), .column = 2},
                        .what = "an origin has no path",
                        .fix = "write \"https://a.example\""});
  }
  return Report(std::move(problems), {"policy.toml"});
}

constexpr const char* kFirstError =
    "policy.toml:1:2: error[origin-path]: cors.allowed_origins[0] = \"https://a.example/\": an "
    "origin has no path; write \"https://a.example\"";

TEST(StoreJournal, WritesOneLineForEachTransition) {
  using S = StoreState;
  const Report unreachable(
      {Problem{.code = "store-unreachable", .what = "cannot open policy.toml"}});
  struct Row {
    const char* desc;
    StoreJournal::Change change;
    Report report;
    Lines lines;
  };
  const Row rows[] = {
      {"the first document",
       {S::Starting, S::Fresh, true, true, "7f"},
       {},
       {"info store toml: policy.toml: starting -> fresh, policy taken, revision 7f"}},
      {"another document",
       {S::Fresh, S::Fresh, true, true, "8\n"},
       {},
       {"info store toml: policy.toml: policy taken, revision 8\\x0A"}},
      {"the same document again", {S::Fresh, S::Fresh, true, false, "8"}, {}, {}},
      {"unreachable",
       {S::Fresh, S::Stale, false, false, "8"},
       unreachable,
       {"warning store toml: policy.toml: fresh -> stale: error[store-unreachable]: cannot open "
        "policy.toml"}},
      {"still unreachable", {S::Stale, S::Stale, false, false, "8"}, unreachable, {}},
      {"too old",
       {S::Stale, S::Closed, false, false, "8"},
       {},
       {"error store toml: policy.toml: stale -> closed"}},
  };
  for (const Row& row : rows) {
    Journal journal;
    journal.journal.note_change(row.change, row.report);
    EXPECT_EQ(journal.take(), row.lines) << row.desc;
  }
}

TEST(StoreJournal, WritesEachProblemOfADocumentOnce) {
  using S = StoreState;
  Journal journal;
  const StoreJournal::Change first{S::Fresh, S::Degraded, true, false, "8"};
  journal.journal.note_change(first, a_report(1));
  const std::string line = kFirstError;
  EXPECT_EQ(journal.take(), (Lines{"warning store toml: policy.toml: fresh -> degraded: " + line,
                                   "error store toml: policy.toml: " + line}));
  const StoreJournal::Change again{S::Degraded, S::Degraded, true, false, "8"};
  journal.journal.note_change(again, a_report(1));
  EXPECT_EQ(journal.take(), Lines{}) << "the same again";
  journal.journal.note_change(again, a_report(2));
  EXPECT_EQ(journal.take().size(), 2U) << "another report";
}

TEST(StoreJournal, CountsProblemsBeyondTheLimit) {
  Journal journal;
  const StoreJournal::Change change{StoreState::Degraded, StoreState::Degraded, true, false, ""};
  journal.journal.note_change(change, a_report(25));
  const Lines lines = journal.take();
  ASSERT_EQ(lines.size(), kLoggedProblems + 1);
  EXPECT_EQ(lines.back(), "warning store toml: policy.toml: 5 more problems");
}

TEST(StoreJournal, NamesTheStoreByItsFileOnly) {
  Journal journal;
  EXPECT_EQ(journal.journal.source(), "toml: policy.toml") << "never by a URL";
  journal.journal.note_sources({"corsac\x1b:policy", "origins.txt"});
  EXPECT_EQ(journal.journal.source(), "toml: corsac\\x1B:policy");
  journal.journal.note_sources({});
  EXPECT_EQ(journal.journal.source(), "toml: corsac\\x1B:policy");
}

TEST(StoreJournal, GoesOnWithoutALogAndWithOneThatThrows) {
  StoreJournal silent(a_config(), "toml", {});
  silent.note(LogLevel::Error, "nobody hears it");
  int calls = 0;
  StoreJournal throwing(a_config(), "toml", [&calls](LogLevel, std::string_view) {
    ++calls;
    throw std::runtime_error("disk full");
  });
  throwing.note(LogLevel::Error, "a line");
  throwing.note(LogLevel::Error, "another line");
  EXPECT_EQ(calls, 2);
}

TEST(FirstLine, IsTheFirstErrorElseTheFirstWarning) {
  Problem warning{.severity = Severity::Warning, .code = "a-warning", .what = "look here"};
  Problem error{.code = "an-error", .what = "mend this"};
  EXPECT_EQ(first_line(Report()), "");
  EXPECT_EQ(first_line(Report({warning})), "warning[a-warning]: look here");
  EXPECT_EQ(first_line(Report({warning, error})), "error[an-error]: mend this");
}

}  // namespace
}  // namespace corsac
