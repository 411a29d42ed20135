#include "corsac/policy/explain.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "policy/asked.hpp"

namespace corsac {
namespace {

using testing::Asked;
using testing::get;
using testing::preflight;

Names at_line(std::vector<std::string> values, std::uint32_t line) {
  std::vector<Place> places(values.size(), Place{.line = line, .column = 2});
  return Names(std::move(values), std::move(places));
}

Policy base() {
  Policy policy;
  policy.sources = {"policy.toml"};
  policy.cors.place = {.line = 3, .column = 1};
  policy.cors.allowed_origins = at_line({"https://app.example.com", "https://*.p.example.com"}, 4);
  policy.cors.allowed_methods = at_line({"PUT", "DELETE"}, 5);
  policy.cors.allowed_headers = at_line({"content-type", "x-a"}, 6);
  policy.cors.excluded_paths = at_line({"/admin"}, 7);
  policy.hosts.allowed = at_line({"api.example.com"}, 20);
  return policy;
}

std::shared_ptr<const Snapshot> compiled(const Policy& policy) {
  auto result = compile_policy(policy, {});
  if (result) return result->snapshot;
  ADD_FAILURE() << result.error().text();
  return Snapshot::closed_at_start();
}

std::string text_of(const Policy& policy, Asked asked) {
  const auto snapshot = compiled(policy);
  return explain(*snapshot, asked.view()).text();
}

TEST(Explain, TellsThatARuleIsReportOnly) {
  Policy policy = base();
  policy.cors.on_denied = "block";
  policy.cors.report_only = true;
  Asked asked = get("https://b.example.com");
  const auto snapshot = compiled(policy);
  const Explanation told = explain(*snapshot, asked.view());
  EXPECT_TRUE(
      told.text().starts_with("NOT GRANTED, the handler runs (report_only): origin_not_allowed\n"))
      << told.text();
  EXPECT_NE(told.text().find("the handler runs: under report_only refusals are counted"),
            std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(told.json())["is_report_only"], true);
  policy.cors.report_only = false;
  const auto enforced = compiled(policy);
  EXPECT_EQ(nlohmann::json::parse(explain(*enforced, asked.view()).json())["is_report_only"],
            false);
}

TEST(Explain, ShowsAGrantedPreflight) {
  EXPECT_EQ(
      text_of(base(), preflight("https://1.p.example.com", "PUT", "/items", {"content-type,x-a"})),
      "ALLOWED\n"
      "\n"
      "  hosts      ok  \"api.example.com\" is allowed\n"
      "  path       ok  \"/items\" is under \"cors\" (policy.toml:3:1)\n"
      "  origin     ok  \"https://1.p.example.com\" matches \"https://*.p.example.com\"\n"
      "  method     ok  \"PUT\" is in allowed_methods\n"
      "  headers    ok  \"content-type,x-a\" are allowed\n"
      "  decision   ok  answer with 204 and a grant\n"
      "\n"
      "  sends      Access-Control-Allow-Origin: https://1.p.example.com\n"
      "             Access-Control-Allow-Methods: PUT\n"
      "             Access-Control-Allow-Headers: content-type,x-a\n"
      "             Vary: Origin, Access-Control-Request-Method, "
      "Access-Control-Request-Headers\n");
}

TEST(Explain, ShowsARefusedRequestWithItsNearMissAndPlace) {
  EXPECT_EQ(text_of(base(), get("https://app.example.com:8443", "/items")),
            "REFUSED with 403: origin_not_allowed\n"
            "The page's origin is not in allowed_origins of the rule that applies.\n"
            "\n"
            "  hosts      ok  \"api.example.com\" is allowed\n"
            "  path       ok  \"/items\" is under \"cors\" (policy.toml:3:1)\n"
            "  origin     NO  \"https://app.example.com:8443\": origin_not_allowed "
            "(policy.toml:4:2)\n"
            "  decision   NO  refuse with 403; the handler does not run\n"
            "\n"
            "  sends      Vary: Origin\n"
            "             Cache-Control: no-store\n"
            "\n"
            "  near miss  \"https://app.example.com\" is listed; the request has port 8443; "
            "write \"https://app.example.com:8443\" to allow it too\n"
            "  hint       Add exactly this origin, scheme, host and port, to allowed_origins if "
            "its pages may call this server.\n"
            "  place      policy.toml:4:2\n");
}

TEST(Explain, EscapesWhatComesFromTheWire) {
  Policy policy = base();
  policy.cors.debug_headers = true;
  EXPECT_EQ(text_of(policy, get("https://\x1b[31m.example", "/it\nems")),
            "REFUSED with 403: origin_malformed\n"
            "The Origin header is not an origin as browsers write it.\n"
            "\n"
            "  hosts      ok  \"api.example.com\" is allowed\n"
            "  path       ok  \"/it\\x0Aems\" is under \"cors\" (policy.toml:3:1)\n"
            "  origin     NO  \"https://\\x1B[31m.example\": origin_malformed (policy.toml:4:2)\n"
            "  decision   NO  refuse with 403; the handler does not run\n"
            "\n"
            "  sends      Vary: Origin\n"
            "             Cache-Control: no-store\n"
            "             X-Corsac-Reason: origin_malformed\n"
            "\n"
            "  hint       Browsers send scheme://host[:port] in lower case, without a default "
            "port, path or trailing slash; look for a proxy or a client that rewrites the "
            "header.\n"
            "  place      policy.toml:4:2\n");
}

struct Row {
  const char* desc;
  std::function<void(Policy&)> change;
  Asked asked;
  std::vector<std::string> steps;  // "name ok outcome"
};

TEST(Explain, NamesEachStepThatWasAsked) {
  static const OwnOrigin kOwn({.public_origins = {"https://api.example.com"}});
  const std::string hosts = "hosts ok \"api.example.com\" is allowed";
  const std::string path = "path ok \"/\" is under \"cors\" (policy.toml:3:1)";
  const std::string listed =
      "origin ok \"https://app.example.com\" matches \"https://app.example.com\"";
  Asked rebound = get("https://app.example.com");
  rebound.host = "evil.example";
  Asked own = get("https://api.example.com");
  own.own = &kOwn;
  Asked upgrade = get("https://app.example.com");
  upgrade.is_websocket_upgrade = true;
  Asked upgrade_with_cookie = upgrade;
  upgrade_with_cookie.has_cookie = true;
  const auto nothing = [](Policy&) {};
  const Row rows[] = {
      {"another host",
       nothing,
       rebound,
       {"hosts NO \"evil.example\": host_not_allowed (policy.toml:20:2)",
        "decision NO refuse with 421; the handler does not run"}},
      {"no guard, no Origin",
       [](Policy& p) { p.hosts = {}; },
       Asked{},
       {path, "origin ok no Origin: not a request of another origin",
        "decision ok the handler runs, nothing is granted"}},
      {"a granted request",
       nothing,
       get("https://app.example.com"),
       {hosts, path, listed, "decision ok the handler runs, with a grant"}},
      {"marked",
       [](Policy& p) { p.cors.on_denied = "mark"; },
       get("null"),
       {hosts, path, "origin NO \"null\": origin_null (policy.toml:4:2)",
        "decision NO no grant; the handler runs"}},
      {"any origin",
       [](Policy& p) { p.cors.allowed_origins = {"*"}; },
       get("https://b.example"),
       {hosts, path, "origin ok \"https://b.example\": any is allowed",
        "decision ok the handler runs, with a grant"}},
      {"the own origin",
       nothing,
       own,
       {hosts, path, "origin ok \"https://api.example.com\" is this server's own",
        "decision ok the handler runs, nothing is granted"}},
      {"an excluded path",
       nothing,
       get("https://b.example", "/admin"),
       {hosts, "path ok \"/admin\" is under \"excluded paths\" (policy.toml:7:2): no CORS here",
        "decision ok the handler runs, nothing is granted"}},
      {"a preflight there",
       nothing,
       preflight("https://app.example.com", "PUT", "/admin"),
       {hosts, "path NO \"/admin\" is under \"excluded paths\" (policy.toml:7:2): no CORS here",
        "decision NO refuse with 403; the handler does not run"}},
      {"an upgrade there",
       nothing,
       [] {
         Asked excluded = get("https://b.example", "/admin");
         excluded.is_websocket_upgrade = true;
         return excluded;
       }(),
       {hosts, "path NO \"/admin\" is under \"excluded paths\" (policy.toml:7:2): no CORS here",
        "decision NO refuse with 403; the handler does not run"}},
      {"an ambiguous path",
       nothing,
       get("https://app.example.com", "//"),
       {hosts, "path ok \"//\" can be read in two ways: no grant, under \"cors\" (policy.toml:3:1)",
        "origin NO \"https://app.example.com\": path_ambiguous (policy.toml:3:1)",
        "decision NO refuse with 403; the handler does not run"}},
      {"no policy",
       [](Policy& p) { p.cors = {}; },
       get("https://b.example"),
       {hosts, "path ok \"/\": no CORS, everything passes untouched",
        "decision ok the handler runs, nothing is granted"}},
      {"a refused method",
       nothing,
       preflight("https://app.example.com", "PATCH"),
       {hosts, path, listed,
        "method NO \"PATCH\": requested_method_not_allowed (policy.toml:5:2); allowed_methods "
        "has PUT, DELETE",
        "decision NO refuse with 403; the handler does not run"}},
      {"a refused header",
       nothing,
       preflight("https://app.example.com", "POST", "/", {"x-b"}),
       {hosts, path, listed, "method ok \"POST\" always passes",
        "headers NO \"x-b\": requested_header_not_allowed (policy.toml:6:2)",
        "decision NO refuse with 403; the handler does not run"}},
      {"no headers",
       nothing,
       preflight("https://app.example.com", "POST"),
       {hosts, path, listed, "method ok \"POST\" always passes", "headers ok none are asked for",
        "decision ok answer with 204 and a grant"}},
      {"methods and headers that are not compared",
       [](Policy& p) {
         p.cors.knobs.check_requested = false;
         p.cors.knobs.methods_answer = "list";
         p.cors.knobs.headers_answer = "list";
       },
       preflight("https://app.example.com", "PATCH", "/", {"x-b"}),
       {hosts, path, listed,
        "method ok \"PATCH\" is not compared: the answer lists what is allowed",
        "headers ok are not compared: the answer lists what is allowed",
        "decision ok answer with 204 and a grant"}},
      {"preflights are rejected",
       [](Policy& p) { p.cors.preflight = "reject"; },
       preflight("https://app.example.com", "PUT"),
       {hosts, path, "method NO \"PUT\": preflight_rejected (policy.toml:3:1)",
        "decision NO refuse with 403; the handler does not run"}},
      {"preflights go on",
       [](Policy& p) { p.cors.preflight = "pass_through"; },
       preflight("https://app.example.com", "PUT"),
       {hosts, path, "method ok preflights go to the application",
        "decision ok the handler runs, nothing is granted"}},
      {"what an application would be told of the Referer",
       [](Policy& p) {
         p.csrf.enabled = false;
         p.csrf.referer.enabled = true;
       },
       get("https://app.example.com"),
       {hosts, path, listed,
        "referer ok trusted_cross_site says not_tls: public_origins (--public-origin) name no "
        "https, "
        "and no trusted proxy does",
        "decision ok the handler runs, with a grant"}},
      {"an upgrade",
       nothing,
       upgrade,
       {hosts, path, listed, "upgrade ok may connect",
        "decision ok the handler runs, nothing is granted"}},
      {"an upgrade with a cookie",
       nothing,
       upgrade_with_cookie,
       {hosts, path, listed,
        "upgrade NO \"https://app.example.com\": upgrade_not_allowed (policy.toml:4:2)",
        "decision NO refuse with 403; the handler does not run"}},
  };
  for (const Row& row : rows) {
    Policy policy = base();
    row.change(policy);
    const auto snapshot = compiled(policy);
    Asked asked = row.asked;
    const Explanation explanation = explain(*snapshot, asked.view());
    std::vector<std::string> steps;
    for (const auto& step : explanation.steps) {
      steps.push_back(step.name + (step.has_passed ? " ok " : " NO ") + step.outcome);
    }
    EXPECT_EQ(steps, row.steps) << row.desc;
    EXPECT_EQ(testing::told(*snapshot, explanation.decision), testing::ask(*snapshot, row.asked))
        << row.desc;
    EXPECT_EQ(explanation.is_allowed, steps.back().starts_with("decision ok")) << row.desc;
  }
}

TEST(Explain, GivesTheSameAsJson) {
  const auto snapshot = compiled(base());
  Asked asked = get("https://app.example.com:8443", "/it\xC3\xA9ms");
  const auto json = nlohmann::json::parse(explain(*snapshot, asked.view()).json());
  EXPECT_EQ(json["is_allowed"], false);
  EXPECT_EQ(json["outcome"], "refuse");
  EXPECT_EQ(json["status"], 403);
  EXPECT_EQ(json["reason"], "origin_not_allowed");
  EXPECT_EQ(json["offending"], "https://app.example.com:8443");
  EXPECT_EQ(json["is_preflight"], false);
  EXPECT_EQ(json["is_own_origin"], false);
  EXPECT_EQ(json["rule"], "cors");
  EXPECT_EQ(json["rule_place"], "policy.toml:3:1");
  ASSERT_EQ(json["steps"].size(), 4U);
  EXPECT_EQ(
      json["steps"][1],
      (nlohmann::json{{"name", "path"},
                      {"has_passed", true},
                      {"outcome", "\"/it\\xC3\\xA9ms\" is under \"cors\" (policy.toml:3:1)"}}));
  EXPECT_EQ(json["headers"], nlohmann::json::parse(R"([
    {"name": "Vary", "value": "Origin"}, {"name": "Cache-Control", "value": "no-store"}])"));
  EXPECT_EQ(json["near_miss"],
            "\"https://app.example.com\" is listed; the request has port 8443; write "
            "\"https://app.example.com:8443\" to allow it too");
  EXPECT_EQ(json["hint"], reason_info(Reason::OriginNotAllowed).hint);
  EXPECT_EQ(json["place"], "policy.toml:4:2");
}

TEST(Explain, LeavesUnknownTextsNullInJson) {
  Policy policy;
  policy.cors.allowed_origins = {"https://a.example"};
  const auto snapshot = compiled(policy);
  Asked asked = get("https://a.example");
  const auto json = nlohmann::json::parse(explain(*snapshot, asked.view()).json());
  EXPECT_EQ(json["is_allowed"], true);
  EXPECT_EQ(json["outcome"], "pass");
  for (const char* name :
       {"status", "reason", "offending", "rule_place", "near_miss", "hint", "place"}) {
    EXPECT_TRUE(json.at(name).is_null()) << name;
  }
}

}  // namespace
}  // namespace corsac
