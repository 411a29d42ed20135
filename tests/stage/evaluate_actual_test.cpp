// Actual requests, and the modes that turn a refusal into something else: edge cases 50 to 52, 65,
// 97 to 116, and the policy document, 3 and 4.

#include <string>

#include <gtest/gtest.h>

#include "corsac/stage/cors/evaluate.hpp"
#include "stage/cors_table.hpp"

namespace corsac::testing {
namespace {

const std::string kA = "https://a.example";
const std::string kEvil = "https://evil.example";
const std::string kAllowOrigin = "Access-Control-Allow-Origin";
const std::string kAllowCredentials = "Access-Control-Allow-Credentials";
const std::string kExposeHeaders = "Access-Control-Expose-Headers";
const std::string kTimingAllowOrigin = "Timing-Allow-Origin";

const TestPolicy kAny = {.origins = {"*"}};
const TestPolicy kCredentials = {.allow_credentials = true};
const TestPolicy kMark = {.behaviour = {.on_denied = OnDenied::Mark}};
const TestPolicy kReportOnly = {.report_only = true};
const TestPolicy kKeep = {.behaviour = {.handler_headers = HandlerWins::Keep}};
const TestPolicy kExcluded = {.is_excluded = true};
const TestPolicy kClosed = {.denies_all = Reason::PolicyUnavailable};

// Passes, with a reason and without a grant.
Expected counted(Reason reason, std::string offending) {
  return {.reason = reason, .offending = std::move(offending)};
}

Expected with(Expected expected, VaryOn vary) {
  expected.vary = vary;
  return expected;
}

Expected with(Expected expected, HandlerHeaders handler_headers) {
  expected.handler_headers = handler_headers;
  return expected;
}

Expected as_own(Expected expected) {
  expected.is_own_origin = true;
  return expected;
}

Expected as_preflight(Expected expected) {
  expected.is_preflight = true;
  return expected;
}

TestRequest own(TestRequest request) {
  request.is_own = true;
  return request;
}

TEST(EvaluateActual, SendsEveryConfiguredGrant) {
  const TestPolicy everything = {.exposed = {"X-Request-Id", "ETag", "x-request-id"},
                                 .allow_credentials = true,
                                 .max_age_seconds = 600,
                                 .allow_private_network = true,
                                 .timing_allow_origin = true};
  TestPolicy everything_to_any = everything;
  everything_to_any.origins = {"*"};
  everything_to_any.allow_credentials = false;
  TestRequest asks = get(kA);
  asks.private_network = {"true"};
  expect_rows({
      {"112: all but what belongs to a preflight", everything, asks,
       granted({{kAllowOrigin, kA},
                {kAllowCredentials, "true"},
                {kExposeHeaders, "X-Request-Id,ETag"},
                {kTimingAllowOrigin, kA}})},
      {"99: the same to anyone", everything_to_any, asks,
       with(granted({{kAllowOrigin, "*"},
                     {kExposeHeaders, "X-Request-Id,ETag"},
                     {kTimingAllowOrigin, "*"}}),
            VaryOn::Nothing)},
      {"113: every header exposed without credentials",
       {.exposed = {"*"}},
       get(kA),
       granted({{kAllowOrigin, kA}, {kExposeHeaders, "*"}})},
  });
}

// Proves S23.
TEST(EvaluateActual, VariesByOriginWhateverTheOutcome) {
  expect_rows({
      {"97: allowed", {}, get(kA), granted({{kAllowOrigin, kA}})},
      {"97: denied", {}, get(kEvil), blocked(Reason::OriginNotAllowed, kEvil)},
      {"35: without Origin", {}, {}, no_grant()},
      {"98: a single origin is dynamic too", {.origins = {kA}}, {}, no_grant()},
      {"a policy without origins", {.origins = {}}, get(kA), blocked(Reason::OriginNotAllowed, kA)},
      {"a policy without origins, without Origin", {.origins = {}}, {}, no_grant()},
  });
}

TEST(EvaluateActual, DoesNotJudgeTheMethod) {
  expect_rows({
      {"65: a method that is not listed",
       {},
       {.method = "DELETE", .origin = {kA}},
       granted({{kAllowOrigin, kA}})},
      {"66: HEAD", {}, {.method = "HEAD", .origin = {kA}}, granted({{kAllowOrigin, kA}})},
  });
}

TEST(EvaluateActual, SaysWhoseHeadersWin) {
  expect_rows({
      {"104: keep, allowed", kKeep, get(kA),
       with(granted({{kAllowOrigin, kA}}), HandlerHeaders::Keep)},
      {"104: keep, without Origin", kKeep, {}, with(no_grant(), HandlerHeaders::Keep)},
      {"116: keep, refused: no handler runs", kKeep, get(kEvil),
       blocked(Reason::OriginNotAllowed, kEvil)},
      {"keep, an answered preflight", kKeep, preflight(kA, "GET"), answered({{kAllowOrigin, kA}})},
      {"replace, under a constant",
       kAny,
       {},
       with(granted({{kAllowOrigin, "*"}}), VaryOn::Nothing)},
  });
}

// Proves S28.
TEST(EvaluateActual, MarksInsteadOfBlocking) {
  expect_rows({
      {"51: the handler runs, without a grant", kMark, get(kEvil),
       counted(Reason::OriginNotAllowed, kEvil)},
      {"malformed", kMark, get(""), counted(Reason::OriginMalformed, "")},
      {"null", kMark, get("null"), counted(Reason::OriginNull, "null")},
      {"repeated", kMark, {.origin = {kA, kA}}, counted(Reason::OriginRepeated, kA)},
      {"listed", kMark, get(kA), granted({{kAllowOrigin, kA}})},
  });
}

TEST(EvaluateActual, NeverRefusesAnOwnPage) {
  const VaryOn full = VaryOn::OriginRequestedMethodAndHeaders;
  expect_rows({
      {"50: not listed", {}, own(get(kEvil)), as_own(no_grant())},
      {"50: not listed, mark: no reason either", kMark, own(get(kEvil)), as_own(no_grant())},
      {"50: listed gets its grant", {}, own(get(kA)), granted({{kAllowOrigin, kA}})},
      {"50: null", {}, own(get("null")), as_own(no_grant())},
      {"50: a write", {}, own({.method = "POST", .origin = {kEvil}}), as_own(no_grant())},
      {"keep", kKeep, own(get(kEvil)), with(as_own(no_grant()), HandlerHeaders::Keep)},
      {"a preflight that would be refused goes to the application",
       {},
       own(preflight(kEvil, "PUT")),
       with(as_own(as_preflight(no_grant())), full)},
      {"a preflight for another method",
       {},
       own(preflight(kA, "DELETE")),
       with(as_own(as_preflight(no_grant())), full)},
      {"a listed preflight is answered",
       {},
       own(preflight(kA, "GET")),
       answered({{kAllowOrigin, kA}})},
      {"report_only: no reason", kReportOnly, own(get(kEvil)), as_own(no_grant())},
  });
}

TEST(EvaluateActual, OnlyCountsUnderReportOnly) {
  const VaryOn full = VaryOn::OriginRequestedMethodAndHeaders;
  expect_rows({
      {"not listed", kReportOnly, get(kEvil), counted(Reason::OriginNotAllowed, kEvil)},
      {"listed", kReportOnly, get(kA), granted({{kAllowOrigin, kA}})},
      {"a refused preflight goes to the application", kReportOnly, preflight(kEvil, "PUT"),
       with(as_preflight(counted(Reason::OriginNotAllowed, kEvil)), full)},
      {"a granted preflight is answered", kReportOnly, preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}})},
      {"a rejected preflight",
       {.report_only = true, .behaviour = {.preflight = PreflightMode::Reject}},
       preflight(kA, "GET"),
       with(as_preflight(counted(Reason::PreflightRejected, "GET")), full)},
      {"closed",
       {.report_only = true, .denies_all = Reason::PolicyUnavailable},
       get(kA),
       counted(Reason::PolicyUnavailable, kA)},
  });
}

TEST(EvaluateActual, LeavesExcludedPathsAlone) {
  const Expected refused =
      with(refused_preflight(Reason::PreflightOnExcludedPath, "/path"), VaryOn::Nothing);
  TestPolicy pass_through = kExcluded;
  pass_through.behaviour.preflight = PreflightMode::PassThrough;
  TestPolicy reject = kExcluded;
  reject.behaviour.preflight = PreflightMode::Reject;
  TestPolicy report_only = kExcluded;
  report_only.report_only = true;
  Expected only_counted = as_preflight(untouched());
  only_counted.reason = Reason::PreflightOnExcludedPath;
  only_counted.offending = "/path";
  TestPolicy okta = kExcluded;
  okta.behaviour.refused_preflight_status = 204;
  Expected refused_with_204 = refused;
  refused_with_204.status = 204;
  expect_rows({
      {"127: an actual request", kExcluded, get(kA), untouched()},
      {"127: one that no list has", kExcluded, get(kEvil), untouched()},
      {"127: without Origin", kExcluded, {}, untouched()},
      {"several Origin lines", kExcluded, {.origin = {kA, kA}}, untouched()},
      {"127: a preflight", kExcluded, preflight(kA, "GET"), refused},
      {"a preflight with the configured status", okta, preflight(kA, "GET"), refused_with_204},
      {"a preflight under reject", reject, preflight(kA, "GET"), refused},
      {"a preflight under pass_through", pass_through, preflight(kA, "GET"),
       as_preflight(untouched())},
      {"a preflight of an own page", kExcluded, own(preflight(kA, "GET")),
       as_own(as_preflight(untouched()))},
      {"a preflight under report_only", report_only, preflight(kA, "GET"), only_counted},
      {"a closed policy excludes as before",
       {.is_excluded = true, .denies_all = Reason::PolicyUnavailable},
       get(kA),
       untouched()},
  });
}

// Proves 52, S31.
TEST(EvaluateUpgrade, NeedsAGrantWithCredentials) {
  const auto upgrade = [](Texts origin) {
    return TestRequest{.origin = std::move(origin), .has_cookie = true, .is_upgrade = true};
  };
  TestRequest without_cookie = upgrade({kA});
  without_cookie.has_cookie = false;
  TestRequest with_authorization = without_cookie;
  with_authorization.has_authorization = true;
  TestRequest null_without_cookie = without_cookie;
  null_without_cookie.origin = {"null"};
  const TestPolicy null_allowed = {.allow_null_origin = true};
  expect_rows({
      {"52: not a browser", {}, upgrade({}), untouched()},
      {"52: an origin with credentials", kCredentials, upgrade({"https://x.wild.example"}),
       untouched()},
      {"52: an origin that is not listed",
       {},
       upgrade({kEvil}),
       blocked(Reason::OriginNotAllowed, kEvil)},
      {"52: several Origin lines", kCredentials, upgrade({kA, kA}),
       blocked(Reason::OriginRepeated, kA)},
      {"without credentials, with a cookie",
       {},
       upgrade({kA}),
       blocked(Reason::UpgradeNotAllowed, kA)},
      {"without credentials, with Authorization",
       {},
       with_authorization,
       blocked(Reason::UpgradeNotAllowed, kA)},
      {"without credentials, with neither", {}, without_cookie, untouched()},
      {"`*` with a cookie", kAny, upgrade({kEvil}),
       with(blocked(Reason::UpgradeNotAllowed, kEvil), VaryOn::Nothing)},
      {"`*` with neither", kAny, without_cookie, untouched()},
      {"`*` without Origin", kAny, upgrade({}), untouched()},
      {"null with a cookie", null_allowed, upgrade({"null"}),
       blocked(Reason::UpgradeNotAllowed, "null")},
      {"null with neither", null_allowed, null_without_cookie, untouched()},
      {"an own page", {}, own(upgrade({kEvil})), as_own(untouched())},
      {"an own page that may only without credentials",
       {},
       own(upgrade({kA})),
       as_own(untouched())},
      {"closed",
       {.allow_credentials = true, .denies_all = Reason::PolicyUnavailable},
       upgrade({kA}),
       blocked(Reason::PolicyUnavailable, kA)},
  });
}

TEST(EvaluateUpgrade, OnAnExcludedPathOnlyOwnPagesConnect) {
  const TestRequest evil = {.origin = {kEvil}, .has_cookie = true, .is_upgrade = true};
  const TestRequest listed = {.origin = {kA}, .is_upgrade = true};
  TestPolicy with_credentials = kExcluded;
  with_credentials.allow_credentials = true;
  TestPolicy report_only = kExcluded;
  report_only.report_only = true;
  TestPolicy marked_as_rule = kExcluded;
  marked_as_rule.behaviour = {.on_denied = OnDenied::Mark, .websocket = WebSocketMode::AsRule};
  Expected only_counted = untouched();
  only_counted.reason = Reason::OriginNotAllowed;
  only_counted.offending = kEvil;
  expect_rows({
      {"an origin that no list has", kExcluded, evil, blocked(Reason::OriginNotAllowed, kEvil)},
      {"one without cookies, listed elsewhere", with_credentials, listed,
       blocked(Reason::OriginNotAllowed, kA)},
      {"null",
       kExcluded,
       {.origin = {"null"}, .is_upgrade = true},
       blocked(Reason::OriginNotAllowed, "null")},
      {"not a browser", kExcluded, {.has_cookie = true, .is_upgrade = true}, untouched()},
      {"an own page", kExcluded, own(evil), as_own(untouched())},
      {"report_only", report_only, evil, only_counted},
      {"as_rule, the rule marks", marked_as_rule, evil, only_counted},
  });
}

TEST(EvaluateUpgrade, IsBlockedUnlessTheRuleMayDecide) {
  TestPolicy marked_as_rule = kMark;
  marked_as_rule.behaviour.websocket = WebSocketMode::AsRule;
  const TestPolicy blocked_as_rule = {.behaviour = {.websocket = WebSocketMode::AsRule}};
  const TestRequest evil = {.origin = {kEvil}, .is_upgrade = true};
  Expected only_counted = untouched();
  only_counted.reason = Reason::OriginNotAllowed;
  only_counted.offending = kEvil;
  const TestRequest cookie = {.origin = {kA}, .has_cookie = true, .is_upgrade = true};
  Expected cookie_counted = untouched();
  cookie_counted.reason = Reason::UpgradeNotAllowed;
  cookie_counted.offending = kA;
  expect_rows({
      {"block, though the rule marks", kMark, evil, blocked(Reason::OriginNotAllowed, kEvil)},
      {"as_rule, the rule blocks", blocked_as_rule, evil, blocked(Reason::OriginNotAllowed, kEvil)},
      {"as_rule, the rule marks", marked_as_rule, evil, only_counted},
      {"as_rule, a cookie without credentials", marked_as_rule, cookie, cookie_counted},
      {"report_only", kReportOnly, evil, only_counted},
  });
}

TEST(EvaluateClosed, RefusesEveryOriginForTheGivenReason) {
  constexpr Reason kReason = Reason::PolicyUnavailable;
  TestPolicy any = kAny;
  any.denies_all = Reason::PathAmbiguous;
  TestPolicy marked = kMark;
  marked.denies_all = kReason;
  TestPolicy null_allowed = kClosed;
  null_allowed.allow_null_origin = true;
  TestPolicy pass_through = kClosed;
  pass_through.behaviour.preflight = PreflightMode::PassThrough;
  expect_rows({
      {"134: a listed one", kClosed, get(kA), blocked(kReason, kA)},
      {"134: one that is not listed", kClosed, get(kEvil), blocked(kReason, kEvil)},
      {"134: null, though switched on", null_allowed, get("null"), blocked(kReason, "null")},
      {"134: a malformed one", kClosed, get("x"), blocked(kReason, "x")},
      {"134: several lines", kClosed, {.origin = {kA, kA}}, blocked(kReason, kA)},
      {"134: a preflight", kClosed, preflight(kA, "GET"), refused_preflight(kReason, kA)},
      {"134: without Origin", kClosed, {}, no_grant()},
      {"134: an own page", kClosed, own(get(kA)), as_own(no_grant())},
      {"134: mark decides", marked, get(kA), counted(kReason, kA)},
      {"pass_through stays", pass_through, preflight(kA, "GET"), as_preflight(untouched())},
      {"122: an ambiguous path under `*`", any, get(kA), blocked(Reason::PathAmbiguous, kA)},
      {"122: a preflight under `*`", any, preflight(kA, "GET"),
       refused_preflight(Reason::PathAmbiguous, kA)},
      {"122: under `*` without Origin: varies, no constant", any, {}, no_grant()},
      {"122: under `*` an own page", any, own(get(kA)), as_own(no_grant())},
  });
}

TEST(EvaluateActual, WorksOnARequestOfWhichNothingWasParsed) {
  const CompiledCors listed = compile({});
  EXPECT_EQ(whole(evaluate(listed, RequestView{})), no_grant());
  const CompiledCors any = compile(kAny);
  EXPECT_EQ(whole(evaluate(any, RequestView{})),
            with(granted({{kAllowOrigin, "*"}}), VaryOn::Nothing));
}

TEST(EvaluateActual, AsksNobodyWhetherAPageIsOwnWithoutAConfiguration) {
  const CompiledCors compiled = compile({});
  RequestView request;
  request.origin = {.value = "https://evil.example", .lines = 1};
  request.sec_fetch_site = {.value = "same-origin", .lines = 1};
  EXPECT_EQ(whole(evaluate(compiled, request)), blocked(Reason::OriginNotAllowed, kEvil));
}

}  // namespace
}  // namespace corsac::testing
