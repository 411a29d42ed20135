// Generated policies and requests through a host: what stands on the wire is what explain says. A
// failure is shrunk and printed as a policy file and a curl line.

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "adapter/host_policy.hpp"
#include "adapter/path_tricks.hpp"
#include "corsac/policy/explain.hpp"
#include "corsac/policy/self_test.hpp"
#include "properties/generated.hpp"

namespace corsac::testing {
namespace {

const std::size_t kRounds = property_rounds(1500);
constexpr std::size_t kRequestsOfAPolicy = 6;

// A request as the host reads it: a body has its length, and upgrades have tests of their own.
// Half of them go to a route that there is.
GeneratedRequest wire_request(Choices& choices) {
  const bool has_route = choices.coin();
  const GeneratedRequest request = generated_request(choices);
  GeneratedRequest::Lines lines;
  for (const auto& line : request.lines()) {
    // 0.11.4 drops lines without a value.
    if (line.first != "Upgrade" && !line.second.empty()) lines.push_back(line);
  }
  if (request.method() != "GET" && request.method() != "HEAD") {
    lines.emplace_back("Content-Length", "0");
  }
  return GeneratedRequest(request.method(), has_route ? "/ok" : request.target(), std::move(lines));
}

bool is_of_cors(std::string_view name) {
  return name == "vary" || name == "timing-allow-origin" || name == "cache-control" ||
         name.starts_with("access-control-");
}

HeaderLines of_cors(const HeaderLines& headers) {
  HeaderLines kept;
  for (auto [name, value] : headers) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (is_of_cors(name)) kept.emplace_back(name, value);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

bool grants(const RawResponse& response) {
  const HeaderLines lines = of_cors(response.headers);
  return std::any_of(lines.begin(), lines.end(), [](const auto& line) {
    return line.first != "vary" && line.first != "cache-control";
  });
}

std::string text_of(const HeaderLines& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += "  " + name + ": " + value + '\n';
  return text;
}

std::uint64_t decided(const Gate& gate) {
  const Counters::Totals totals = gate.counters().totals();
  return totals.passed + totals.granted + totals.preflights + totals.refused + totals.marked;
}

RawResponse send(int port, const GeneratedRequest& request) {
  RawConnection connection(port);
  connection.send(request_text(request.method(), request.target(), request.lines()));
  return connection.receive(request.method() == "HEAD" ? AnswerTo::Head : AnswerTo::Other);
}

// What the answer has and explain does not say, or the other way round.
std::string difference(const Explanation& said, const RawResponse& response, bool has_run) {
  const HeaderLines expected = of_cors(said.headers);
  const HeaderLines served = of_cors(response.header_set());
  if (served != expected) {
    return "other headers; served:\n" + text_of(served) + "explained:\n" + text_of(expected);
  }
  const bool is_answered_here = said.decision.outcome != Outcome::Pass;
  if (is_answered_here && response.status != said.decision.status) {
    return "status " + std::to_string(response.status) + ", explained as " +
           std::to_string(said.decision.status);
  }
  return is_answered_here && has_run ? "the handler ran" : "";
}

// The [[test]] that asks what this request asked; nothing where a test could not say it.
std::optional<PolicyTest> as_test(const GeneratedRequest& request) {
  PolicyTest test{.origin = std::string(request.value("Origin")),
                  .method = request.method(),
                  .path = request.target(),
                  .host = "api.example.com",
                  .request = PolicyTest::Request::Actual};
  std::size_t origins = 0;
  for (const auto& [name, value] : request.lines()) {
    if (name == "Origin") ++origins;
    if (name == "Access-Control-Request-Method") {
      test.method = value;
      test.request = PolicyTest::Request::Preflight;
    } else if (name == "Access-Control-Request-Headers" && value == "x-a") {
      test.headers = {value};
    } else if (name != "Origin" && name != "Content-Length" &&
               !(name == "Host" && value == test.host)) {
      return {};
    }
  }
  const bool is_preflight = test.request == PolicyTest::Request::Preflight;
  const bool is_sendable = test.method != "POST" &&  // which has a body here, and in a test
                           std::all_of(test.method.begin(), test.method.end(),
                                       [](unsigned char c) { return std::isupper(c) != 0; });
  if (origins != 1 || !is_sendable || is_preflight != (request.method() == "OPTIONS")) return {};
  return test;
}

// What the test says when it expects what was decided; empty = it passes.
std::string failed_test(const Policy& policy, PolicyTest test, const Decision& decision) {
  const bool is_allowed = decision.has_grant() && decision.outcome != Outcome::Refuse;
  test.expect = is_allowed ? PolicyTest::Expect::Allow : PolicyTest::Expect::Deny;
  if (!is_allowed && decision.reason != Reason::None) {
    test.reason = reason_info(decision.reason).code;
  }
  Policy with_test = policy;
  with_test.tests = {std::move(test)};
  return run_policy_tests(with_test)[0].what;
}

// Proves 128, S18.
TEST(HostProperties, TheWireHasWhatExplainAndTestsSay) {
  const TestHost host(make_test_gate());
  std::size_t tested = 0;
  const Property property = [&](Choices& choices) -> std::string {
    const Policy policy = generated_policy(choices);
    if (!host.gate().replace_policy(policy)) return {};
    const SnapshotPtr snapshot = host.gate().snapshot();
    for (std::size_t i = 0; i < kRequestsOfAPolicy; ++i) {
      const GeneratedRequest request = wire_request(choices);
      const std::uint64_t before = decided(host.gate());
      const std::size_t handled = host.handled().size();
      const RawResponse response = send(host.port(), request);
      if (response.status == 0) return failure("no answer", policy, request);
      // The host itself refuses what it cannot read, and grants nothing with it.
      if (decided(host.gate()) == before) {
        if (response.status < 400) return failure("not decided", policy, request);
        if (grants(response)) return failure("granted, and not decided", policy, request);
        continue;
      }
      RequestView view = request.view();
      view.mounts_by_raw_prefix = !host_mounts_on_borders();  // explain knows no host
      const Explanation said = explain(*snapshot, view);
      const std::string what = difference(said, response, host.handled().size() != handled);
      if (!what.empty()) return failure(what, policy, request);
      // A test knows no host either.
      const bool is_of_host =
          said.decision.reason == Reason::PathAmbiguous && !is_ambiguous_target(request.target());
      const auto test = is_of_host ? std::nullopt : as_test(request);
      if (!test) continue;
      ++tested;
      const std::string failed = failed_test(policy, *test, said.decision);
      if (!failed.empty()) return failure("the test fails: " + failed, policy, request);
    }
    return {};
  };
  EXPECT_EQ(check_property(property, kRounds), "");
  EXPECT_GT(tested, kRounds / 20);
}

// Proves S17. Whatever the target is called, the router says which route it was, and that route's
// own name says what it may get.
TEST(HostProperties, NoNameOfARouteIsGrantedMoreThanTheRoute) {
  const TestHost host(make_test_gate());
  std::size_t compared = 0;
  const Property property = [&](Choices& choices) -> std::string {
    Policy policy = generated_policy(choices);
    policy.hosts = {};
    if (choices.coin()) policy.cors.allowed_origins = {"https://app.example.com"};
    policy.cors.on_denied = "mark";  // so that what runs is seen
    for (CorsRule& rule : policy.cors.rules) rule.on_denied = "mark";
    if (!host.gate().replace_policy(policy)) return {};
    const SnapshotPtr snapshot = host.gate().snapshot();
    for (std::size_t i = 0; i < kRequestsOfAPolicy; ++i) {
      const GeneratedRequest request(
          "GET", choices.from(kPathTricks),
          {{"Host", "api.example.com"}, {"Origin", "https://app.example.com"}});
      const std::size_t handled = host.handled().size();
      const RawResponse response = send(host.port(), request);
      if (host.handled().size() == handled) continue;  // no route
      if (response.value("access-control-allow-origin").empty()) continue;
      ++compared;
      const std::string ran = host.handled().back();
      const std::string route = ran.substr(ran.find(' ') + 1);
      if (!snapshot->decide(request.with_target(route).view()).has_grant()) {
        return failure("ran " + route + ", which is granted nothing", policy, request);
      }
    }
    return {};
  };
  EXPECT_EQ(check_property(property, kRounds), "");
  EXPECT_GT(compared, kRounds / 20);
}

}  // namespace
}  // namespace corsac::testing
