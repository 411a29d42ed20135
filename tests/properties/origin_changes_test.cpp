// A policy in which single origins were changed decides as one that was compiled from the whole
// document, has the same warnings, and writes the same document.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/changeable_policy.hpp"
#include "corsac/policy/compile.hpp"
#include "properties/generated.hpp"

namespace corsac::testing {
namespace {

const std::size_t kRounds = property_rounds(150);
constexpr std::size_t kCount = 10'100;  // more than the least that has a table of its own
constexpr const char* kSource = "set";

std::string listed(std::size_t n) { return "https://t" + std::to_string(n) + ".example"; }

using Elements = std::set<std::string>;

const Elements& long_set() {
  static const Elements all = [] {
    Elements made;
    for (std::size_t i = 0; i < kCount; ++i) made.insert(listed(i));
    return made;
  }();
  return all;
}

// What a store would hand over: `own` with the set behind its list.
Policy whole(const Policy& own, const Elements& elements, const std::string& revision) {
  Policy policy = own;
  policy.sources = {"document", kSource};
  policy.revision = revision;
  for (const std::string& element : elements) {
    policy.cors.allowed_origins.add(element, {.source = 1});
  }
  return policy;
}

std::multiset<std::pair<std::string, unsigned>> texts_of(const Policy& policy) {
  std::multiset<std::pair<std::string, unsigned>> texts;
  const Names& origins = policy.cors.allowed_origins;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    texts.emplace(std::string(origins.values()[i]), origins.place(i).source);
  }
  return texts;
}

std::multiset<std::string> codes_of(const Report& report) {
  std::multiset<std::string> codes;
  for (const Problem& problem : report.problems()) codes.insert(std::string(problem.code));
  return codes;
}

// Of the set, new ones, such as the generated policies list themselves, and such as must be read.
std::string an_origin(Choices& choices) {
  static const std::vector<std::string> others = {"https://new.example",
                                                  "https://newer.example:8443",
                                                  "https://app.example.com",
                                                  "https://b.example:8443",
                                                  "http://new.example",
                                                  "http://localhost:3000",
                                                  "https://a.b.example.com",
                                                  "*",
                                                  "null",
                                                  "https://*.new.example",
                                                  "https://New.example",
                                                  "https://new-.example",
                                                  "https://new.example/"};
  return choices.coin() ? listed(choices.of(kCount + 5)) : choices.from(others);
}

OriginChanges some_changes(Choices& choices, Elements& elements) {
  OriginChanges changes = {.source = kSource};
  for (std::size_t i = 0; i <= choices.of(4); ++i) {
    changes.made.push_back({.origin = an_origin(choices), .is_added = choices.coin()});
    const OriginChange& change = changes.made.back();
    if (change.is_added) {
      elements.insert(change.origin);
    } else {
      elements.erase(change.origin);
    }
  }
  return changes;
}

GeneratedRequest with_origin(const GeneratedRequest& request, const std::string& origin) {
  GeneratedRequest::Lines lines;
  for (const auto& line : request.lines()) {
    if (line.first != "Origin") lines.push_back(line);
  }
  lines.emplace_back("Origin", origin);
  return GeneratedRequest(request.method(), request.target(), std::move(lines));
}

std::string compare(const Snapshot& changed, const Snapshot& read, const Policy& policy,
                    const GeneratedRequest& request) {
  const Decision a = changed.decide(request.view());
  const Decision b = read.decide(request.view());
  const bool is_same = a.outcome == b.outcome && a.reason == b.reason && a.status == b.status &&
                       a.rule == b.rule && grant_headers(a) == grant_headers(b);
  return is_same ? "" : failure("decided otherwise than as it is read", policy, request);
}

std::string compare(const ChangeablePolicy& changed, const Policy& read, const Compiled& compiled,
                    Choices& choices, const OriginChanges& changes) {
  if (texts_of(changed.document()) != texts_of(read)) return "another document is written";
  if (changed.snapshot()->revision() != read.revision) return "another revision";
  for (int i = 0; i < 4; ++i) {
    const GeneratedRequest request = generated_request(choices);
    for (const OriginChange& change : changes.made) {
      const auto what = compare(*changed.snapshot(), *compiled.snapshot, read,
                                with_origin(request, change.origin));
      if (!what.empty()) return what;
    }
    const auto what = compare(*changed.snapshot(), *compiled.snapshot, read,
                              with_origin(request, an_origin(choices)));
    if (!what.empty()) return what;
  }
  return {};
}

struct Counts {
  std::size_t changed = 0;
  std::size_t read = 0;
};

std::string check_changes(Choices& choices, Counts& counts) {
  Policy own = generated_policy(choices);
  if (!choices.rarely(5)) own.trusted_origins.clear();
  if (!choices.rarely(5)) own.cors.allowed_origins_from_file = {};
  if (own.cors.allowed_origins_from_file.size() == 0) own.cors.allowed_origins_file = {};
  Elements elements = long_set();
  Policy read = whole(own, elements, "0");
  auto compiled = compile_policy(read, {});
  if (!compiled) return {};
  auto policy = ChangeablePolicy::of(read, compiled->snapshot);
  for (std::size_t step = 1; step <= 4; ++step) {
    const OriginChanges changes = some_changes(choices, elements);
    const auto warnings = codes_of(compiled->warnings);
    read = whole(own, elements, std::to_string(step));
    compiled = compile_policy(read, {});
    auto changed = policy ? policy->changed(changes, read.revision) : std::nullopt;
    if (!changed) {
      ++counts.read;
      if (!compiled) return {};
      policy = ChangeablePolicy::of(read, compiled->snapshot);
      continue;
    }
    ++counts.changed;
    if (!compiled) return "a document that is refused was taken";
    if (codes_of(compiled->warnings) != warnings) return "a warning is lost";
    std::string what = compare(changed->policy, read, *compiled, choices, changes);
    if (!what.empty()) return what;
    policy = std::move(changed->policy);
  }
  return {};
}

TEST(OriginChanges, DecideAsTheWholeDocument) {
  Counts counts;
  EXPECT_EQ(
      check_property([&](Choices& choices) { return check_changes(choices, counts); }, kRounds),
      "");
  EXPECT_GT(counts.changed, kRounds / 8);
  EXPECT_GT(counts.read, 0U);
}

}  // namespace
}  // namespace corsac::testing
