// Checks that change what the store holds, by the author's commands. Entry: the check_ functions.
// Test: tests/server/store_test_test.py.

#include <memory>

#include <corsac/policy/reader.hpp>

#include "conformance/checks.hpp"

namespace corsac::conformance {
namespace {

using std::chrono::milliseconds;

// How soon a read is tried again that must see what a command did.
constexpr milliseconds kPause{50};

// Reads until `is_it` or until the limit; gives the last answer.
template <class IsIt>
ReadAnswer read_until(TestedStore& store, IsIt is_it) {
  const auto end = Steady::now() + kNoticeLimit;
  ReadAnswer answer = store.read();
  while (!is_it(answer) && Steady::now() < end) {
    static_cast<void>(store.host().wait_for_change(store.host().changes(), Steady::now() + kPause));
    answer = store.read();
  }
  return answer;
}

bool is_document(const ReadAnswer& answer) {
  return answer.status == CORSAC_OK && answer.facts.finishes == 1;
}

void expect_restored(TestedStore& store, const ReadFacts& before) {
  const ReadAnswer after = read_until(store, is_document);
  if (!is_document(after) || after.facts.calls != before.calls) {
    fail_check(
        "read() does not find the document again after --restore: " + store.answer_text(after),
        "keep nothing of a read that failed");
  }
}

// Does the core, too, find that this is no document?
bool is_refused_by_core(const Context& context) {
  TestedStore store(context);
  store.open();
  const auto reader = std::make_shared<PolicyReader>();
  static_cast<void>(store.read({.reader = reader}));
  return !reader->take_problems().empty();
}

}  // namespace

std::string check_change(const Context& context) {
  TestedStore store(context);
  store.open();
  const ReadFacts before = store.read_document();
  run_command("--change", context.subject.change_command);
  const ReadAnswer after = read_until(store, [&](const ReadAnswer& answer) {
    return is_document(answer) && answer.facts.content != before.content;
  });
  if (!is_document(after)) {
    fail_check("read() gave no document after --change: " + store.answer_text(after),
               "let the command write a whole document, in one step");
  }
  if (after.facts.content == before.content) {
    fail_check("read() still gives the document from before --change",
               "ask the place at each read(); or the command changes nothing that a policy shows");
  }
  if (after.facts.revision == before.revision) {
    fail_check("another document came under the same revision",
               "name the content: a hash of it, or a counter that each change raises");
  }
  return {};
}

std::string check_notice(const Context& context) {
  if (context.subject.is_polled) skip_check("--polled: the core looks again by itself");
  TestedStore store(context);
  store.open();
  static_cast<void>(store.read_document());
  const std::uint64_t seen = store.host().changes();
  run_command("--change", context.subject.change_command);
  if (!store.host().wait_for_change(seen, Steady::now() + kNoticeLimit)) {
    fail_check(
        "host.changed was not called within " + std::to_string(kNoticeLimit.count()) +
            " s of a change",
        "watch the place and call host.changed; a store that cannot is tested with --polled");
  }
  return {};
}

std::string check_bad_data(const Context& context) {
  if (context.subject.break_command.empty()) {
    skip_check("give --break COMMAND and --restore COMMAND to run it");
  }
  TestedStore store(context);
  store.open();
  const ReadFacts before = store.read_document();
  UndoneAtEnd restore(context, CallNote::Undo::Restore);
  run_command("--break", context.subject.break_command);
  const ReadAnswer answer = read_until(store, [&](const ReadAnswer& read) {
    return !is_document(read) || read.facts.content != before.content;
  });
  if (is_document(answer)) {
    // What a document means is the core's business.
    if (answer.facts.content == before.content) {
      fail_check("read() still gives the document from before --break",
                 "ask the place at each read()");
    }
    if (!answer.facts.nesting_fault.empty()) {
      fail_check("after --break finish came behind half a document: " +
                     context.secrets.shown(answer.facts.nesting_fault),
                 "look at what feed_json, or your own reading, answers; return CORSAC_INVALID "
                 "without finish when it is not CORSAC_OK");
    }
    if (!is_refused_by_core(context)) {
      fail_check("after --break read() gives a document that the core takes",
                 "answer CORSAC_INVALID to what is no document; or the command breaks nothing");
    }
  } else if (answer.status != CORSAC_INVALID) {
    fail_check("read() answered " + store.answer_text(answer) + " to what is no document",
               "answer CORSAC_INVALID: the place is there, so the policy in force stays and does "
               "not age");
  } else if (answer.facts.problems.empty()) {
    fail_check("read() answered CORSAC_INVALID and said nothing",
               "say with sink.problem what is wrong, where, and what to write instead");
  } else if (answer.facts.finishes != 0) {
    fail_check("read() answered CORSAC_INVALID after finish", "call finish for a whole document");
  }
  std::string seen = answer.facts.problems.empty()
                         ? "the core refuses it"
                         : context.secrets.shown(answer.facts.problems.front().text());
  restore.now();
  expect_restored(store, before);
  return seen;
}

std::string check_empty(const Context& context) {
  if (context.subject.empty_command.empty()) {
    skip_check("give --empty COMMAND and --restore COMMAND to run it");
  }
  TestedStore store(context);
  store.open();
  const ReadFacts before = store.read_document();
  UndoneAtEnd restore(context, CallNote::Undo::Restore);
  run_command("--empty", context.subject.empty_command);
  const ReadAnswer answer = read_until(store, [&](const ReadAnswer& read) {
    return !is_document(read) || read.facts.content != before.content;
  });
  if (is_document(answer) && answer.facts.content == before.content) {
    fail_check("read() still gives the document from before --empty",
               "never give a document that the place does not hold");
  }
  if (is_document(answer) && answer.facts.revision == before.revision) {
    fail_check("nothing came under the revision of the document from before",
               "name the content: that of nothing too");
  }
  const bool says_why = answer.status == CORSAC_INVALID && !answer.facts.problems.empty();
  if (!is_document(answer) && !says_why && answer.status != CORSAC_UNREACHABLE) {
    fail_check("read() answered " + store.answer_text(answer) + " where nothing is stored",
               "finish an empty document, answer CORSAC_INVALID with a problem, or "
               "CORSAC_UNREACHABLE when the place is gone");
  }
  std::string seen = is_document(answer) ? "an empty document" : store.answer_text(answer);
  restore.now();
  expect_restored(store, before);
  return seen;
}

}  // namespace corsac::conformance
