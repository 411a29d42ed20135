// Origins that a guard trusts. Entries: compile_guard_origins, take_record. Spec: policy document,
// 1 and 2: what a guard trusts carries credentials, so the rules for those hold. Test:
// tests/stage/guards_test.cpp.

#include "corsac/stage/guard_origins.hpp"

#include <string_view>
#include <utility>

#include "corsac/stage/cors/compile_origins.hpp"
#include "corsac/stage/cors/field_path.hpp"

namespace corsac {
namespace {

struct Fault {
  std::string_view code = {};  // empty = none
  std::string what = {};
  std::string fix = {};
  bool may_show_value = true;
};

Fault find_fault(const OriginPattern& pattern, RecordDemands demands) {
  if (demands.is_web && pattern.scheme != "http" && pattern.scheme != "https") {
    return {"origin-not-web", "browsers are sent to http and https only",
            "write an https origin, or take it out"};
  }
  if (demands.is_secure && is_insecure(pattern)) {
    return {"origin-insecure-credentials",
            "the user's cookies go along, and anyone on the network can act as a plain http origin",
            "write the https origin"};
  }
  const std::string_view suffix = open_suffix(pattern);
  if (!demands.is_no_public_suffix || suffix.empty()) return {};
  return {"origin-public-suffix", open_suffix_what(suffix), open_suffix_fix(suffix)};
}

Result<OriginPattern, Fault> read(std::string_view text, RecordDemands demands) {
  if (text == "*") {
    return fail(Fault{"origin-any-guard", "\"*\" would switch this guard off",
                      "list the origins, or write enabled = false"});
  }
  auto pattern = parse_origin_pattern(text);
  if (!pattern) {
    OriginPatternError& error = pattern.error();
    // What is advised for them is a switch of [cors], which no guard has.
    if (error.code == "origin-null" || error.code == "origin-opaque-scheme") {
      error.fix = "list the origins of your pages";
    }
    return fail(
        Fault{error.code, std::move(error.what), std::move(error.fix), error.may_show_value});
  }
  Fault fault = find_fault(*pattern, demands);
  if (!fault.code.empty()) return fail(std::move(fault));
  return *std::move(pattern);
}

}  // namespace

std::optional<OriginPattern> take_record(const CorsRules::RecordOrigin& record,
                                         RecordDemands demands, std::vector<Problem>& problems) {
  auto pattern = read_record(record.origin, demands);
  if (pattern) return *std::move(pattern);
  problems.push_back(record_not_granted(record, std::move(pattern.error())));
  return std::nullopt;
}

GuardOrigins compile_guard_origins(const GuardOriginRules& rules, std::vector<Problem>& problems) {
  std::vector<OriginPattern> patterns;
  std::size_t faults = 0;
  for (std::size_t i = 0; i < rules.origins.size(); ++i) {
    auto pattern = read(rules.origins[i].text, rules.demands);
    if (pattern) {
      patterns.push_back(std::move(*pattern));
      continue;
    }
    if (++faults > kOriginProblemLimit) continue;
    Fault& fault = pattern.error();
    problems.push_back(
        {.severity = Severity::Error,
         .code = fault.code,
         .path = element_path(rules.field, i),
         .value = fault.may_show_value ? std::string(rules.origins[i].text) : std::string(),
         .place = rules.origins[i].place,
         .what = std::move(fault.what),
         .fix = std::move(fault.fix)});
  }
  if (faults > kOriginProblemLimit) {
    problems.push_back({.severity = Severity::Error,
                        .code = "problems-left-out",
                        .path = rules.field,
                        .what = "the first " + std::to_string(kOriginProblemLimit) + " of " +
                                std::to_string(faults) + " problems of these origins are shown",
                        .fix = "mend these first"});
  }
  for (const CorsRules::RecordOrigin& record : rules.records) {
    auto pattern = take_record(record, rules.demands, problems);
    if (pattern) patterns.push_back(*std::move(pattern));
  }
  auto set = OriginSet::build({}, patterns, OriginSet::random_seed());
  if (set) return {.set = std::move(set), .patterns = std::move(patterns)};
  problems.push_back({.severity = Severity::Error,
                      .code = "origin-too-many",
                      .path = rules.field,
                      .what = "a list has at most 10,000,000 origins",
                      .fix = "use a wildcard"});
  return {.set = OriginSet::build({}, {}, OriginSet::random_seed())};
}

}  // namespace corsac
