#include "corsac/stage/trusted_cross_site.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/stage/csrf_trust.hpp"
#include "support/allocation_counter.hpp"

namespace corsac {
namespace {

using Trust = CrossSiteTrust;

CsrfTrust listed(const std::vector<std::string_view>& origins) {
  std::vector<OriginPattern> patterns;
  for (const std::string_view origin : origins) {
    patterns.push_back(parse_origin_pattern(origin).value());
  }
  return {.origins = OriginSet::build({}, patterns, 1)};
}

struct Row {
  const char* desc;
  const char* referer;  // nullptr = none
  Trust trust;
  bool is_tls = true;
  unsigned lines = 1;
};

void expect_rows(const RefererRules& rules, const CsrfTrust& trust, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    RequestView request;
    request.method = "POST";
    request.target = request.path = "/api/items";
    request.is_tls = row.is_tls;
    if (row.referer != nullptr) request.referer = {.value = row.referer, .lines = row.lines};
    const testing::AllocationCounter counter;
    const Trust found = trusted_cross_site(rules, trust, request);
    EXPECT_EQ(counter.count(), 0U) << row.desc;
    EXPECT_EQ(to_text(found), to_text(row.trust)) << row.desc;
  }
}

const RefererRules kOn = {.is_on = true};
const RefererRules kInsecure = {.is_on = true, .allows_insecure = true};
const std::vector<std::string_view> kPages = {"https://apps.example.com", "https://a.example:8443",
                                              "https://*.preview.example.com",
                                              "http://localhost:3000"};

TEST(TrustedCrossSite, LooksAtTlsThenAtTheReferer) {
  const std::string long_referer = "https://" + std::string(5000, 'a');
  expect_rows(
      kOn, listed(kPages),
      {{"M61: a listed page", "https://apps.example.com/", Trust::Trusted},
       {"M61: its path does not matter", "https://apps.example.com/a/b", Trust::Trusted},
       {"M61: nor its query", "https://apps.example.com?next=/", Trust::Trusted},
       {"M61: nor its fragment, which no browser sends", "https://apps.example.com#x",
        Trust::Trusted},
       {"M61: nor a slash at its end", "https://apps.example.com", Trust::Trusted},
       {"M61: a port that is listed", "https://a.example:8443/", Trust::Trusted},
       {"M61: a wildcard that is listed", "https://pr-1.preview.example.com/", Trust::Trusted},
       {"M61: not TLS", "https://apps.example.com/", Trust::NotTls, false},
       {"M61: not TLS comes first", nullptr, Trust::NotTls, false},
       {"M61: no Referer", nullptr, Trust::NoReferer},
       {"M61: an empty one", "", Trust::NoReferer},
       {"M61: not https", "http://apps.example.com/", Trust::RefererNotHttps},
       {"M61: not https, though it is listed", "http://localhost:3000/", Trust::RefererNotHttps},
       {"M61: another scheme", "ftp://apps.example.com/", Trust::RefererNotHttps},
       {"M61: not listed", "https://evil.example/", Trust::NotListed},
       {"another port", "https://apps.example.com:8443/", Trust::NotListed},
       {"the port that is missing", "https://a.example/", Trust::NotListed},
       {"the default port, which no browser writes", "https://apps.example.com:443/",
        Trust::NotListed},
       {"the listed one as a beginning", "https://apps.example.com.evil.example/",
        Trust::NotListed},
       {"the listed one in a path", "https://evil.example/https://apps.example.com/",
        Trust::NotListed},
       {"the listed one in a query", "https://evil.example?https://apps.example.com",
        Trust::NotListed},
       {"a name before an @", "https://apps.example.com@evil.example/", Trust::NotListed},
       {"userinfo of a listed host", "https://user@apps.example.com/", Trust::NotListed},
       {"userinfo and a password", "https://u:p@apps.example.com/", Trust::NotListed},
       {"a backslash", "https://evil.example\\@apps.example.com/", Trust::NotListed},
       {"a backslash for a slash", "https://apps.example.com\\/", Trust::NotListed},
       {"upper case, which no browser writes", "https://APPS.example.com/", Trust::NotListed},
       {"upper case in the scheme", "HTTPS://apps.example.com/", Trust::NotListed},
       {"a final dot", "https://apps.example.com./", Trust::NotListed},
       {"a blank in the host", "https://apps.example.com /", Trust::NotListed},
       {"null", "null", Trust::NotListed},
       {"about:blank", "about:blank", Trust::NotListed},
       {"about:client", "about:client", Trust::NotListed},
       {"no scheme", "//apps.example.com/", Trust::NotListed},
       {"an empty scheme", "://apps.example.com/", Trust::NotListed},
       {"no host", "https:///", Trust::NotListed},
       {"only a scheme", "https://", Trust::NotListed},
       {"one slash", "https:/apps.example.com/", Trust::NotListed},
       {"a list", "https://apps.example.com, https://apps.example.com", Trust::NotListed},
       {"two lines", "https://apps.example.com/", Trust::NotListed, true, 2},
       {"two empty lines", "", Trust::NotListed, true, 2},
       {"longer than any origin", long_referer.c_str(), Trust::NotListed}});
}

TEST(TrustedCrossSite, IsOffUnlessItIsSwitchedOn) {
  expect_rows({}, listed(kPages), {{"off", "https://apps.example.com/", Trust::SwitchedOff}});
  expect_rows({.allows_insecure = true}, listed(kPages),
              {{"off, whatever else is said", "https://apps.example.com/", Trust::SwitchedOff}});
}

TEST(TrustedCrossSite, DropsTwoConditionsForDevelopmentAndNeverTheList) {
  expect_rows(kInsecure, listed(kPages),
              {{"M65: without TLS", "https://apps.example.com/", Trust::Trusted, false},
               {"M65: a page of plain http", "http://localhost:3000/a", Trust::Trusted, false},
               {"M65: with TLS as well", "http://localhost:3000/a", Trust::Trusted},
               {"M65: the list stays", "http://apps.example.com/", Trust::NotListed, false},
               {"M65: for https too", "https://evil.example/", Trust::NotListed},
               {"M65: no Referer", nullptr, Trust::NoReferer, false},
               {"M65: null", "null", Trust::NotListed, false}});
}

TEST(TrustedCrossSite, TrustsNobodyWithoutAList) {
  expect_rows(kOn, {}, {{"no CORS", "https://apps.example.com/", Trust::NotListed}});
  expect_rows(kOn, listed({}), {{"an empty list", "https://apps.example.com/", Trust::NotListed}});
  expect_rows(kInsecure, {}, {{"insecure", "https://apps.example.com/", Trust::NotListed, false}});
}

// What else the request says of its page proves nothing about the Referer.
TEST(TrustedCrossSite, LooksAtTheRefererAlone) {
  RequestView request;
  request.is_tls = true;
  request.origin = {.value = "https://apps.example.com", .lines = 1};
  request.sec_fetch_site = {.value = "same-origin", .lines = 1};
  request.referer = {.value = "https://evil.example/", .lines = 1};
  request.is_allowed_by_application = true;
  EXPECT_EQ(trusted_cross_site(kOn, listed(kPages), request), Trust::NotListed);
  request.origin = {.value = "https://evil.example", .lines = 2};
  request.sec_fetch_site = {.value = "cross-site", .lines = 1};
  request.referer = {.value = "https://apps.example.com/", .lines = 1};
  EXPECT_EQ(trusted_cross_site(kOn, listed(kPages), request), Trust::Trusted);
}

TEST(TrustedCrossSite, HasAWordForEachAnswer) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Trust::NotListed); ++i) {
    const std::string_view word = to_text(static_cast<Trust>(i));
    EXPECT_TRUE(!word.empty() && words.insert(word).second) << i;
  }
}

}  // namespace
}  // namespace corsac
