// Preflights: edge cases 40, 53 to 94.

#include <string>

#include <gtest/gtest.h>

#include "corsac/stage/cors/evaluate.hpp"
#include "stage/cors_table.hpp"

namespace corsac::testing {
namespace {

const std::string kA = "https://a.example";
const std::string kAllowOrigin = "Access-Control-Allow-Origin";
const std::string kAllowCredentials = "Access-Control-Allow-Credentials";
const std::string kAllowMethods = "Access-Control-Allow-Methods";
const std::string kAllowHeaders = "Access-Control-Allow-Headers";
const std::string kAllowPrivateNetwork = "Access-Control-Allow-Private-Network";
const std::string kMaxAge = "Access-Control-Max-Age";

Expected put_answer() { return answered({{kAllowOrigin, kA}, {kAllowMethods, "PUT"}}); }

Expected put_answer(const std::string& headers) {
  return answered({{kAllowOrigin, kA}, {kAllowMethods, "PUT"}, {kAllowHeaders, headers}});
}

TestRequest with_methods(Texts lines) {
  return {.method = "OPTIONS", .origin = {kA}, .requested_method = std::move(lines)};
}

TEST(EvaluatePreflight, AnswersTheMethodThatIsAskedFor) {
  const Expected bare = answered({{kAllowOrigin, kA}});
  const TestPolicy none = {.methods = {}, .headers = {}};
  expect_rows({
      {"a listed method", {}, preflight(kA, "PUT"), put_answer()},
      {"40, 64: GET of a policy without any method", none, preflight(kA, "GET"), bare},
      {"40: HEAD", none, preflight(kA, "HEAD"), bare},
      {"40: POST, as an upload with a progress listener asks", none, preflight(kA, "POST"), bare},
      {"55: a configured put is PUT", {.methods = {"put"}}, preflight(kA, "PUT"), put_answer()},
      {"55: a configured get is GET",
       {.methods = {"get"}, .behaviour = {.has_exact_methods = true}},
       preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "GET"}})},
      {"55: a configured patch stays patch",
       {.methods = {"patch"}},
       preflight(kA, "patch"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "patch"}})},
      {"57: OPTIONS when listed",
       {.methods = {"OPTIONS"}},
       preflight(kA, "OPTIONS"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "OPTIONS"}})},
      {"a method of more than eight bytes",
       {.methods = {"PROPPATCH"}},
       preflight(kA, "PROPPATCH"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "PROPPATCH"}})},
      {"58: `*` answers the asked method",
       {.methods = {"*"}},
       preflight(kA, "PURGE"),
       answered({{kAllowOrigin, kA}, {kAllowMethods, "PURGE"}})},
      {"58: `*` with credentials as well",
       {.methods = {"*"}, .allow_credentials = true},
       preflight(kA, "DELETE"),
       answered({{kAllowOrigin, kA}, {kAllowCredentials, "true"}, {kAllowMethods, "DELETE"}})},
      {"58: a token of 32 bytes",
       {.methods = {"*"}},
       preflight(kA, std::string(32, 'X')),
       answered({{kAllowOrigin, kA}, {kAllowMethods, std::string(32, 'X')}})},
  });
}

TEST(EvaluatePreflight, RefusesMethodsThatAreNotListed) {
  const auto refused = [](const std::string& method) {
    return refused_preflight(Reason::RequestedMethodNotAllowed, method);
  };
  const TestPolicy any = {.methods = {"*"}};
  expect_rows({
      {"53: patch is not PATCH", {}, preflight(kA, "patch"), refused("patch")},
      {"54: put is not what a browser sends", {}, preflight(kA, "put"), refused("put")},
      {"another method", {}, preflight(kA, "DELETE"), refused("DELETE")},
      {"a listed method as a prefix", {}, preflight(kA, "PUTT"), refused("PUTT")},
      {"a prefix of a listed method", {}, preflight(kA, "PU"), refused("PU")},
      {"56: `*` never covers CONNECT", any, preflight(kA, "CONNECT"), refused("CONNECT")},
      {"56: `*` never covers TRACE in any case", any, preflight(kA, "tRACE"), refused("tRACE")},
      {"56: `*` never covers TRACK", any, preflight(kA, "TRACK"), refused("TRACK")},
  });
}

// Proves S16.
TEST(EvaluatePreflight, RefusesMethodsThatAreNone) {
  const auto refused = [](const std::string& method) {
    return refused_preflight(Reason::RequestedMethodMalformed, method);
  };
  const TestPolicy any = {.methods = {"*"}};
  expect_rows({
      {"59: a comma", any, preflight(kA, "PUT,DELETE"), refused("PUT,DELETE")},
      {"59: a blank", any, preflight(kA, "PUT DELETE"), refused("PUT DELETE")},
      {"59: a line break", any, preflight(kA, "PUT\r\nX: y"), refused("PUT\r\nX: y")},
      {"59: a listed one with a NUL", any, preflight(kA, std::string("PUT\0", 4)),
       refused(std::string("PUT\0", 4))},
      {"59: the same without `*`",
       {},
       preflight(kA, std::string("PUT\0", 4)),
       refused(std::string("PUT\0", 4))},
      {"59: 33 bytes", any, preflight(kA, std::string(33, 'X')), refused(std::string(33, 'X'))},
      {"59: 4 KB", any, preflight(kA, std::string(4096, 'X')), refused(std::string(4096, 'X'))},
      {"60: an empty one is not passed on", {}, preflight(kA, ""), refused("")},
      {"63: two lines", {}, with_methods({"PUT", "PATCH"}), refused("PUT")},
      {"63: two lines of a safelisted one", {}, with_methods({"GET", "GET"}), refused("GET")},
  });
}

TEST(EvaluatePreflight, PassesOnWhatIsNone) {
  expect_rows({
      {"61: OPTIONS with Origin alone is an actual request",
       {},
       {.method = "OPTIONS", .origin = {kA}},
       granted({{kAllowOrigin, kA}})},
      {"62: without Origin", {}, {.method = "OPTIONS", .requested_method = {"PUT"}}, no_grant()},
      {"another method than OPTIONS",
       {},
       {.method = "GET", .origin = {kA}, .requested_method = {"PUT"}},
       granted({{kAllowOrigin, kA}})},
      {"options in lower case",
       {},
       {.method = "options", .origin = {kA}, .requested_method = {"PUT"}},
       granted({{kAllowOrigin, kA}})},
  });
}

TEST(EvaluatePreflight, AnswersTheHeadersThatAreAskedFor) {
  const auto asks = [](Texts lines) { return preflight(kA, "PUT", std::move(lines)); };
  expect_rows({
      {"69: what browsers send", {}, asks({"content-type,x-a"}), put_answer("content-type,x-a")},
      {"83: only the asked names", {}, asks({"x-b"}), put_answer("x-b")},
      {"70: one blank", {}, asks({"content-type, x-a"}), put_answer("content-type,x-a")},
      {"71: blanks and tabs",
       {},
       asks({"content-type \t ,\t  x-a"}),
       put_answer("content-type,x-a")},
      {"72: upper case", {}, asks({"X-A"}), put_answer("x-a")},
      {"73: another order", {}, asks({"x-b,x-a"}), put_answer("x-b,x-a")},
      {"73: repeats", {}, asks({"x-a,x-a"}), put_answer("x-a")},
      {"74: several lines",
       {},
       asks({"content-type", "x-a,x-b"}),
       put_answer("content-type,x-a,x-b")},
      {"75: empty elements", {}, asks({",x-a,,x-b,"}), put_answer("x-a,x-b")},
      {"67: an override when listed",
       {.headers = {"X-HTTP-Method-Override"}},
       asks({"x-http-method-override"}),
       put_answer("x-http-method-override")},
      {"82: an empty line", {}, asks({""}), put_answer()},
      {"82: nothing but commas", {}, asks({",,"}), put_answer()},
      {"82: no line", {}, asks({}), put_answer()},
  });
}

TEST(EvaluatePreflight, RefusesHeadersThatAreNotListed) {
  const auto asks = [](Texts lines) { return preflight(kA, "PUT", std::move(lines)); };
  const auto refused = [](const std::string& name) {
    return refused_preflight(Reason::RequestedHeaderNotAllowed, name);
  };
  expect_rows({
      {"another name", {}, asks({"x-c"}), refused("x-c")},
      {"the first one that is not listed", {}, asks({"x-a,x-c,x-d"}), refused("x-c")},
      {"on the second line", {}, asks({"x-a", "x-c"}), refused("x-c")},
      {"a listed name as a prefix", {}, asks({"x-aa"}), refused("x-aa")},
      {"77: a star has no meaning", {}, asks({"*"}), refused("*")},
      {"81: safelisted names are no exception", {}, asks({"accept"}), refused("accept")},
      {"any of a policy without names", {.headers = {}}, asks({"x-a"}), refused("x-a")},
      {"79: `*` does not cover Authorization",
       {.headers = {"*"}},
       asks({"authorization"}),
       refused("authorization")},
  });
}

TEST(EvaluatePreflight, AnswersAnyHeaderWithTheAskedNames) {
  const auto asks = [](Texts lines) { return preflight(kA, "PUT", std::move(lines)); };
  const TestPolicy any = {.headers = {"*"}};
  const TestPolicy any_and_authorization = {.headers = {"*", "Authorization"}};
  Expected with_credentials = put_answer();
  with_credentials.grant = {{kAllowOrigin, kA},
                            {kAllowCredentials, "true"},
                            {kAllowMethods, "PUT"},
                            {kAllowHeaders, "authorization,x-z"}};
  expect_rows({
      {"79: a name", any, asks({"x-z"}), put_answer("x-z")},
      {"77: a star", any, asks({"*"}), put_answer("*")},
      {"72: a name in upper case", any, asks({"X-Z"}), put_answer("x-z")},
      {"79: Authorization when named", any_and_authorization, asks({"authorization,x-z"}),
       put_answer("authorization,x-z")},
      {"80: with credentials the asked names as well",
       {.headers = {"*", "authorization"}, .allow_credentials = true},
       asks({"authorization,x-z"}),
       with_credentials},
      {"80: with credentials Authorization must be named too",
       {.headers = {"*"}, .allow_credentials = true},
       asks({"authorization"}),
       refused_preflight(Reason::RequestedHeaderNotAllowed, "authorization")},
      {"82: none asked", any, asks({}), put_answer()},
  });
}

// Proves S15, S16.
TEST(EvaluatePreflight, RefusesHeaderListsThatAreNone) {
  const auto reason_for = [](const TestPolicy& policy, Texts lines) {
    const CompiledCors compiled = compile(policy);
    const TestRequest request = preflight(kA, "PUT", std::move(lines));
    const BuiltRequest built(request);
    const Decision decision = evaluate(compiled, built.view());
    EXPECT_EQ(decision.outcome, Outcome::Refuse);
    EXPECT_EQ(decision.status, 403);
    EXPECT_FALSE(decision.has_grant());
    return decision.reason;
  };
  struct ListRow {
    const char* desc;
    Texts lines;
    Reason reason;
  };
  std::string names_65;
  for (int i = 0; i < 65; ++i) names_65 += i == 0 ? "x-a" : ",x-a";
  const std::vector<ListRow> rows = {
      {"78: a semicolon", {"x-a;"}, Reason::RequestedHeadersMalformed},
      {"78: a blank inside", {"x-a x-b"}, Reason::RequestedHeadersMalformed},
      {"78: a NUL", {std::string("x-a\0", 4)}, Reason::RequestedHeadersMalformed},
      {"78: a line break", {"x-a\r\nx-b"}, Reason::RequestedHeadersMalformed},
      {"75: 17 empty elements", {std::string(17, ',')}, Reason::RequestedHeadersOverBudget},
      {"76: 65 names", {names_65}, Reason::RequestedHeadersOverBudget},
      {"76: a hundred lines of one name", Texts(100, "x-a"), Reason::RequestedHeadersOverBudget},
      {"76: 16 KB of blanks", {std::string(16384, ' ')}, Reason::RequestedHeadersOverBudget},
      {"76: 16 KB of commas", {std::string(16384, ',')}, Reason::RequestedHeadersOverBudget},
  };
  for (const ListRow& row : rows) {
    for (const TestPolicy& policy : {TestPolicy{}, TestPolicy{.headers = {"*"}}}) {
      EXPECT_EQ(reason_for(policy, row.lines), row.reason) << row.desc;
    }
  }
}

TEST(EvaluatePreflight, TheFirstFailureDecides) {
  expect_rows({
      {"origin before method and headers",
       {},
       preflight("https://evil.example", "DELETE", {"x-c"}),
       refused_preflight(Reason::OriginNotAllowed, "https://evil.example")},
      {"method before headers",
       {},
       preflight(kA, "DELETE", {"x-c"}),
       refused_preflight(Reason::RequestedMethodNotAllowed, "DELETE")},
  });
}

TEST(EvaluatePreflight, AnswersEveryConfiguredGrant) {
  const TestPolicy everything = {.exposed = {"X-Request-Id"},
                                 .allow_credentials = true,
                                 .max_age_seconds = 600,
                                 .allow_private_network = true,
                                 .timing_allow_origin = true};
  TestRequest asks = preflight(kA, "PUT", {"content-type"});
  asks.private_network = {"true"};
  expect_rows({
      {"93: all but what belongs to the actual answer", everything, asks,
       answered({{kAllowOrigin, kA},
                 {kAllowCredentials, "true"},
                 {kAllowMethods, "PUT"},
                 {kAllowHeaders, "content-type"},
                 {kAllowPrivateNetwork, "true"},
                 {kMaxAge, "600"}})},
      {"91: 0 is printed",
       {.max_age_seconds = 0},
       preflight(kA, "GET"),
       answered({{kAllowOrigin, kA}, {kMaxAge, "0"}})},
      {"91: absent is absent", {}, preflight(kA, "GET"), answered({{kAllowOrigin, kA}})},
  });
}

// Proves S20.
TEST(EvaluatePreflight, AnswersPrivateNetworksToExactOriginsOnly) {
  const TestPolicy policy = {.allow_null_origin = true, .allow_private_network = true};
  const auto asks = [](const std::string& origin, Texts lines) {
    TestRequest request = preflight(origin, "GET");
    request.private_network = std::move(lines);
    return request;
  };
  const auto bare = [](const std::string& origin) { return answered({{kAllowOrigin, origin}}); };
  TestRequest by_application = asks("https://tenant.example", {"true"});
  by_application.is_allowed_by_application = true;
  expect_rows({
      {"94: a listed one", policy, asks(kA, {"true"}),
       answered({{kAllowOrigin, kA}, {kAllowPrivateNetwork, "true"}})},
      {"94, S32: off unless switched on", {}, asks(kA, {"true"}), bare(kA)},
      {"94: not asked", policy, asks(kA, {}), bare(kA)},
      {"94: another value", policy, asks(kA, {"1"}), bare(kA)},
      {"94: two lines", policy, asks(kA, {"true", "true"}), bare(kA)},
      {"94: under a wildcard", policy, asks("https://x.wild.example", {"true"}),
       bare("https://x.wild.example")},
      {"94: null", policy, asks("null", {"true"}), bare("null")},
      {"94: by the application's yes", policy, by_application, bare("https://tenant.example")},
  });
}

TEST(EvaluatePreflight, JudgesMethodAndHeadersUnderAConstantToo) {
  const TestPolicy any = {.origins = {"*"}};
  Expected yes = answered({{kAllowOrigin, "*"}, {kAllowMethods, "PUT"}, {kAllowHeaders, "x-a"}});
  yes.vary = VaryOn::RequestedMethodAndHeaders;
  Expected no_method = refused_preflight(Reason::RequestedMethodNotAllowed, "DELETE");
  no_method.vary = VaryOn::RequestedMethodAndHeaders;
  Expected no_header = refused_preflight(Reason::RequestedHeaderNotAllowed, "x-c");
  no_header.vary = VaryOn::RequestedMethodAndHeaders;
  expect_rows({
      {"92: granted", any, preflight("https://evil.example", "PUT", {"x-a"}), yes},
      {"a method", any, preflight("https://evil.example", "DELETE"), no_method},
      {"a header", any, preflight("https://evil.example", "PUT", {"x-c"}), no_header},
      {"two Origin lines are not looked at",
       any,
       {.method = "OPTIONS",
        .origin = {"https://a.example", "https://b.example"},
        .requested_method = {"PUT"},
        .requested_headers = {"x-a"}},
       yes},
  });
}

// Proves 86.
TEST(EvaluatePreflight, RefusesWithTheConfiguredStatus) {
  Expected refused = refused_preflight(Reason::OriginNotAllowed, "https://evil.example");
  refused.status = 204;
  expect_rows({
      {"85: 204 without a grant",
       {.behaviour = {.refused_preflight_status = 204}},
       preflight("https://evil.example", "PUT"),
       refused},
      {"85: `mark` does not let a preflight through",
       {.behaviour = {.on_denied = OnDenied::Mark, .refused_preflight_status = 204}},
       preflight("https://evil.example", "PUT"),
       refused},
  });
}

TEST(EvaluatePreflight, LeavesThemToTheApplicationOrRejectsThem) {
  Expected passed = untouched();
  passed.is_preflight = true;
  TestRequest own = preflight(kA, "PUT");
  own.is_own = true;
  Expected own_passed = no_grant();
  own_passed.vary = VaryOn::OriginRequestedMethodAndHeaders;
  own_passed.is_preflight = true;
  own_passed.is_own_origin = true;
  Expected rejected_under_any = refused_preflight(Reason::PreflightRejected, "PUT");
  rejected_under_any.vary = VaryOn::RequestedMethodAndHeaders;
  const TestPolicy pass_through = {.behaviour = {.preflight = PreflightMode::PassThrough}};
  const TestPolicy reject = {.behaviour = {.preflight = PreflightMode::Reject}};
  expect_rows({
      {"pass_through, listed", pass_through, preflight(kA, "PUT"), passed},
      {"pass_through, not listed", pass_through, preflight("https://evil.example", "X"), passed},
      {"pass_through, actual", pass_through, get(kA), granted({{kAllowOrigin, kA}})},
      {"reject, listed", reject, preflight(kA, "PUT"),
       refused_preflight(Reason::PreflightRejected, "PUT")},
      {"reject, safelisted", reject, preflight(kA, "GET"),
       refused_preflight(Reason::PreflightRejected, "GET")},
      {"reject under `*`",
       {.origins = {"*"}, .behaviour = {.preflight = PreflightMode::Reject}},
       preflight(kA, "PUT"),
       rejected_under_any},
      {"reject, own", reject, own, own_passed},
      {"reject, actual", reject, get(kA), granted({{kAllowOrigin, kA}})},
  });
}

}  // namespace
}  // namespace corsac::testing
