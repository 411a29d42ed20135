#include "corsac/stage/csrf_check.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/stage/csrf_trust.hpp"
#include "support/allocation_counter.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

using Verdict = CsrfVerdict;
using Lines = test::Request::Lines;

constexpr const char* kApps = "https://apps.example.com";
constexpr const char* kAppsPage = "https://apps.example.com/page";
constexpr const char* kOwn = "https://api.example.com";
constexpr const char* kOwnPage = "https://api.example.com/page";
constexpr const char* kEvil = "https://evil.example";
constexpr const char* kEvilPage = "https://evil.example/https://api.example.com/";

CsrfTrust trust() {
  const std::vector<OriginPattern> patterns = {parse_origin_pattern(kApps).value()};
  return {.origins = OriginSet::build({}, patterns, 1)};
}

struct Row {
  const char* desc;
  const char* method;
  Lines lines;
  Verdict verdict;
  bool is_tls = true;
  CsrfSubmission submission = {};
};

void expect_rows(const RefererRules& rules, const std::vector<Row>& rows) {
  const OwnOrigin own({.public_origins = {kOwn}});
  const CsrfTrust trusted = trust();
  for (const Row& row : rows) {
    test::Request request(row.method, "/api/items", row.lines);
    request.view().own = &own;
    request.view().is_tls = row.is_tls;
    const testing::AllocationCounter counter;
    const Verdict verdict = check_csrf(rules, trusted, request.view(), row.submission);
    EXPECT_EQ(counter.count(), 0U) << row.desc;
    EXPECT_EQ(to_text(verdict), to_text(row.verdict)) << row.desc;
  }
}

const RefererRules kOff = {};
const RefererRules kOn = {.is_on = true};

// A cookie and the token, behind `lines`.
Lines with_token(Lines lines) {
  lines.emplace_back("Cookie", "sessionid=1; csrftoken=token");
  lines.emplace_back("X-CSRFToken", "token");
  return lines;
}

TEST(CheckCsrf, LetsReadsPass) {
  for (const char* read : {"GET", "HEAD", "OPTIONS"}) {
    expect_rows(kOff, {{"a read of a stranger", read, {{"Origin", kEvil}}, Verdict::Passed},
                       {"a read without anything", read, {}, Verdict::Passed}});
  }
  for (const char* write : {"POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "PURGE", ""}) {
    expect_rows(kOff, {{write, write, {{"Origin", kOwn}}, Verdict::NoCookie}});
  }
}

TEST(CheckCsrf, AsksForTheOriginFirst) {
  const Verdict no = Verdict::OriginNotTrusted;
  expect_rows(
      kOn,
      {{"an own page", "POST", with_token({{"Origin", kOwn}}), Verdict::Passed},
       {"a trusted page", "POST", with_token({{"Origin", kApps}}), Verdict::Passed},
       {"the browser says that it is own", "POST", with_token({{"Sec-Fetch-Site", "same-origin"}}),
        Verdict::Passed},
       {"an own form under no-referrer", "POST",
        with_token({{"Origin", "null"}, {"Sec-Fetch-Site", "same-origin"}}), Verdict::Passed},
       {"M62: a stranger, with a trusted Referer and the token", "POST",
        with_token({{"Origin", kEvil}, {"Referer", kAppsPage}}), no},
       {"null, with a trusted Referer", "POST",
        with_token({{"Origin", "null"}, {"Referer", kAppsPage}}), no},
       {"malformed", "POST", with_token({{"Origin", "https://apps.example.com/"}}), no},
       {"empty", "POST", with_token({{"Origin", ""}}), no},
       {"twice", "POST", with_token({{"Origin", kOwn}, {"Origin", kOwn}}), no},
       {"twice, and the browser says that it is own", "POST",
        with_token({{"Origin", kOwn}, {"Origin", kOwn}, {"Sec-Fetch-Site", "same-origin"}}), no},
       {"a stranger without TLS", "POST", with_token({{"Origin", kEvil}}), no, false},
       {"a trusted page without TLS", "POST", with_token({{"Origin", kApps}}), Verdict::Passed,
        false}});
}

TEST(CheckCsrf, AsksForTheRefererWhereThereIsNoOrigin) {
  expect_rows(kOff,
              {{"an own page", "POST", with_token({{"Referer", kOwnPage}}), Verdict::Passed},
               {"M62: a listed page while nothing is relaxed", "POST",
                with_token({{"Referer", kAppsPage}}), Verdict::RefererNotTrusted},
               {"an own page of plain http", "POST",
                with_token({{"Referer", "http://api.example.com/"}}), Verdict::RefererNotHttps}});
  const Verdict no = Verdict::RefererNotTrusted;
  expect_rows(
      kOn, {{"an own page", "POST", with_token({{"Referer", kOwnPage}}), Verdict::Passed},
            {"M62: a listed page", "POST", with_token({{"Referer", kAppsPage}}), Verdict::Passed},
            {"none", "POST", with_token({}), Verdict::NoReferer},
            {"empty", "POST", with_token({{"Referer", ""}}), Verdict::NoReferer},
            {"plain http", "POST", with_token({{"Referer", "http://apps.example.com/"}}),
             Verdict::RefererNotHttps},
            {"a stranger", "POST", with_token({{"Referer", kEvilPage}}), no},
            {"null", "POST", with_token({{"Referer", "null"}}), no},
            {"userinfo", "POST", with_token({{"Referer", "https://a@api.example.com/"}}), no},
            {"twice", "POST", with_token({{"Referer", kOwnPage}, {"Referer", kOwnPage}}), no},
            {"TLS ends before this process, as every public origin is https", "POST",
             with_token({}), Verdict::NoReferer, false},
            {"and a stranger's", "POST", with_token({{"Referer", kEvilPage}}), no, false}});
  expect_rows({.is_on = true, .allows_insecure = true},
              {{"M65: the list stays", "POST", with_token({{"Referer", kEvilPage}}), no},
               {"M65: a listed page of https", "POST", with_token({{"Referer", kAppsPage}}),
                Verdict::Passed}});
}

// As the guard does; what is asked for in the handler is not less.
TEST(CheckCsrf, BelievesTheBrowserThatItIsOfAnotherSite) {
  const Verdict no = Verdict::OriginNotTrusted;
  for (const char* site : {"cross-site", "same-site", "Same-Origin", ""}) {
    SCOPED_TRACE(site);
    const auto lines = [site](const char* referer) {
      Lines all = {{"Sec-Fetch-Site", site}};
      if (*referer != '\0') all.emplace_back("Referer", referer);
      return with_token(all);
    };
    expect_rows(kOn, {{"a listed Referer", "POST", lines(kAppsPage), Verdict::Passed},
                      {"an own one", "POST", lines(kOwnPage), no},
                      {"a stranger's", "POST", lines(kEvilPage), no},
                      {"none", "POST", lines(""), no}});
    expect_rows(kOff,
                {{"a listed Referer, while nothing is relaxed", "POST", lines(kAppsPage), no}});
    for (const Lines& asked : {lines(""), lines(kAppsPage), lines(kOwnPage)}) {
      test::Request request("POST", "/", asked);
      EXPECT_EQ(check_csrf(kOn, trust(), request.view(), {}), no) << "by plain http";
    }
  }
}

// Behind a proxy that ends TLS: whatever it garbles is asked as TLS is.
TEST(CheckCsrf, AsksForNoRefererOnlyWherePlainHttpIsCertain) {
  const struct {
    const char* desc;
    const char* public_origin;
    std::vector<const char*> protos;
    const char* verdict;
  } rows[] = {
      {"https", kOwn, {"https"}, "referer_not_trusted"},
      {"a list", kOwn, {"https, https"}, "referer_not_trusted"},
      {"two lines", kOwn, {"https", "https"}, "referer_not_trusted"},
      {"two lines of http", kOwn, {"http", "http"}, "referer_not_trusted"},
      {"empty", kOwn, {""}, "referer_not_trusted"},
      {"nothing", kOwn, {}, "referer_not_trusted"},
      {"http", kOwn, {"http"}, "passed"},
      {"nothing, where a public origin is http", "http://api.example.com", {}, "passed"},
  };
  for (const auto& row : rows) {
    const OwnOrigin own({.public_origins = {row.public_origin},
                         .trusted_proxies = {IpRange::parse("10.0.0.1").value()}});
    test::Request request("POST", "/", with_token({{"Referer", kEvilPage}}));
    RequestView& view = request.view();
    view.own = &own;
    view.peer_address = "10.0.0.1";
    view.forwarded_proto.lines = static_cast<std::uint32_t>(row.protos.size());
    if (!row.protos.empty()) view.forwarded_proto.value = row.protos.front();
    EXPECT_EQ(to_text(check_csrf(kOff, trust(), view, {})), row.verdict) << row.desc;
  }
}

// Whatever is trusted: the token is asked for, of own and of listed pages.
TEST(CheckCsrf, NeverRelaxesTheToken) {
  const Lines pages[] = {{{"Origin", kOwn}},
                         {{"Origin", kApps}},
                         {{"Referer", kOwnPage}},
                         {{"Referer", kAppsPage}},
                         {{"Sec-Fetch-Site", "same-origin"}}};
  const struct {
    const char* desc;
    Lines lines;
    Verdict verdict;
    CsrfSubmission submission = {};
  } rows[] = {
      {"M62: the token of the cookie",
       {{"Cookie", "csrftoken=t"}, {"X-CSRFToken", "t"}},
       Verdict::Passed},
      {"M62: the header in any case",
       {{"Cookie", "csrftoken=t"}, {"x-csrftoken", "t"}},
       Verdict::Passed},
      {"M62: a wrong token",
       {{"Cookie", "csrftoken=t"}, {"X-CSRFToken", "u"}},
       Verdict::TokenWrong},
      {"M62: a beginning of it",
       {{"Cookie", "csrftoken=token"}, {"X-CSRFToken", "tok"}},
       Verdict::TokenWrong},
      {"another case",
       {{"Cookie", "csrftoken=token"}, {"X-CSRFToken", "Token"}},
       Verdict::TokenWrong},
      {"a masked one, as Django writes it into forms",
       {{"Cookie", "csrftoken=abcdefghabcdefghabcdefghabcdefgh"},
        {"X-CSRFToken", "qX7LkJ2mZsT9vBnC4rYpWdHfG6aE1uK0ioNbVxQwMzPlAyRtSgUjDhFcEkLq3258"}},
       Verdict::TokenWrong},
      {"M62: no token", {{"Cookie", "csrftoken=t"}}, Verdict::NoToken},
      {"an empty one", {{"Cookie", "csrftoken=t"}, {"X-CSRFToken", ""}}, Verdict::NoToken},
      {"two lines",
       {{"Cookie", "csrftoken=t"}, {"X-CSRFToken", "t"}, {"X-CSRFToken", "t"}},
       Verdict::TokenWrong},
      {"M62: no cookie", {{"X-CSRFToken", "t"}}, Verdict::NoCookie},
      {"an empty cookie and an empty token",
       {{"Cookie", "csrftoken="}, {"X-CSRFToken", ""}},
       Verdict::NoCookie},
      {"two cookies: another host of the domain may have set one",
       {{"Cookie", "csrftoken=t; csrftoken=evil"}, {"X-CSRFToken", "t"}},
       Verdict::CookieRepeated},
      {"two that are equal",
       {{"Cookie", "csrftoken=t; csrftoken=t"}, {"X-CSRFToken", "t"}},
       Verdict::CookieRepeated},
      {"a form", {{"Cookie", "csrftoken=t"}}, Verdict::Passed, {.form_token = "t"}},
      {"a form goes before the header",
       {{"Cookie", "csrftoken=t"}, {"X-CSRFToken", "t"}},
       Verdict::TokenWrong,
       {.form_token = "u"}},
      {"a form with a cookie of another name",
       {{"Cookie", "own=t; csrftoken=u"}},
       Verdict::Passed,
       {.form_token = "t", .cookie_name = "own"}},
      {"the usual name, where another one counts",
       {{"Cookie", "csrftoken=t"}},
       Verdict::NoCookie,
       {.form_token = "t", .cookie_name = "own"}},
  };
  for (const Lines& page : pages) {
    for (const auto& row : rows) {
      Lines lines = page;
      lines.insert(lines.end(), row.lines.begin(), row.lines.end());
      expect_rows(kOn, {{row.desc, "POST", lines, row.verdict, true, row.submission}});
    }
  }
}

// The same as for same origin: Host counts where nothing else is configured.
TEST(CheckCsrf, TakesARefererForOwnAsAnOriginIs) {
  const auto verdict = [](const CsrfTrust& trusted, const char* referer, const OwnOrigin* own) {
    test::Request request("POST", "/",
                          with_token({{"Host", "api.example.com"}, {"Referer", referer}}));
    request.view().own = own;
    request.view().is_tls = true;
    return to_text(check_csrf(kOff, trusted, request.view(), {}));
  };
  const OwnOrigin by_host;
  EXPECT_EQ(verdict({}, kOwnPage, &by_host), "passed");
  EXPECT_EQ(verdict({}, "https://api.example.com:8443/", &by_host), "referer_not_trusted");
  EXPECT_EQ(verdict({}, kEvilPage, &by_host), "referer_not_trusted");
  EXPECT_EQ(verdict({.is_own_by_host = false}, kOwnPage, &by_host), "referer_not_trusted");
  EXPECT_EQ(verdict({}, kOwnPage, nullptr), "referer_not_trusted");
}

TEST(CheckCsrf, HasAWordForEachVerdict) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Verdict::TokenWrong); ++i) {
    const std::string_view word = to_text(static_cast<Verdict>(i));
    EXPECT_TRUE(!word.empty() && words.insert(word).second) << i;
  }
}

}  // namespace
}  // namespace corsac
