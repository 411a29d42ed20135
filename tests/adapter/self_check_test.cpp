// The judgement of the self-check, row by row.

#include "corsac/adapter/self_check_probe.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

constexpr const char* kApp = "https://app.example.com";

std::shared_ptr<Gate> gate_for(Policy policy) {
  auto gate = make_gate(std::move(policy));
  if (!gate) {
    ADD_FAILURE() << gate.error().text();
    return nullptr;
  }
  return *gate;
}

std::shared_ptr<Gate> app_gate() {
  return gate_for({.cors = {.allowed_origins = {"https://*.preview.example.com", kApp}}});
}

SelfCheckProbe get_from_app() {
  return {.method = "GET", .path = "/x", .host = "127.0.0.1:8080", .origin = kApp};
}

using Lines = std::vector<std::pair<std::string, std::string>>;

// "METHOD path origin", with * behind a preflight.
std::vector<std::string> asked(const Gate& gate, const SelfCheckOptions& options) {
  std::vector<std::string> lines;
  for (const SelfCheckProbe& probe : self_check_probes(gate, options, "127.0.0.1:8080")) {
    EXPECT_EQ(probe.host, "127.0.0.1:8080");
    lines.push_back(probe.method + " " + probe.path + " " + probe.origin +
                    (probe.is_preflight ? "*" : ""));
  }
  return lines;
}

TEST(SelfCheck, AsksWithTheFirstPlainOriginAndAsAStranger) {
  EXPECT_EQ(asked(*app_gate(), {.paths = {"/x"}}),
            (std::vector<std::string>{
                "GET /x ",
                "GET /x https://app.example.com",
                "OPTIONS /x https://app.example.com*",
                "GET /x https://corsac-self-check.invalid",
                "OPTIONS /x https://corsac-self-check.invalid*",
            }));
}

TEST(SelfCheck, AsksWithTheGivenOriginOrAsAStrangerAlone) {
  const auto only_wildcards = gate_for({.cors = {.allowed_origins = {"https://*.example.com"}}});
  EXPECT_EQ(asked(*only_wildcards, {.paths = {"/x"}}),
            (std::vector<std::string>{
                "GET /x ",
                "GET /x https://corsac-self-check.invalid",
                "OPTIONS /x https://corsac-self-check.invalid*",
            }));
  const auto lines =
      asked(*only_wildcards, {.paths = {"/x", "/y"}, .origin = "https://a.example.com"});
  ASSERT_EQ(lines.size(), 10U);
  EXPECT_EQ(lines[6], "GET /y https://a.example.com");
}

TEST(SelfCheck, NamesWhatIsWrongWithAnAnswer) {
  const auto gate = app_gate();
  const std::pair<std::string, std::string> origin = {"Access-Control-Allow-Origin", kApp};
  const struct {
    const char* desc;
    Lines headers;
    std::vector<std::string> codes;
  } rows[] = {
      {"as it should be", {origin, {"Vary", "Accept, origin"}}, {}},
      {"Vary: * covers all", {origin, {"vary", "*"}}, {}},
      {"no middleware", {{"Content-Type", "x"}}, {"self-check-missing", "self-check-missing"}},
      {"Vary is gone", {origin}, {"self-check-missing"}},
      {"106: another layer grants as well",
       {origin, {"access-control-allow-origin", kApp}, {"Vary", "Origin"}},
       {"self-check-doubled"}},
      {"106: another layer grants to all instead",
       {{"Access-Control-Allow-Origin", "*"}, {"Vary", "Origin"}},
       {"self-check-differs"}},
      {"two lines of Vary",
       {origin, {"Vary", "Origin"}, {"Vary", "Accept"}},
       {"self-check-doubled"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    std::vector<std::string> codes;
    for (const Problem& problem :
         judge_self_check(*gate, get_from_app(), {.status = 404, .headers = row.headers})) {
      codes.emplace_back(std::string_view(problem.code));
      EXPECT_EQ(problem.severity, Severity::Error);
      EXPECT_EQ(problem.path, "GET /x from https://app.example.com");
      EXPECT_FALSE(problem.fix.empty());
    }
    EXPECT_EQ(codes, row.codes);
  }
}

TEST(SelfCheck, KnowsThatNobodyIsGrantedWithoutAnOrigin) {
  const SelfCheckProbe probe = {.method = "GET", .path = "/x", .host = "h"};
  const auto problems = judge_self_check(
      *app_gate(), probe,
      {.status = 200, .headers = {{"Access-Control-Allow-Origin", "*"}, {"Vary", "Origin"}}});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].code, "self-check-differs");
}

TEST(SelfCheck, ExpectsThePreflightToBeAnswered) {
  SelfCheckProbe probe = get_from_app();
  probe.method = "OPTIONS";
  probe.is_preflight = true;
  const auto problems = judge_self_check(*app_gate(), probe, {.status = 401, .headers = {}});
  ASSERT_GE(problems.size(), 2U);
  EXPECT_EQ(problems[0].code, "self-check-missing");
  EXPECT_EQ(problems[0].value, "401");
}

TEST(SelfCheck, ExpectsARefusalWhereThePolicyRefuses) {
  const auto gate =
      gate_for({.cors = {.allowed_origins = {kApp}}, .hosts = {.allowed = {"api.example.com"}}});
  const Lines no_store = {{"Cache-Control", "no-store"}};
  EXPECT_TRUE(
      judge_self_check(*gate, get_from_app(), {.status = 421, .headers = no_store}).empty());
  const auto problems = judge_self_check(*gate, get_from_app(), {.status = 421, .headers = {}});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].value, "Cache-Control");
  EXPECT_EQ(judge_self_check(*gate, get_from_app(), {.status = 200, .headers = {}})[0].code,
            "self-check-missing");
}

TEST(SelfCheck, SaysWhereNoAnswerShowsAnything) {
  struct Row {
    const char* desc;
    Policy policy;
    std::vector<std::string> inconclusive;
  };
  const Row rows[] = {
      {"no policy", {}, {"/x", "/api/x"}},
      {"it is switched off",
       {.cors = {.enabled = false, .allowed_origins = {kApp}}},
       {"/x", "/api/x"}},
      {"origins", {.cors = {.allowed_origins = {kApp}}}, {}},
      {"cloudflare: the answers to preflights show it",
       {.cors = {.profile = "cloudflare", .allowed_origins = {kApp}, .allowed_methods = {"GET"}}},
       {}},
      {"other paths: the refused preflight shows it",
       {.cors = {.allowed_origins = {kApp}, .included_paths = {"/api"}}},
       {}},
      {"other paths, whose preflights pass",
       {.cors = {.profile = "openedx", .allowed_origins = {kApp}, .included_paths = {"/api"}}},
       {"/x"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto gate = gate_for(row.policy);
    const auto probes = self_check_probes(*gate, {.paths = {"/x", "/api/x"}}, "h");
    std::vector<std::string> paths;
    for (const Problem& problem : inconclusive_paths(*gate, probes)) {
      EXPECT_EQ(problem.code, kSelfCheckInconclusive);
      EXPECT_EQ(problem.severity, Severity::Warning);
      paths.push_back(problem.path);
    }
    EXPECT_EQ(paths, row.inconclusive);
  }
}

TEST(SelfCheck, LeavesAHandlerItsOwnHeadersUnderKeep) {
  const auto gate = gate_for({.cors = {.allowed_origins = {kApp}, .handler_headers = "keep"}});
  const Lines own = {{"Access-Control-Allow-Origin", "https://own.example"}, {"Vary", "Origin"}};
  EXPECT_TRUE(judge_self_check(*gate, get_from_app(), {.status = 200, .headers = own}).empty());
}

}  // namespace
}  // namespace corsac
