#include "corsac/runtime/store_journal.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"

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
  Lines json = {};  // those that have any
  StoreJournal journal{
      StoreRole::Policy, a_config(), "toml", std::make_shared<test::FakeClock>(),
      [this](const LogRecord& record) {
        const char* names[] = {"info ", "warning ", "error "};
        const std::string type = record.type == "log" ? "" : "[" + std::string(record.type) + "] ";
        lines.push_back(names[static_cast<int>(record.level)] + type + std::string(record.line));
        if (!record.json.empty()) json.emplace_back(record.json);
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
       {"info [load] store toml: policy.toml: policy taken, revision 7f",
        "info [store] store toml: policy.toml: starting -> fresh"}},
      {"another document",
       {S::Fresh, S::Fresh, true, true, "8\n"},
       {},
       {"info [load] store toml: policy.toml: policy taken, revision 8\\x0A"}},
      {"one without a revision",
       {S::Fresh, S::Fresh, true, true, ""},
       {},
       {"info [load] store toml: policy.toml: policy taken"}},
      {"the same document again", {S::Fresh, S::Fresh, false, false, "8"}, {}, {}},
      {"unreachable",
       {S::Fresh, S::Stale, false, false, "8"},
       unreachable,
       {"warning [store] store toml: policy.toml: fresh -> stale: error[store-unreachable]: cannot "
        "open "
        "policy.toml"}},
      {"still unreachable", {S::Stale, S::Stale, false, false, "8"}, unreachable, {}},
      {"too old",
       {S::Stale, S::Closed, false, false, "8"},
       {},
       {"error [store] store toml: policy.toml: stale -> closed"}},
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
  EXPECT_EQ(journal.take(),
            (Lines{"error [load] store toml: policy.toml: policy refused, revision "
                   "8, 1 error",
                   "warning [store] store toml: policy.toml: fresh -> degraded: " + line,
                   "error store toml: " + line}));
  const StoreJournal::Change again{S::Degraded, S::Degraded, true, false, "9"};
  journal.journal.note_change(again, a_report(1));
  EXPECT_EQ(journal.take(),
            Lines{"error [load] store toml: policy.toml: policy refused, revision 9, 1 error"})
      << "another document with the same problems";
  journal.journal.note_change(again, a_report(2));
  EXPECT_EQ(journal.take().size(), 3U) << "another report";
  const StoreJournal::Change no_document{S::Degraded, S::Degraded, true, false, ""};
  journal.journal.note_change(no_document, a_report(3));
  EXPECT_EQ(journal.take().size(), 4U);
  journal.journal.note_change(no_document, a_report(3));
  EXPECT_EQ(journal.take(), Lines{}) << "what is no document is read again and again";
}

TEST(StoreJournal, GivesLoadsAndTransitionsAsJsonToo) {
  using S = StoreState;
  Journal journal;
  Problem warning{.severity = Severity::Warning, .code = "max-age-long", .what = "it is long"};
  Problem error{.code = "an-error", .what = "mend \"this\""};
  journal.journal.note_change({S::Starting, S::Fresh, true, true, "7f"}, Report({warning}));
  journal.journal.note_change({S::Fresh, S::Degraded, true, false, "8\n"},
                              Report({warning, error, error}));
  journal.journal.note_change({S::Degraded, S::Stale, false, false, "8\n"},
                              Report({Problem{.code = "store-deadline", .what = "too late"}}));
  journal.journal.note_change({S::Stale, S::Closed, false, false, "8\n"}, {});
  journal.journal.note_change({S::Closed, S::Fresh, false, false, "7f"}, {});
  const std::string head =
      R"(","time":"2026-01-01T00:00:00Z","section":"store","source":"toml: policy.toml",)";
  const std::string load = R"({"type":"load)" + head;
  const std::string store = R"({"type":"store)" + head;
  EXPECT_EQ(
      journal.json,
      (Lines{
          load + R"("revision":"7f","outcome":"taken","errors":0,"warnings":1})",
          store + R"("from":"starting","to":"fresh","last_error":""})",
          load + R"("revision":"8\\x0A","outcome":"refused","errors":2,"warnings":1})",
          store +
              R"("from":"fresh","to":"degraded","last_error":"error[an-error]: mend \"this\""})",
          store +
              R"("from":"degraded","to":"stale","last_error":"error[store-deadline]: too late"})",
          store + R"("from":"stale","to":"closed","last_error":"error[store-deadline]: too late"})",
          store + R"("from":"closed","to":"fresh","last_error":""})"}));
}

TEST(StoreJournal, CountsProblemsBeyondTheLimit) {
  Journal journal;
  const StoreJournal::Change change{StoreState::Degraded, StoreState::Degraded, true, false, ""};
  journal.journal.note_change(change, a_report(25));
  const Lines lines = journal.take();
  ASSERT_EQ(lines.size(), kLoggedProblems + 2);
  EXPECT_EQ(lines.front(), "error [load] store toml: policy.toml: policy refused, 25 errors");
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
  const auto clock = std::make_shared<test::FakeClock>();
  StoreJournal silent(StoreRole::Policy, a_config(), "toml", clock, {});
  silent.note(LogLevel::Error, "nobody hears it");
  int calls = 0;
  StoreJournal throwing(StoreRole::Policy, a_config(), "toml", clock, [&calls](const LogRecord&) {
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

TEST(StoreJournal, NamesTheStoreOfRecords) {
  Lines lines;
  StoreJournal journal(StoreRole::Records, {}, "remote", std::make_shared<test::FakeClock>(),
                       [&lines](const LogRecord& record) {
                         lines.emplace_back(record.line);
                         if (!record.json.empty()) lines.emplace_back(record.json);
                       });
  journal.note_change({.before = StoreState::Stale,
                       .after = StoreState::Fresh,
                       .is_document = true,
                       .is_taken = true,
                       .revision = "7f"},
                      {});
  EXPECT_EQ(lines, (Lines{"records remote: records taken, revision 7f",
                          R"({"type":"load","time":"2026-01-01T00:00:00Z","section":"records",)"
                          R"("source":"remote","revision":"7f","outcome":"taken","errors":0,)"
                          R"("warnings":0})",
                          "records remote: stale -> fresh",
                          R"({"type":"store","time":"2026-01-01T00:00:00Z","section":"records",)"
                          R"("source":"remote","from":"stale","to":"fresh","last_error":""})"}));
}

}  // namespace
}  // namespace corsac
