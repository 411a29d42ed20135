// Checks of one whole read. Entry: the check_ functions. Test: tests/server/store_test_test.py.

#include <algorithm>
#include <memory>
#include <string_view>

#include <corsac/base/printable.hpp>
#include <corsac/base/utf8.hpp>
#include <corsac/policy/reader.hpp>
#include <corsac/policy/report.hpp>

#include "conformance/checks.hpp"

namespace corsac::conformance {
namespace {

// A read whose facts are judged, whatever it answered.
ReadFacts facts_of_read(TestedStore& store) { return store.read().facts; }

// Of Report::text, two lines as one.
std::string first_problem(const std::string& report) {
  const std::size_t line = report.find('\n');
  if (line == std::string::npos) return "it is not finished";
  const std::size_t begin = report.find_first_not_of(' ', line + 1);
  if (begin == std::string::npos) return report.substr(0, line);
  return report.substr(0, line) + " " + report.substr(begin, report.find('\n', begin) - begin);
}

}  // namespace

std::string check_read(const Context& context) {
  TestedStore store(context);
  store.open();
  const ReadAnswer answer = store.read();
  if (answer.status != CORSAC_OK) {
    fail_check("read() answered " + store.answer_text(answer),
               "answer CORSAC_OK after finish(revision); if the place or the settings are wrong, "
               "mend those",
               "Which answer");
  }
  if (answer.facts.finishes != 1) {
    fail_check("read() answered CORSAC_OK and called finish " +
                   std::to_string(answer.facts.finishes) + " times",
               "call finish(revision) once, as the last call of a whole document");
  }
  if (!answer.facts.problems.empty()) {
    fail_check("read() answered CORSAC_OK after a problem: " +
                   context.secrets.shown(answer.facts.problems.front().text()),
               "answer CORSAC_INVALID after sink.problem, without finish");
  }
  if (answer.facts.revision.empty()) {
    fail_check("the revision is empty", "name the content: a hash of it, or a counter");
  }
  return std::to_string(answer.facts.calls) + " calls, revision " +
         context.secrets.shown(to_printable(answer.facts.revision));
}

std::string check_nesting(const Context& context) {
  TestedStore store(context);
  store.open();
  const std::string fault = facts_of_read(store).nesting_fault;
  if (fault.empty()) return {};
  fail_check(context.secrets.shown(fault),
             "call source first; in an item name each field, in a list name none; end every list "
             "and item, then finish");
}

std::string check_texts(const Context& context) {
  TestedStore store(context);
  store.open();
  const std::string fault = facts_of_read(store).text_fault;
  constexpr const char* kFix =
      "hand over UTF-8 with its size, at most 255 bytes of revision, and null only with size 0";
  if (!fault.empty()) fail_check(context.secrets.shown(fault), kFix);
  for (const std::string& line : store.host().lines()) {
    if (!is_utf8(line)) fail_check("a log line is no UTF-8: " + context.secrets.shown(line), kFix);
  }
  return {};
}

std::string check_one_thread(const Context& context) {
  TestedStore store(context);
  store.open();
  constexpr const char* kFix =
      "call the sink, feed_json and retry_after inside of read(), and problem inside of open(), on "
      "the thread that came";
  // The second shows what was kept of the first.
  for (int round = 0; round < 2; ++round) {
    const ReadAnswer answer = store.read();
    if (!answer.facts.thread_fault.empty()) fail_check(answer.facts.thread_fault, kFix);
  }
  // Each read was fine when it ended, so this came later.
  if (store.has_misused_sink()) {
    fail_check("a later read() used the sink of an earlier one",
               "use the sink that read() got, and forget it when it returns");
  }
  if (const std::string misuse = store.host().misuse(); !misuse.empty()) fail_check(misuse, kFix);
  return {};
}

std::string check_document(const Context& context) {
  TestedStore store(context);
  store.open();
  const auto reader = std::make_shared<PolicyReader>();
  static_cast<void>(store.read({.reader = reader}));
  const Report report(reader->take_problems(), reader->take_policy().sources);
  if (!report.has_errors() && reader->is_finished()) return {};
  const auto lines = static_cast<std::size_t>(
      std::count_if(report.problems().begin(), report.problems().end(),
                    [](const Problem& problem) { return problem.severity == Severity::Error; }));
  const std::string text = report.text();
  fail_check("the core does not take the document, for " + std::to_string(lines) +
                 " reasons; the first: " + context.secrets.shown(first_problem(text)),
             "hand over the fields of a policy (README, \"Policy reference\"), numbers and flags "
             "as such, and times as texts such as 2027-01-31T00:00:00Z");
}

std::string check_same_revision(const Context& context) {
  TestedStore store(context);
  store.open();
  const ReadFacts first = store.read_document();
  const ReadFacts second = store.read_document();
  store.close();
  TestedStore other(context);
  other.open();
  const ReadFacts third = other.read_document();
  constexpr const char* kFix =
      "name the content and nothing of the read: a hash of it, or the store's own counter";
  if (first.content != second.content || first.content != third.content) {
    // The elements of a set come in any order; then there must be as many.
    if (first.calls != second.calls || first.calls != third.calls) {
      fail_check("the document changed while it was tested", "test a store that nobody writes to",
                 kHowToTest);
    }
  }
  if (first.revision != second.revision) {
    fail_check("two reads of one document gave two revisions", kFix);
  }
  if (first.revision != third.revision) {
    fail_check("another store with the same settings gave another revision of the same document",
               kFix);
  }
  return {};
}

}  // namespace corsac::conformance
