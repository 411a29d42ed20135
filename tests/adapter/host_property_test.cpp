// Generated policies and requests through a host: what stands on the wire is what explain says. A
// failure is shrunk and printed as a policy file and a curl line.

#include <algorithm>
#include <cctype>
#include <string>

#include "adapter/host_policy.hpp"
#include "corsac/policy/explain.hpp"
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
  return name == "vary" || name.starts_with("access-control-");
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
  return std::any_of(lines.begin(), lines.end(),
                     [](const auto& line) { return line.first != "vary"; });
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

TEST(HostProperties, TheWireHasWhatExplainSays) {
  const TestHost host(make_test_gate());
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
      const std::string what =
          difference(explain(*snapshot, view), response, host.handled().size() != handled);
      if (!what.empty()) return failure(what, policy, request);
    }
    return {};
  };
  EXPECT_EQ(check_property(property, kRounds), "");
}

}  // namespace
}  // namespace corsac::testing
