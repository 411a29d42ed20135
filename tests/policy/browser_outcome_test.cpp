#include "corsac/policy/browser_outcome.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr auto kOmit = CredentialsMode::Omit;
constexpr auto kInclude = CredentialsMode::Include;

BrowserRequest asked(std::string method = "GET", std::string headers = "",
                     CredentialsMode credentials = CredentialsMode::SameOrigin) {
  return {.origin = "https://a.example",
          .url = "https://api.example/x",
          .method = std::move(method),
          .requested_headers = std::move(headers),
          .credentials = credentials};
}

// Fetch, 4.9.
TEST(BrowserOutcome, ChecksAnAnswerAsTheStandardSays) {
  const struct {
    const char* desc;
    CredentialsMode credentials;
    Headers headers;
    BrowserFault fault;
  } kRows[] = {
      {"no header", kOmit, {}, BrowserFault::AllowOriginMissing},
      {"the page's origin",
       kOmit,
       {{"Access-Control-Allow-Origin", "https://a.example"}},
       BrowserFault::None},
      {"a name in lower case",
       kOmit,
       {{"access-control-allow-origin", "https://a.example"}},
       BrowserFault::None},
      {"any origin", kOmit, {{"Access-Control-Allow-Origin", "*"}}, BrowserFault::None},
      {"any origin, with credentials",
       kInclude,
       {{"Access-Control-Allow-Origin", "*"}, {"Access-Control-Allow-Credentials", "true"}},
       BrowserFault::AnyOriginWithCredentials},
      {"another origin",
       kOmit,
       {{"Access-Control-Allow-Origin", "https://b.example"}},
       BrowserFault::AllowOriginOther},
      {"null", kOmit, {{"Access-Control-Allow-Origin", "null"}}, BrowserFault::AllowOriginOther},
      {"another case",
       kOmit,
       {{"Access-Control-Allow-Origin", "https://A.example"}},
       BrowserFault::AllowOriginOther},
      {"no origin at all",
       kOmit,
       {{"Access-Control-Allow-Origin", "a.example"}},
       BrowserFault::AllowOriginInvalid},
      {"twice the same",
       kOmit,
       {{"Access-Control-Allow-Origin", "https://a.example"},
        {"Access-Control-Allow-Origin", "https://a.example"}},
       BrowserFault::AllowOriginSeveral},
      {"a list",
       kOmit,
       {{"Access-Control-Allow-Origin", "https://a.example,https://b.example"}},
       BrowserFault::AllowOriginSeveral},
      {"credentials without leave",
       kInclude,
       {{"Access-Control-Allow-Origin", "https://a.example"}},
       BrowserFault::CredentialsMissing},
      {"leave in another case",
       kInclude,
       {{"Access-Control-Allow-Origin", "https://a.example"},
        {"Access-Control-Allow-Credentials", "True"}},
       BrowserFault::CredentialsMissing},
      {"credentials with leave",
       kInclude,
       {{"Access-Control-Allow-Origin", "https://a.example"},
        {"Access-Control-Allow-Credentials", "true"}},
       BrowserFault::None},
  };
  for (const auto& row : kRows) {
    const BrowserVerdict verdict =
        check_answer(asked("GET", "", row.credentials), {.status = 500, .headers = row.headers});
    EXPECT_EQ(to_text(verdict.fault), to_text(row.fault)) << row.desc;
    EXPECT_EQ(verdict.console.empty(), verdict.passes()) << row.desc;
    EXPECT_EQ(verdict.why.empty(), verdict.passes()) << row.desc;
  }
}

// Fetch, 4.8, steps 7 and behind.
TEST(BrowserOutcome, ChecksAPreflightAsTheStandardSays) {
  const std::pair<std::string, std::string> kOrigin{"Access-Control-Allow-Origin",
                                                    "https://a.example"};
  const std::pair<std::string, std::string> kLeave{"Access-Control-Allow-Credentials", "true"};
  const auto methods = [](std::string value) {
    return std::pair<std::string, std::string>{"Access-Control-Allow-Methods", std::move(value)};
  };
  const auto headers = [](std::string value) {
    return std::pair<std::string, std::string>{"Access-Control-Allow-Headers", std::move(value)};
  };
  const struct {
    const char* desc;
    BrowserRequest request;
    int status;
    Headers headers;
    BrowserFault fault;
  } kRows[] = {
      {"a redirect", asked("PUT"), 302, {{"Location", "/in"}}, BrowserFault::Redirect},
      {"no grant comes before the status", asked("PUT"), 403, {}, BrowserFault::AllowOriginMissing},
      {"no 2xx", asked("PUT"), 405, {kOrigin}, BrowserFault::Status},
      {"any 2xx", asked("PUT"), 299, {kOrigin, methods("PUT")}, BrowserFault::None},
      {"the method is missing", asked("PUT"), 200, {kOrigin}, BrowserFault::Method},
      {"methods are compared with case",
       asked("patch"),
       200,
       {kOrigin, methods("PATCH")},
       BrowserFault::Method},
      {"POST needs no listing",
       asked("POST", "x-a"),
       200,
       {kOrigin, headers("X-A")},
       BrowserFault::None},
      {"any method", asked("PUT"), 200, {kOrigin, methods("*")}, BrowserFault::None},
      {"any method, with credentials",
       asked("PUT", "", kInclude),
       200,
       {kOrigin, kLeave, methods("*")},
       BrowserFault::Method},
      {"no methods at all",
       asked("PUT"),
       200,
       {kOrigin, methods("a b")},
       BrowserFault::MethodsMalformed},
      {"lists on several lines, with blanks",
       asked("PUT", "x-a,x-b"),
       200,
       {kOrigin, methods("GET"), methods(" PUT ,"), headers("x-b"), headers("X-A")},
       BrowserFault::None},
      {"a header is missing",
       asked("GET", "x-a,x-b"),
       200,
       {kOrigin, headers("x-a")},
       BrowserFault::Header},
      {"any header", asked("GET", "x-a"), 200, {kOrigin, headers("*")}, BrowserFault::None},
      {"any header, with credentials",
       asked("GET", "x-a", kInclude),
       200,
       {kOrigin, kLeave, headers("*")},
       BrowserFault::Header},
      {"* is no Authorization",
       asked("GET", "authorization"),
       200,
       {kOrigin, headers("*")},
       BrowserFault::Header},
      {"no headers at all",
       asked("GET", "x-a"),
       200,
       {kOrigin, headers("a b")},
       BrowserFault::HeadersMalformed},
  };
  for (const auto& row : kRows) {
    const BrowserVerdict verdict =
        check_preflight(row.request, {.status = row.status, .headers = row.headers});
    EXPECT_EQ(to_text(verdict.fault), to_text(row.fault)) << row.desc;
  }
}

TEST(BrowserOutcome, ReadsNothingButOwnAnswersAndPassesInOtherModes) {
  BrowserRequest own = asked("DELETE", "x-a", kInclude);
  own.is_own = true;
  const BrowserAnswer bare{.status = 200};
  EXPECT_EQ(browser_outcome(own, nullptr, &bare).answer,
            "readable: the page is of this server's own origin");
  EXPECT_FALSE(preflight_cause(own));
  BrowserRequest image = asked();
  image.mode = RequestMode::NoCors;
  EXPECT_EQ(to_text(browser_outcome(image, nullptr, &bare).is_readable), "no");
  EXPECT_EQ(browser_outcome(image, nullptr, &bare).console, "");
}

TEST(BrowserOutcome, SendsNothingBehindAPreflightThatFails) {
  const BrowserAnswer refused{.status = 403};
  const BrowserOutcome outcome = browser_outcome(asked("PUT", "x-a", kInclude), &refused, nullptr);
  EXPECT_FALSE(outcome.sends_request);
  EXPECT_FALSE(outcome.sends_cookies);
  EXPECT_EQ(outcome.preflight,
            "sent: the method PUT is not safelisted, and the page sets x-a; it fails: the answer "
            "has no Access-Control-Allow-Origin");
}

TEST(BrowserOutcome, LeavesWhatTheApplicationAnswersToIt) {
  const BrowserAnswer left{.status = 200, .is_of_application = true};
  const BrowserOutcome outcome = browser_outcome(asked(), nullptr, &left);
  EXPECT_EQ(to_text(outcome.is_readable), "application");
}

TEST(BrowserOutcome, TellsWhenCookiesGoAlong) {
  const BrowserAnswer open{.status = 200, .headers = {{"Access-Control-Allow-Origin", "*"}}};
  const auto sends = [&](CredentialsMode credentials, RequestMode mode, bool is_own) {
    BrowserRequest request = asked("GET", "", credentials);
    request.mode = mode;
    request.is_own = is_own;
    return browser_outcome(request, nullptr, &open).sends_cookies;
  };
  EXPECT_FALSE(sends(CredentialsMode::Omit, RequestMode::Cors, true));
  EXPECT_FALSE(sends(CredentialsMode::SameOrigin, RequestMode::Cors, false));
  EXPECT_TRUE(sends(CredentialsMode::SameOrigin, RequestMode::Cors, true));
  EXPECT_TRUE(sends(CredentialsMode::Include, RequestMode::Cors, false));
  EXPECT_TRUE(sends(CredentialsMode::Omit, RequestMode::WebSocket, false));
  EXPECT_TRUE(sends(CredentialsMode::SameOrigin, RequestMode::Navigate, false));
}

TEST(BrowserOutcome, EscapesWhatCameFromTheWire) {
  BrowserRequest request = asked("\x1b[31m", "");
  request.origin = "\x1b]0;x\x07";
  request.url = "https://a/\n";
  const BrowserAnswer answer{
      .status = 200, .headers = {{"Access-Control-Allow-Origin", "\x1b[2J"}, {"Location", "\x07"}}};
  for (const BrowserVerdict& verdict :
       {check_answer(request, answer), check_preflight(request, answer)}) {
    for (const char c : verdict.console + verdict.why) EXPECT_TRUE(c >= ' ' && c < '\x7f');
  }
}

}  // namespace
}  // namespace corsac
