#include "corsac/stage/cross_domain_cookie.hpp"

#include <set>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/stage/csrf_trust.hpp"
#include "corsac/stage/trusted_cross_site.hpp"

namespace corsac {
namespace {

using Outcome = CookieOutcome;
using Trust = CrossSiteTrust;
using Lines = std::vector<std::string_view>;

const CsrfCookieRules kRules = {.name = "shared-csrftoken", .domain = ".example.com"};
const Lines kSet = {"csrftoken=token; Path=/; Secure; SameSite=Lax"};

TEST(CrossDomainCookie, IsSetUnderFourConditions) {
  const struct {
    const char* desc;
    Trust trust;
    bool is_asked_for;
    Lines lines;
    std::string_view token;
    Outcome outcome;
  } rows[] = {
      {"M63: all four hold", Trust::Trusted, true, kSet, "token", Outcome::Set},
      {"M63: not a trusted page", Trust::NotListed, true, kSet, "token", Outcome::NotTrusted},
      {"M63: not TLS", Trust::NotTls, true, kSet, "token", Outcome::NotTrusted},
      {"M63: switched off", Trust::SwitchedOff, true, kSet, "token", Outcome::NotTrusted},
      {"M63: the view did not ask", Trust::Trusted, false, kSet, "token", Outcome::NotAskedFor},
      {"M63: the application's cookie is not set",
       Trust::Trusted,
       true,
       {},
       "token",
       Outcome::AppCookieNotSet},
      {"M63: another cookie is set",
       Trust::Trusted,
       true,
       {"sessionid=1", "xcsrftoken=token"},
       "token",
       Outcome::AppCookieNotSet},
      {"among others", Trust::Trusted, true, {"sessionid=1", kSet[0]}, "token", Outcome::Set},
      {"it is taken away",
       Trust::Trusted,
       true,
       {"csrftoken=\"\"; Max-Age=0; Path=/"},
       "token",
       Outcome::AppCookieNotSet},
      {"its age is over",
       Trust::Trusted,
       true,
       {"csrftoken=gone; Max-Age=0"},
       "token",
       Outcome::AppCookieNotSet},
      {"its date is over",
       Trust::Trusted,
       true,
       {"csrftoken=gone; Expires=Thu, 01 Jan 1970 00:00:00 GMT"},
       "token",
       Outcome::AppCookieNotSet},
      {"taken away on one path, set on another",
       Trust::Trusted,
       true,
       {"csrftoken=gone; Path=/old; Max-Age=0", kSet[0]},
       "token",
       Outcome::Set},
      {"it is emptied",
       Trust::Trusted,
       true,
       {"csrftoken=; Path=/"},
       "token",
       Outcome::AppCookieNotSet},
      {"M63: no token", Trust::Trusted, true, kSet, "", Outcome::NoToken},
      {"M63: bytes that end a value", Trust::Trusted, true, kSet, "a; Domain=evil.example",
       Outcome::TokenMalformed},
      {"M63: a line break", Trust::Trusted, true, kSet, "a\r\nSet-Cookie: b=c",
       Outcome::TokenMalformed},
      {"a zero byte", Trust::Trusted, true, kSet, {"a\0b", 3}, Outcome::TokenMalformed},
      {"a comma", Trust::Trusted, true, kSet, "a,b", Outcome::TokenMalformed},
      {"beyond ASCII", Trust::Trusted, true, kSet, "a\xC3\xA4", Outcome::TokenMalformed},
  };
  for (const auto& row : rows) {
    const CrossDomainCookie cookie = cross_domain_cookie(
        &kRules, row.trust,
        {.is_asked_for = row.is_asked_for, .token = row.token, .set_cookie_lines = row.lines});
    EXPECT_EQ(to_text(cookie.outcome), to_text(row.outcome)) << row.desc;
    EXPECT_EQ(cookie.set_cookie,
              row.outcome == Outcome::Set
                  ? "shared-csrftoken=token; Domain=.example.com; Max-Age=31449600; Path=/; Secure"
                  : "")
        << row.desc;
  }
}

TEST(CrossDomainCookie, SaysWhatIsConfigured) {
  const CsrfCookieRules rules = {.name = "t",
                                 .domain = "example.com",
                                 .path = "/api",
                                 .max_age_seconds = 60,
                                 .app_cookie_name = "own"};
  const Lines own = {"own=a"};
  const CrossDomainCookieFacts facts = {
      .is_asked_for = true, .token = "a", .set_cookie_lines = own};
  EXPECT_EQ(cross_domain_cookie(&rules, Trust::Trusted, facts).set_cookie,
            "t=a; Domain=example.com; Max-Age=60; Path=/api; Secure");
  const CrossDomainCookie none = cross_domain_cookie(nullptr, Trust::Trusted, facts);
  EXPECT_EQ(to_text(none.outcome), "not_configured");
  EXPECT_EQ(none.set_cookie, "");
}

TEST(CrossDomainCookie, HasAWordForEachOutcome) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Outcome::TokenMalformed); ++i) {
    const std::string_view word = to_text(static_cast<Outcome>(i));
    EXPECT_TRUE(!word.empty() && words.insert(word).second) << i;
  }
}

}  // namespace
}  // namespace corsac
