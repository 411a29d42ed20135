#include "corsac/runtime/gate.hpp"
#include "corsac/policy/snapshot.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "support/allocation_counter.hpp"
#include "support/eventually.hpp"
#include "support/fake_clock.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using test::eventually;
using test::FakeClock;
using test::Request;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kApp = "https://app.example.com";
constexpr const char* kEvil = "https://evil.example";

Policy a_policy() {
  Policy policy;
  policy.cors.allowed_origins = {kApp};
  policy.cors.debug = true;
  return policy;
}

std::shared_ptr<Gate> a_gate(Policy policy = a_policy(), GateOptions options = {}) {
  auto gate = make_gate(std::move(policy), std::move(options));
  EXPECT_TRUE(gate.has_value()) << (gate ? "" : gate.error().text());
  return gate ? *gate : nullptr;
}

// "pass", "grant", "preflight", "refuse 403 origin_not_allowed", "mark origin_not_allowed".
std::string text_of(const Decision& decision) {
  const std::string reason(reason_info(decision.reason).code);
  switch (decision.outcome) {
    case Outcome::Pass:
      if (decision.reason != Reason::None) return "mark " + reason;
      return decision.has_grant() ? "grant" : "pass";
    case Outcome::Answer:
      return decision.has_grant() ? "preflight" : "answer";
    case Outcome::Refuse:
      return "refuse " + std::to_string(decision.status) + " " + reason;
  }
  return "";
}

Request::Lines lines_of(const std::string& origin) {
  Request::Lines lines = {{"Host", "api.example.com"}};
  if (!origin.empty()) lines.emplace_back("Origin", origin);
  return lines;
}

// What the gate decides about a GET from `origin` (empty = none).
std::string decide(Gate& gate, const std::string& origin) {
  Request request("GET", "/", lines_of(origin));
  GateDecision result;
  gate.decide(request.view(), result);
  return text_of(result.decision);
}

TEST(Gate, DecidesCountsAndRecords) {
  const auto gate = a_gate();
  EXPECT_EQ(decide(*gate, kApp), "grant");
  EXPECT_EQ(decide(*gate, kEvil), "refuse 403 origin_not_allowed");
  EXPECT_EQ(decide(*gate, ""), "pass");
  Request preflight(
      "OPTIONS", "/",
      {{"Host", "api.example.com"}, {"Origin", kApp}, {"Access-Control-Request-Method", "GET"}});
  GateDecision result;
  gate->decide(preflight.view(), result);
  EXPECT_EQ(text_of(result.decision), "preflight");
  EXPECT_EQ(result.snapshot, gate->snapshot());

  const Counters::Totals totals = gate->counters().totals();
  EXPECT_EQ(totals.passed, 1U);
  EXPECT_EQ(totals.granted, 1U);
  EXPECT_EQ(totals.preflights, 1U);
  EXPECT_EQ(totals.refused, 1U);
  const EventLog::Page events = gate->events().find({});
  ASSERT_EQ(events.total, 1U);
  EXPECT_EQ(events.events[0].origin, kEvil);
}

// Under the name of its rule, whoever asks.
TEST(Gate, CountsByRule) {
  const auto gate = a_gate();
  const auto granted = [&gate](std::string_view rule) {
    const auto rules = gate->counters().by_rule();
    const auto found = rules.find({.name = std::string(rule)});
    return found == rules.end() ? 0 : found->second.granted + found->second.passed;
  };
  EXPECT_EQ(decide(*gate, kApp), "grant");
  EXPECT_EQ(granted("cors"), 1U);
  Request upgrade("GET", "/", lines_of(kApp));
  EXPECT_TRUE(gate->may_upgrade(upgrade.view()));
  EXPECT_EQ(granted("cors"), 2U);
  ASSERT_TRUE(gate->replace_policy(a_policy()).has_value());
  EXPECT_EQ(decide(*gate, kApp), "grant");
  EXPECT_EQ(granted("cors"), 3U);
  EXPECT_EQ(granted(kOtherRules), 0U);
}

// What is counted comes into force behind the policy, and not at all where memory ends there.
TEST(Gate, DecidesByThePolicyInForceWhateverMemoryThereWasFor) {
  Policy narrower = a_policy();
  narrower.cors.allowed_origins = {"https://other.example"};
  int replaced = 0;
  for (std::size_t count = 0;; ++count) {
    const auto gate = a_gate();
    EXPECT_EQ(decide(*gate, kApp), "grant");
    const SnapshotPtr before = gate->snapshot();
    testing::fail_one_allocation_after(count);
    static_cast<void>(gate->replace_policy(narrower));
    const bool is_over = testing::forget_failing_allocation();
    const bool is_replaced = gate->snapshot() != before;
    replaced += is_replaced ? 1 : 0;
    EXPECT_EQ(decide(*gate, kApp), is_replaced ? "refuse 403 origin_not_allowed" : "grant")
        << count;
    EXPECT_EQ(gate->counters().totals().granted, is_replaced ? 1U : 2U) << count;
    EXPECT_EQ(gate->counters().totals().refused, is_replaced ? 1U : 0U) << count;
    if (is_over) break;
  }
  EXPECT_GT(replaced, 1) << "some failed behind the policy";
}

// Who has seen a policy in force gets no decision by one before it.
TEST(Gate, NeverDecidesByAPolicyOfBefore) {
  const auto gate = a_gate();
  std::vector<SnapshotPtr> published = {gate->snapshot()};  // kept, so that each has its address
  std::atomic<bool> is_over{false};
  std::vector<std::vector<std::pair<const Snapshot*, SnapshotPtr>>> differed(3);
  std::vector<std::thread> threads;
  for (auto& pairs : differed) {
    threads.emplace_back([&gate, &is_over, &pairs] {
      Request request("GET", "/", lines_of(kApp));
      while (!is_over) {
        const SnapshotPtr seen = gate->snapshot();
        GateDecision result;
        gate->decide(request.view(), result);
        if (result.snapshot != seen) pairs.emplace_back(seen.get(), result.snapshot);
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    EXPECT_TRUE(gate->replace_policy(a_policy()).has_value());
    published.push_back(gate->snapshot());
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  const auto number = [&published](const Snapshot* snapshot) {
    return std::find_if(published.begin(), published.end(),
                        [snapshot](const SnapshotPtr& one) { return one.get() == snapshot; }) -
           published.begin();
  };
  for (const auto& pairs : differed) {
    for (const auto& [seen, decided] : pairs) EXPECT_LT(number(seen), number(decided.get()));
  }
}

TEST(Gate, ClearsWhatAnEarlierDecisionLeft) {
  const auto gate = a_gate();
  Request allowed("GET", "/", lines_of(kApp));
  Request refused("GET", "/", lines_of(kEvil));
  GateDecision result;
  gate->decide(allowed.view(), result);
  gate->decide(refused.view(), result);
  EXPECT_EQ(text_of(result.decision), "refuse 403 origin_not_allowed");
  EXPECT_FALSE(result.decision.has_grant());
  refused.view().is_allowed_by_application = true;  // only a predicate may say so
  gate->decide(refused.view(), result);
  EXPECT_EQ(text_of(result.decision), "refuse 403 origin_not_allowed");
}

TEST(Gate, RecordsEventsOnlyWithDebugButCountsAlways) {
  Policy policy = a_policy();
  policy.cors.debug = {};
  const auto gate = a_gate(policy);
  EXPECT_EQ(decide(*gate, kEvil), "refuse 403 origin_not_allowed");
  EXPECT_EQ(gate->events().find({}).total, 0U);
  EXPECT_EQ(gate->counters().totals().refused, 1U);
}

TEST(Gate, KnowsItsOwnOrigin) {
  GateOptions options;
  options.public_origins = {"https://api.example.com"};
  const auto gate = a_gate(a_policy(), options);
  EXPECT_EQ(decide(*gate, "https://api.example.com"), "pass");
  EXPECT_EQ(gate->own_origin().public_origins(), options.public_origins);
  Request request("GET", "/", lines_of(kApp));
  GateDecision result;
  gate->decide(request.view(), result);
  EXPECT_EQ(request.view().own, &gate->own_origin());
}

// The warning is about requests that Host alone proves to be own; with public origins none is.
TEST(Gate, TellsCompilingWhatItKnowsOfItsOwnOrigins) {
  const auto by_host = a_gate();
  EXPECT_THAT(by_host->warnings().text(), HasSubstr("own-origin-by-host"));
  const auto by_name = a_gate(a_policy(), {.public_origins = {"https://api.example.com"}});
  EXPECT_THAT(by_name->warnings().text(), Not(HasSubstr("own-origin-by-host")));
}

TEST(Gate, IsNotMadeFromWrongPolicyOrOptions) {
  Policy policy = a_policy();
  policy.cors.allowed_origins = {"https://app.example.com/"};
  GateOptions options;
  options.public_origins = {"api.example.com"};
  options.trusted_proxies = {"everybody"};
  options.records = StoreConfig{};
  const auto gate = make_gate(policy, options);
  ASSERT_FALSE(gate.has_value());
  const std::string text = gate.error().text();
  EXPECT_THAT(text, HasSubstr("origin-trailing-slash"));
  EXPECT_THAT(text, HasSubstr("option-public-origin"));
  EXPECT_THAT(text, HasSubstr("option-trusted-proxy"));
  EXPECT_THAT(text, HasSubstr("option-records"));

  options.trusted_proxies = {};
  options.records = {};
  EXPECT_FALSE(make_gate(a_policy(), options).has_value()) << "options alone are enough";
}

enum class Says { Nothing, Yes, No, Throws };

Predicate a_predicate(Says says, std::string_view looked_at, int& asked) {
  if (says == Says::Nothing) return {};
  return [says, looked_at, &asked](const RequestView&) -> PredicateAnswer {
    ++asked;
    if (says == Says::Throws) throw std::runtime_error("thrown by the application");
    return {says == Says::Yes, looked_at};
  };
}

struct PredicateRow {
  const char* desc;
  Says applies_to;
  Says allow_request;
  const char* method;
  const char* origin;
  const char* decided;
  const char* vary_of_applies;
  const char* vary_of_allow;
  int asked_applies;
  int asked_allow;
  std::uint64_t failures;
};

void expect_row(const PredicateRow& row) {
  int asked_applies = 0;
  int asked_allow = 0;
  GateOptions options;
  options.applies_to = a_predicate(row.applies_to, "X-Tenant", asked_applies);
  options.allow_request = a_predicate(row.allow_request, "X-Partner", asked_allow);
  const auto gate = a_gate(a_policy(), options);
  Request::Lines lines = lines_of(row.origin);
  if (std::string(row.method) == "OPTIONS") {
    lines.emplace_back("Access-Control-Request-Method", "GET");
  }
  Request request(row.method, "/", lines);
  GateDecision result;
  gate->decide(request.view(), result);
  EXPECT_EQ(text_of(result.decision), row.decided) << row.desc;
  EXPECT_EQ(result.extra_vary[0], row.vary_of_applies) << row.desc;
  EXPECT_EQ(result.extra_vary[1], row.vary_of_allow) << row.desc;
  EXPECT_EQ(asked_applies, row.asked_applies) << row.desc;
  EXPECT_EQ(asked_allow, row.asked_allow) << row.desc;
  EXPECT_EQ(gate->counters().totals().predicate_failures, row.failures) << row.desc;
}

TEST(Gate, AsksPredicatesAndGrantsLessWhenOneThrows) {
  const char* kRefused = "refuse 403 origin_not_allowed";
  const char* kExcluded = "refuse 403 preflight_on_excluded_path";
  using S = Says;
  const PredicateRow rows[] = {
      {"none", S::Nothing, S::Nothing, "GET", kApp, "grant", "", "", 0, 0, 0},
      {"applies", S::Yes, S::Nothing, "GET", kApp, "grant", "X-Tenant", "", 1, 0, 0},
      {"applies, and refuses", S::Yes, S::Nothing, "GET", kEvil, kRefused, "X-Tenant", "", 1, 0, 0},
      {"does not apply", S::No, S::Nothing, "GET", kApp, "pass", "X-Tenant", "", 1, 0, 0},
      {"does not apply to a refused one", S::No, S::Nothing, "GET", kEvil, "pass", "X-Tenant", "",
       1, 0, 0},
      {"does not apply to a preflight", S::No, S::Nothing, "OPTIONS", kApp, kExcluded, "X-Tenant",
       "", 1, 0, 0},
      {"is asked without Origin", S::Yes, S::Nothing, "GET", "", "pass", "X-Tenant", "", 1, 0, 0},
      {"applies_to throws: no grant", S::Throws, S::Nothing, "GET", kApp, "pass", "", "", 1, 0, 1},
      {"applies_to throws: no grant for a preflight", S::Throws, S::Nothing, "OPTIONS", kApp,
       kExcluded, "", "", 1, 0, 1},
      {"applies_to throws: refused all the same", S::Throws, S::Nothing, "GET", kEvil, kRefused, "",
       "", 1, 0, 1},
      {"allowed by the application", S::Nothing, S::Yes, "GET", kEvil, "grant", "", "X-Partner", 0,
       1, 0},
      {"a preflight as well", S::Nothing, S::Yes, "OPTIONS", kEvil, "preflight", "", "X-Partner", 0,
       1, 0},
      {"never null", S::Nothing, S::Yes, "GET", "null", "refuse 403 origin_null", "", "X-Partner",
       0, 1, 0},
      {"never a malformed one", S::Nothing, S::Yes, "GET", "https://evil.example/",
       "refuse 403 origin_malformed", "", "X-Partner", 0, 1, 0},
      {"not allowed by it", S::Nothing, S::No, "GET", kEvil, kRefused, "", "X-Partner", 0, 1, 0},
      {"listed without it", S::Nothing, S::No, "GET", kApp, "grant", "", "X-Partner", 0, 1, 0},
      {"allow_request throws", S::Nothing, S::Throws, "GET", kEvil, kRefused, "", "", 0, 1, 1},
      {"is not asked without Origin", S::Nothing, S::Yes, "GET", "", "pass", "", "", 0, 0, 0},
      {"both looked", S::Yes, S::Yes, "GET", kEvil, "grant", "X-Tenant", "X-Partner", 1, 1, 0},
      {"does not apply: nobody asks on", S::No, S::Yes, "GET", kEvil, "pass", "X-Tenant", "", 1, 0,
       0},
      {"both throw", S::Throws, S::Throws, "GET", kEvil, kRefused, "", "", 1, 1, 2},
      {"unsure and allowed: no grant", S::Throws, S::Yes, "GET", kEvil, "pass", "", "X-Partner", 1,
       1, 1},
  };
  for (const PredicateRow& row : rows) expect_row(row);
}

// The application said that CORS does not apply to it; on an excluded path it would be refused.
TEST(Gate, LetsAnUpgradePassWhereThePolicyDoesNotApply) {
  for (const bool applies : {false, true}) {
    GateOptions options;
    options.applies_to = [applies](const RequestView&) { return PredicateAnswer{applies, {}}; };
    const auto gate = a_gate(a_policy(), options);
    Request request("GET", "/", lines_of(kEvil));
    RequestView view = request.view();
    view.is_websocket_upgrade = true;
    GateDecision result;
    gate->decide(view, result);
    EXPECT_EQ(text_of(result.decision), applies ? "refuse 403 origin_not_allowed" : "pass");
    EXPECT_TRUE(view.is_websocket_upgrade);
  }
}

// All headers of a request cannot be had: there is no memory for it.
class NoMemoryForHeaders final : public HeaderFields {
 public:
  void visit(Visitor, void*) const override { throw std::bad_alloc(); }
};

TEST(Gate, LosesAnEventRatherThanARequest) {
  const auto gate = a_gate();
  Request request("GET", "/", lines_of(kEvil));
  const NoMemoryForHeaders headers;
  request.view().headers = &headers;
  GateDecision result;
  gate->decide(request.view(), result);
  EXPECT_EQ(text_of(result.decision), "refuse 403 origin_not_allowed");
  EXPECT_EQ(gate->counters().totals().event_failures, 1U);
  EXPECT_EQ(gate->counters().totals().refused, 1U);
  EXPECT_EQ(gate->events().find({}).total, 0U);
}

TEST(Gate, GoesOnWhenTheEventSinkThrows) {
  GateOptions options;
  options.event_sink = [](std::string_view) { throw std::runtime_error("disk full"); };
  const auto gate = a_gate(a_policy(), options);
  EXPECT_EQ(decide(*gate, kEvil), "refuse 403 origin_not_allowed");
  EXPECT_EQ(gate->events().sink_failures(), 1U);
  EXPECT_EQ(gate->events().find({}).total, 1U);
}

// On the thread that tells what was suppressed.
TEST(Gate, MayEndInItsEventSink) {
  const auto clock = std::make_shared<FakeClock>();
  std::shared_ptr<Gate> last;
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> ended = held;
  {
    GateOptions options;
    options.clock = clock;
    options.event_sink = [held = std::move(held), &last](std::string_view line) {
      if (line.find("suppressed") != std::string_view::npos) last.reset();
    };
    last = a_gate(a_policy(), std::move(options));
  }
  const std::weak_ptr<Gate> gate = last;
  for (int i = 0; i < 2; ++i) decide(*last, kEvil);  // the second one is no line
  clock->advance(seconds(10));
  EXPECT_TRUE(eventually([&] { return gate.expired() && ended.expired(); }));
}

// On the thread of a request, in the middle of its decision.
TEST(Gate, MayEndInItsEventSinkWhileItDecides) {
  std::shared_ptr<Gate> last;
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> ended = held;
  {
    GateOptions options;
    options.event_sink = [held = std::move(held), &last](std::string_view) {
      last.reset();
      // Long enough for a thread that ended the gate at once.
      const std::weak_ptr<int> still = held;
      for (int i = 0; i < 1000; ++i) std::this_thread::yield();
      EXPECT_FALSE(still.expired());
    };
    last = a_gate(a_policy(), std::move(options));
  }
  Request request("GET", "/", lines_of(kEvil));
  GateDecision result;
  last->decide(request.view(), result);
  EXPECT_EQ(result.decision.reason, Reason::OriginNotAllowed);
  EXPECT_TRUE(eventually([&] { return ended.expired(); }));
}

TEST(Gate, AllocatesNothingWithoutAnEvent) {
  GateOptions options;
  options.applies_to = [](const RequestView&) { return PredicateAnswer{true, "X-Tenant"}; };
  Policy policy = a_policy();
  policy.cors.debug = {};
  const auto gate = a_gate(policy, options);
  Request allowed("GET", "/", lines_of(kApp));
  Request refused("GET", "/", lines_of(kEvil));
  GateDecision result;
  gate->decide(allowed.view(), result);  // the thread takes the snapshot once
  const corsac::testing::AllocationCounter counter;
  for (int i = 0; i < 10; ++i) {
    gate->decide(allowed.view(), result);
    gate->decide(refused.view(), result);
  }
  const std::size_t allocations = counter.count();
  EXPECT_EQ(allocations, 0U);
}

TEST(Gate, ReplacesItsPolicyOrKeepsIt) {
  const auto gate = a_gate();
  Policy next = a_policy();
  next.cors.allowed_origins = {kEvil};
  next.revision = "2";
  const auto taken = gate->replace_policy(next);
  ASSERT_TRUE(taken.has_value()) << taken.error().text();
  EXPECT_EQ(decide(*gate, kEvil), "grant");
  EXPECT_EQ(decide(*gate, kApp), "refuse 403 origin_not_allowed");

  Policy wrong = a_policy();
  wrong.cors.allowed_origins = {"https://app.example.com/"};
  const auto refused = gate->replace_policy(wrong);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().text(), HasSubstr("origin-trailing-slash"));
  EXPECT_EQ(decide(*gate, kEvil), "grant") << "the one in force stays";

  const StoreStatus status = gate->status();
  EXPECT_EQ(status.state, StoreState::Fresh);
  EXPECT_EQ(status.source, "code");
  EXPECT_EQ(status.revision, "2");
  EXPECT_EQ(status.loads, 2U);
  EXPECT_EQ(status.failures, 1U);
  EXPECT_THAT(status.last_error, HasSubstr("origin-trailing-slash"));
  EXPECT_FALSE(gate->reload_and_wait(seconds(1)).has_errors()) << "there is no store to read";
}

TEST(Gate, TriesAPolicyAndChangesNothing) {
  const auto gate = a_gate();
  const SnapshotPtr before = gate->snapshot();
  Policy other = a_policy();
  other.cors.allowed_origins = {kEvil};
  EXPECT_FALSE(gate->try_policy(other).has_errors());
  other.tests.push_back(
      {.name = "nobody from there", .origin = kEvil, .expect = PolicyTest::Expect::Deny});
  EXPECT_THAT(gate->try_policy(other).text(), HasSubstr("error[test-failed]"));
  EXPECT_THAT(gate->try_policy(a_policy(), {{.code = "of-the-reader"}}).text(),
              HasSubstr("error[of-the-reader]"));
  EXPECT_EQ(gate->snapshot(), before);
  EXPECT_EQ(gate->status().failures, 0U);
}

TEST(Gate, ADecisionOutlivesItsPolicy) {
  const auto gate = a_gate();
  Request request("GET", "/", lines_of(kApp));
  GateDecision result;
  gate->decide(request.view(), result);
  ASSERT_TRUE(gate->replace_policy(Policy()).has_value());
  const GateDecision moved = std::move(result);
  EXPECT_EQ(grant_headers(moved.decision).at(0),
            (std::pair<std::string, std::string>{"Access-Control-Allow-Origin", kApp}));
}

TEST(Gate, EndsGrantsOfRecordsAtTheirMoment) {
  GateOptions options;
  const auto clock = std::make_shared<FakeClock>();
  options.clock = clock;
  Policy policy = a_policy();
  TrustedOrigin record;
  record.name = "partner";
  record.origin = "https://partner.example";
  record.scopes = {TrustedOrigin::Scope{}};
  record.valid_until = FakeClock::kStart + hours(1);
  policy.trusted_origins = {record};
  const auto gate = a_gate(policy, options);
  EXPECT_EQ(decide(*gate, record.origin), "grant");
  clock->advance(hours(1));
  EXPECT_TRUE(eventually([&] { return decide(*gate, record.origin) != "grant"; }));
  EXPECT_EQ(decide(*gate, kApp), "grant");

  record.valid_until = FakeClock::kStart + hours(3);
  policy.trusted_origins = {record};
  ASSERT_TRUE(gate->replace_policy(policy).has_value());
  EXPECT_EQ(decide(*gate, record.origin), "grant");
  clock->advance(hours(2));
  EXPECT_TRUE(eventually([&] { return decide(*gate, record.origin) != "grant"; }))
      << "the timer follows the new policy";
}

// Each of its tests needs a compilation of its own, of as many records. Allows `origin`.
Policy a_policy_with_tests(int count, const std::string& origin) {
  Policy policy = a_policy();
  policy.cors.allowed_origins = {origin};
  for (int i = 0; i < count; ++i) {
    TrustedOrigin record;
    record.origin = "https://partner-" + std::to_string(i) + ".example";
    record.scopes = {TrustedOrigin::Scope{}};
    record.valid_until = FakeClock::kStart + hours(48 + i);
    PolicyTest test;
    test.origin = record.origin;
    test.at = FakeClock::kStart + hours(47 + i);
    policy.trusted_origins.push_back(std::move(record));
    policy.tests.push_back(std::move(test));
  }
  return policy;
}

// True when the grant of a record ended before a policy with `count` tests, which grants it as
// well, was judged and replaced the one with the record.
bool grant_ends_while_judging(int count) {
  const auto clock = std::make_shared<FakeClock>();
  Policy policy = a_policy();
  TrustedOrigin record;
  record.origin = "https://partner.example";
  record.scopes = {TrustedOrigin::Scope{}};
  record.valid_until = FakeClock::kStart + hours(1);
  policy.trusted_origins = {record};
  const auto gate = a_gate(policy, {.clock = clock});
  std::atomic<bool> is_replaced{false};
  std::thread replacing([&] {
    EXPECT_TRUE(gate->replace_policy(a_policy_with_tests(count, record.origin)).has_value());
    is_replaced = true;
  });
  clock->advance(hours(1));
  bool has_ended = false;
  EXPECT_TRUE(eventually([&] {
    has_ended = decide(*gate, record.origin) != "grant";
    return has_ended || is_replaced;
  }));
  replacing.join();
  EXPECT_EQ(decide(*gate, record.origin), "grant");
  return has_ended;
}

// The timer looks at the clock each half second, so judging must take longer: how many tests that
// needs depends on the machine.
TEST(Gate, EndsGrantsAtTheirMomentWhileAPolicyIsJudged) {
  bool has_ended = false;
  for (int count = 1'000; !has_ended && count <= 8'000; count *= 2) {
    has_ended = grant_ends_while_judging(count);
  }
  EXPECT_TRUE(has_ended);
}

TEST(Gate, GatesOfOneProcessAreApart) {
  std::vector<std::shared_ptr<Gate>> gates;
  std::vector<std::string> origins;
  for (int i = 0; i < 10; ++i) {
    origins.push_back("https://" + std::to_string(i) + ".example");
    Policy policy;
    policy.cors.allowed_origins = {origins.back()};
    gates.push_back(a_gate(policy));
  }
  for (std::size_t g = 0; g < gates.size(); ++g) {
    for (std::size_t o = 0; o < origins.size(); ++o) {
      EXPECT_EQ(decide(*gates[g], origins[o]), g == o ? "grant" : "refuse 403 origin_not_allowed");
    }
  }
  gates.erase(gates.begin());
  EXPECT_EQ(decide(*gates[0], origins[1]), "grant");
}

// S37, and decision 131: each decision comes from one policy, whole, whatever is replaced
// meanwhile.
TEST(Gate, RequestsSeeOnePolicyEachWhileItIsReplaced) {
  const auto gate = a_gate();
  Policy other = a_policy();
  other.cors.allowed_origins = {kEvil};
  std::atomic<bool> is_over{false};
  std::atomic<int> decided{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!is_over) {
        Request request("GET", "/", lines_of(kApp));
        GateDecision result;
        gate->decide(request.view(), result);
        const bool is_allowed = result.decision.has_grant();
        ASSERT_EQ(text_of(result.decision), is_allowed ? "grant" : "refuse 403 origin_not_allowed");
        ASSERT_EQ(result.snapshot->decide(request.view()).has_grant(), is_allowed);
        ++decided;
      }
    });
  }
  for (int i = 0; i < 100 || decided < 1000; ++i) {
    ASSERT_TRUE(gate->replace_policy(i % 2 == 0 ? other : a_policy()).has_value());
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(gate->counters().totals().granted + gate->counters().totals().refused,
            static_cast<std::uint64_t>(decided));
}

TEST(Gate, MayEndWhileItsTimerWaits) {
  Policy policy = a_policy();
  TrustedOrigin record;
  record.name = "partner";
  record.origin = "https://partner.example";
  record.scopes = {TrustedOrigin::Scope{}};
  record.valid_until = std::chrono::system_clock::now() + hours(1);
  policy.trusted_origins = {record};
  for (int i = 0; i < 20; ++i) EXPECT_NE(a_gate(policy), nullptr);
}

}  // namespace
}  // namespace corsac
