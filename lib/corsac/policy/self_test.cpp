// The [[test]] cases of a document, run against what it compiles to. Entries: run_policy_tests,
// host_of_tests, failed_tests. Spec: policy document, 1 "Removing trust cannot be refused";
// Fetch, 4.8 (when a preflight is sent) and 2.2.2 (safelisted request headers). Test:
// tests/policy/self_test_test.cpp.

#include "corsac/policy/self_test.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <compare>
#include <optional>
#include <string_view>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/http/header_name.hpp"
#include "corsac/http/method.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/near_miss.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {
namespace {

// A host that no rule can mean: RFC 6761, 6.4 keeps "invalid" for that.
constexpr std::string_view kNobodysHost = "test.invalid";

// A Host value that the guard takes for this pattern.
std::string host_for(const HostPattern& pattern) {
  std::string host = pattern.host_form == HostForm::Subdomain ? "a" + pattern.host : pattern.host;
  std::replace(host.begin(), host.end(), '*', 'a');
  if (pattern.port_form == PortForm::Any || pattern.ports.empty()) return host;
  return host + ':' + std::to_string(pattern.ports.front().first);
}

// The path as a router matches it: without the query, escapes decoded once, what is no escape left
// as it is.
std::string decoded_path(std::string_view target) {
  const auto digit = [](char c) -> int {
    if (is_ascii_digit(c)) return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  const std::string_view raw = target.substr(0, target.find('?'));
  std::string path;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool is_escape =
        raw[i] == '%' && i + 2 < raw.size() && digit(raw[i + 1]) >= 0 && digit(raw[i + 2]) >= 0;
    if (!is_escape) {
      path += raw[i];
      continue;
    }
    path += static_cast<char>(digit(raw[i + 1]) * 16 + digit(raw[i + 2]));
    i += 2;
  }
  return path;
}

// The requests of one test. Owns the bytes of their views; neither copied nor moved.
class Exchange {
 public:
  Exchange(const PolicyTest& test, const Snapshot& snapshot);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] bool needs_preflight() const noexcept {
    return actual_.origin.is_present() &&
           (!is_safelisted_method(method_) || !requested_headers_.empty());
  }
  [[nodiscard]] const RequestView& actual() const noexcept { return actual_; }
  [[nodiscard]] const RequestView& preflight() const noexcept { return preflight_; }

 private:
  void take_headers(const PolicyTest& test);

  std::string method_;
  std::string path_;
  std::string host_;
  std::string requested_headers_ = {};  // as browsers send them; empty = no such header
  std::array<std::string_view, 1> requested_lines_ = {};
  RequestView actual_ = {};
  RequestView preflight_ = {};
};

Exchange::Exchange(const PolicyTest& test, const Snapshot& snapshot)
    : method_(normalize_method(test.method)),
      path_(decoded_path(test.path)),
      host_(test.host.empty() ? host_of_tests(snapshot) : test.host) {
  take_headers(test);
  actual_.method = method_;
  actual_.target = test.path;
  actual_.path = path_;
  actual_.host = {.value = host_, .lines = 1};
  if (!test.origin.empty()) actual_.origin = {.value = test.origin, .lines = 1};
  preflight_ = actual_;
  preflight_.has_cookie = preflight_.has_authorization = false;
  preflight_.method = "OPTIONS";
  preflight_.requested_method = {.value = method_, .lines = 1};
  requested_lines_[0] = requested_headers_;
  if (!requested_headers_.empty()) preflight_.requested_headers = requested_lines_;
}

// What a page cannot set never gets there; a test that
// judges a preflight alone asks for every name that it gives.
void Exchange::take_headers(const PolicyTest& test) {
  std::vector<std::string> names;
  for (const std::string& header : test.headers) {
    std::string name = to_ascii_lower(header);
    actual_.has_cookie = actual_.has_cookie || name == "cookie";
    actual_.has_authorization = actual_.has_authorization || name == "authorization";
    // A test gives no values: dropped is what needs no preflight with any usual one.
    const bool is_dropped =
        is_forbidden_request_header(name) || is_safelisted_request_header(name, {});
    if (test.request == PolicyTest::Request::AsBrowser && is_dropped) continue;
    names.push_back(std::move(name));
  }
  requested_headers_ = to_requested_headers(std::move(names));
}

// One request of a test, and what came of it.
struct Verdict {
  const char* request = "";  // "the preflight", "the request"
  bool is_allowed = false;
  Reason reason = Reason::None;
  std::string what = {};
};

std::string describe(const Snapshot& snapshot, const RequestView& request,
                     const Decision& decision) {
  if (decision.has_grant() && decision.outcome != Outcome::Refuse) return "got a grant";
  if (decision.reason == Reason::None) {
    if (!request.origin.is_present()) return "passed";
    return decision.is_preflight ? "went to the application, without a grant"
                                 : "passed without a grant";
  }
  std::string text = decision.outcome == Outcome::Refuse
                         ? "was refused with " + std::to_string(decision.status) + " "
                         : "passed without a grant: ";
  text += reason_info(decision.reason).code;
  const std::string near = near_miss(snapshot, request, decision);
  return near.empty() ? text : text + " (" + near + ")";
}

Verdict judge(const Snapshot& snapshot, const RequestView& request, const char* name) {
  const Decision decision = snapshot.decide(request);
  const bool is_allowed = request.origin.is_present()
                              ? decision.has_grant() && decision.outcome != Outcome::Refuse
                              : decision.reason == Reason::None;
  return {.request = name,
          .is_allowed = is_allowed,
          .reason = decision.reason,
          .what = describe(snapshot, request, decision) + " under the rule \"" +
                  to_printable(snapshot.rule(decision.rule).name) + '"'};
}

// What decides the test: with Both each verdict, else the last one, since a browser stops at the
// first that is refused.
std::vector<Verdict> send(const PolicyTest& test, const Snapshot& snapshot) {
  using Request = PolicyTest::Request;
  const Exchange exchange(test, snapshot);
  std::vector<Verdict> verdicts;
  const bool is_browser = test.request == Request::AsBrowser;
  if (test.request == Request::Preflight || test.request == Request::Both ||
      (is_browser && exchange.needs_preflight())) {
    verdicts.push_back(judge(snapshot, exchange.preflight(), "the preflight"));
  }
  if (is_browser && !verdicts.empty() && !verdicts.back().is_allowed) return verdicts;
  if (test.request == Request::Preflight) return verdicts;
  verdicts.push_back(judge(snapshot, exchange.actual(), "the request"));
  if (is_browser) verdicts.erase(verdicts.begin(), verdicts.end() - 1);
  return verdicts;
}

TestOutcome run_test(const PolicyTest& test, const Snapshot& snapshot) {
  TestOutcome outcome = {.name = test.name, .has_passed = true, .place = test.place};
  const bool expects_grant = test.expect == PolicyTest::Expect::Allow;
  for (const Verdict& verdict : send(test, snapshot)) {
    const bool has_reason = expects_grant || test.reason.empty() ||
                            parse_reason(test.reason) == std::optional(verdict.reason);
    if (verdict.is_allowed == expects_grant && has_reason) continue;
    outcome.has_passed = false;
    outcome.what += outcome.what.empty() ? "expected " : "; expected ";
    outcome.what += expects_grant ? "allow" : "deny";
    if (!expects_grant && !test.reason.empty())
      outcome.what += " with " + to_printable(test.reason);
    outcome.what += std::string(", but ") + verdict.request + " " + verdict.what;
  }
  return outcome;
}

// The ACTIVE record of the origin that was granted against the test; empty = it is no record's.
std::string record_granting(const Policy& policy, const PolicyTest& test) {
  if (test.expect == PolicyTest::Expect::Allow || test.origin.empty()) return {};
  for (const TrustedOrigin& record : policy.trusted_origins) {
    if (record.status != TrustedOrigin::Status::Active) continue;
    const auto pattern = parse_record_origin(record.origin);
    if (!pattern || pattern->text != test.origin) continue;
    const std::string place = place_text(record.place, policy.sources);
    return to_quoted(record.name) + (place.empty() ? "" : " at " + place);
  }
  return {};
}

// A record may have come by an API, and then nobody finds it in the policy.
std::string fix_of(const TestOutcome& outcome) {
  if (outcome.record.empty()) return "mend the policy, or the test if it asks for the wrong thing";
  return "the trusted origin " + outcome.record +
         " grants it: deactivate it (by the API of a server that runs), take it out, or mend the "
         "test";
}

using Moment = std::chrono::system_clock::time_point;

// The moments at which a record's grant ends, in order.
std::vector<Moment> expiries_of(const Policy& policy) {
  std::vector<Moment> moments;
  for (const TrustedOrigin& record : policy.trusted_origins) {
    if (record.valid_until) moments.push_back(*record.valid_until);
  }
  std::sort(moments.begin(), moments.end());
  return moments;
}

struct PlannedTest {
  std::size_t expired = 0;  // how many records have expired: tests with the same number share
  std::size_t index = 0;
  friend auto operator<=>(const PlannedTest&, const PlannedTest&) = default;
};

// In the order in which one compilation after the other is needed, so that only one is held.
std::vector<PlannedTest> plan(const Policy& policy) {
  const std::vector<Moment> expiries = expiries_of(policy);
  std::vector<PlannedTest> planned;
  for (std::size_t i = 0; i < policy.tests.size(); ++i) {
    const auto& at = policy.tests[i].at;
    const auto end =
        at ? std::upper_bound(expiries.begin(), expiries.end(), *at) : expiries.begin();
    planned.push_back({static_cast<std::size_t>(end - expiries.begin()), i});
  }
  std::sort(planned.begin(), planned.end());
  return planned;
}

SnapshotPtr compile_at(const Policy& policy, std::optional<Moment> at, const Snapshot* previous) {
  auto compiled = compile_policy(
      policy,
      {.now = at.value_or(Moment{}), .honours_expiry = at.has_value(), .previous = previous});
  assert(compiled && "tests run for policies that compile");
  return compiled ? std::move(compiled->snapshot) : Snapshot::closed_at_start();
}

}  // namespace

std::vector<TestOutcome> run_policy_tests(const Policy& policy, const Snapshot* compiled,
                                          const std::function<bool()>& is_wanted) {
  std::vector<TestOutcome> outcomes(policy.tests.size());
  SnapshotPtr snapshot;
  std::size_t expired = 0;
  for (const PlannedTest& planned : plan(policy)) {
    if (is_wanted && !is_wanted()) return {};
    const PolicyTest& test = policy.tests[planned.index];
    if (!snapshot || planned.expired != expired) {
      snapshot = compile_at(policy, test.at, snapshot ? snapshot.get() : compiled);
      expired = planned.expired;
    }
    outcomes[planned.index] = run_test(test, *snapshot);
    if (!outcomes[planned.index].has_passed) {
      outcomes[planned.index].record = record_granting(policy, test);
    }
    outcomes[planned.index].field = "test[" + std::to_string(planned.index) + "]";
  }
  return outcomes;
}

bool passes_all_tests(const Policy& policy, const Snapshot& snapshot) {
  return std::all_of(policy.tests.begin(), policy.tests.end(),
                     [&](const PolicyTest& test) { return run_test(test, snapshot).has_passed; });
}

std::string host_of_tests(const Snapshot& snapshot) {
  return snapshot.hosts().empty() ? std::string(kNobodysHost) : host_for(snapshot.hosts().front());
}

std::vector<Problem> failed_tests(const std::vector<TestOutcome>& outcomes) {
  std::vector<Problem> problems;
  for (const TestOutcome& outcome : outcomes) {
    if (outcome.has_passed) continue;
    problems.push_back({.severity = Severity::Error,
                        .code = "test-failed",
                        .path = outcome.field,
                        .value = outcome.name,
                        .place = outcome.place,
                        .what = outcome.what,
                        .fix = fix_of(outcome)});
  }
  return problems;
}

}  // namespace corsac
