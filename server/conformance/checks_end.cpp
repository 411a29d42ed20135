// Checks of reads that end early: by the sink, the deadline, an interrupt. Entry: the check_
// functions. Test: tests/server/store_test_test.py.

#include <set>

#include "conformance/checks.hpp"

namespace corsac::conformance {
namespace {

using std::chrono::milliseconds;

constexpr const char* kInterruptFix =
    "return within a second of interrupt() with CORSAC_CANCELLED, without finish, and begin the "
    "next read() as if nothing had been";

// First, second, middle, and the last before finish: where a plugin looks, and where it may not.
std::set<std::size_t> points_of(const ReadFacts& whole) {
  std::set<std::size_t> points;
  for (const std::size_t point :
       {std::size_t{1}, std::size_t{2}, whole.calls / 2, whole.calls - 1}) {
    if (point >= 1 && point < whole.calls) points.insert(point);
  }
  return points;
}

std::string call_text(std::size_t call) { return "call " + std::to_string(call); }

// A read may be through before it hears of the end; then it is whole.
void expect_whole_or(std::int32_t early, const TestedStore& store, const ReadAnswer& answer,
                     const std::string& when, const char* fix) {
  const bool is_whole = answer.status == CORSAC_OK && answer.facts.finishes == 1;
  const bool is_early = answer.status == early && answer.facts.finishes == 0;
  if (is_whole || is_early) return;
  fail_check("read() answered " + store.answer_text(answer) + " " + when, fix);
}

// Interrupts the read inside of its call `point` of the sink, where the plugin's thread is held.
void interrupt_at(TestedStore& store, std::size_t point) {
  bool has_returned = false;  // written in the read, which is waited for
  ReadPlan plan;
  plan.hook_at = point;
  plan.hook = [&] { has_returned = store.try_interrupt(); };
  store.start_read(plan);
  const ReadAnswer answer = store.end_read(Steady::now() + kDeadline + kReturnLimit,
                                           "an interrupt in " + call_text(point));
  if (!has_returned) {
    fail_check("interrupt() has not returned within a second, during read()",
               "only wake what read() waits for, and wait for nothing", "One thread");
  }
  expect_whole_or(CORSAC_CANCELLED, store, answer, "to an interrupt in " + call_text(point),
                  kInterruptFix);
}

// A read until its deadline, where nothing answers. Not empty: the store found at once that what
// the command made is no document, which is right and no test of a wait (a FIFO instead of a file,
// for a store that takes regular files only).
std::string refusal_while_frozen(TestedStore& store) {
  constexpr milliseconds kShortDeadline{1000};
  const auto begin = Steady::now();
  store.start_read({.deadline = kShortDeadline});
  const bool is_at_once = store.has_returned_by(begin + kShortDeadline / 2);
  const ReadAnswer answer = store.end_read(begin + kShortDeadline + kReturnLimit, "its deadline");
  if (answer.status == CORSAC_UNREACHABLE) return {};
  const bool is_reasoned = answer.status == CORSAC_INVALID && !answer.facts.problems.empty();
  if (is_at_once && is_reasoned) return store.answer_text(answer);
  fail_check("read() answered " + store.answer_text(answer) + " where nothing answers",
             "answer CORSAC_UNREACHABLE: the policy in force stays, and ages");
}

void expect_end_of_wait(TestedStore& store) {
  constexpr milliseconds kUntilItWaits{300};
  store.start_read({});
  const bool has_returned = store.has_returned_by(Steady::now() + kUntilItWaits);
  store.interrupt();
  const ReadAnswer answer =
      store.end_read(Steady::now() + kReturnLimit, "an interrupt while it waited");
  const std::int32_t wanted = has_returned ? CORSAC_UNREACHABLE : CORSAC_CANCELLED;
  if (answer.status == wanted) return;
  fail_check("read() answered " + store.answer_text(answer) + " to an interrupt while it waited",
             kInterruptFix);
}

void expect_thawed(TestedStore& store, const ReadFacts& whole) {
  const auto end = Steady::now() + kNoticeLimit;
  ReadAnswer back = store.read();
  while (back.status != CORSAC_OK && Steady::now() < end) back = store.read();
  if (back.status == CORSAC_OK && back.facts.revision == whole.revision) return;
  fail_check(
      "read() does not find the document again when the place answers: " + store.answer_text(back),
      "connect anew after a time-out");
}

}  // namespace

std::string check_stop(const Context& context) {
  TestedStore store(context);
  store.open();
  const std::set<std::size_t> points = points_of(store.read_document());
  constexpr const char* kFix =
      "look at what each call of the sink answers; at 0 call no more and return CORSAC_CANCELLED";
  for (const std::size_t point : points) {
    store.start_read({.stop_at = point});
    const ReadAnswer answer =
        store.end_read(Steady::now() + kDeadline + kReturnLimit, "the sink said stop");
    if (answer.facts.calls_after_stop != 0) {
      fail_check(std::to_string(answer.facts.calls_after_stop) +
                     " more calls came after the sink said stop in " + call_text(point),
                 kFix);
    }
    if (answer.status != CORSAC_CANCELLED) {
      fail_check("read() answered " + store.answer_text(answer) + " after the sink said stop in " +
                     call_text(point),
                 kFix);
    }
  }
  static_cast<void>(store.read_document());
  return std::to_string(points.size()) + " points";
}

std::string check_deadline(const Context& context) {
  TestedStore store(context);
  store.open();
  for (const milliseconds deadline :
       {milliseconds(-1000), milliseconds(0), milliseconds(1), milliseconds(5), milliseconds(20)}) {
    const ReadAnswer answer = store.read({.deadline = deadline});
    const std::string when =
        "with a deadline " + std::to_string(deadline.count()) + " ms from its begin";
    expect_whole_or(CORSAC_UNREACHABLE, store, answer, when,
                    "answer CORSAC_UNREACHABLE when host.deadline passes, or the whole document");
  }
  static_cast<void>(store.read_document());
  return {};
}

std::string check_interrupt(const Context& context) {
  TestedStore store(context);
  store.open();
  const ReadFacts whole = store.read_document();
  for (const std::size_t point : points_of(whole)) {
    interrupt_at(store, point);
    static_cast<void>(store.read_document());
  }
  // From outside, at any moment of a read.
  constexpr int kMoments = 20;
  const auto begin = Steady::now();
  static_cast<void>(store.read_document());
  const auto step = (Steady::now() - begin) / kMoments;
  for (int moment = 0; moment < kMoments; ++moment) {
    store.start_read({});
    static_cast<void>(store.has_returned_by(Steady::now() + moment * step));
    store.interrupt();
    expect_whole_or(CORSAC_CANCELLED, store,
                    store.end_read(Steady::now() + kReturnLimit, "an interrupt"),
                    "to an interrupt from another thread", kInterruptFix);
  }
  if (store.read_document().revision != whole.revision) {
    fail_check("after an interrupt another revision of the same document is read", kInterruptFix);
  }
  return {};
}

std::string check_idle_interrupt(const Context& context) {
  constexpr int kInterrupts = 100;
  TestedStore store(context);
  store.open();
  // Before the first read, and so many that what they leave behind would fill up.
  for (int count = 0; count < kInterrupts; ++count) store.interrupt();
  for (int round = 0; round < 2; ++round) {
    const ReadAnswer answer = store.read();
    if (answer.status != CORSAC_OK) {
      fail_check(
          "read() answered " + store.answer_text(answer) + " after interrupts without a call",
          "forget at the begin of read() what interrupt() left; host.cancelled says what "
          "counts");
    }
    store.interrupt();
  }
  store.close();
  return {};
}

std::string check_frozen(const Context& context) {
  if (context.subject.freeze_command.empty()) {
    skip_check("give --freeze COMMAND and --thaw COMMAND to run it");
  }
  TestedStore store(context);
  TestedStore other(context);
  store.open();
  const ReadFacts whole = store.read_document();
  UndoneAtEnd thaw(context, CallNote::Undo::Thaw);
  run_command("--freeze", context.subject.freeze_command);

  const std::string refusal = refusal_while_frozen(store);
  if (refusal.empty()) {
    expect_end_of_wait(store);
    const auto begin = Steady::now();
    other.open();
    if (Steady::now() - begin > kReturnLimit) {
      fail_check("open() waits for the place",
                 "let read() wait: it hears interrupts and deadlines");
    }
    other.close();
  }
  thaw.now();
  expect_thawed(store, whole);
  store.close();
  if (!refusal.empty()) {
    skip_check("read() answered " + refusal +
               " at once: --freeze stops nothing that this store waits for");
  }
  return {};
}

}  // namespace corsac::conformance
