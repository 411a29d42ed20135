// What may stand in `Origin`, on actual requests: edge cases 35 to 52 and the forms of patterns.

#include <string>

#include <gtest/gtest.h>

#include "stage/cors_table.hpp"

namespace corsac::testing {
namespace {

const std::string kAllowOrigin = "Access-Control-Allow-Origin";

Row allowed(const char* desc, const std::string& origin) {
  return {desc, {}, get(origin), granted({{kAllowOrigin, origin}})};
}

Row refused(const char* desc, const std::string& origin, Reason reason) {
  return {desc, {}, get(origin), blocked(reason, origin)};
}

TEST(EvaluateOrigin, GrantsWhatIsListed) {
  expect_rows({
      allowed("an exact origin", "https://a.example"),
      allowed("an exact origin with its port", "https://b.example:8443"),
      allowed("14: one label under a wildcard", "https://x.wild.example"),
      allowed("14: several labels under a wildcard", "https://x.y.z.wild.example"),
      allowed("15: a wildcard inside a label", "https://pr-12.glob.example"),
      allowed("any port, with one", "http://localhost:3000"),
      allowed("any port, without one", "http://localhost"),
  });
}

TEST(EvaluateOrigin, RefusesWhatIsNotListed) {
  constexpr Reason kNotAllowed = Reason::OriginNotAllowed;
  expect_rows({
      refused("51: an origin that nobody listed", "https://evil.example", kNotAllowed),
      refused("another scheme", "http://a.example", kNotAllowed),
      refused("another port", "https://a.example:8443", kNotAllowed),
      refused("the listed port missing", "https://b.example", kNotAllowed),
      refused("30: a trailing dot is another host", "https://a.example.", kNotAllowed),
      refused("48: a listed origin as a prefix", "https://a.example.evil.example", kNotAllowed),
      refused("48: a listed host as a suffix", "https://nota.example", kNotAllowed),
      refused("48: another byte for the dot", "https://aXexample", Reason::OriginMalformed),
      refused("48: another letter for the dot", "https://axexample", kNotAllowed),
      refused("48: the wildcard's suffix without its dot", "https://xwild.example", kNotAllowed),
      refused("14: a wildcard does not cover the apex", "https://wild.example", kNotAllowed),
      refused("a wildcard covers its own port only", "https://x.wild.example:444", kNotAllowed),
      refused("a wildcard covers its own scheme only", "http://x.wild.example", kNotAllowed),
      refused("15: nothing for the star", "https://pr-.glob.example", kNotAllowed),
      refused("15: a dot for the star", "https://pr-a.b.glob.example", kNotAllowed),
      refused("15: an underscore for the star", "https://pr-a_b.glob.example", kNotAllowed),
      {"15: one letter for what stands before the star and behind it",
       {.origins = {"https://ab*ba.glob.example"}},
       get("https://aba.glob.example"),
       blocked(kNotAllowed, "https://aba.glob.example")},
      refused("any port is not any host", "http://localhost.evil.example:80800",
              Reason::OriginMalformed),
      refused("a custom scheme that is not listed", "capacitor://localhost", kNotAllowed),
  });
}

// Proves S6, S12.
TEST(EvaluateOrigin, RefusesWhatNoBrowserSerialises) {
  constexpr Reason kMalformed = Reason::OriginMalformed;
  expect_rows({
      refused("36: an empty value", "", kMalformed),
      refused("37: upper case in the scheme", "HTTPS://a.example", kMalformed),
      refused("37: upper case in the host", "https://A.example", kMalformed),
      refused("38: the default port", "https://a.example:443", kMalformed),
      refused("38: a trailing slash", "https://a.example/", kMalformed),
      refused("38: user info", "https://u:p@a.example", kMalformed),
      refused("38: a query under a wildcard", "https://evil.example/?.wild.example", kMalformed),
      refused("38: a path under a wildcard", "https://evil.example/.wild.example", kMalformed),
      refused("38: a fragment under a wildcard", "https://evil.example#.wild.example", kMalformed),
      refused("39: brackets round a name", "https://[a.example]", kMalformed),
      refused("41: a list with a comma", "https://a.example, https://b.example:8443", kMalformed),
      refused("41: a list with a blank", "https://a.example https://a.example", kMalformed),
      refused("44: longer than any origin", "https://" + std::string(8000, 'a') + ".wild.example",
              kMalformed),
      refused("45: a line break", "https://a.example\r\nX: y", kMalformed),
      refused("45: a NUL under a wildcard", std::string("https://x\0.wild.example", 23),
              kMalformed),
      refused("45: a byte above ASCII", "https://\xC3\xBC.wild.example", kMalformed),
      refused("46: a percent escape", "https://a%2eexample", kMalformed),
      refused("47: null in upper case is no null", "NULL", kMalformed),
      refused("49: an empty label under a wildcard", "https://.wild.example", kMalformed),
      refused("49: two dots under a wildcard", "https://x..wild.example", kMalformed),
      refused("port 0", "http://localhost:0", kMalformed),
      refused("a port above 65535", "http://localhost:65536", kMalformed),
      refused("a port with a leading zero", "http://localhost:03000", kMalformed),
      refused("no port after the colon", "http://localhost:", kMalformed),
      refused("no scheme", "a.example", kMalformed),
      refused("a star", "*", kMalformed),
  });
}

// Proves S5.
TEST(EvaluateOrigin, JudgesNullByItsSwitchOnly) {
  expect_rows({
      {"47: null when not switched on", {}, get("null"), blocked(Reason::OriginNull, "null")},
      {"17: null when switched on",
       {.allow_null_origin = true},
       get("null"),
       granted({{kAllowOrigin, "null"}})},
      {"17: NULL when null is switched on",
       {.allow_null_origin = true},
       get("NULL"),
       blocked(Reason::OriginMalformed, "NULL")},
      {"17: two lines of null are two lines",
       {.allow_null_origin = true},
       {.origin = {"null", "null"}},
       blocked(Reason::OriginRepeated, "null")},
      {"an application's yes does not cover null",
       {},
       {.origin = {"null"}, .is_allowed_by_application = true},
       blocked(Reason::OriginNull, "null")},
  });
}

// Proves S14.
TEST(EvaluateOrigin, RefusesSeveralLines) {
  expect_rows({
      {"42: a listed one, then another",
       {},
       {.origin = {"https://a.example", "https://evil.example"}},
       blocked(Reason::OriginRepeated, "https://a.example")},
      {"43: the same one twice",
       {},
       {.origin = {"https://a.example", "https://a.example"}},
       blocked(Reason::OriginRepeated, "https://a.example")},
      {"43: on a preflight",
       {},
       {.method = "OPTIONS",
        .origin = {"https://a.example", "https://a.example"},
        .requested_method = {"PUT"}},
       refused_preflight(Reason::OriginRepeated, "https://a.example")},
      {"the application's yes does not heal it",
       {},
       {.origin = {"https://a.example", "https://b.example"}, .is_allowed_by_application = true},
       blocked(Reason::OriginRepeated, "https://a.example")},
  });
}

TEST(EvaluateOrigin, TakesTheApplicationsYesForAWellFormedOne) {
  expect_rows({
      {"an origin that is not listed",
       {.allow_credentials = true},
       {.origin = {"https://tenant.example"}, .is_allowed_by_application = true},
       granted({{kAllowOrigin, "https://tenant.example"},
                {"Access-Control-Allow-Credentials", "true"}})},
      {"a malformed one",
       {},
       {.origin = {"https://tenant.example/"}, .is_allowed_by_application = true},
       blocked(Reason::OriginMalformed, "https://tenant.example/")},
      {"a closed policy",
       {.denies_all = Reason::PolicyUnavailable},
       {.origin = {"https://tenant.example"}, .is_allowed_by_application = true},
       blocked(Reason::PolicyUnavailable, "https://tenant.example")},
  });
}

TEST(EvaluateOrigin, GrantsAConstantWithoutLookingAtIt) {
  const TestPolicy any = {.origins = {"*"}};
  Expected constant = granted({{kAllowOrigin, "*"}});
  constant.vary = VaryOn::Nothing;
  Expected exposed = constant;
  exposed.grant.emplace_back("Access-Control-Expose-Headers", "X-A");
  expect_rows({
      {"35: without Origin, with exposed headers",
       {.origins = {"*"}, .exposed = {"X-A"}},
       {},
       exposed},
      {"35, 99: without Origin", any, {}, constant},
      {"10: with one", any, get("https://evil.example"), constant},
      {"17: `*` covers null", any, get("null"), constant},
      {"a malformed one is not looked at", any, get("https://a.example/"), constant},
      {"several lines are not looked at",
       any,
       {.origin = {"https://a.example", "https://b.example"}},
       constant},
  });
}

}  // namespace
}  // namespace corsac::testing
