#include "corsac/policy/explain_exchange.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/sent_requests.hpp"

namespace corsac {
namespace {

std::shared_ptr<const Snapshot> compiled() {
  Policy policy;
  policy.cors.allowed_origins = {"https://a.example"};
  policy.cors.allowed_methods = {"PUT"};
  policy.cors.allowed_headers = {"x-a"};
  policy.cors.excluded_paths = {"/out"};
  policy.cors.rules.push_back({.name = "public", .paths = {"/open"}});
  policy.cors.rules.back().allowed_origins = {"*"};
  policy.cors.rules.push_back({.name = "left", .paths = {"/left"}});
  policy.cors.rules.back().preflight = "pass_through";
  policy.hosts.allowed = {"api.example"};
  auto result = compile_policy(policy, {});
  if (result) return result->snapshot;
  ADD_FAILURE() << result.error().text();
  return Snapshot::closed_at_start();
}

ExplainQuestion from(std::string origin, std::string path = "/", std::string method = "GET") {
  ExplainQuestion question;
  question.origin = std::move(origin);
  question.path = std::move(path);
  question.method = std::move(method);
  return question;
}

TEST(ExplainExchange, FollowsAPageFromThePreflightToTheAnswer) {
  const auto snapshot = compiled();
  const OwnOrigin own;
  ExplainQuestion unlisted = from("https://a.example", "/", "PUT");
  unlisted.headers = {"X-B"};
  ExplainQuestion listed = from("https://a.example", "/", "PUT");
  listed.headers = {"X-A: 1", "Accept: */*"};
  ExplainQuestion open = from("https://b.example", "/open");
  ExplainQuestion open_with_cookies = open;
  open_with_cookies.credentials = CredentialsMode::Include;
  ExplainQuestion form = from("https://b.example", "/", "POST");
  form.mode = RequestMode::Navigate;
  ExplainQuestion socket = from("https://a.example");
  socket.mode = RequestMode::WebSocket;
  ExplainQuestion preflight = from("https://a.example", "/", "OPTIONS");
  preflight.headers = {"Access-Control-Request-Method: PATCH"};
  ExplainQuestion link = from("https://b.example");
  link.mode = RequestMode::Navigate;
  const struct {
    const char* desc;
    ExplainQuestion question;
    bool is_allowed;
    bool has_preflight;
    bool has_request;
    const char* readable;
    const char* fault_in_console;  // a part; "" = no line
  } kRows[] = {
      {"a listed origin", from("https://a.example"), true, false, true, "yes", ""},
      {"another origin", from("https://b.example"), false, false, true, "no", "No 'Access-"},
      {"a preflight that passes", listed, true, true, true, "yes", ""},
      {"a preflight that fails", unlisted, false, true, false, "no", "Response to preflight"},
      {"a preflight alone", preflight, false, false, true, "no", "Response to preflight"},
      {"any origin", open, true, false, true, "yes", ""},
      {"any origin, with credentials", open_with_cookies, false, false, true, "no", "wildcard"},
      {"an excluded path", from("https://b.example", "/out"), true, false, true, "application",
       "No 'Access-"},
      {"preflights that pass through", from("https://a.example", "/left", "PATCH"), true, true,
       true, "application", "Response to preflight"},
      {"a form", form, false, false, true, "no", ""},
      {"a link has no Origin", link, true, false, true, "yes", ""},
      {"a WebSocket of an origin without credentials", socket, false, false, true, "no",
       "WebSocket connection to 'wss://api.example/'"},
  };
  for (const auto& row : kRows) {
    const ExplainedExchange told = explain_exchange(*snapshot, own, row.question);
    EXPECT_EQ(told.is_allowed, row.is_allowed) << row.desc << '\n' << told.text();
    EXPECT_EQ(told.preflight.has_value(), row.has_preflight) << row.desc;
    EXPECT_EQ(told.request.has_value(), row.has_request) << row.desc;
    EXPECT_EQ(to_text(told.browser.is_readable), row.readable) << row.desc << '\n' << told.text();
    if (*row.fault_in_console == '\0') {
      EXPECT_EQ(told.browser.console, "") << row.desc;
    } else {
      EXPECT_NE(told.browser.console.find(row.fault_in_console), std::string::npos)
          << row.desc << '\n'
          << told.browser.console;
    }
    const auto json = nlohmann::json::parse(told.json());
    EXPECT_EQ(json["allowed"], row.is_allowed) << row.desc;
    EXPECT_EQ(json["browser"]["readable"], row.readable) << row.desc;
    EXPECT_EQ(json["request"].is_null(), !row.has_request) << row.desc;
  }
}

// It is of a server that nobody knows: those on cpp-httplib before 0.53 may mount files.
TEST(ExplainExchange, TellsWhatAMountPointWouldChange) {
  const auto snapshot = compiled();
  const OwnOrigin own;
  const struct {
    const char* path;
    bool is_ambiguous_with_mounts;
  } kRows[] = {{"/opener", true},  // "/open" + "er" would be the file of "/open/er"
               {"/open", false},
               {"/open/er", false},
               {"/other", false},
               {"/open//er", false}};  // ambiguous anyway
  for (const auto& row : kRows) {
    const ExplainedExchange told =
        explain_exchange(*snapshot, own, from("https://a.example", row.path));
    EXPECT_EQ(told.is_ambiguous_with_mounts, row.is_ambiguous_with_mounts) << row.path;
    EXPECT_EQ(told.text().find("has_no_mount_points") != std::string::npos,
              row.is_ambiguous_with_mounts)
        << told.text();
    EXPECT_EQ(nlohmann::json::parse(told.json())["ambiguous_with_mounts"],
              row.is_ambiguous_with_mounts)
        << row.path;
  }
}

// The first line is what people read.
TEST(ExplainExchange, BeginsWithWhatThePageGets) {
  const auto snapshot = compiled();
  ExplainQuestion with_cookies = from("https://b.example", "/open");
  with_cookies.credentials = CredentialsMode::Include;
  const struct {
    const char* desc;
    ExplainQuestion question;
    const char* begin;
  } kRows[] = {
      {"readable", from("https://a.example"), "ALLOWED\n"},
      {"refused", from("https://b.example"), "REFUSED with 403: origin_not_allowed\n"},
      {"granted, and withheld by the browser", with_cookies,
       "BLOCKED BY THE BROWSER: not readable: "},
      {"left to the application", from("https://b.example", "/out"), "PASSES without a grant\n"},
  };
  for (const auto& row : kRows) {
    const std::string text = explain_exchange(*snapshot, {}, row.question).text();
    EXPECT_TRUE(text.starts_with(row.begin)) << row.desc << '\n' << text;
  }
  const std::string left =
      explain_exchange(*snapshot, {}, from("https://b.example", "/out")).text();
  EXPECT_NE(left.find("console    if the application sends no grant: Access to fetch"),
            std::string::npos)
      << left;
}

TEST(ExplainExchange, DropsHeadersThatModeNoCorsDoesNotSend) {
  const auto snapshot = compiled();
  using Names = std::vector<std::string>;
  const std::string half(70, 'a');
  const struct {
    const char* desc;
    Names headers;
    Names dropped;
  } kRows[] = {
      {"what is safelisted",
       {"Accept: */*", "content-language: de", "Content-Type: text/plain"},
       {}},
      {"others", {"X-A: 1", "Authorization: Bearer x"}, {"X-A", "Authorization"}},
      {"a value that is not", {"Content-Type: application/json"}, {"Content-Type"}},
      {"a range", {"Range: bytes=0-"}, {"Range"}},
      {"any value", {"Accept", "X-A"}, {"Accept", "X-A"}},
      {"a repeat that makes it too long", {"Accept: " + half, "accept: " + half}, {"accept"}},
      {"what the browser sets", {"Sec-Fetch-Site: cross-site", "Cookie: a=b"}, {}},
  };
  for (const auto& row : kRows) {
    ExplainQuestion question = from("https://a.example", "/", "POST");
    question.headers = row.headers;
    EXPECT_EQ(explain_exchange(*snapshot, {}, question).dropped_headers, Names()) << row.desc;
    question.mode = RequestMode::NoCors;
    const ExplainedExchange told = explain_exchange(*snapshot, {}, question);
    EXPECT_EQ(told.dropped_headers, row.dropped) << row.desc;
    EXPECT_EQ(told.text().find("dropped") == std::string::npos, row.dropped.empty()) << row.desc;
    EXPECT_EQ(nlohmann::json::parse(told.json())["browser"]["dropped_headers"], row.dropped);
  }
}

TEST(ExplainExchange, DecidesWithoutWhatModeNoCorsDrops) {
  ExplainQuestion question = from("https://a.example", "/", "POST");
  question.headers = {"Authorization: Bearer x", "Content-Type: application/json"};
  question.mode = RequestMode::NoCors;
  const OwnOrigin own;
  const SentRequests sent(question, own, "api.example");
  EXPECT_FALSE(sent.actual().has_authorization);
  EXPECT_FALSE(sent.actual().content_type.is_present());
  EXPECT_FALSE(sent.preflight());
}

TEST(ExplainExchange, NamesTheServerAsBrowsersSeeIt) {
  const auto snapshot = compiled();
  const OwnOrigin own({.public_origins = {"https://one.example", "http://api.example"}});
  EXPECT_EQ(explain_exchange(*snapshot, own, from("https://a.example")).server,
            "https://one.example");
  ExplainQuestion question = from("https://a.example");
  question.host = "API.example";
  EXPECT_EQ(explain_exchange(*snapshot, own, question).server, "http://api.example");
  question.host = "[::1]:80";
  EXPECT_EQ(explain_exchange(*snapshot, own, question).server, "http://[::1]:80");
  EXPECT_EQ(explain_exchange(*snapshot, {}, from("https://a.example")).server,
            "https://api.example");
}

TEST(ExplainExchange, RefusesWhatNoBrowserSends) {
  const struct {
    const char* desc;
    ExplainQuestion question;
    const char* path;
  } kRows[] = {
      {"two words", from("https://a.example", "/", "GET /"), "method"},
      {"a URL", from("https://a.example", "https://u:secret@b.example/"), "path"},
      {"no header", {.headers = {": x"}}, "header"},
      {"TRACE", from("https://a.example", "/", "TRACE"), "method"},
      {"CONNECT in lower case", from("https://a.example", "/", "connect"), "method"},
      {"a space in a path", from("https://a.example", "/a b"), "path"},
      {"a fragment", from("https://a.example", "/a#b"), "path"},
      {"a byte beyond ASCII", from("https://a.example", "/\xc3\xa4"), "path"},
      {"a line break in a value", {.headers = {"X-A: secret\nX-B: 1"}}, "header"},
      {"a name that only a browser sets", {.headers = {"Cookie"}}, "header"},
      {"PUT in no-cors", {.method = "PUT", .mode = RequestMode::NoCors}, "method"},
      {"a form that puts", {.method = "PUT", .mode = RequestMode::Navigate}, "method"},
      {"a WebSocket by POST", {.method = "POST", .mode = RequestMode::WebSocket}, "method"},
  };
  for (const auto& row : kRows) {
    const auto problems = question_problems(row.question);
    ASSERT_EQ(problems.size(), 1U) << row.desc;
    EXPECT_EQ(problems[0].path, row.path) << row.desc;
    EXPECT_EQ(problems[0].value.find("secret"), std::string::npos) << row.desc;
  }
}

}  // namespace
}  // namespace corsac
