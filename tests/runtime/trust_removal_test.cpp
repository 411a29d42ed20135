#include "corsac/runtime/trust_removal.hpp"

#include <chrono>
#include <functional>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Scope = TrustedOrigin::Scope;
using ScopeType = TrustedOrigin::ScopeType;

constexpr std::chrono::system_clock::time_point kMoment{std::chrono::hours(500'000)};

TrustedOrigin a_record(std::string origin) {
  TrustedOrigin record;
  record.name = origin;
  record.origin = std::move(origin);
  record.scopes = {Scope{}, Scope{.type = ScopeType::Redirect}};
  return record;
}

Policy a_policy() {
  Policy policy;
  policy.cors.allowed_origins = {"https://app.example.com"};
  policy.cors.allow_credentials = true;
  policy.cors.rules = {CorsRule{.paths = {"/a"}, .allowed_methods = {"GET"}}};
  policy.trusted_origins = {a_record("https://a.example"), a_record("https://b.example")};
  policy.trusted_origins[1].valid_until = kMoment;
  policy.trusted_origins[1].scopes[1] = {.type = ScopeType::IframeEmbed,
                                         .allowed_okta_apps = {{"OKTA_ENDUSER"}}};
  policy.hosts.allowed = {"api.example.com"};
  policy.tests = {PolicyTest{.name = "t", .origin = "https://a.example"}};
  return policy;
}

TEST(TrustRemoval, TellsRemovalsFromNewDocuments) {
  struct Row {
    const char* desc;
    std::function<void(Policy&)> change;
    bool only_removes;
  };
  const Row rows[] = {
      {"nothing differs", [](Policy&) {}, true},
      {"a record is removed", [](Policy& p) { p.trusted_origins.erase(p.trusted_origins.begin()); },
       true},
      {"all records are removed", [](Policy& p) { p.trusted_origins.clear(); }, true},
      {"a record is deactivated",
       [](Policy& p) { p.trusted_origins[0].status = TrustedOrigin::Status::Inactive; }, true},
      {"a record loses a scope", [](Policy& p) { p.trusted_origins[0].scopes.pop_back(); }, true},
      {"a scope loses an application",
       [](Policy& p) {
         p.trusted_origins[1].scopes[1].allowed_okta_apps = std::vector<std::string>();
       },
       true},
      {"a record ends earlier",
       [](Policy& p) { p.trusted_origins[1].valid_until = kMoment - std::chrono::hours(1); }, true},
      {"a record gets an end", [](Policy& p) { p.trusted_origins[0].valid_until = kMoment; }, true},
      {"records change places",
       [](Policy& p) { std::swap(p.trusted_origins[0], p.trusted_origins[1]); }, true},
      {"names and times of a record",
       [](Policy& p) {
         p.trusted_origins[0].name = "other";
         p.trusted_origins[0].id = "1";
         p.trusted_origins[0].last_updated = "2026-01-01T00:00:00Z";
       },
       true},
      {"an inactive record is added",
       [](Policy& p) {
         p.trusted_origins.push_back(a_record("https://c.example"));
         p.trusted_origins.back().status = TrustedOrigin::Status::Inactive;
       },
       true},
      {"lines move, the revision is another",
       [](Policy& p) {
         p.cors.place.line = 7;
         p.cors.rules[0].place.line = 9;
         p.tests[0].place.line = 11;
         p.trusted_origins[0].place.line = 12;
         p.cors.allow_credentials = Setting<bool>(true, Place{.line = 3});
         p.revision = "2";
         p.sources = {"other.toml"};
       },
       true},
      {"a warning is allowed",
       [](Policy& p) { p.allowed_warnings = {AllowedWarning{.code = "max-age-long"}}; }, true},

      {"a record is added",
       [](Policy& p) { p.trusted_origins.push_back(a_record("https://c.example")); }, false},
      {"one is removed, another added",
       [](Policy& p) { p.trusted_origins[0] = a_record("https://c.example"); }, false},
      {"a record ends later",
       [](Policy& p) { p.trusted_origins[1].valid_until = kMoment + std::chrono::hours(1); },
       false},
      {"a record has no end any more", [](Policy& p) { p.trusted_origins[1].valid_until.reset(); },
       false},
      {"a record gets a scope",
       [](Policy& p) { p.trusted_origins[0].scopes.push_back({.type = ScopeType::IframeEmbed}); },
       false},
      {"a scope is for another application",
       [](Policy& p) {
         p.trusted_origins[0].scopes[1].allowed_okta_apps = std::vector<std::string>{"OKTA"};
       },
       false},
      {"an origin is removed from the list",
       [](Policy& p) { p.cors.allowed_origins = Names::none(); }, false},
      {"credentials differ", [](Policy& p) { p.cors.allow_credentials = false; }, false},
      {"credentials are not written", [](Policy& p) { p.cors.allow_credentials = {}; }, false},
      {"a rule differs", [](Policy& p) { p.cors.rules[0].allowed_methods = {"PUT"}; }, false},
      {"a rule is removed", [](Policy& p) { p.cors.rules.clear(); }, false},
      {"the hosts differ", [](Policy& p) { p.hosts.allowed = {}; }, false},
      {"the cross-site write guard differs", [](Policy& p) { p.csrf.exempt_paths = {"/a"}; },
       false},
      {"the redirect guard differs", [](Policy& p) { p.redirects.enabled = false; }, false},
      {"the guarded frames differ", [](Policy& p) { p.frames.paths = {"/a"}; }, false},
      {"a test differs", [](Policy& p) { p.tests[0].path = "/b"; }, false},
      {"a test is removed", [](Policy& p) { p.tests.clear(); }, false},
      {"the version differs", [](Policy& p) { p.version = 2; }, false},
  };
  for (const Row& row : rows) {
    Policy after = a_policy();
    row.change(after);
    EXPECT_EQ(only_removes_trust(a_policy(), after), row.only_removes) << row.desc;
  }
}

TEST(TrustRemoval, CountsAReactivatedRecordAsNewTrust) {
  Policy before = a_policy();
  before.trusted_origins[0].status = TrustedOrigin::Status::Inactive;
  EXPECT_FALSE(only_removes_trust(before, a_policy()));
}

}  // namespace
}  // namespace corsac
