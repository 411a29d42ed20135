// Checks of corsac.store.write/1. Entry: the check_ functions. Spec: lib/abi/corsac_store_write.h.
// Test: tests/server/store_test_test.py.

#include "conformance/checks.hpp"

namespace corsac::conformance {
namespace {

// A document that differs for each number.
std::string document_text(int number) {
  return R"({"version": 1, "cors": {"allowed_origins": ["https://)" + std::to_string(number) +
         R"(.store-test.example"]}})";
}

// Skips where nothing may be written.
void expect_writable(const Context& context) {
  if (!context.subject.may_write) {
    skip_check("give --writable to run it, on a store whose document may be replaced");
  }
  if (write_table(context) != nullptr) return;
  if (records_table(context) != nullptr || changes_table(context) != nullptr) {
    skip_check("the plugin has no " CORSAC_STORE_WRITE_NAME);
  }
  fail_check("the plugin has no " CORSAC_STORE_WRITE_NAME " and no " CORSAC_STORE_RECORDS_NAME,
             "add put_document (corsac_store_write.hpp) or put_records "
             "(corsac_store_records.hpp), or leave out --writable");
}

std::string put_text(const TestedStore& store, const PutAnswer& answer) {
  return store.answer_text(answer) + ", on_revision was called " +
         std::to_string(answer.revisions.size()) + " times";
}

// A store whose credentials cannot write says so by right, and then nothing of it can be tested.
void skip_where_read_only(const TestedStore& store, const PutAnswer& answer) {
  if (answer.status != CORSAC_READ_ONLY || !answer.revisions.empty()) return;
  skip_check("put_document() answered " + store.answer_text(answer) +
             ": give --settings of a user that may write");
}

// The revision that was told with a status that must tell one.
std::string expect_put(const TestedStore& store, const PutAnswer& answer, std::int32_t status,
                       const std::string& when) {
  if (answer.status != status || answer.revisions.size() != 1) {
    fail_check("put_document() answered " + put_text(store, answer) + " " + when,
               "answer " + status_text(status) +
                   " and call on_revision once, with the revision that the store is in now");
  }
  return answer.revisions.front();
}

// The first write of a check: the revision that was told with it.
std::string expect_first_put(TestedStore& store, int number, const std::string& expected) {
  const PutAnswer answer = store.put(document_text(number), expected);
  skip_where_read_only(store, answer);
  return expect_put(store, answer, CORSAC_OK, "to the right revision");
}

}  // namespace

std::string check_write(const Context& context) {
  expect_writable(context);
  TestedStore store(context);
  store.open();
  const ReadFacts before = store.read_document();
  const std::string first = expect_first_put(store, 1, before.revision);
  const ReadFacts after = store.read_document();
  if (after.revision != first) {
    fail_check("a read after put_document() gives another revision than the one that was told",
               "tell the revision that a read of the new document gives to finish");
  }
  const std::string second = expect_put(store, store.put(document_text(2), {}), CORSAC_OK,
                                        "where any revision was expected");
  const ReadFacts last = store.read_document();
  if (second == first || last.revision != second || last.content == after.content) {
    fail_check("a second document does not replace the first, or has its revision",
               "give each document a revision of its own");
  }
  return {};
}

std::string check_write_conflict(const Context& context) {
  expect_writable(context);
  TestedStore store(context);
  store.open();
  const ReadFacts before = store.read_document();
  const std::string newer = expect_first_put(store, 3, before.revision);
  const ReadFacts written = store.read_document();
  for (const std::string& wrong : {before.revision, std::string("corsac-store-test")}) {
    const std::string told = expect_put(store, store.put(document_text(4), wrong), CORSAC_CONFLICT,
                                        "to a wrong revision");
    if (told != newer) {
      fail_check("a conflict told another revision than that of the store",
                 "call on_revision with the revision that the store is in");
    }
    const ReadFacts after = store.read_document();
    if (after.revision != newer || after.content != written.content) {
      fail_check("put_document() answered CORSAC_CONFLICT and wrote",
                 "compare and write in one step of the place");
    }
  }
  return {};
}

std::string check_write_race(const Context& context) {
  constexpr int kRounds = 20;
  expect_writable(context);
  TestedStore first(context);
  TestedStore second(context);
  first.open();
  second.open();
  std::string revision = first.read_document().revision;
  for (int round = 0; round < kRounds; ++round) {
    const std::string before = revision;
    first.start_put(document_text(100 + round), before);
    second.start_put(document_text(200 + round), before);
    const PutAnswer answers[] = {first.end_put(), second.end_put()};
    if (answers[1].status == CORSAC_READ_ONLY) skip_where_read_only(first, answers[0]);
    const bool has_first_won = answers[0].status == CORSAC_OK;
    const bool has_second_won = answers[1].status == CORSAC_OK;
    const bool is_one_refused = answers[has_first_won ? 1 : 0].status == CORSAC_CONFLICT;
    if (has_first_won == has_second_won || !is_one_refused) {
      fail_check("of two writers at once the answers are " + put_text(first, answers[0]) +
                     ", and " + put_text(second, answers[1]),
                 "compare and write in one step of the place: one gets CORSAC_OK, the other "
                 "CORSAC_CONFLICT");
    }
    revision = first.read_document().revision;
    const PutAnswer& won = answers[has_first_won ? 0 : 1];
    if (won.revisions.size() != 1 || won.revisions.front() != revision) {
      fail_check("after two writers at once the store is not in the revision of the winner",
                 "compare and write in one step of the place");
    }
  }
  return std::to_string(kRounds) + " times";
}

}  // namespace corsac::conformance
