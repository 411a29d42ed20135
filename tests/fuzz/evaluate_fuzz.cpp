// evaluate against the policy document. The input chooses a rule (profile, every knob, lists) and a
// request.

#include "corsac/stage/cors/evaluate.hpp"

#include <string>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/stage/cors/compile.hpp"
#include "fuzz/cors_choices.hpp"
#include "fuzz/cors_texts.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_cors.hpp"

namespace corsac::fuzz {
namespace {

CorsReading reading_of(const Decision& decision) {
  CorsReading reading = {.outcome = decision.outcome,
                         .status = decision.status,
                         .reason = decision.reason,
                         .offending = std::string(decision.offending),
                         .vary = std::string(vary_value(decision.vary)),
                         .handler_headers = decision.handler_headers};
  // Which element was one too many is told by the header list's own fuzzer.
  if (decision.reason == Reason::RequestedHeadersOverBudget) reading.offending.clear();
  for (const auto& [name, value] : grant_headers(decision)) {
    if (!reading.grant.emplace(name, value).second) fail_with("a header twice: " + name);
  }
  return reading;
}

bool is_same(const CorsReading& a, const CorsReading& b) {
  return a.outcome == b.outcome && a.status == b.status && a.reason == b.reason &&
         a.offending == b.offending && a.vary == b.vary && a.handler_headers == b.handler_headers &&
         a.grant == b.grant;
}

// Whatever the policy says.
std::string_view broken_law(const CorsRules& rule, const RequestView& request,
                            const CorsReading& reading) {
  const auto value = [&](const char* name) {
    const auto found = reading.grant.find(name);
    return found == reading.grant.end() ? std::string() : found->second;
  };
  const std::string origin = value("Access-Control-Allow-Origin");
  const std::string credentials = value("Access-Control-Allow-Credentials");
  if (origin.empty() && !reading.grant.empty()) return "a grant without an origin";
  if (!credentials.empty() && credentials != "true") return "credentials are not \"true\"";
  if (origin == "*" && !credentials.empty()) return "any origin with credentials";
  if (origin == "null" && !credentials.empty()) return "null with credentials";
  if (!credentials.empty() && !rule.allow_credentials) return "credentials that are not allowed";
  if (!origin.empty() && origin != "*" && origin != request.origin.value) return "another origin";
  if (reading.reason != Reason::None && !reading.grant.empty()) return "a reason beside a grant";
  if (reading.outcome == Outcome::Refuse && reading.reason == Reason::None) return "no reason";
  if (reading.outcome != Outcome::Pass && reading.status == 0) return "no status";
  if (!origin.empty() && origin != "*" && reading.vary.find("Origin") == std::string::npos) {
    return "a specific grant without Vary";
  }
  return {};
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  Choices choices(data, size);
  const CorsRules rule = choose_rule(choices);
  const Reason reasons[] = {Reason::None, Reason::None, Reason::PolicyUnavailable,
                            Reason::PathAmbiguous};
  const Reason denies_all = choices.one_of(reasons);
  std::vector<Problem> problems;
  CompiledCors compiled = compile_cors(rule, problems);
  for (const Problem& problem : problems) {
    if (problem.severity == Severity::Error) return 0;
  }
  if (denies_all != Reason::None) compiled = with_all_denied(compiled, denies_all);

  const OwnOrigin own;
  Request request;
  choose_request(choices, own, request);
  const Decision decision = evaluate(compiled, request.view);
  if (decision.is_own_origin && !own.is_same_origin(request.view)) fail_with("not our own");
  const CorsReading reading = reading_of(decision);
  const CorsReading expected = CorsModel(rule, denies_all).decide(request.view);
  if (!is_same(reading, expected)) {
    fail_with("the decision is not what the policy document says", told(rule, denies_all),
              told(request.view), "decided: " + told(reading), "expected: " + told(expected));
  }
  if (const auto law = broken_law(rule, request.view, reading); !law.empty()) {
    fail_with(law, told(rule, denies_all), told(request.view), "decided: " + told(reading));
  }
  return 0;
}
