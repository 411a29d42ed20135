#include "corsac/policy/diff.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/policy/compile.hpp"

namespace corsac {
namespace {

using Texts = std::vector<std::string>;
using Change = std::function<void(Policy&)>;

Policy base() {
  Policy policy;
  policy.cors.allowed_origins = {"https://app.example.com", "https://*.example.org"};
  policy.cors.allowed_methods = {"GET", "PUT"};
  policy.cors.allowed_headers = {"Content-Type"};
  policy.cors.allow_credentials = true;
  policy.hosts.allowed = {"api.example.com"};
  return policy;
}

PolicyDiff diff_of(const Policy& before, const Policy& after) {
  const auto old_compiled = compile_policy(before, {});
  const auto new_compiled = compile_policy(after, {});
  EXPECT_TRUE(old_compiled) << old_compiled.error().text();
  EXPECT_TRUE(new_compiled) << new_compiled.error().text();
  if (!old_compiled || !new_compiled) return {};
  return diff_policies({before, *old_compiled->snapshot}, {after, *new_compiled->snapshot}, {});
}

// "+ origins: https://new.example", without neutral ones.
Texts told(const PolicyDiff& diff) {
  Texts lines;
  for (const PolicyChange& change : diff.changes) {
    if (change.effect == DiffEffect::Neutral) continue;
    std::string line(change.effect == DiffEffect::Wider ? "+ " : "- ");
    line += change.aspect + ':';
    for (const std::string& example : change.examples) line += ' ' + example;
    lines.push_back(std::move(line));
  }
  return lines;
}

struct Row {
  const char* desc;
  Change change;
  bool widens;
  bool narrows;
  Texts told;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    Policy after = base();
    row.change(after);
    const PolicyDiff diff = diff_of(base(), after);
    EXPECT_EQ(diff.widens, row.widens) << row.desc << '\n' << diff.text();
    EXPECT_EQ(diff.narrows, row.narrows) << row.desc << '\n' << diff.text();
    EXPECT_EQ(told(diff), row.told) << row.desc << '\n' << diff.text();
    const PolicyDiff back = diff_of(after, base());
    EXPECT_EQ(back.widens, row.narrows) << row.desc << ", back";
    EXPECT_EQ(back.narrows, row.widens) << row.desc << ", back";
  }
}

TEST(PolicyDiff, TellsWhatChangesInOneField) {
  check({
      {"nothing", [](Policy&) {}, false, false, {}},
      {"what no request meets",
       [](Policy& p) {
         p.cors.debug = true;
         p.tests = {PolicyTest{.name = "x", .origin = "https://app.example.com"}};
       },
       false,
       false,
       {}},
      {"the order of lists",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://*.example.org", "https://app.example.com"};
         p.cors.allowed_methods = {"PUT", "GET"};
       },
       false,
       false,
       {}},
      {"an origin more",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://app.example.com", "https://*.example.org",
                                   "https://new.example"};
       },
       true,
       false,
       {"+ origins: https://new.example"}},
      {"an origin that a pattern has already",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://app.example.com", "https://*.example.org",
                                   "https://a.example.org"};
       },
       false,
       false,
       {}},
      {"an origin less",
       [](Policy& p) { p.cors.allowed_origins = {"https://*.example.org"}; },
       false,
       true,
       {"- origins: https://app.example.com"}},
      {"a narrower pattern",
       [](Policy& p) {
         p.cors.allowed_origins = {"https://app.example.com", "https://*.a.example.org"};
       },
       false,
       true,
       {"- origins: https://a.example.org (of https://*.example.org)"}},
      {"a method",
       [](Policy& p) {
         p.cors.allowed_methods = {"GET", "PUT", "DELETE"};
       },
       true,
       false,
       {"+ methods: DELETE"}},
      {"a header instead of another",
       [](Policy& p) { p.cors.allowed_headers = {"X-Request-Id"}; },
       true,
       true,
       {"+ request headers: x-request-id", "- request headers: content-type"}},
      {"credentials",
       [](Policy& p) { p.cors.allow_credentials = false; },
       false,
       true,
       {"- credentials: https://app.example.com https://a.example.org https://b.a.example.org"}},
      {"exposed headers",
       [](Policy& p) { p.cors.exposed_headers = {"ETag"}; },
       true,
       false,
       {"+ exposed headers: etag"}},
      {"a longer max-age",
       [](Policy& p) { p.cors.max_age_seconds = 600; },
       true,
       false,
       {"+ max-age: none -> 600"}},
      {"max-age 0",
       [](Policy& p) { p.cors.max_age_seconds = 0; },
       false,
       true,
       {"- max-age: none -> 0"}},
      {"blocked requests run",
       [](Policy& p) { p.cors.on_denied = "mark"; },
       true,
       false,
       {"+ requests without a grant that go on: every origin that is not listed "
        "https://a.example.org:8443 https://example.org http://stranger.invalid"}},
      {"preflights are refused",
       [](Policy& p) { p.cors.preflight = "reject"; },
       false,
       true,
       {"- preflights: a preflight for GET / a preflight for HEAD / a preflight for POST / a "
        "preflight for PUT /"}},
  });
}

TrustedOrigin record(std::string origin, std::int64_t end_seconds = 0) {
  TrustedOrigin made{.name = "p", .origin = std::move(origin), .scopes = {{}}};
  if (end_seconds != 0) {
    made.valid_until = std::chrono::system_clock::time_point(std::chrono::seconds(end_seconds));
  }
  return made;
}

struct Pair {
  const char* desc;
  Change before;
  Change after;
  bool widens;
  bool narrows;
};

// Both sides are made from base(); what is said the other way round is the contrary.
void check(const std::vector<Pair>& pairs) {
  for (const Pair& pair : pairs) {
    Policy before = base();
    Policy after = base();
    pair.before(before);
    pair.after(after);
    const PolicyDiff diff = diff_of(before, after);
    EXPECT_EQ(diff.widens, pair.widens) << pair.desc << '\n' << diff.text();
    EXPECT_EQ(diff.narrows, pair.narrows) << pair.desc << '\n' << diff.text();
    const PolicyDiff back = diff_of(after, before);
    EXPECT_EQ(back.widens, pair.narrows) << pair.desc << ", back\n" << back.text();
    EXPECT_EQ(back.narrows, pair.widens) << pair.desc << ", back\n" << back.text();
  }
}

TEST(PolicyDiff, TakesARecordThatGrantsNothingForNothing) {
  const auto with = [](const char* origin, const char* listed) {
    return [=](Policy& p) {
      p.trusted_origins = {record(origin)};
      p.cors.allowed_origins = {"https://app.example.com"};
      if (*listed != '\0') p.cors.allowed_origins.add(listed, {});
    };
  };
  check({
      {"its pattern is listed", with("https://*.example.org", ""),
       with("https://*.example.org", "https://*.example.org"), true, false},
      {"a pattern under its public suffix", with("https://*.github.io", ""),
       with("https://*.github.io", "https://*.me.github.io"), true, false},
      {"an exact one that it grants", with("https://a.example.org", ""),
       with("https://a.example.org", "https://a.example.org"), false, false},
  });
}

TEST(PolicyDiff, FindsTheFourthNewOriginOfARule) {
  const auto with = [](const Texts& origins) {
    return [=](Policy& p) {
      CorsRule rule{.paths = {"/api"}, .methods = {"PUT"}};
      rule.allowed_origins = Names(origins);
      p.cors.rules = {rule};
    };
  };
  check({{"behind three that a pattern covers, on PUT alone", with({"https://*.a.example.com"}),
          with({"https://*.a.example.com", "https://1.a.example.com", "https://2.a.example.com",
                "https://3.a.example.com", "https://zz.evil.example"}),
          true, false}});
}

TEST(PolicyDiff, TellsThatATrustLosesItsEnd) {
  constexpr std::int64_t kEnd = 4'000'000'000;
  const char* const portal = "https://portal.example";
  const auto two = [=](std::int64_t cors_end, std::int64_t redirect_end) {
    return [=](Policy& p) {
      p.redirects.enabled = true;
      p.trusted_origins = {record(portal, cors_end), record(portal, redirect_end)};
      p.trusted_origins[1].scopes[0].type = TrustedOrigin::ScopeType::Redirect;
    };
  };
  const auto ending = [=](Policy& p) { p.trusted_origins = {record(portal, kEnd)}; };
  const auto of_apps = [=](std::int64_t a_end) {
    return [=](Policy& p) {
      p.trusted_origins = {record(portal, a_end), record(portal)};
      for (std::size_t i = 0; i < 2; ++i) {
        p.trusted_origins[i].scopes[0].type = TrustedOrigin::ScopeType::IframeEmbed;
        p.trusted_origins[i].scopes[0].allowed_okta_apps = {{i == 0 ? "a" : "b"}};
      }
    };
  };
  const auto on_host = [=](const char* host) {
    return [=](Policy& p) {
      CorsRule rule;
      rule.hosts = {host};
      rule.allowed_origins = {"https://app.example.com", "https://*.example.org", portal};
      p.cors.rules = {rule};
      p.hosts = {};
      p.trusted_origins = {record(portal, kEnd)};
    };
  };
  check({
      {"the record has none", ending, [=](Policy& p) { p.trusted_origins = {record(portal)}; },
       true, false},
      {"the origin is listed instead", ending,
       [=](Policy& p) { p.cors.allowed_origins.add(portal, {}); }, true, false},
      {"in one scope of two", two(kEnd, 0), two(0, 0), true, false},
      {"in one app of two", of_apps(kEnd), of_apps(0), true, false},
      {"a rule has it for ever on other hosts, which the record hid", on_host("a.example.com"),
       on_host("b.example.com"), true, true},
      {"a list has it for ever anyway",
       [=](Policy& p) {
         p.cors.allowed_origins.add(portal, {});
         p.trusted_origins = {record(portal, kEnd)};
       },
       [=](Policy& p) { p.cors.allowed_origins.add(portal, {}); }, false, false},
  });
}

TEST(PolicyDiff, FindsTheHostsThatARuleSelects) {
  const auto with = [](const Texts& hosts) {
    return [=](Policy& p) {
      p.hosts = {};
      CorsRule rule;
      rule.hosts = Names(hosts);
      rule.allowed_origins = {"https://app.example.com", "https://*.example.org",
                              "https://evil.example"};
      p.cors.rules = {rule};
    };
  };
  check({
      {"ports between two", with({"api.example.com:[3000,8443]"}),
       with({"api.example.com:[3000,4000-5000,8443]"}), true, false},
      {"a wider range", with({"api.example.com:[4000-4999]"}),
       with({"api.example.com:[4000-5000]"}), true, false},
      {"every subdomain instead of one", with({"a.example.com"}), with({"*.example.com"}), true,
       false},
      {"one label less", with({"*.a.example.com"}), with({"*.example.com"}), true, false},
      {"another port of a subdomain", with({"*.example.com:[3000,8443]"}),
       with({"*.example.com:[3000,3500,8443]"}), true, false},
      {"the order", with({"a.example.com", "b.example.com"}),
       with({"b.example.com", "a.example.com"}), false, false},
      {"wildcards that overlap inside a label: cannot be told",
       with({"pr-*.example.com", "*-b.example.com"}),
       with({"pr-*.example.com", "*-b.example.com", "pr-*-b.example.com"}), true, true},
  });
}

// What samples cannot prove makes the verdict the wider one, and is told.
TEST(PolicyDiff, SaysWhatItCannotProve) {
  Policy before = base();
  Policy after = base();
  before.cors.allowed_origins = {"http://localhost:[3000,8000-8099]"};
  after.cors.allowed_origins = {"http://localhost:[3000-8099]"};
  before.cors.allow_credentials = after.cors.allow_credentials = false;
  PolicyDiff diff = diff_of(before, after);
  EXPECT_TRUE(diff.widens && !diff.narrows) << diff.text();
  ASSERT_EQ(diff.limits.size(), 1U) << "no sample has a port between";
  EXPECT_NE(diff.text().find("not proved: patterns are compared by samples"), std::string::npos);

  before = after = base();
  after.cors.excluded_path_regexes = {"/x.*"};
  diff = diff_of(before, after);
  EXPECT_TRUE(diff.widens && diff.narrows) << diff.text();
  EXPECT_FALSE(diff.limits.empty());
}

TEST(PolicyDiff, BeginsWithWhatIsProved) {
  const struct {
    const char* desc;
    Texts before;
    Texts after;
    Texts regexes_before;
    Texts regexes_after;
    const char* begin;
    Texts told;
  } rows[] = {
      {"a port more",
       {"http://localhost:[3000-3010]"},
       {"http://localhost:[3000-3011]"},
       {},
       {},
       "WIDER: some is allowed that was refused\n",
       {"+ origins: http://localhost:3011"}},
      {"a port less",
       {"http://localhost:[80,3000,3001]"},
       {"http://localhost:[3000,3001]"},
       {},
       {},
       "NARROWER: some is refused that was allowed\n",
       {"- origins: http://localhost"}},
      {"the same ports in two entries",
       {"http://localhost:[3000-3003]"},
       {"http://localhost:[3000-3001]", "http://localhost:[3002-3003]"},
       {},
       {},
       "SAME: nobody is allowed more or less\n",
       {}},
      {"any port, shown with the pattern",
       {"https://a.example"},
       {"https://a.example", "http://localhost:*"},
       {},
       {},
       "WIDER: some is allowed that was refused\n",
       {"+ origins: http://localhost (of http://localhost:*) http://localhost:8443 (of "
        "http://localhost:*)"}},
      {"a pattern within a pattern, which nothing shows",
       {"https://pr-*.example.com"},
       {"https://pr-*.example.com", "https://pr-a*.example.com"},
       {},
       {},
       "CANNOT BE TOLD: whether some is allowed that was refused cannot be told\n",
       {}},
      {"another regular expression",
       {"https://a.example"},
       {"https://a.example"},
       {"https://a[0-9]\\.example\\.com"},
       {"https://a[0-8]\\.example\\.com"},
       "CANNOT BE TOLD: whether some is allowed that was refused cannot be told, nor the reverse\n",
       {}},
      {"no regular expression any more",
       {"https://a.example"},
       {"https://a.example"},
       {"https://a[0-9]\\.example\\.com"},
       {},
       "CANNOT BE TOLD: whether some is refused that was allowed cannot be told\n",
       {}},
  };
  for (const auto& row : rows) {
    Policy before = base();
    Policy after = base();
    before.cors.allow_credentials = after.cors.allow_credentials = false;
    before.cors.allowed_origins = Names(row.before);
    after.cors.allowed_origins = Names(row.after);
    if (!row.regexes_before.empty()) before.cors.allowed_origin_regexes = Names(row.regexes_before);
    if (!row.regexes_after.empty()) after.cors.allowed_origin_regexes = Names(row.regexes_after);
    const PolicyDiff diff = diff_of(before, after);
    EXPECT_TRUE(diff.text().starts_with(row.begin)) << row.desc << '\n' << diff.text();
    EXPECT_EQ(told(diff), row.told) << row.desc << '\n' << diff.text();
  }
}

TEST(PolicyDiff, TellsOnlyThatAGuardIsGone) {
  Policy before = base();
  before.csrf.trusted_origins = {"https://app.example.com"};
  const PolicyDiff diff = diff_of(before, base());
  EXPECT_TRUE(diff.widens && !diff.narrows) << diff.text();
}

TEST(PolicyDiff, TellsOfDebugHeaders) {
  Policy after = base();
  after.cors.debug_headers = true;
  const PolicyDiff diff = diff_of(base(), after);
  EXPECT_FALSE(diff.widens || diff.narrows) << diff.text();
  EXPECT_NE(diff.text().find("  ~ X-Corsac-Reason of refused requests: none -> sent;"),
            std::string::npos)
      << diff.text();
}

// One rule of two thousand: the others say the same, letter by letter.
TEST(PolicyDiff, FindsOneRuleAmongMany) {
  Policy before = base();
  for (int i = 0; i < 2000; ++i) {
    before.cors.rules.push_back(
        CorsRule{.paths = {"/p" + std::to_string(i)}, .allowed_origins = {"https://a.example"}});
  }
  Policy after = before;
  after.cors.rules[1777].allowed_origins = {"https://b.example"};
  const PolicyDiff diff = diff_of(before, after);
  EXPECT_TRUE(diff.limits.empty()) << diff.text();
  EXPECT_EQ(told(diff), (Texts{"+ origins: https://b.example", "- origins: https://a.example"}));
  EXPECT_EQ(diff.changes.front().request, "GET /p1777");
}

TEST(PolicyDiff, IsOneJsonObject) {
  Policy after = base();
  after.cors.allowed_methods = {"GET", "PUT", "DELETE"};
  const auto told = nlohmann::json::parse(diff_of(base(), after).json());
  EXPECT_EQ(told["verdict"], "wider");
  EXPECT_EQ(told["widens"], true);
  EXPECT_EQ(told["narrows"], false);
  ASSERT_EQ(told["changes"].size(), 1U);
  EXPECT_EQ(told["changes"][0]["aspect"], "methods");
  EXPECT_EQ(told["changes"][0]["effect"], "wider");
  EXPECT_EQ(told["changes"][0]["examples"][0], "DELETE");
  EXPECT_EQ(told["changes"][0]["count"], 1);
  EXPECT_EQ(told["changes"][0]["request"], "a preflight for DELETE /");
  EXPECT_GT(told["compared"], 1000);
  EXPECT_TRUE(told["limits"].empty());
}

}  // namespace
}  // namespace corsac
