// Checks of corsac.store.records/1. Entry: the check_ functions. Spec:
// lib/abi/corsac_store_records.h. Test: tests/server/store_test_test.py.

#include <algorithm>
#include <memory>

#include <corsac/policy/policy.hpp>
#include <corsac/policy/reader.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/policy/writer.hpp>

#include "conformance/checks.hpp"

namespace corsac::conformance {
namespace {

constexpr const char* kId = "corsac-store-test";
constexpr const char* kOtherId = "corsac-store-test-2";

// What the store keeps for others; it stays.
void remove_record(Policy& policy, const std::string& id) {
  std::erase_if(policy.trusted_origins, [&](const TrustedOrigin& kept) { return kept.id == id; });
}

bool has_record(const Policy& policy, const std::string& id) {
  return std::any_of(policy.trusted_origins.begin(), policy.trusted_origins.end(),
                     [&](const TrustedOrigin& kept) { return kept.id == id; });
}

std::string record_json(const std::string& id) {
  return R"({"id": ")" + id + R"(", "name": ")" + id + R"(", "origin": "https://)" + id +
         R"(.example", "status": "INACTIVE", "scopes": [{"type": "CORS"}]})";
}

std::string in_form_of_store(const Context& context, const Policy& policy) {
  switch (records_table(context)->form) {
    case CORSAC_RECORDS_JSON:
      return policy_to_json(policy);
    case CORSAC_RECORDS_TOML:
      return policy_to_toml(policy);
    default:
      return {};
  }
}

// Puts a record that grants nothing beside `others`, or takes it away.
RecordPut put_of(const Context& context, Policy others, const std::string& id) {
  TrustedOrigin record;
  record.id = record.name = id;
  record.origin = "https://" + id + ".example";
  record.status = TrustedOrigin::Status::Inactive;
  record.scopes = {{TrustedOrigin::ScopeType::Cors}};
  remove_record(others, id);
  others.trusted_origins.push_back(std::move(record));
  return {id, record_json(id), in_form_of_store(context, others)};
}

RecordPut removal_of(const Context& context, Policy others, const std::string& id) {
  remove_record(others, id);
  return {id, {}, in_form_of_store(context, others)};
}

// Skips where nothing may be written.
void expect_records(const Context& context) {
  if (!context.subject.may_write) {
    skip_check("give --writable to run it: it puts a record, and takes it away again");
  }
  if (records_table(context) == nullptr) {
    skip_check("the plugin has no " CORSAC_STORE_RECORDS_NAME);
  }
}

// The document of one of the two reads, as the core takes it.
Policy expect_policy(TestedStore& store, bool is_of_records) {
  const char* const name = is_of_records ? "read_records()" : "read()";
  const auto reader = std::make_shared<PolicyReader>();
  const ReadAnswer answer = store.read({.is_of_records = is_of_records, .reader = reader});
  Policy policy = reader->take_policy();
  const Report report(reader->take_problems(), policy.sources);
  if (answer.status == CORSAC_OK && reader->is_finished() && !report.has_errors()) return policy;
  const std::string text = report.text();
  fail_check(
      std::string(name) + " hands over what the core does not take: " + store.answer_text(answer) +
          ", " + text.substr(0, text.find('\n')),
      "hand over a document with version and trusted_origins, and each record as it was put");
}

struct Kept {
  Policy policy = {};
  std::string revision = {};
};

// What read_records() gives.
Kept expect_kept(TestedStore& store, const Context& context) {
  const ReadAnswer answer = store.read({.is_of_records = true});
  if (answer.status == CORSAC_READ_ONLY) {
    skip_check("read_records() answered " + store.answer_text(answer) +
               ": give --settings with which the store keeps records");
  }
  const ReadFacts& facts = answer.facts;
  if (answer.status != CORSAC_OK || facts.finishes != 1 || facts.revision.empty()) {
    fail_check("read_records() gave no records: " + store.answer_text(answer),
               "answer CORSAC_OK after one finish(revision), also where none is kept");
  }
  for (const std::string& fault : {facts.nesting_fault, facts.text_fault, facts.thread_fault}) {
    if (!fault.empty()) {
      fail_check("in read_records(): " + context.secrets.shown(fault),
                 "hand the records over as read() does a document");
    }
  }
  Kept kept = {expect_policy(store, true), facts.revision};
  Policy rest = kept.policy;
  rest.trusted_origins.clear();
  rest.version = Policy{}.version;
  if (policy_to_json(rest) != policy_to_json(Policy{})) {
    fail_check("read_records() hands over more than version and trusted_origins",
               "leave the document itself to read()");
  }
  return kept;
}

void take_away(TestedStore& store, const Context& context) {
  for (const char* id : {kId, kOtherId}) {
    const Kept kept = expect_kept(store, context);
    if (!has_record(kept.policy, id)) continue;
    const PutAnswer answer = store.put_records(removal_of(context, kept.policy, id), kept.revision);
    if (answer.status == CORSAC_OK) continue;
    fail_check("put_records() that takes a record away answered " + store.answer_text(answer),
               "take the record away whose change is empty");
  }
}

// Leaves the store as it was when a check fails.
class TakenAwayAtEnd {
 public:
  TakenAwayAtEnd(const Context& context, TestedStore& store) : context_(context), store_(store) {}
  ~TakenAwayAtEnd() {
    try {
      take_away(store_, context_);
    } catch (const CheckEnd&) {
      // The check has failed, and says why.
    }
  }
  TakenAwayAtEnd(const TakenAwayAtEnd&) = delete;
  TakenAwayAtEnd& operator=(const TakenAwayAtEnd&) = delete;

 private:
  const Context& context_;
  TestedStore& store_;
};

std::string put_text(const TestedStore& store, const PutAnswer& answer) {
  return store.answer_text(answer) + ", on_revision was called " +
         std::to_string(answer.revisions.size()) + " times";
}

// A store whose credentials cannot write says so by right, and then nothing of it can be tested.
void skip_where_read_only(const TestedStore& store, const PutAnswer& answer) {
  if (answer.status != CORSAC_READ_ONLY || !answer.revisions.empty()) return;
  skip_check("put_records() answered " + store.answer_text(answer) +
             ": give --settings of a user that may write");
}

// Puts the record of the test; the new revision.
std::string expect_put(TestedStore& store, const Context& context, const Kept& before) {
  const PutAnswer answer = store.put_records(put_of(context, before.policy, kId), before.revision);
  skip_where_read_only(store, answer);
  if (answer.status != CORSAC_OK || answer.revisions.size() != 1) {
    fail_check("put_records() answered " + put_text(store, answer) + " to the right revision",
               "answer CORSAC_OK, and call on_revision once, with the new revision");
  }
  return answer.revisions.front();
}

// What read() gives has the record of the test, and tells it from the document's own.
void expect_handed_over(const Policy& policy) {
  const auto& records = policy.trusted_origins;
  const auto found = std::find_if(records.begin(), records.end(),
                                  [](const TrustedOrigin& record) { return record.id == kId; });
  if (found == records.end()) {
    fail_check("read() does not show the record that was put",
               "hand the kept records over behind the document's own, in the same list");
  }
  if (found->place.source == 0) {
    fail_check("in read() the record that was put lies in the first source, as the document does",
               "call sink.source with another name before the kept records, and with the "
               "document's behind them");
  }
}

}  // namespace

std::string check_records(const Context& context) {
  expect_records(context);
  TestedStore store(context);
  store.open();
  const TakenAwayAtEnd taken_away(context, store);
  const Kept before = expect_kept(store, context);
  const ReadFacts document = store.read_document();
  const std::string told = expect_put(store, context, before);
  const Kept after = expect_kept(store, context);
  if (after.revision != told || told == before.revision) {
    fail_check(
        "after put_records() read_records() gives another revision than the one that was "
        "told, or the one from before",
        "tell the revision that read_records() gives to finish from now on");
  }
  Policy others = before.policy;
  remove_record(others, kId);
  if (!has_record(after.policy, kId) ||
      after.policy.trusted_origins.size() != others.trusted_origins.size() + 1) {
    fail_check("read_records() does not show the record that was put, or not all others",
               "keep every record until it is taken away");
  }
  expect_handed_over(expect_policy(store, false));
  if (store.read_document().revision == document.revision) {
    fail_check("read() gives the revision from before put_records()",
               "make the revision one of the document and its records");
  }
  take_away(store, context);
  if (has_record(expect_policy(store, false), kId) ||
      has_record(expect_kept(store, context).policy, kId)) {
    fail_check("the record that was taken away is still shown",
               "take the record away whose change is empty");
  }
  return std::to_string(others.trusted_origins.size()) + " others";
}

std::string check_records_conflict(const Context& context) {
  expect_records(context);
  TestedStore store(context);
  store.open();
  const TakenAwayAtEnd taken_away(context, store);
  take_away(store, context);  // what a test that was ended has left
  const Kept before = expect_kept(store, context);
  const std::string told = expect_put(store, context, before);
  for (const std::string& wrong : {before.revision, std::string("corsac-store-test")}) {
    const PutAnswer answer = store.put_records(removal_of(context, before.policy, kId), wrong);
    if (answer.status != CORSAC_CONFLICT || !answer.revisions.empty()) {
      fail_check("put_records() answered " + put_text(store, answer) + " to a wrong revision",
                 "answer CORSAC_CONFLICT, and do not call on_revision");
    }
    const Kept after = expect_kept(store, context);
    if (after.revision != told || !has_record(after.policy, kId)) {
      fail_check("put_records() answered CORSAC_CONFLICT and wrote",
                 "compare and write in one step of the place");
    }
  }
  return {};
}

std::string check_records_race(const Context& context) {
  constexpr int kRounds = 20;
  expect_records(context);
  TestedStore first(context);
  TestedStore second(context);
  first.open();
  second.open();
  const TakenAwayAtEnd taken_away(context, first);
  Kept kept = expect_kept(first, context);
  for (int round = 0; round < kRounds; ++round) {
    const std::string before = kept.revision;
    const bool is_there = has_record(kept.policy, kId);
    first.start_put_records(
        is_there ? removal_of(context, kept.policy, kId) : put_of(context, kept.policy, kId),
        before);
    second.start_put_records(has_record(kept.policy, kOtherId)
                                 ? removal_of(context, kept.policy, kOtherId)
                                 : put_of(context, kept.policy, kOtherId),
                             before);
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
    kept = expect_kept(first, context);
    const PutAnswer& won = answers[has_first_won ? 0 : 1];
    if (won.revisions.size() != 1 || won.revisions.front() != kept.revision ||
        has_first_won == (has_record(kept.policy, kId) == is_there)) {
      fail_check("after two writers at once the store does not hold what the winner put",
                 "compare and write in one step of the place");
    }
  }
  return std::to_string(kRounds) + " times";
}

}  // namespace corsac::conformance
