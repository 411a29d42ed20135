// The guards besides CORS on the wire: whole header sets, and whether the handler ran.

#include <string>
#include <vector>

#include "adapter/host_answers.hpp"
#include "adapter/host_policy.hpp"

namespace corsac::testing {
namespace {

const HeaderLines kRefused = {{"cache-control", "no-store"}, {"content-type", "text/plain"}};

std::string post(std::string_view target, const std::string& origin, HeaderLines more = {}) {
  more.emplace_back("Content-Length", "0");
  return head("POST", target, origin, std::move(more));
}

const std::vector<std::string> kPosted = {"POST /ok"};

TEST(HostGuards, RefuseCrossSiteWritesBeforeTheHandler) {
  Policy policy;
  policy.csrf.trusted_origins = {kApp};
  policy.csrf.exempt_paths = {"/error"};
  const TestHost host(make_test_gate(policy, {.public_origins = {"https://api.example.com"}}));
  const HeaderLines same_site = {{"Sec-Fetch-Site", "same-site"}};
  const HeaderLines own = {{"Sec-Fetch-Site", "same-origin"}};
  const AnswerRow rows[] = {
      {"a trusted page", post("/ok", kApp), 200, {kPlain}, "", kPosted},
      {"an own page", post("/ok", "https://api.example.com"), 200, {kPlain}, "", kPosted},
      {"an own page, as the browser says", post("/ok", "", own), 200, {kPlain}, "", kPosted},
      {"no browser", post("/ok", ""), 200, {kPlain}, "", kPosted},
      {"S28: another site's form", post("/ok", kEvil), 403, kRefused, "", {}},
      {"S28: another site's form, without Origin",
       post("/ok", "", same_site),
       403,
       kRefused,
       "",
       {}},
      {"S5: a sandboxed frame", post("/ok", "null"), 403, kRefused, "", {}},
      {"S28: PUT", head("PUT", "/ok", kEvil, {{"Content-Length", "0"}}), 403, kRefused, "", {}},
      {"another site reads", head("GET", "/ok", kEvil), 200, {kPlain}, "ok", {"GET /ok"}},
      {"an exempt path without a route", post("/error", kEvil), 404, {}, "", {}},
      {"S17: not below it in another reading",
       post("/error/..%2fok", kEvil),
       403,
       kRefused,
       "",
       {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
  EXPECT_EQ(
      host.gate().counters().totals().reasons[static_cast<std::size_t>(Reason::CrossSiteWrite)],
      5U);
}

// `mark` lets a stranger's request run and grants it nothing; a write must not run.
TEST(HostGuards, RefuseCrossSiteWritesThatCorsOnlyMarks) {
  Policy policy = app_policy();
  policy.cors.on_denied = "mark";
  policy.csrf.enabled = true;
  policy.cors.debug = true;
  policy.cors.debug_headers = true;
  const TestHost host(make_test_gate(policy));
  const AnswerRow rows[] = {
      {"a stranger reads", head("GET", "/ok", kEvil), 200, only_vary({kPlain}), "ok", {"GET /ok"}},
      {"S28: a stranger writes",
       post("/ok", kEvil),
       403,
       refused({{"x-corsac-reason", "cross_site_write"}}),
       "",
       {}},
      {"the app writes", post("/ok", kApp), 200, granted({kPlain}), "", kPosted},
  };
  for (const AnswerRow& row : rows) check(host, row);
  const auto events = host.gate().events().find({}).events;
  ASSERT_EQ(events.size(), 2U);
  const Event& event = events[0].reason == "cross_site_write" ? events[0] : events[1];
  EXPECT_EQ(event.reason, "cross_site_write");
  EXPECT_EQ(event.outcome, EventOutcome::Blocked);
  EXPECT_EQ(event.value, kEvil);
  EXPECT_EQ(event.status, 403);
}

}  // namespace
}  // namespace corsac::testing
