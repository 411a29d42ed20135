// What `corsac diff` says of two policies holds for every request: whoever is decided differently
// is covered by its verdict.

#include <string>

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

const std::vector<std::string> kTrusted = {"https://app.example.com", "https://*.example.com",
                                           "https://b.example:8443", "http://localhost:*"};
const std::vector<std::string> kGuardPaths = {"/api", "/api/x", "/admin*", "/", "/:id/x$"};

// A policy with guards, which generated_policy leaves out.
Policy generated(Choices& choices) {
  Policy policy = generated_policy(choices);
  if (choices.rarely(3)) {
    policy.csrf.enabled = true;
    if (choices.coin()) policy.csrf.trusted_origins = {choices.from(kTrusted)};
    if (choices.coin()) policy.csrf.exempt_paths = {choices.from(kGuardPaths)};
  }
  if (choices.rarely(4)) policy.frames.paths = {choices.from(kGuardPaths)};
  if (choices.rarely(4)) policy.redirects.parameters = {"a"};
  return policy;
}

// The same policy with one section taken from another one, or another one altogether.
Policy changed(const Policy& policy, Choices& choices) {
  Policy other = generated(choices);
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
    const Policy before = generated(choices);
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
    const Policy policy = generated(choices);
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
    const Policy before = generated(choices);
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

}  // namespace
}  // namespace corsac::testing
