// Checks of the document that belong to no rule. Entry: check_document. Spec: policy document, 1, 3
// and 5. Test: tests/policy/compile_test.cpp.

#include "corsac/policy/document_checks.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "corsac/policy/report.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

constexpr std::int64_t kSchemaVersion = 1;
constexpr std::string_view kProfile = "fetch";
constexpr std::array<std::string_view, 5> kLaterProfiles = {"okta", "openedx", "django",
                                                            "fusionauth", "cloudflare"};

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

void check_version_and_profile(const Policy& policy, ProblemList& problems) {
  const std::int64_t version = policy.version.value_or(kSchemaVersion);
  if (version != kSchemaVersion) {
    error(problems, "version-unknown", "version", std::to_string(version), policy.version.place(),
          "this version of Corsac reads schema version 1", "write version = 1");
  }
  const Setting<std::string>& profile = policy.cors.profile;
  if (!profile.is_set() || profile.value() == kProfile) return;
  const auto is_later = std::find(kLaterProfiles.begin(), kLaterProfiles.end(), profile.value());
  if (is_later != kLaterProfiles.end()) {
    error(problems, "profile-not-available", "cors.profile", profile.value(), profile.place(),
          "this version has only the profile \"fetch\"", "write \"fetch\", or take it out");
    return;
  }
  std::vector<std::string_view> known(kLaterProfiles.begin(), kLaterProfiles.end());
  known.push_back(kProfile);
  const std::string_view nearest = nearest_name(profile.value(), known);
  error(problems, "profile-unknown", "cors.profile", profile.value(), profile.place(),
        "no profile has this name",
        "write \"" + std::string(nearest.empty() ? kProfile : nearest) + "\"");
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
  check_tests(policy, problems);
  check_rule_names(policy, problems);
}

}  // namespace corsac
