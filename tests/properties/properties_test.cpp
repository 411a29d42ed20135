// What holds for every policy that loads and every request. A failure is shrunk and printed as a
// policy file and a curl line.

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "corsac/base/ascii.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/explain.hpp"
#include "corsac/policy/self_test.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/gate.hpp"
#include "properties/generated.hpp"
#include "support/json_document.hpp"
#include "support/temp_folder.hpp"

namespace corsac::testing {
namespace {

const std::size_t kRounds = property_rounds(4000);
constexpr std::size_t kRequestsOfAPolicy = 8;

SnapshotPtr compiled(const Policy& policy) {
  auto result = compile_policy(policy, {});
  return result ? result->snapshot : nullptr;
}

std::string grant_of(const Decision& decision, std::string_view name) {
  for (const auto& [known, value] : grant_headers(decision)) {
    if (known == name) return value;
  }
  return {};
}

bool has_credentials(const Decision& decision) {
  return !grant_of(decision, "Access-Control-Allow-Credentials").empty();
}

// The same for each generated policy that loads and each of some requests.
using Check = std::string (*)(const Policy&, const Snapshot&, const GeneratedRequest&);

// `loaded`: how many of the policies did; a generator of which none does would prove nothing.
Property over_requests(GeneratedRequest (*generate)(Choices&), Check check,
                       Policy (*generate_policy)(Choices&) = generated_policy,
                       std::size_t* loaded = nullptr) {
  return [=](Choices& choices) -> std::string {
    const Policy policy = generate_policy(choices);
    const SnapshotPtr snapshot = compiled(policy);
    if (snapshot == nullptr) return {};
    if (loaded != nullptr) ++*loaded;
    for (std::size_t i = 0; i < kRequestsOfAPolicy; ++i) {
      const GeneratedRequest request = generate(choices);
      std::string what = check(policy, *snapshot, request);
      if (!what.empty()) return failure(what, policy, request);
    }
    return {};
  };
}

// Origins that no pool of policies speaks about, and those next to what they speak about.
GeneratedRequest stranger(Choices& choices) {
  const std::string name = "s" + std::to_string(choices.of(1000));
  const std::vector<std::string> origins = {"https://" + name + ".test",
                                            "http://" + name + ".test",
                                            "https://" + name + ".test:8443",
                                            "null",
                                            "https://app.example.com." + name + ".test",
                                            "https://not" + name + "example.com",
                                            "https://" + name + ".test/",
                                            "https://b.example:84430",
                                            "https://b.example.:8443",
                                            "http://localhost." + name + ".test:3000"};
  const GeneratedRequest request = generated_request(choices);
  GeneratedRequest::Lines lines;
  for (const auto& line : request.lines()) {
    if (line.first != "Origin") lines.push_back(line);
  }
  lines.emplace_back("Origin", choices.from(origins));
  return GeneratedRequest(request.method(), request.target(), std::move(lines));
}

// Proves S1, S5.
TEST(Properties, NoStrangerIsGrantedCredentials) {
  const Check check = [](const Policy&, const Snapshot& snapshot,
                         const GeneratedRequest& request) -> std::string {
    const Decision decision = snapshot.decide(request.view());
    if (!has_credentials(decision)) return {};
    if (request.value("Origin") == "null") return "null is granted credentials";
    return snapshot.rule(decision.rule).cors->echoes_any_origin
               ? ""
               : "a stranger is granted credentials";
  };
  std::size_t loaded = 0;
  EXPECT_EQ(check_property(over_requests(stranger, check, generated_policy, &loaded), kRounds), "");
  EXPECT_GT(loaded, kRounds / 10);
  loaded = 0;
  EXPECT_EQ(check_property(over_requests(stranger, check, generated_echo, &loaded), kRounds / 4),
            "");
  EXPECT_GT(loaded, kRounds / 40) << "with what gives credentials to any origin";
}

TEST(Properties, CredentialsGoWithTheOriginItself) {
  const Check check = [](const Policy&, const Snapshot& snapshot,
                         const GeneratedRequest& request) -> std::string {
    const Decision decision = snapshot.decide(request.view());
    const std::string origin = grant_of(decision, "Access-Control-Allow-Origin");
    if (!decision.has_grant() || origin == "*") {
      return has_credentials(decision) ? "credentials without an origin" : "";
    }
    return origin == request.value("Origin") ? "" : "granted to " + origin;
  };
  EXPECT_EQ(check_property(over_requests(generated_request, check), kRounds), "");
}

// What is refused for its origin gets no grant when it comes all the same, by the same rule.
std::string after_refusal(const Snapshot& snapshot, const GeneratedRequest& request,
                          const Decision& preflight) {
  const Reason reason = preflight.reason;
  const bool is_about_origin = reason == Reason::OriginNotAllowed ||
                               reason == Reason::OriginMalformed || reason == Reason::OriginNull ||
                               reason == Reason::OriginRepeated;
  if (!is_about_origin) return {};
  const std::string method(request.value("Access-Control-Request-Method"));
  const GeneratedRequest sent =
      request.announced(method).with_line("Content-Type", "application/json");
  const Decision actual = snapshot.decide(sent.view());
  if (actual.rule != preflight.rule) return "another rule speaks about the request";
  return actual.has_grant() ? "the preflight was refused for its origin, the request granted" : "";
}

// The request that a page sends after this preflight.
std::string after_preflight(const Snapshot& snapshot, const GeneratedRequest& request) {
  const Decision preflight = snapshot.decide(request.view());
  if (preflight.outcome == Outcome::Refuse) return after_refusal(snapshot, request, preflight);
  if (preflight.outcome != Outcome::Answer || !preflight.has_grant()) return {};
  const std::string method(request.value("Access-Control-Request-Method"));
  // FusionAuth folds the case of what a preflight asks for, and not that of what is sent.
  const std::string listed = grant_of(preflight, "Access-Control-Allow-Methods");
  const bool is_folded = equals_ignoring_case(listed, method);
  GeneratedRequest sent =
      request.announced(is_folded ? listed : method).with_line("Content-Type", "application/json");
  const Decision actual = snapshot.decide(sent.view());
  if (actual.rule != preflight.rule) return "another rule speaks about the request";
  const bool is_left =
      snapshot.rule(actual.rule).cors->behaviour.actual_answers == ActualAnswers::Leave;
  if (is_left) {
    return actual.outcome == Outcome::Pass ? "" : "the preflight was granted, the request refused";
  }
  const bool is_about_method =
      actual.reason == Reason::MethodNotAllowed || actual.reason == Reason::MethodUnknown;
  const bool is_unchecked = !snapshot.rule(actual.rule).cors->behaviour.checks_requested;
  if (is_about_method && is_unchecked) return {};
  for (const char* name : {"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"}) {
    if (grant_of(actual, name) != grant_of(preflight, name)) {
      return std::string("the two differ in ") + name;
    }
  }
  return {};
}

// Proves 128, 129, S18.
TEST(Properties, APreflightAndTheRequestThatItAnnouncesAgree) {
  const Check check = [](const Policy&, const Snapshot& snapshot,
                         const GeneratedRequest& request) -> std::string {
    return after_preflight(snapshot, request);
  };
  EXPECT_EQ(check_property(over_requests(generated_preflight, check), kRounds), "");
}

// The path that a router sees, decoded and with its dots and slashes read in each way that servers
// read them.
std::vector<std::string> readings(const std::string& target) {
  std::vector<std::string> found;
  const auto replaced = [&](std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
      text.replace(at, from.size(), to);
    }
    return text;
  };
  for (const auto& [from, to] : {std::pair("%2F", "/"),
                                 {"%2e", "."},
                                 {"\\", "/"},
                                 {"//", "/"},
                                 {"/..", ""},
                                 {"/%2e", ""},
                                 {"%00", ""}}) {
    const std::string read = replaced(target, from, to);
    if (read != target && read.starts_with('/')) found.push_back(read);
  }
  return found;
}

// Proves 121, 122, S17.
TEST(Properties, AnAmbiguousPathGetsNoMoreThanWhatItMayMean) {
  const Check check = [](const Policy&, const Snapshot& snapshot,
                         const GeneratedRequest& request) -> std::string {
    if (!is_ambiguous_target(request.target())) return {};
    const Decision ambiguous = snapshot.decide(request.view());
    if (!ambiguous.has_grant()) return {};
    for (const std::string& reading : readings(request.target())) {
      const GeneratedRequest clear = request.with_target(reading);
      if (told(snapshot, clear) != told(snapshot, request)) return "differs from " + reading;
    }
    return {};
  };
  EXPECT_EQ(check_property(over_requests(generated_request, check), kRounds), "");
}

// Grants and outcomes are not all: nothing that a refusal sends lets a page read it.
TEST(Properties, ARefusalGrantsNothing) {
  const Check check = [](const Policy&, const Snapshot& snapshot,
                         const GeneratedRequest& request) -> std::string {
    const Decision decision = snapshot.decide(request.view());
    if (decision.outcome != Outcome::Refuse) {
      const bool is_counted = decision.reason != Reason::None;
      return is_counted && decision.has_grant() ? "a reason and a grant" : "";
    }
    if (decision.reason == Reason::None) return "refused without a reason";
    return decision.has_grant() ? "refused with a grant" : "";
  };
  EXPECT_EQ(check_property(over_requests(generated_request, check), kRounds), "");
}

TEST(Properties, ExplainSaysWhatIsDecided) {
  const Check check = [](const Policy&, const Snapshot& snapshot,
                         const GeneratedRequest& request) -> std::string {
    const Explanation explanation = explain(snapshot, request.view());
    const Decision decision = snapshot.decide(request.view());
    auto headers = grant_headers(decision);
    const std::string_view vary = vary_value(decision.vary);
    if (!vary.empty()) headers.emplace_back("Vary", vary);
    if (decision.outcome == Outcome::Refuse && decision.status >= 400) {
      headers.emplace_back("Cache-Control", "no-store");
    }
    if (explanation.headers != headers) return "other headers\n" + explanation.text();
    if (explanation.decision.outcome != decision.outcome ||
        explanation.decision.reason != decision.reason) {
      return "another outcome";
    }
    const bool is_allowed = decision.has_grant() || decision.reason == Reason::None;
    if (explanation.is_allowed != is_allowed) return "another verdict";
    // The step that refused, and the decision.
    const auto refused = std::count_if(explanation.steps.begin(), explanation.steps.end(),
                                       [](const auto& step) { return !step.has_passed; });
    if (refused != (is_allowed ? 0 : 2)) return "other steps\n" + explanation.text();
    return explanation.hint.empty() == (decision.reason == Reason::None) ? "" : "hint";
  };
  EXPECT_EQ(check_property(over_requests(generated_request, check), kRounds / 4), "");
}

// A [[test]] that expects what is decided passes, and the contrary fails.
TEST(Properties, TestsOfThePolicyExpectWhatIsDecided) {
  const Property property = [](Choices& choices) -> std::string {
    Policy policy = generated_policy(choices);
    const SnapshotPtr snapshot = compiled(policy);
    if (snapshot == nullptr) return {};
    const GeneratedRequest request = generated_preflight(choices);
    const std::string method(request.value("Access-Control-Request-Method"));
    // A test is what a page says, and pages say methods that are tokens.
    if (method.empty() || method.find_first_of(" ,") != std::string::npos) return {};
    const std::string normalized = method == "put" ? "PUT" : method;
    const GeneratedRequest sent("OPTIONS", request.target(),
                                {{"Host", "api.example.com"},
                                 {"Origin", std::string(request.value("Origin"))},
                                 {"Access-Control-Request-Method", normalized}});
    if (request.value("Origin").empty()) return {};
    const Decision decision = snapshot->decide(sent.view());
    PolicyTest test;
    test.origin = request.value("Origin");
    test.method = method;
    test.path = request.target();
    test.host = "api.example.com";
    test.request = PolicyTest::Request::Preflight;
    test.expect = decision.has_grant() ? PolicyTest::Expect::Allow : PolicyTest::Expect::Deny;
    policy.tests = {test};
    if (!run_policy_tests(policy)[0].has_passed) {
      return failure("the test fails: " + run_policy_tests(policy)[0].what, policy, sent);
    }
    const bool was_allowed = test.expect == PolicyTest::Expect::Allow;
    policy.tests[0].expect = was_allowed ? PolicyTest::Expect::Deny : PolicyTest::Expect::Allow;
    return run_policy_tests(policy)[0].has_passed ? failure("passes", policy, sent) : "";
  };
  EXPECT_EQ(check_property(property, kRounds / 4), "");
}

// What differs between two snapshots over some requests; empty = nothing.
std::string difference(const Snapshot& a, const Snapshot& b, Choices& choices) {
  for (std::size_t i = 0; i < kRequestsOfAPolicy; ++i) {
    const GeneratedRequest request = generated_request(choices);
    if (told(a, request) == told(b, request)) continue;
    return request.curl() + '\n' + told(a, request) + '\n' + told(b, request);
  }
  return {};
}

TEST(Properties, AWrittenPolicyDecidesTheSame) {
  const Property property = [](Choices& choices) -> std::string {
    const Policy policy = generated_document(choices);
    const SnapshotPtr snapshot = compiled(policy);
    if (snapshot == nullptr) return {};
    const std::string json = policy_to_json(policy);
    const auto again = read_json_policy(json);
    if (!again) return "it is not read again\n" + json;
    const SnapshotPtr other = compiled(*again);
    if (other == nullptr) return "it does not load again\n" + json;
    const std::string what = difference(*snapshot, *other, choices);
    return what.empty() ? "" : json + what;
  };
  EXPECT_EQ(check_property(property, kRounds / 4), "");
}

// The same through the TOML store, as a server takes it.
TEST(Properties, AWrittenTomlPolicyDecidesTheSame) {
  const test::TempFolder folder;
  const auto file = folder.path() / "policy.toml";
  const Property property = [&](Choices& choices) -> std::string {
    const Policy policy = generated_document(choices);
    const SnapshotPtr snapshot = compiled(policy);
    if (snapshot == nullptr) return {};
    std::ofstream(file) << policy_to_toml(policy);
    const auto gate = open_gate(file);
    if (!gate) return gate.error().text() + policy_to_toml(policy);
    const std::string what = difference(*snapshot, *(*gate)->snapshot(), choices);
    return what.empty() ? "" : policy_to_toml(policy) + what;
  };
  EXPECT_EQ(check_property(property, 300), "");
}

}  // namespace
}  // namespace corsac::testing
