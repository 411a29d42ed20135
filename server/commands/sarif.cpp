// A report for CI systems. Entry: to_sarif. Spec: SARIF 2.1.0 (OASIS), 3.13 sarifLog, 3.14 run,
// 3.19 toolComponent, 3.49 reportingDescriptor, 3.27 result, 3.35 suppression, 3.30 region. Test:
// tests/server/check_output_test.py.

#include "sarif.hpp"

#include <map>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <corsac/base/printable.hpp>
#include <corsac/policy/warning_codes.hpp>

#ifndef CORSAC_VERSION
#error "the build says which version this is"
#endif

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

// RFC 3986, 3.3: what may stand in a path as it is.
std::string to_uri(std::string_view path) {
  constexpr std::string_view kPlain = "-._~!$&'()*+,;=@/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
    if (is_plain) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return path.starts_with('/') ? "file://" + uri : uri;
}

Json rule_of_warning(const WarningCode& code) {
  return {{"id", code.code},
          {"shortDescription", {{"text", code.summary}}},
          {"help", {{"text", code.help}}},
          {"defaultConfiguration", {{"level", "warning"}}}};
}

std::string level_of(Severity severity) {
  return severity == Severity::Error ? "error" : "warning";
}

// Of a code without a row: of an error, or of a warning that is about more than the document. Each
// result says its own fix.
Json rule_of_other(std::string_view code, Severity severity) {
  const bool is_error = severity == Severity::Error;
  return {
      {"id", to_one_line(code)},
      {"shortDescription",
       {{"text", (is_error ? "The policy is not taken: " : "The policy is taken: ") +
                     to_one_line(code) + "."}}},
      {"help",
       {{"text", is_error ? "A policy is taken whole or not at all, and the one in force stays. "
                            "The message says what to write instead."
                          : "The message says what to do."}}},
      {"defaultConfiguration", {{"level", level_of(severity)}}}};
}

class Log {
 public:
  Log(const Report& report, const std::string& policy, const SourceLines& lines)
      : report_(report), policy_(policy), lines_(lines) {
    for (const WarningCode& code : warning_codes()) {
      index_.emplace(code.code, rules_.size());
      rules_.push_back(rule_of_warning(code));
    }
  }

  std::string text() {
    Json results = Json::array();
    for (const Problem* problem : report_.in_order_of_place()) {
      results.push_back(result_of(*problem));
    }
    for (const SilencedWarning& silenced : report_.silenced()) {
      Json result = result_of(silenced.problem);
      result["suppressions"] = Json::array({{{"kind", "inSource"},
                                             {"justification", to_one_line(silenced.reason)},
                                             {"location", location_of(silenced.place)}}});
      results.push_back(std::move(result));
    }
    const Json driver = {
        {"name", "corsac"}, {"version", CORSAC_VERSION}, {"rules", std::move(rules_)}};
    const Json run = {{"tool", {{"driver", driver}}},
                      {"columnKind", "unicodeCodePoints"},
                      {"results", std::move(results)}};
    const Json log = {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({run})}};
    return log.dump(2, ' ', true, Json::error_handler_t::replace);
  }

 private:
  std::size_t rule_index(const Problem& problem) {
    const auto [found, is_new] = index_.emplace(problem.code, rules_.size());
    if (is_new) rules_.push_back(rule_of_other(problem.code, problem.severity));
    return found->second;
  }

  [[nodiscard]] Json location_of(const Place& place) const {
    const bool has_source = place.source < report_.sources().size();
    const std::string& source = has_source ? report_.sources()[place.source] : policy_;
    Json region = {{"startLine", place.is_known() ? std::uint32_t{place.line} : 1U}};
    if (const std::string* line = lines_.find(place); line != nullptr && place.column != 0) {
      region["startColumn"] = code_point_column(*line, place.column);
    }
    return {{"physicalLocation",
             {{"artifactLocation", {{"uri", to_uri(source)}}}, {"region", std::move(region)}}}};
  }

  Json result_of(const Problem& problem) {
    const ProblemLines lines = problem_lines({.code = problem.code,
                                              .path = problem.path,
                                              .value = problem.value,
                                              .what = problem.what,
                                              .fix = problem.fix},
                                             {});
    // Behind "error[code]: ", which SARIF has as level and ruleId.
    const std::size_t end = lines.head.find("]: ");
    const std::string about = end == std::string::npos ? "" : lines.head.substr(end + 3) + ": ";
    const std::size_t index = rule_index(problem);
    return {{"ruleId", to_one_line(problem.code)},
            {"ruleIndex", index},
            {"level", level_of(problem.severity)},
            {"message", {{"text", about + lines.body}}},
            {"locations", Json::array({location_of(problem.place)})}};
  }

  const Report& report_;
  const std::string& policy_;
  const SourceLines& lines_;
  Json rules_ = Json::array();
  std::map<std::string, std::size_t, std::less<>> index_ = {};
};

}  // namespace

std::string to_sarif(const Report& report, const std::string& policy, const SourceLines& lines) {
  return Log(report, policy, lines).text();
}

}  // namespace corsac::server
