// Checks of the document that belong to no rule. Entry: check_document. Spec: policy document, 1, 3
// and 5. Test: tests/policy/compile_test.cpp.

#include "corsac/policy/document_checks.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "corsac/base/ascii.hpp"
#include "corsac/policy/cloudflare_checks.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/stage/cors/profile.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

void error(ProblemList& problems, std::string_view code, std::string path, std::string value,
           Place place, std::string what, std::string fix) {
  problems.add({.severity = Severity::Error,
                .code = code,
                .path = std::move(path),
                .value = std::move(value),
                .place = place,
                .what = std::move(what),
                .fix = std::move(fix)});
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

void check_version_and_profile(const Policy& policy, ProblemList& problems) {
  const std::int64_t version = policy.version.value_or(kSchemaVersion);
  if (version != kSchemaVersion) {
    error(problems, "version-unknown", "version", std::to_string(version), policy.version.place(),
          "this version of Corsac reads schema version 1", "write version = 1");
  }
  const Setting<std::string>& profile = policy.cors.profile;
  if (!profile.is_set() || find_profile(profile.value()) != nullptr) return;
  std::vector<std::string_view> known;
  for (const Profile& row : profiles()) known.push_back(row.text);
  const std::string_view nearest = nearest_name(profile.value(), known);
  error(problems, "profile-unknown", "cors.profile", profile.value(), profile.place(),
        "no profile has this name; there are " + joined(known),
        nearest.empty() ? std::string() : "write \"" + std::string(nearest) + "\"");
}

void check_shadow(const Policy& policy, ProblemList& problems) {
  const Setting<std::string>& file = policy.shadow.file;
  if (!file.is_set() || (!file.value().empty() && file.value() != ".")) return;
  error(problems, "value-unknown", "shadow.file", file.value(), file.place(), "this names no file",
        "name the candidate's file, or take [shadow] out");
}

void check_tests(const Policy& policy, ProblemList& problems) {
  std::vector<std::string_view> codes;
  for (std::size_t i = 1; i < kReasonCount; ++i) {
    codes.push_back(reason_info(static_cast<Reason>(i)).code);
  }
  for (std::size_t i = 0; i < policy.tests.size(); ++i) {
    const PolicyTest& test = policy.tests[i];
    const std::string path = "test[" + std::to_string(i) + "].reason";
    if (test.reason.empty()) continue;
    if (!parse_reason(test.reason)) {
      const std::string_view nearest = nearest_name(test.reason, codes);
      error(problems, "value-unknown", path, test.reason, test.place, "no reason has this code",
            nearest.empty() ? std::string() : "write \"" + std::string(nearest) + "\"");
    } else if (test.expect == PolicyTest::Expect::Allow) {
      problems.add({.severity = Severity::Warning,
                    .code = "setting-has-no-effect",
                    .path = path,
                    .value = test.reason,
                    .place = test.place,
                    .what = "a request that is allowed has no reason",
                    .fix = "take it out, or write expect = \"deny\""});
    }
  }
}

// A reader wants the field; one that says nothing is as none.
void check_allowed_warnings(const Policy& policy, ProblemList& problems) {
  for (std::size_t i = 0; i < policy.allowed_warnings.size(); ++i) {
    const AllowedWarning& allowed = policy.allowed_warnings[i];
    const auto check = [&](std::string_view code, const char* field, const std::string& value,
                           const char* what, const char* fix) {
      if (!trim_ows(value).empty()) return;
      error(problems, code, "lint.allow[" + std::to_string(i) + "]." + field, value, allowed.place,
            what, fix);
    };
    check("lint-allow-code", "code", allowed.code,
          "a warning is left out by its code, and this says none",
          "write the code of the warning, or take the entry out");
    check("lint-allow-path", "path", allowed.path,
          "a warning is left out where it stands, and this says no place",
          "write the path of the warning, or take the entry out");
    check("lint-allow-reason", "reason", allowed.reason,
          "a warning is left out for a reason, and this says none",
          "write why it is meant, or take the entry out");
  }
}

void check_rule_names(const Policy& policy, ProblemList& problems) {
  std::unordered_map<std::string_view, std::size_t> first_with;
  const auto& rules = policy.cors.rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Setting<std::string>& name = rules[i].name;
    if (!name.is_set()) continue;
    const auto [first, is_new] = first_with.emplace(name.value(), i);
    if (is_new) continue;
    error(problems, "rule-name-repeated", "cors.rules[" + std::to_string(i) + "].name",
          name.value(), name.place(),
          "cors.rules[" + std::to_string(first->second) +
              "] has this name already, and events name rules by it",
          "write another name");
  }
}

}  // namespace

void check_document(const Policy& policy, ProblemList& problems) {
  check_version_and_profile(policy, problems);
  check_shadow(policy, problems);
  check_cloudflare(policy.cors, problems);
  check_tests(policy, problems);
  check_allowed_warnings(policy, problems);
  check_rule_names(policy, problems);
}

}  // namespace corsac
