#include "corsac/runtime/trust_removal.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
      {"the trust in a Referer differs", [](Policy& p) { p.csrf.referer.enabled = true; }, false},
      {"the cross-domain cookie differs", [](Policy& p) { p.csrf.cookie.path = "/a"; }, false},
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

// What records give: "a CORS REDIRECT | b CORS IFRAME(OKTA_ENDUSER) until 0h", the hours from
// kMoment on; those that are not ACTIVE are left out.
std::string trust_of(const Policy& policy) {
  constexpr std::string_view kScheme = "https://";
  std::string text;
  for (const TrustedOrigin& record : policy.trusted_origins) {
    if (record.status != TrustedOrigin::Status::Active) continue;
    if (!text.empty()) text += " | ";
    text += record.origin.substr(kScheme.size(), 1);
    for (const Scope& scope : record.scopes) {
      text += scope.type == ScopeType::Cors       ? " CORS"
              : scope.type == ScopeType::Redirect ? " REDIRECT"
                                                  : " IFRAME";
      if (!scope.allowed_okta_apps) continue;
      text += '(';
      for (const std::string& app : *scope.allowed_okta_apps) text += app;
      text += ')';
    }
    if (!record.valid_until) continue;
    const auto hours = std::chrono::floor<std::chrono::hours>(*record.valid_until - kMoment);
    text += " until " + std::to_string(hours.count()) + "h";
  }
  return text;
}

std::string trust_of(const std::optional<Policy>& policy) {
  return policy ? trust_of(*policy) : "nothing is taken away";
}

constexpr const char* kA = "a CORS REDIRECT";
constexpr const char* kB = "b CORS IFRAME(OKTA_ENDUSER) until 0h";
constexpr const char* kUnchanged = "nothing is taken away";

std::string both(const std::string& a, const std::string& b) { return a + " | " + b; }

struct LimitRow {
  const char* desc;
  std::function<void(Policy&)> change;  // of the policy in force
  std::string left;
};

TEST(TrustRemoval, TakesOutOfAPolicyWhatARefusedOneDoesNotGive) {
  const LimitRow rows[] = {
      {"nothing differs", [](Policy&) {}, kUnchanged},
      {"a record is added",
       [](Policy& p) { p.trusted_origins.push_back(a_record("https://c.example")); }, kUnchanged},
      {"a record gets a scope",
       [](Policy& p) { p.trusted_origins[0].scopes.push_back({.type = ScopeType::IframeEmbed}); },
       kUnchanged},
      {"a record ends later",
       [](Policy& p) { p.trusted_origins[1].valid_until = kMoment + std::chrono::hours(1); },
       kUnchanged},
      {"a record gets another name and id",
       [](Policy& p) {
         p.trusted_origins[0].name = "other";
         p.trusted_origins[0].id = "1";
       },
       kUnchanged},
      {"a record is said twice",
       [](Policy& p) { p.trusted_origins.push_back(p.trusted_origins[0]); }, kUnchanged},
      {"the scopes of a record come in two",
       [](Policy& p) {
         p.trusted_origins.push_back(p.trusted_origins[0]);
         p.trusted_origins[0].scopes.pop_back();
         p.trusted_origins[2].scopes.erase(p.trusted_origins[2].scopes.begin());
       },
       kUnchanged},

      {"a record is removed", [](Policy& p) { p.trusted_origins.erase(p.trusted_origins.begin()); },
       kB},
      {"all records are removed", [](Policy& p) { p.trusted_origins.clear(); }, ""},
      {"a record is deactivated",
       [](Policy& p) { p.trusted_origins[0].status = TrustedOrigin::Status::Inactive; }, kB},
      {"a record is replaced by one of another origin",
       [](Policy& p) { p.trusted_origins[0].origin = "https://c.example"; }, kB},
      {"one is removed, another one is added",
       [](Policy& p) { p.trusted_origins[1] = a_record("https://c.example"); }, kA},
      {"a record loses a scope and gets another",
       [](Policy& p) { p.trusted_origins[0].scopes[0].type = ScopeType::IframeEmbed; },
       both("a REDIRECT", kB)},
      {"a record loses all of them", [](Policy& p) { p.trusted_origins[0].scopes.clear(); }, kB},
      {"a scope loses an application",
       [](Policy& p) { p.trusted_origins[1].scopes[1].allowed_okta_apps.reset(); },
       both(kA, "b CORS IFRAME() until 0h")},
      {"a scope is for another application",
       [](Policy& p) {
         p.trusted_origins[1].scopes[1].allowed_okta_apps = std::vector<std::string>{"OTHER"};
       },
       both(kA, "b CORS IFRAME() until 0h")},
      {"a record gets an end", [](Policy& p) { p.trusted_origins[0].valid_until = kMoment; },
       both("a CORS REDIRECT until 0h", kB)},
      {"a record ends earlier",
       [](Policy& p) { p.trusted_origins[1].valid_until = kMoment - std::chrono::hours(2); },
       both(kA, "b CORS IFRAME(OKTA_ENDUSER) until -2h")},
      {"the scopes of a record come in two that end at different moments",
       [](Policy& p) {
         p.trusted_origins.push_back(p.trusted_origins[0]);
         p.trusted_origins[0].scopes.pop_back();
         p.trusted_origins[0].valid_until = kMoment + std::chrono::hours(5);
         p.trusted_origins[2].scopes.erase(p.trusted_origins[2].scopes.begin());
         p.trusted_origins[2].valid_until = kMoment + std::chrono::hours(3);
       },
       both("a CORS REDIRECT until 3h", kB)},
      {"one keeps the application, another one the end",
       [](Policy& p) {
         p.trusted_origins.push_back(p.trusted_origins[1]);
         p.trusted_origins[1].scopes[1].allowed_okta_apps.reset();
         p.trusted_origins[2].valid_until = kMoment - std::chrono::hours(1);
       },
       both(kA, "b CORS IFRAME() until 0h")},

      {"a record is removed, and a rule differs",
       [](Policy& p) {
         p.trusted_origins.clear();
         p.cors.rules.clear();
       },
       kUnchanged},
      {"a record is removed, and a test differs",
       [](Policy& p) {
         p.trusted_origins.clear();
         p.tests.clear();
       },
       kUnchanged},
  };
  for (const LimitRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const Policy before = a_policy();
    Policy after = before;
    row.change(after);
    const auto limited = with_trust_removed(before, after);
    EXPECT_EQ(trust_of(limited), row.left);
    if (!limited) continue;
    EXPECT_TRUE(only_removes_trust(before, *limited)) << "nothing else differs";
    EXPECT_EQ(limited->trusted_origins.size(), before.trusted_origins.size())
        << "what the document says of a record of another store stays said";
  }
}

struct WithdrawalRow {
  const char* desc;
  std::function<void(RecordWithdrawal&)> change;  // of one by which the first record is gone
  std::string left;
};

TEST(TrustRemoval, TakesOutOfAPolicyWhatWasWithdrawn) {
  Policy policy = a_policy();
  policy.trusted_origins[0].id = "1";
  const auto becomes = [](RecordWithdrawal& withdrawal) -> TrustedOrigin& {
    return withdrawal.after.emplace(withdrawal.before);
  };
  const WithdrawalRow rows[] = {
      {"a record is gone", [](RecordWithdrawal&) {}, kB},
      {"it is deactivated",
       [&](RecordWithdrawal& w) { becomes(w).status = TrustedOrigin::Status::Inactive; }, kB},
      {"it has another origin",
       [&](RecordWithdrawal& w) { becomes(w).origin = "https://c.example"; }, kB},
      {"it loses a scope", [&](RecordWithdrawal& w) { becomes(w).scopes.pop_back(); },
       both("a CORS", kB)},
      {"it loses all of them", [&](RecordWithdrawal& w) { becomes(w).scopes.clear(); }, kB},
      {"it gets an end", [&](RecordWithdrawal& w) { becomes(w).valid_until = kMoment; },
       both("a CORS REDIRECT until 0h", kB)},
      {"nothing of it changes", [&](RecordWithdrawal& w) { becomes(w); }, kUnchanged},
      {"it has another name", [&](RecordWithdrawal& w) { becomes(w).name = "other"; }, kUnchanged},
      {"it gets a scope",
       [&](RecordWithdrawal& w) { becomes(w).scopes.push_back({.type = ScopeType::IframeEmbed}); },
       kUnchanged},
      {"it had another name and origin",
       [](RecordWithdrawal& w) {
         w.before.name = "other";
         w.before.origin = "https://c.example";
       },
       kB},
      {"it has no id", [](RecordWithdrawal& w) { w.before.id.clear(); }, kB},
      {"it has an id that was made for it", [](RecordWithdrawal& w) { w.before.id = "2"; }, kB},
      {"another id and another name",
       [](RecordWithdrawal& w) {
         w.before.id = "2";
         w.before.name = "other";
       },
       kUnchanged},
      {"another id and another origin",
       [](RecordWithdrawal& w) {
         w.before.id = "2";
         w.before.origin = "https://c.example";
       },
       kUnchanged},
      {"one without an id is meant",
       [](RecordWithdrawal& w) {
         w.before = a_record("https://b.example");
         w.before.id = "2";
       },
       kA},
  };
  for (const WithdrawalRow& row : rows) {
    RecordWithdrawal withdrawal{.before = policy.trusted_origins[0]};
    row.change(withdrawal);
    EXPECT_EQ(trust_of(without_withdrawn(policy, std::vector{withdrawal})), row.left) << row.desc;
  }
}

TEST(TrustRemoval, TakesOutWhatSeveralWithdrawalsTake) {
  const Policy policy = a_policy();
  RecordWithdrawal first{.before = policy.trusted_origins[0], .after = policy.trusted_origins[0]};
  RecordWithdrawal second = first;
  first.after->scopes.pop_back();
  second.after->scopes.erase(second.after->scopes.begin());
  EXPECT_EQ(trust_of(without_withdrawn(policy, std::vector{first})), both("a CORS", kB));
  EXPECT_EQ(trust_of(without_withdrawn(policy, std::vector{first, second})), kB);
  const RecordWithdrawal other{.before = policy.trusted_origins[1]};
  EXPECT_EQ(trust_of(without_withdrawn(policy, std::vector{first, other})), "a CORS");
  EXPECT_EQ(trust_of(without_withdrawn(policy, {})), kUnchanged);
}

}  // namespace
}  // namespace corsac
