// Checks of corsac.store.changes/1. Entry: the check_ functions. Spec:
// lib/abi/corsac_store_changes.h. Test: tests/server/store_test_test.py.

#include <algorithm>
#include <memory>
#include <set>

#include <corsac/policy/policy.hpp>
#include <corsac/policy/reader.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/policy/writer.hpp>

#include "conformance/checks.hpp"

namespace corsac::conformance {
namespace {

// No policy has them: names below "invalid" cannot be looked up (RFC 6761, 6.4).
std::string origin_of(int number) {
  return "https://" + std::to_string(number) + ".corsac-store-test.invalid";
}
constexpr int kOrigins = 3;

// Skips where nothing may be written.
void expect_changes(const Context& context) {
  if (!context.subject.may_write) {
    skip_check("give --writable to run it: it adds origins, and takes them away again");
  }
  const corsac_store_changes_v1* table = changes_table(context);
  if (table == nullptr) skip_check("the plugin has no " CORSAC_STORE_CHANGES_NAME);
  if (table->change_origins == nullptr) skip_check("the plugin has no change_origins");
}

// A document as the core takes it: the origins, and the rest as JSON.
struct Taken {
  std::set<std::string> origins = {};
  std::string rest = {};
  std::string revision = {};
  bool is_beside = true;  // the origins of the test lie in another source than the first
};

Taken read_all(TestedStore& store) {
  const auto reader = std::make_shared<PolicyReader>();
  const ReadAnswer answer = store.read({.reader = reader});
  Policy policy = reader->take_policy();
  const Report report(reader->take_problems(), policy.sources);
  if (answer.status != CORSAC_OK || !reader->is_finished() || report.has_errors()) {
    const std::string text = report.text();
    fail_check("read() hands over what the core does not take: " + store.answer_text(answer) +
                   ", " + text.substr(0, text.find('\n')),
               "hand the origins over as elements of cors.allowed_origins");
  }
  Taken taken;
  const Names& origins = policy.cors.allowed_origins;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const std::string origin(origins.values()[i]);
    const bool is_of_test = origin.find(".corsac-store-test.invalid") != std::string::npos;
    if (is_of_test && origins.place(i).source == 0) taken.is_beside = false;
    taken.origins.insert(origin);
  }
  taken.revision = policy.revision;
  policy.cors.allowed_origins = Names::none();
  taken.rest = policy_to_json(policy);
  return taken;
}

std::string put_text(const TestedStore& store, const PutAnswer& answer) {
  return store.answer_text(answer) + ", on_revision was called " +
         std::to_string(answer.revisions.size()) + " times";
}

// A store whose credentials cannot write says so by right, and then nothing of it can be tested.
void skip_where_read_only(const TestedStore& store, const PutAnswer& answer) {
  if (answer.status != CORSAC_READ_ONLY || !answer.revisions.empty()) return;
  skip_check("change_origins() answered " + store.answer_text(answer) +
             ": give --settings of a user that may write");
}

// The revision that was told.
std::string expect_changed(TestedStore& store, const std::vector<std::string>& changes,
                           const std::string& expected) {
  const PutAnswer answer = store.change_origins(changes, expected);
  skip_where_read_only(store, answer);
  if (answer.status != CORSAC_OK || answer.revisions.size() != 1) {
    fail_check("change_origins() answered " + put_text(store, answer) + " to the right revision",
               "answer CORSAC_OK, and call on_revision once, with the new revision");
  }
  return answer.revisions.front();
}

// Leaves the store as it was when a check ends.
class TakenAwayAtEnd {
 public:
  explicit TakenAwayAtEnd(TestedStore& store) : store_(store) {}
  ~TakenAwayAtEnd() {
    try {
      std::vector<std::string> changes;
      changes.reserve(kOrigins);
      for (int i = 0; i < kOrigins; ++i) changes.push_back("-" + origin_of(i));
      static_cast<void>(store_.change_origins(changes, {}));
    } catch (const CheckEnd&) {
      // The check has failed, and says why.
    }
  }
  TakenAwayAtEnd(const TakenAwayAtEnd&) = delete;
  TakenAwayAtEnd& operator=(const TakenAwayAtEnd&) = delete;

 private:
  TestedStore& store_;
};

// What read_changes() may answer, whatever it is: told whole, or nothing that counts.
void expect_contract(const TestedStore& store, const Context& context,
                     const ChangesAnswer& answer) {
  if (!answer.facts.fault.empty()) {
    fail_check("in read_changes(): " + context.secrets.shown(answer.facts.fault),
               "call source, then origin for each change, then finish, and nothing after it");
  }
  const bool is_told = answer.status == CORSAC_OK && answer.facts.finishes == 1;
  if (is_told || answer.status == CORSAC_CONFLICT) return;
  fail_check("read_changes() answered " + store.answer_text(answer),
             "answer CORSAC_OK after one finish(revision), or CORSAC_CONFLICT");
}

// Brings `taken` to where the store is, by its changes; false when it told none.
bool follow(TestedStore& store, const Context& context, Taken& taken) {
  const ChangesAnswer answer = store.read_changes(taken.revision);
  expect_contract(store, context, answer);
  if (answer.status == CORSAC_CONFLICT) return false;
  for (const std::string& change : answer.facts.changes) {
    if (change.front() == '+') {
      taken.origins.insert(change.substr(1));
    } else {
      taken.origins.erase(change.substr(1));
    }
  }
  taken.revision = answer.facts.revision;
  return true;
}

// After a change: what was followed is what is read.
void expect_same(const Taken& followed, const Taken& read) {
  if (followed.origins != read.origins || followed.rest != read.rest) {
    fail_check(
        "with the changes that read_changes() told the document is another than the one "
        "that read() gives",
        "tell every change since that revision, or answer CORSAC_CONFLICT");
  }
  if (followed.revision != read.revision) {
    fail_check("read_changes() ended with another revision than a read() behind it",
               "give finish the revision that read() gives");
  }
}

void expect_read_as_changed(const Taken& read, const std::string& told,
                            const std::vector<std::string>& changes) {
  if (read.revision != told) {
    fail_check("a read after change_origins() gives another revision than the one that was told",
               "tell the revision that a read gives to finish from now on");
  }
  for (const std::string& change : changes) {
    if ((read.origins.count(change.substr(1)) != 0) == (change.front() == '+')) continue;
    fail_check("read() does not show what change_origins() was told to change",
               "make every change before CORSAC_OK is answered");
  }
  if (!read.is_beside) {
    fail_check("in read() the origin that was added lies in the first source, as the document does",
               "call sink.source with another name before such origins, and with the document's "
               "behind them");
  }
}

// A change that is one: without it the revision may stay.
std::string other_way(const Taken& taken, int number) {
  return (taken.origins.count(origin_of(number)) == 0 ? "+" : "-") + origin_of(number);
}

}  // namespace

std::string check_changes(const Context& context) {
  expect_changes(context);
  TestedStore store(context);
  store.open();
  const TakenAwayAtEnd taken_away(store);
  Taken taken = read_all(store);
  const std::set<std::string> before = taken.origins;
  const std::vector<std::vector<std::string>> steps = {
      {"+" + origin_of(0)},
      {"+" + origin_of(1)},
      {"+" + origin_of(1)},  // stands there already
      {"-" + origin_of(0), "+" + origin_of(2)},
      {"-" + origin_of(1), "-" + origin_of(2)},
      {"-" + origin_of(2)},  // is not there
  };
  int told = 0;
  for (const std::vector<std::string>& changes : steps) {
    const std::string revision = expect_changed(store, changes, taken.revision);
    const bool is_told = follow(store, context, taken);
    Taken read = read_all(store);
    expect_read_as_changed(read, revision, changes);
    if (is_told) expect_same(taken, read);
    told += is_told ? 1 : 0;
    taken = std::move(read);
  }
  if (taken.origins != before) {
    fail_check("origins that were added and taken away are still there, or others are gone",
               "take away what a change says goes, and nothing else");
  }
  if (told == 0) {
    fail_check("read_changes() answered CORSAC_CONFLICT to each change that change_origins() made",
               "tell what change_origins() did, or leave the extension out");
  }
  return std::to_string(told) + " of " + std::to_string(steps.size()) + " changes were told";
}

std::string check_changes_conflict(const Context& context) {
  expect_changes(context);
  TestedStore store(context);
  store.open();
  const TakenAwayAtEnd taken_away(store);
  const Taken before = read_all(store);
  const ChangesAnswer unknown = store.read_changes("corsac-store-test");
  expect_contract(store, context, unknown);
  if (unknown.status != CORSAC_CONFLICT) {
    fail_check("read_changes() answered " + store.answer_text(unknown) +
                   " to a revision that the store was never in",
               "answer CORSAC_CONFLICT to what you do not know");
  }
  const std::string newer = expect_changed(store, {"+" + origin_of(0)}, before.revision);
  for (const std::string& wrong : {before.revision, std::string("corsac-store-test")}) {
    const PutAnswer answer = store.change_origins({"-" + origin_of(0)}, wrong);
    if (answer.status != CORSAC_CONFLICT || answer.revisions.size() != 1 ||
        answer.revisions.front() != newer) {
      fail_check("change_origins() answered " + put_text(store, answer) + " to a wrong revision",
                 "answer CORSAC_CONFLICT and call on_revision once, with the revision that the "
                 "store is in");
    }
    const Taken after = read_all(store);
    if (after.revision != newer || after.origins.count(origin_of(0)) == 0) {
      fail_check("change_origins() answered CORSAC_CONFLICT and wrote",
                 "compare and write in one step of the place");
    }
  }
  const ChangesAnswer stopped = store.read_changes(before.revision, 1);
  if (!stopped.facts.fault.empty() ||
      (stopped.status != CORSAC_CANCELLED && stopped.status != CORSAC_CONFLICT)) {
    fail_check("read_changes() answered " + store.answer_text(stopped) +
                   " after the sink said stop" +
                   (stopped.facts.fault.empty() ? "" : ": " + stopped.facts.fault),
               "look at what each call of the sink answers; at 0 call no more and return "
               "CORSAC_CANCELLED");
  }
  return {};
}

std::string check_changes_race(const Context& context) {
  constexpr int kRounds = 20;
  expect_changes(context);
  TestedStore first(context);
  TestedStore second(context);
  first.open();
  second.open();
  const TakenAwayAtEnd taken_away(first);
  Taken taken = read_all(first);
  for (int round = 0; round < kRounds; ++round) {
    first.start_change_origins({other_way(taken, 0)}, taken.revision);
    second.start_change_origins({other_way(taken, 1)}, taken.revision);
    const PutAnswer answers[] = {first.end_put(), second.end_put()};
    if (answers[1].status == CORSAC_READ_ONLY) skip_where_read_only(first, answers[0]);
    const bool has_first_won = answers[0].status == CORSAC_OK;
    const PutAnswer& won = answers[has_first_won ? 0 : 1];
    const PutAnswer& lost = answers[has_first_won ? 1 : 0];
    if (won.status != CORSAC_OK || lost.status != CORSAC_CONFLICT) {
      fail_check("of two writers at once the answers are " + put_text(first, answers[0]) +
                     ", and " + put_text(second, answers[1]),
                 "compare and write in one step of the place: one gets CORSAC_OK, the other "
                 "CORSAC_CONFLICT");
    }
    const bool is_told = follow(first, context, taken);
    const Taken read = read_all(first);
    if (won.revisions.size() != 1 || won.revisions.front() != read.revision) {
      fail_check("after two writers at once the store is not in the revision of the winner",
                 "compare and write in one step of the place");
    }
    if (is_told) expect_same(taken, read);
    taken = read;
  }
  return std::to_string(kRounds) + " times";
}

}  // namespace corsac::conformance
