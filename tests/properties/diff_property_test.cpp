// What `corsac diff` says of two policies holds for every request: whoever is decided differently
// is covered by its verdict.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/compile.hpp"
#include "corsac/policy/diff.hpp"
#include "corsac/policy/writer.hpp"
#include "properties/generated.hpp"

namespace corsac::testing {
namespace {

const std::size_t kRounds = property_rounds(1500);
constexpr std::size_t kRequestsOfAPair = 60;

// Grant and passage, told from the decisions alone.
struct Allowed {
  bool goes_on = false;
  bool has_grant = false;
  bool has_credentials = false;
};

Allowed allowed(const Decision& decision) {
  Allowed told = {.goes_on = decision.outcome != Outcome::Refuse};
  for (const auto& [name, value] : grant_headers(decision)) {
    told.has_grant = told.has_grant || name == "Access-Control-Allow-Origin";
    told.has_credentials = told.has_credentials || name == "Access-Control-Allow-Credentials";
  }
  return told;
}

bool has_more(const Allowed& a, const Allowed& b) {
  return (a.goes_on && !b.goes_on) || (a.has_grant && !b.has_grant) ||
         (a.has_credentials && !b.has_credentials);
}

SnapshotPtr compiled(const Policy& policy) {
  auto result = compile_policy(policy, {});
  return result ? result->snapshot : nullptr;
}

// The same policy with one section taken from another one, or another one altogether.
Policy changed(const Policy& policy, Choices& choices) {
  Policy other = generated_document(choices);
  if (choices.coin()) return other;
  Policy next = policy;
  switch (choices.of(10)) {
    case 0:
      next.cors.allowed_origins = other.cors.allowed_origins;
      break;
    case 1:
      next.cors.allowed_methods = other.cors.allowed_methods;
      break;
    case 2:
      next.cors.allowed_headers = other.cors.allowed_headers;
      break;
    case 3:
      next.cors.rules = other.cors.rules;
      break;
    case 4:
      next.cors.excluded_paths = other.cors.excluded_paths;
      break;
    case 5:
      next.cors.knobs = other.cors.knobs;
      break;
    case 6:
      next.hosts = other.hosts;
      break;
    case 7:
      next.csrf = other.csrf;
      break;
    case 8:
      next.redirects = other.redirects;
      next.frames = other.frames;
      break;
    default:
      next.trusted_origins = other.trusted_origins;
      break;
  }
  return next;
}

std::string shown(const std::string& what, const Policy& before, const Policy& after,
                  const PolicyDiff& diff, const GeneratedRequest& request, const Snapshot& a,
                  const Snapshot& b) {
  return what + "\n--- old\n" + policy_to_toml(before) + "--- new\n" + policy_to_toml(after) +
         "--- diff\n" + diff.text() + "--- request\n" + request.curl() +
         "\nold: " + told(a, request) + "\nnew: " + told(b, request) + '\n';
}

TEST(DiffProperties, TheVerdictCoversEveryRequest) {
  const Property property = [](Choices& choices) -> std::string {
    const Policy before = generated_document(choices);
    const SnapshotPtr a = compiled(before);
    if (a == nullptr) return {};
    const Policy after = changed(before, choices);
    const SnapshotPtr b = compiled(after);
    if (b == nullptr) return {};
    const PolicyDiff diff = diff_policies({before, *a}, {after, *b}, {});
    for (std::size_t i = 0; i < kRequestsOfAPair; ++i) {
      const GeneratedRequest request = generated_request(choices);
      const Allowed old_allowed = allowed(a->decide(request.view()));
      const Allowed new_allowed = allowed(b->decide(request.view()));
      if (has_more(new_allowed, old_allowed) && !diff.widens) {
        return shown("not said to be wider", before, after, diff, request, *a, *b);
      }
      if (has_more(old_allowed, new_allowed) && !diff.narrows) {
        return shown("not said to be narrower", before, after, diff, request, *a, *b);
      }
    }
    return {};
  };
  EXPECT_EQ(check_property(property, kRounds), "");
}

TEST(DiffProperties, APolicyIsTheSameAsItself) {
  const Property property = [](Choices& choices) -> std::string {
    const Policy policy = generated_document(choices);
    const SnapshotPtr a = compiled(policy);
    if (a == nullptr) return {};
    const SnapshotPtr b = compiled(policy);
    const PolicyDiff diff = diff_policies({policy, *a}, {policy, *b}, {});
    const bool is_same = !diff.widens && !diff.narrows && diff.changes.empty();
    return is_same ? "" : policy_to_toml(policy) + diff.text();
  };
  EXPECT_EQ(check_property(property, kRounds), "");
}

// What one direction allows more the other allows less.
TEST(DiffProperties, TheOtherDirectionIsTheContrary) {
  const Property property = [](Choices& choices) -> std::string {
    const Policy before = generated_document(choices);
    const SnapshotPtr a = compiled(before);
    if (a == nullptr) return {};
    const Policy after = changed(before, choices);
    const SnapshotPtr b = compiled(after);
    if (b == nullptr) return {};
    const PolicyDiff there = diff_policies({before, *a}, {after, *b}, {});
    const PolicyDiff back = diff_policies({after, *b}, {before, *a}, {});
    if (there.widens == back.narrows && there.narrows == back.widens) return {};
    return "--- old\n" + policy_to_toml(before) + "--- new\n" + policy_to_toml(after) +
           there.text() + back.text();
  };
  EXPECT_EQ(check_property(property, kRounds / 4), "");
}

// What samples of a comparison miss most easily, and general policies seldom hold: records with
// patterns, which grant nothing; hosts of rules with ranges of ports; more origins than are asked
// about one by one, behind those that a pattern covers; and trust that ends. Few names, so that all
// requests about them can be asked.
namespace close {

const std::vector<std::string> kListed = {
    "https://*.a.example", "https://1.a.example", "https://2.a.example",   "https://3.a.example",
    "https://4.a.example", "https://zz.example",  "https://*.me.github.io"};
const std::vector<std::string> kRecords = {"https://zz.example", "https://1.a.example",
                                           "https://*.a.example", "https://*.github.io"};
const std::vector<std::string> kRuleHosts = {
    "api.example",   "api.example:[3000,8443]", "api.example:[3000,4000-5000,8443]",
    "x.api.example", "*.api.example",           "*.x.api.example:8443"};
const std::vector<std::string> kAskedHosts = {
    "api.example",   "api.example:3000", "api.example:4500", "api.example:8443",
    "x.api.example", "y.api.example",    "y.x.api.example",  "y.x.api.example:8443"};
const std::vector<std::string> kAskedOrigins = {"https://1.a.example",    "https://4.a.example",
                                                "https://5.a.example",    "https://zz.example",
                                                "https://b.me.github.io", "https://b.github.io"};
constexpr std::chrono::system_clock::time_point kNow{std::chrono::hours(1)};
constexpr std::chrono::system_clock::time_point kEnd{std::chrono::hours(2)};
constexpr std::chrono::system_clock::time_point kLater{std::chrono::hours(3)};

Names some(Choices& choices, const std::vector<std::string>& pool, std::size_t most) {
  Names taken = Names::none();
  for (std::size_t i = choices.of(most) + 1; i != 0; --i) {
    const std::string& one = choices.from(pool);
    const TextList& known = taken.values();
    if (std::find(known.begin(), known.end(), one) == known.end()) taken.add(one, {});
  }
  return taken;
}

CorsRule a_rule(Choices& choices) {
  CorsRule rule;
  if (choices.coin()) rule.methods = {"PUT"};
  if (choices.coin()) rule.hosts = some(choices, kRuleHosts, 2);
  if (choices.coin() || !(rule.methods.is_set() || rule.hosts.is_set())) rule.paths = {"/api"};
  if (!choices.rarely(4)) rule.allowed_origins = some(choices, kListed, 6);
  return rule;
}

TrustedOrigin a_record(Choices& choices) {
  TrustedOrigin record{.name = "record", .origin = choices.from(kRecords), .scopes = {{}}};
  if (choices.rarely(3)) record.scopes[0].type = TrustedOrigin::ScopeType::Redirect;
  if (choices.coin()) record.valid_until = kEnd;
  return record;
}

Policy a_policy(Choices& choices) {
  Policy policy;
  policy.cors.allowed_origins = some(choices, kListed, 2);
  policy.cors.allowed_methods = {"GET", "PUT"};
  policy.redirects.enabled = choices.coin();
  if (choices.coin()) policy.cors.rules.push_back(a_rule(choices));
  for (std::size_t i = choices.of(3); i != 0; --i) {
    policy.trusted_origins.push_back(a_record(choices));
  }
  return policy;
}

// With one thing changed of what may be missed.
Policy changed(Policy policy, Choices& choices) {
  const bool has_rule = !policy.cors.rules.empty();
  const bool has_record = !policy.trusted_origins.empty();
  switch (choices.of(6)) {
    case 0:
      policy.cors.allowed_origins.add(
          choices.coin() && has_record ? policy.trusted_origins[0].origin : choices.from(kListed),
          {});
      break;
    case 1:
      if (has_rule) policy.cors.rules[0].hosts = some(choices, kRuleHosts, 2);
      break;
    case 2:
      if (has_rule) policy.cors.rules[0].allowed_origins = some(choices, kListed, 6);
      break;
    case 3:
      if (has_record) policy.trusted_origins[0].valid_until.reset();
      break;
    case 4:
      if (has_record) policy.trusted_origins[0].origin = choices.from(kRecords);
      break;
    default:
      if (!has_record) break;
      policy.cors.allowed_origins.add(policy.trusted_origins[0].origin, {});
      policy.trusted_origins.erase(policy.trusted_origins.begin());
      break;
  }
  return policy;
}

const std::vector<GeneratedRequest>& requests() {
  static const std::vector<GeneratedRequest> all = [] {
    std::vector<GeneratedRequest> made;
    for (const std::string& host : kAskedHosts) {
      for (const std::string& origin : kAskedOrigins) {
        for (const char* target : {"/api", "/"}) {
          const GeneratedRequest::Lines lines = {{"Host", host}, {"Origin", origin}};
          for (const char* method : {"GET", "PUT"}) made.emplace_back(method, target, lines);
          made.push_back(GeneratedRequest("OPTIONS", target, lines)
                             .with_line("Access-Control-Request-Method", "PUT"));
        }
      }
    }
    return made;
  }();
  return all;
}

bool may_go_on_to(const Snapshot& snapshot, const std::string& origin) {
  const auto& guard = snapshot.guards().redirects;
  return guard == nullptr || guard->allows(origin + "/", PageScheme::Https, nullptr);
}

// What the verdict `diff` of two policies leaves out at one moment; empty = nothing.
std::string left_out(const PolicyDiff& diff, const Policy& before, const Snapshot& a,
                     const Policy& after, const Snapshot& b) {
  for (const GeneratedRequest& request : requests()) {
    const Allowed old_allowed = allowed(a.decide(request.view()));
    const Allowed new_allowed = allowed(b.decide(request.view()));
    if (has_more(new_allowed, old_allowed) && !diff.widens) {
      return shown("not said to be wider", before, after, diff, request, a, b);
    }
    if (has_more(old_allowed, new_allowed) && !diff.narrows) {
      return shown("not said to be narrower", before, after, diff, request, a, b);
    }
  }
  for (const std::string& origin : kAskedOrigins) {
    const bool was = may_go_on_to(a, origin);
    const bool is = may_go_on_to(b, origin);
    if ((is && !was && !diff.widens) || (was && !is && !diff.narrows)) {
      return shown("a redirect to " + origin, before, after, diff, requests().front(), a, b);
    }
  }
  return {};
}

}  // namespace close

// Also once what ends has ended: the verdict is about the policies, not about the moment.
TEST(DiffProperties, TheVerdictCoversWhatIsEasilyMissed) {
  const Property property = [](Choices& choices) -> std::string {
    const Policy before = close::a_policy(choices);
    const Policy after = close::changed(before, choices);
    const auto at = [](const Policy& policy, std::chrono::system_clock::time_point time) {
      const auto result = compile_policy(policy, {.now = time});
      return result ? result->snapshot : nullptr;
    };
    const SnapshotPtr a = at(before, close::kNow);
    const SnapshotPtr b = at(after, close::kNow);
    if (a == nullptr || b == nullptr) return {};
    const PolicyDiff diff = diff_policies({before, *a}, {after, *b}, close::kNow);
    const std::string now = close::left_out(diff, before, *a, after, *b);
    if (!now.empty()) return now;
    const std::string later =
        close::left_out(diff, before, *at(before, close::kLater), after, *at(after, close::kLater));
    return later.empty() ? "" : "later: " + later;
  };
  EXPECT_EQ(check_property(property, kRounds), "");
}

}  // namespace
}  // namespace corsac::testing
