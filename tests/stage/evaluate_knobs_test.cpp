// Each knob of the policy document, 3, turned alone: what changes, and that nothing else does.

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "stage/cors_table.hpp"

namespace corsac::testing {
namespace {

const std::string kA = "https://a.example";
const std::string kEvil = "https://evil.example";
const std::string kAllowOrigin = "Access-Control-Allow-Origin";
const std::string kAllowCredentials = "Access-Control-Allow-Credentials";
const std::string kAllowMethods = "Access-Control-Allow-Methods";
const std::string kAllowHeaders = "Access-Control-Allow-Headers";
const std::string kExposeHeaders = "Access-Control-Expose-Headers";
const std::string kMaxAge = "Access-Control-Max-Age";

TestPolicy with(CorsBehaviour behaviour, TestPolicy policy = {}) {
  policy.behaviour = behaviour;
  return policy;
}

TestPolicy any_with(CorsBehaviour behaviour) { return with(behaviour, {.origins = {"*"}}); }

TestRequest request_of(std::string method, std::string origin) {
  return {.method = std::move(method), .origin = {std::move(origin)}};
}

TestRequest own(TestRequest request) {
  request.is_own = true;
  return request;
}

// OPTIONS with Access-Control-Request-Method and no Origin.
TestRequest without_origin(std::string requested_method) {
  return {.method = "OPTIONS", .requested_method = {std::move(requested_method)}};
}

Expected varying(Expected expected, VaryOn vary) {
  expected.vary = vary;
  return expected;
}

Expected with_status(Expected expected, std::uint16_t status) {
  expected.status = status;
  return expected;
}

Expected as_preflight(Expected expected) {
  expected.is_preflight = true;
  return expected;
}

Expected as_own(Expected expected) {
  expected.is_own_origin = true;
  return expected;
}

Expected marked(Reason reason, std::string offending) {
  return {.reason = reason, .offending = std::move(offending)};
}

// A preflight that succeeds and grants nothing.
Expected answered_without_grant() { return answered({}); }

TEST(EvaluateKnobs, ActualAnswersLeave) {
  const CorsBehaviour leave = {.on_denied = OnDenied::Mark, .actual_answers = ActualAnswers::Leave};
  CorsBehaviour block = leave;
  block.on_denied = OnDenied::Block;
  const Expected blocked_upgrade = blocked(Reason::OriginNotAllowed, kEvil);
  expect_rows({
      {"an allowed origin gets nothing", with(leave), get(kA), untouched()},
      {"a strange one is not judged", with(leave), get(kEvil), untouched()},
      {"nor is none", with(leave), {}, untouched()},
      {"nor a malformed one", with(leave), get("x"), untouched()},
      {"nor under `*`", any_with(leave), get(kEvil), untouched()},
      {"preflights are answered", with(leave), preflight(kA, "PUT"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "PUT"}})},
      {"block refuses a strange origin", with(block), get(kEvil),
       blocked(Reason::OriginNotAllowed, kEvil)},
      {"block lets an allowed one through untouched", with(block), get(kA), untouched()},
      {"block lets an own one through untouched", with(block), own(get(kEvil)),
       as_own(untouched())},
      {"a WebSocket is judged all the same",
       with(leave),
       {.origin = {kEvil}, .has_cookie = true, .is_upgrade = true},
       blocked_upgrade},
  });
}

TEST(EvaluateKnobs, EnforceMethods) {
  const TestPolicy policy = with({.enforces_methods = true});
  const TestPolicy exact = with({.enforces_methods = true, .has_exact_methods = true});
  const TestPolicy any = with({.enforces_methods = true}, {.methods = {"*"}});
  TestPolicy anyone = any_with({.enforces_methods = true});
  const auto refused = [](const std::string& method) {
    return blocked(Reason::MethodNotAllowed, method);
  };
  const Expected grant = granted({{kAllowOrigin, kA}});
  expect_rows({
      {"M74: a listed method", policy, request_of("PUT", kA), grant},
      {"65, M74: an unlisted one", policy, request_of("DELETE", kA), refused("DELETE")},
      {"GET always passes", policy, get(kA), grant},
      {"but not where methods are exact", exact, get(kA), refused("GET")},
      {"HEAD is not covered by GET there",
       with({.enforces_methods = true, .has_exact_methods = true}, {.methods = {"GET"}}),
       request_of("HEAD", kA), refused("HEAD")},
      {"methods compare with case", policy, request_of("patch", kA),
       blocked(Reason::MethodUnknown, "patch")},
      {"the origin is judged first", policy, request_of("DELETE", kEvil),
       blocked(Reason::OriginNotAllowed, kEvil)},
      {"M84: a method that nobody knows is judged before the origin", policy,
       request_of("PURGE", kEvil), blocked(Reason::MethodUnknown, "PURGE")},
      {"a method of its own that is listed",
       with({.enforces_methods = true}, {.methods = {"PURGE"}}), request_of("PURGE", kA), grant},
      {"and one of those that `*` stands for", any, request_of("PURGE", kA), grant},
      {"without Origin nothing is enforced", policy, {.method = "PURGE"}, no_grant()},
      {"`*` covers DELETE", any, request_of("DELETE", kA), grant},
      {"`*` never covers TRACE", any, request_of("TRACE", kA), refused("TRACE")},
      {"under any origin as well", anyone, request_of("DELETE", kEvil),
       varying(refused("DELETE"), VaryOn::Origin)},
      {"so that its answers vary by Origin: a grant", anyone, get(kEvil),
       varying(granted({{kAllowOrigin, "*"}}), VaryOn::Origin)},
      {"and one without Origin",
       anyone,
       {.method = "DELETE"},
       varying(granted({{kAllowOrigin, "*"}}), VaryOn::Origin)},
      {"unless the profile's vary says otherwise",
       any_with({.enforces_methods = true, .vary = VaryMode::SpecificOnly}),
       request_of("DELETE", kEvil), varying(refused("DELETE"), VaryOn::Nothing)},
      {"an own page passes", policy, own(request_of("DELETE", kEvil)), as_own(no_grant())},
      {"an own page passes with a listed origin", policy, own(request_of("DELETE", kA)),
       as_own(no_grant())},
  });
}

TEST(EvaluateKnobs, Statuses) {
  const TestPolicy policy = with({.preflight_status = 200, .refused_preflight_status = 204});
  TestPolicy rejecting = policy;
  rejecting.behaviour.preflight = PreflightMode::Reject;
  expect_rows({
      {"84: an answered preflight", policy, preflight(kA, "GET"),
       with_status(answered({{kAllowOrigin, kA}}), 200)},
      {"85: a refused preflight", policy, preflight(kEvil, "GET"),
       with_status(refused_preflight(Reason::OriginNotAllowed, kEvil), 204)},
      {"an actual request is 403 whatever stands there", policy, get(kEvil),
       blocked(Reason::OriginNotAllowed, kEvil)},
      {"a rejected preflight is 403 whatever stands there", rejecting, preflight(kA, "PUT"),
       refused_preflight(Reason::PreflightRejected, "PUT")},
  });
}

TEST(EvaluateKnobs, CheckRequested) {
  const CorsBehaviour unchecked = {.checks_requested = false,
                                   .methods_answer = AnswerList::List,
                                   .headers_answer = AnswerList::List};
  const Expected lists = answered(
      {{kAllowOrigin, kA}, {kAllowMethods, "PUT,PATCH"}, {kAllowHeaders, "Content-Type,X-A,X-B"}});
  const TestPolicy with_any = with(unchecked, {.methods = {"*"}, .headers = {"*"}});
  const TestPolicy credentials =
      with(unchecked, {.methods = {"*"}, .headers = {"*"}, .allow_credentials = true});
  expect_rows({
      {"an unlisted method and header", with(unchecked), preflight(kA, "DELETE", {"x-z"}), lists},
      {"what is no method at all", with(unchecked), preflight(kA, "a b", {"x z"}), lists},
      {"the origin is checked", with(unchecked), preflight(kEvil, "PUT"),
       refused_preflight(Reason::OriginNotAllowed, kEvil)},
      {"`*` is printed", with_any, preflight(kA, "DELETE", {"x-z"}),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "*"}, {kAllowHeaders, "*"}})},
      {"with credentials browsers read no `*`: what is asked for is checked and named", credentials,
       preflight(kA, "DELETE", {"x-z"}),
       answered({{kAllowOrigin, kA},
                 {kAllowCredentials, "true"},
                 {kAllowMethods, "DELETE"},
                 {kAllowHeaders, "x-z"}})},
      {"and Authorization must be named", credentials, preflight(kA, "PUT", {"authorization"}),
       refused_preflight(Reason::RequestedHeaderNotAllowed, "authorization")},
      {"and a method must be one", credentials, preflight(kA, "a b"),
       refused_preflight(Reason::RequestedMethodMalformed, "a b")},
  });
}

TEST(EvaluateKnobs, RequestedMethodCase) {
  const CorsBehaviour fold = {.requested_method_case = MethodCase::Fold};
  const CorsBehaviour exact = {.requested_method_case = MethodCase::Fold,
                               .has_exact_methods = true};
  const Expected patch = answered({{kAllowOrigin, kA}, {kAllowMethods, "PATCH"}});
  expect_rows({
      {"the answer is upper case", with(fold), preflight(kA, "patch"), patch},
      {"a configured one is as well", with(fold, {.methods = {"patch"}}), preflight(kA, "PaTcH"),
       patch},
      {"a long one", with(fold, {.methods = {"PROPPATCH"}}), preflight(kA, "proppatch"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "PROPPATCH"}})},
      {"an unlisted one", with(fold), preflight(kA, "delete"),
       refused_preflight(Reason::RequestedMethodNotAllowed, "delete")},
      {"what is no method", with(fold), preflight(kA, "put "),
       refused_preflight(Reason::RequestedMethodMalformed, "put ")},
      {"get always passes, unnamed", with(fold), preflight(kA, "get"),
       answered({{kAllowOrigin, kA}})},
      {"but must be listed where methods are exact", with(exact), preflight(kA, "get"),
       refused_preflight(Reason::RequestedMethodNotAllowed, "get")},
      {"`*` answers as asked", with(fold, {.methods = {"*"}}), preflight(kA, "purge"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "purge"}})},
      {"`*` covers TRACE in no case", with(fold, {.methods = {"*"}}), preflight(kA, "trace"),
       refused_preflight(Reason::RequestedMethodNotAllowed, "trace")},
  });
}

TEST(EvaluateKnobs, AnswersWithLists) {
  const TestPolicy methods = with({.methods_answer = AnswerList::List});
  const TestPolicy headers = with({.headers_answer = AnswerList::List});
  const TestPolicy blanks = with({.methods_answer = AnswerList::List,
                                  .headers_answer = AnswerList::List,
                                  .list_separator = ListSeparator::CommaBlank},
                                 {.exposed = {"X-C", "X-D"}});
  const TestPolicy nothing =
      with({.methods_answer = AnswerList::List, .headers_answer = AnswerList::List},
           {.methods = {}, .headers = {}});
  expect_rows({
      {"methods", methods, preflight(kA, "PUT"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "PUT,PATCH"}})},
      {"methods, for GET as well", methods, preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "PUT,PATCH"}})},
      {"methods are checked all the same", methods, preflight(kA, "DELETE"),
       refused_preflight(Reason::RequestedMethodNotAllowed, "DELETE")},
      {"M73: headers in the configured spelling, asked for or not", headers, preflight(kA, "PUT"),
       answered(
           {{kAllowOrigin, kA}, {kAllowMethods, "PUT"}, {kAllowHeaders, "Content-Type,X-A,X-B"}})},
      {"headers are checked all the same", headers, preflight(kA, "PUT", {"x-z"}),
       refused_preflight(Reason::RequestedHeaderNotAllowed, "x-z")},
      {"separated by comma and blank", blanks, preflight(kA, "PUT", {"x-a"}),
       answered({{kAllowOrigin, kA},
                 {kAllowMethods, "PUT, PATCH"},
                 {kAllowHeaders, "Content-Type, X-A, X-B"}})},
      {"exposed headers too", blanks, get(kA),
       granted({{kAllowOrigin, kA}, {kExposeHeaders, "X-C, X-D"}})},
      {"an empty list is left out", nothing, preflight(kA, "GET"), answered({{kAllowOrigin, kA}})},
      {"a name once, in the spelling that came first",
       with({.headers_answer = AnswerList::List}, {.methods = {}, .headers = {"X-a", "x-A"}}),
       preflight(kA, "GET"), answered({{kAllowOrigin, kA}, {kAllowHeaders, "X-a"}})},
      {"`*` with Authorization",
       with({.headers_answer = AnswerList::List},
            {.methods = {}, .headers = {"Authorization", "*"}}),
       preflight(kA, "GET"), answered({{kAllowOrigin, kA}, {kAllowHeaders, "*,Authorization"}})},
  });
}

TEST(EvaluateKnobs, MethodsAreExact) {
  const TestPolicy policy = with({.has_exact_methods = true}, {.methods = {"PUT", "POST"}});
  expect_rows({
      {"a listed POST is named", policy, preflight(kA, "POST"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "POST"}})},
      {"an unlisted GET is refused", policy, preflight(kA, "GET"),
       refused_preflight(Reason::RequestedMethodNotAllowed, "GET")},
  });
}

TEST(EvaluateKnobs, ExposeOnPreflight) {
  const TestPolicy policy = with({.exposes_on_preflight = true}, {.exposed = {"X-C"}});
  expect_rows({
      {"M48: on a preflight", policy, preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}, {kExposeHeaders, "X-C"}})},
      {"and on an actual answer", policy, get(kA),
       granted({{kAllowOrigin, kA}, {kExposeHeaders, "X-C"}})},
      {"nothing to expose", with({.exposes_on_preflight = true}), preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}})},
  });
}

TEST(EvaluateKnobs, PreflightHeadersOnOptions) {
  const TestPolicy policy = with({.methods_answer = AnswerList::List,
                                  .headers_answer = AnswerList::List,
                                  .has_preflight_headers_on_options = true},
                                 {.max_age_seconds = 60});
  const TestPolicy requested =
      with({.has_preflight_headers_on_options = true}, {.max_age_seconds = 60});
  expect_rows({
      {"the application's own OPTIONS answer", policy, request_of("OPTIONS", kA),
       granted({{kAllowOrigin, kA},
                {kAllowMethods, "PUT,PATCH"},
                {kAllowHeaders, "Content-Type,X-A,X-B"},
                {kMaxAge, "60"}})},
      {"no other method", policy, get(kA), granted({{kAllowOrigin, kA}})},
      {"nobody asked for anything that could be named", requested, request_of("OPTIONS", kA),
       granted({{kAllowOrigin, kA}, {kMaxAge, "60"}})},
      {"no grant, no such headers", policy, request_of("OPTIONS", kEvil),
       blocked(Reason::OriginNotAllowed, kEvil)},
  });
}

TEST(EvaluateKnobs, Vary) {
  const CorsBehaviour always = {.vary = VaryMode::Always};
  const CorsBehaviour specific = {.vary = VaryMode::SpecificOnly};
  const CorsBehaviour specific_origin = {.vary = VaryMode::SpecificOnly,
                                         .preflight_vary = PreflightVary::Origin};
  const Expected star = granted({{kAllowOrigin, "*"}});
  expect_rows({
      {"dynamic: `*` varies by nothing", any_with({}), get(kEvil), varying(star, VaryOn::Nothing)},
      {"always: `*` varies all the same", any_with(always), get(kEvil), star},
      {"always: `*` without Origin as well", any_with(always), {}, star},
      {"always: a preflight under `*`", any_with(always), preflight(kEvil, "GET"),
       answered({{kAllowOrigin, "*"}})},
      {"M81: specific_only: an allowed origin", with(specific), get(kA),
       granted({{kAllowOrigin, kA}})},
      {"specific_only: a refused one", with(specific), get(kEvil),
       varying(blocked(Reason::OriginNotAllowed, kEvil), VaryOn::Nothing)},
      {"M83: specific_only: none", with(specific), {}, varying(no_grant(), VaryOn::Nothing)},
      {"specific_only: `*`", any_with(specific), get(kEvil), varying(star, VaryOn::Nothing)},
      {"specific_only, full: an answered preflight", with(specific), preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}})},
      {"specific_only, full: a refused preflight", with(specific), preflight(kEvil, "GET"),
       varying(refused_preflight(Reason::OriginNotAllowed, kEvil),
               VaryOn::RequestedMethodAndHeaders)},
      {"specific_only, origin: an answered preflight", with(specific_origin), preflight(kA, "GET"),
       varying(answered({{kAllowOrigin, kA}}), VaryOn::Origin)},
      {"specific_only, origin: a refused preflight", with(specific_origin), preflight(kEvil, "GET"),
       varying(refused_preflight(Reason::OriginNotAllowed, kEvil), VaryOn::Nothing)},
      {"preflight_vary = origin", with({.preflight_vary = PreflightVary::Origin}),
       preflight(kA, "GET"), varying(answered({{kAllowOrigin, kA}}), VaryOn::Origin)},
      {"preflight_vary = origin under `*`", any_with({.preflight_vary = PreflightVary::Origin}),
       preflight(kA, "GET"), varying(answered({{kAllowOrigin, "*"}}), VaryOn::Nothing)},
  });
}

TEST(EvaluateKnobs, SameOrigin) {
  const CorsBehaviour first = {.same_origin = SameOrigin::ExemptFirst};
  const CorsBehaviour judge = {.same_origin = SameOrigin::Judge};
  TestPolicy excluded = with(first);
  excluded.is_excluded = true;
  const TestRequest upgrade = {.origin = {kEvil}, .has_cookie = true, .is_upgrade = true};
  expect_rows({
      {"exempt: granted when listed", {}, own(get(kA)), granted({{kAllowOrigin, kA}})},
      {"M82: exempt_first: nothing is added, listed or not", with(first), own(get(kA)),
       as_own(untouched())},
      {"exempt_first: not listed", with(first), own(get(kEvil)), as_own(untouched())},
      {"exempt_first: a preflight goes to the application", with(first),
       own(preflight(kEvil, "PUT")), as_preflight(as_own(untouched()))},
      {"exempt_first: on an excluded path too", excluded, own(preflight(kEvil, "PUT")),
       as_preflight(as_own(untouched()))},
      {"exempt_first: without Origin there is nothing to exempt", with(first), own({}), no_grant()},
      {"exempt_first: others are judged", with(first), get(kEvil),
       blocked(Reason::OriginNotAllowed, kEvil)},
      {"judge: an own page is refused like any other", with(judge), own(get(kEvil)),
       blocked(Reason::OriginNotAllowed, kEvil)},
      {"judge: its preflight too", with(judge), own(preflight(kEvil, "PUT")),
       refused_preflight(Reason::OriginNotAllowed, kEvil)},
      {"judge: its WebSocket is its own", with(judge), own(upgrade), as_own(untouched())},
  });
}

TEST(EvaluateKnobs, MalformedOrigin) {
  const CorsBehaviour ignore = {.malformed_origin = MalformedOrigin::Ignore};
  CorsBehaviour anybody = ignore;
  anybody.preflight_needs_origin = false;
  CorsBehaviour strict = ignore;
  strict.enforces_methods = true;
  strict.post_without_content_type = PostWithoutContentType::Refuse;
  const TestRequest twice = {.origin = {kA, kA}};
  expect_rows({
      {"M58: it is as if there was none", with(ignore), get("https://A.example"), no_grant()},
      {"an empty one", with(ignore), get(""), no_grant()},
      {"two lines", with(ignore), twice, no_grant()},
      {"neither method nor type are enforced then", with(strict), request_of("POST", "x"),
       no_grant()},
      {"nor is a method that nobody knows refused", with(strict), request_of("PURGE", "x"),
       no_grant()},
      {"null is well-formed", with(ignore), get("null"), blocked(Reason::OriginNull, "null")},
      {"a preflight grants nothing", with(ignore), preflight("x", "PUT"), answered_without_grant()},
      {"a preflight that needs none as well", with(anybody), preflight("x", "PUT"),
       answered_without_grant()},
      {"a WebSocket is refused: a browser would have sent one",
       with(ignore),
       {.origin = {"x"}, .has_cookie = true, .is_upgrade = true},
       blocked(Reason::OriginMalformed, "x")},
  });
}

TEST(EvaluateKnobs, PostWithoutContentType) {
  const TestPolicy policy = with({.post_without_content_type = PostWithoutContentType::Refuse});
  const TestPolicy any = any_with({.post_without_content_type = PostWithoutContentType::Refuse});
  TestRequest typed = request_of("POST", kA);
  typed.content_type = {"text/plain"};
  TestRequest blank = request_of("POST", kA);
  blank.content_type = {""};
  const Expected refused = blocked(Reason::ContentTypeMissing, "");
  const Expected grant = granted({{kAllowOrigin, kA}});
  expect_rows({
      {"M84: a POST without Content-Type", policy, request_of("POST", kA), refused},
      {"an empty one", policy, blank, refused},
      {"before the origin is judged", policy, request_of("POST", kEvil), refused},
      {"under `*`", any, request_of("POST", kEvil), varying(refused, VaryOn::Origin)},
      {"under `*`, without Origin",
       any,
       {.method = "POST"},
       varying(granted({{kAllowOrigin, "*"}}), VaryOn::Origin)},
      {"with one", policy, typed, grant},
      {"another method", policy, request_of("PUT", kA), grant},
      {"without Origin", policy, {.method = "POST"}, no_grant()},
      {"an own page", policy, own(request_of("POST", kA)), as_own(no_grant())},
      {"the preflight for it", policy, preflight(kA, "POST"), answered({{kAllowOrigin, kA}})},
  });
}

TEST(EvaluateKnobs, EmptyRequestedMethod) {
  const CorsBehaviour unchecked = {.checks_requested = false,
                                   .methods_answer = AnswerList::List,
                                   .headers_answer = AnswerList::List,
                                   .empty_requested_method = EmptyRequestedMethod::Preflight};
  const TestPolicy lenient = with({.empty_requested_method = EmptyRequestedMethod::Preflight});
  const TestPolicy actual = with({.empty_requested_method = EmptyRequestedMethod::Actual});
  expect_rows({
      {"60, M85: refuse",
       {},
       preflight(kA, ""),
       refused_preflight(Reason::RequestedMethodMalformed, "")},
      {"refuse comes before the origin: it is no preflight by its own form",
       {},
       preflight(kEvil, ""),
       refused_preflight(Reason::RequestedMethodMalformed, "")},
      {"M52: preflight: where nothing is checked it is answered", with(unchecked),
       preflight(kA, ""),
       answered({{kAllowOrigin, kA},
                 {kAllowMethods, "PUT,PATCH"},
                 {kAllowHeaders, "Content-Type,X-A,X-B"}})},
      {"preflight: else it is malformed", lenient, preflight(kA, ""),
       refused_preflight(Reason::RequestedMethodMalformed, "")},
      {"preflight: after the origin", lenient, preflight(kEvil, ""),
       refused_preflight(Reason::OriginNotAllowed, kEvil)},
      {"actual: the application answers", actual, preflight(kA, ""), granted({{kAllowOrigin, kA}})},
      {"actual: a name makes it a preflight", actual, preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}})},
  });
}

TEST(EvaluateKnobs, PreflightNeedsOrigin) {
  const TestPolicy policy = with({.preflight_needs_origin = false});
  const TestPolicy any = any_with({.preflight_needs_origin = false});
  expect_rows({
      {"62: it does: the application's", {}, without_origin("PUT"), no_grant()},
      {"M52: it does not: answered without a grant", policy, without_origin("PUT"),
       answered_without_grant()},
      {"what is asked for does not matter then", policy, without_origin("DELETE"),
       answered_without_grant()},
      {"`*` is granted all the same", any, without_origin("PUT"),
       varying(answered({{kAllowOrigin, "*"}, {kAllowMethods, "PUT"}}),
               VaryOn::RequestedMethodAndHeaders)},
      {"without Access-Control-Request-Method it is the application's",
       policy,
       {.method = "OPTIONS"},
       no_grant()},
  });
}

TEST(EvaluateKnobs, PreflightOutsidePaths) {
  TestPolicy refusing = with({.refused_preflight_status = 204});
  refusing.is_excluded = true;
  TestPolicy passing = with({.preflight_outside_paths = OutsidePaths::Pass});
  passing.is_excluded = true;
  Expected refused = refused_preflight(Reason::PreflightOnExcludedPath, "/path");
  refused.vary = VaryOn::Nothing;
  expect_rows({
      {"M87: refused with the status of refused preflights", refusing, preflight(kA, "PUT"),
       with_status(refused, 204)},
      {"M44: passed on untouched", passing, preflight(kA, "PUT"), as_preflight(untouched())},
      {"M86: other requests pass untouched", refusing, get(kEvil), untouched()},
  });
}

TEST(EvaluateKnobs, ZeroMaxAge) {
  const auto policy = [](ZeroMaxAge zero, std::int64_t seconds, ProfileName profile) {
    return with({.zero_max_age = zero}, {.max_age_seconds = seconds, .profile = profile});
  };
  const auto answer = [](const char* seconds) {
    return answered({{kAllowOrigin, kA}, {kMaxAge, seconds}});
  };
  expect_rows({
      {"91: print", policy(ZeroMaxAge::Print, 0, ProfileName::Fetch), preflight(kA, "GET"),
       answer("0")},
      {"M49, M80: omit", policy(ZeroMaxAge::Omit, 0, ProfileName::Fetch), preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}})},
      {"omit leaves others", policy(ZeroMaxAge::Omit, 1, ProfileName::Fetch), preflight(kA, "GET"),
       answer("1")},
      {"M106: Cloudflare's -1 says 0", policy(ZeroMaxAge::Omit, -1, ProfileName::Cloudflare),
       preflight(kA, "GET"), answer("0")},
      {"M49: Django has no upper bound", policy(ZeroMaxAge::Omit, 604800, ProfileName::Django),
       preflight(kA, "GET"), answer("604800")},
  });
}

TEST(EvaluateKnobs, EchoAnyOrigin) {
  const TestPolicy policy = {.origins = {"*"},
                             .allow_credentials = true,
                             .profile = ProfileName::Django,
                             .dangerously_echo_any_origin = true};
  TestPolicy closed = policy;
  closed.denies_all = Reason::PolicyUnavailable;
  const auto echo = [](const std::string& origin) {
    return Headers{{kAllowOrigin, origin}, {kAllowCredentials, "true"}};
  };
  expect_rows({
      {"M43, M71: any origin", policy, get(kEvil), granted(echo(kEvil))},
      {"a preflight", policy, preflight(kEvil, "GET"), answered(echo(kEvil))},
      {"never null", policy, get("null"), blocked(Reason::OriginNull, "null")},
      {"never what is no origin", policy, get("https://evil.example/"),
       blocked(Reason::OriginMalformed, "https://evil.example/")},
      {"never a file", policy, get("file://x"), blocked(Reason::OriginNotAllowed, "file://x")},
      {"never two lines",
       policy,
       {.origin = {kEvil, kEvil}},
       blocked(Reason::OriginRepeated, kEvil)},
      {"never without Origin", policy, {}, no_grant()},
      {"never when closed", closed, get(kEvil), blocked(Reason::PolicyUnavailable, kEvil)},
  });
}

TEST(EvaluateKnobs, OpaqueOriginsThatAreListed) {
  const TestPolicy policy = {.origins = {kA, "file://", "file:///android_asset/www"},
                             .profile = ProfileName::FusionAuth};
  TestRequest by_application = get("file:///etc");
  by_application.is_allowed_by_application = true;
  expect_rows({
      {"18, M57, M90: the exact bytes", policy, get("file://"),
       granted({{kAllowOrigin, "file://"}})},
      {"M57, M90: of any length", policy, get("file:///android_asset/www"),
       granted({{kAllowOrigin, "file:///android_asset/www"}})},
      {"others are not", policy, get("file:///etc"),
       blocked(Reason::OriginNotAllowed, "file:///etc")},
      {"nor by the application's yes", policy, by_application,
       blocked(Reason::OriginNotAllowed, "file:///etc")},
      {"in the other profiles they are no origins",
       {},
       get("file://"),
       blocked(Reason::OriginMalformed, "file://")},
  });
}

TEST(EvaluateKnobs, MarkedRequestsKeepTheirVary) {
  const TestPolicy policy = with({.on_denied = OnDenied::Mark, .enforces_methods = true});
  expect_rows({
      {"a method", policy, request_of("DELETE", kA), marked(Reason::MethodNotAllowed, "DELETE")},
  });
}

}  // namespace
}  // namespace corsac::testing
