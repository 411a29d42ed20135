#include "corsac/adapter/admin_explain.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/adapter/admin_api.hpp"
#include "corsac/base/sha256.hpp"

namespace corsac {
namespace {

using Query = std::vector<std::pair<std::string_view, std::string_view>>;

TEST(AdminExplain, ReadsAQuestion) {
  const auto question = question_of_query({{"origin", "https://a.example"},
                                           {"method", "PUT"},
                                           {"path", "/x?y=1"},
                                           {"header", "X-A"},
                                           {"header", "X-B: 1"},
                                           {"host", "api.example"},
                                           {"mode", "cors"},
                                           {"credentials", "include"}});
  ASSERT_TRUE(question);
  EXPECT_EQ(question->origin, "https://a.example");
  EXPECT_EQ(question->method, "PUT");
  EXPECT_EQ(question->path, "/x?y=1");
  EXPECT_EQ(question->headers, (std::vector<std::string>{"X-A", "X-B: 1"}));
  EXPECT_EQ(question->host, "api.example");
  EXPECT_EQ(question->credentials, CredentialsMode::Include);
}

TEST(AdminExplain, TellsEverythingThatIsWrong) {
  const struct {
    const char* desc;
    Query query;
    std::vector<std::string> codes;
  } kRows[] = {
      {"an unknown parameter", {{"origin", "x"}, {"orign", "x"}}, {"parameter-unknown"}},
      {"one that stands twice",
       {{"origin", "x"}, {"path", "/"}, {"path", "/a"}},
       {"parameter-repeated"}},
      {"no mode", {{"origin", "x"}, {"mode", "fetch"}}, {"option-value"}},
      {"no credentials", {{"origin", "x"}, {"credentials", "true"}}, {"option-value"}},
      {"no origin", {}, {"option-value"}},
      {"an empty origin", {{"origin", ""}}, {"option-value"}},
      {"several at once",
       {{"origin", "x"}, {"path", "x"}, {"method", "a b"}, {"a", ""}},
       {"parameter-unknown", "option-value", "option-value"}},
  };
  for (const auto& row : kRows) {
    const auto question = question_of_query(row.query);
    ASSERT_FALSE(question) << row.desc;
    std::vector<std::string> codes;
    for (const Problem& problem : question.error().problems()) {
      codes.emplace_back(std::string_view(problem.code));
      EXPECT_FALSE(problem.fix.empty()) << row.desc;
    }
    EXPECT_EQ(codes, row.codes) << row.desc;
  }
}

// The policy in force, read scope, GET only.
TEST(AdminExplain, IsAskedOnTheAdminListener) {
  auto gate = make_gate({.cors = {.allowed_origins = {"https://a.example"}}},
                        {.public_origins = {"https://api.example"}});
  ASSERT_TRUE(gate);
  AdminTokenSet tokens;
  tokens.replace({{.name = "r", .scope = AdminScope::Read, .sha256 = sha256("word")}});
  auto api = AdminApi::make(*gate, {.tokens = tokens});
  ASSERT_TRUE(api);
  const auto ask = [&](Query query, const char* token = "Bearer word", const char* method = "GET") {
    AdminRequest request{.method = method, .path = "/api/explain", .query = std::move(query)};
    request.host = {"localhost", 1};
    request.authorization = {token, 1};
    return (*api)->handle(request).value();
  };
  const auto refused = ask({{"origin", "https://b.example"}});
  EXPECT_EQ(refused.status, 200);
  const auto told = nlohmann::json::parse(refused.body);
  EXPECT_EQ(told["allowed"], false);
  EXPECT_EQ(told["request"]["reason"], "origin_not_allowed");
  EXPECT_EQ(told["server"], "https://api.example");
  EXPECT_EQ(told["browser"]["readable"], "no");
  const auto own = nlohmann::json::parse(ask({{"origin", "https://api.example"}}).body);
  EXPECT_EQ(own["allowed"], true);
  const auto wrong = ask({{"origin", "https://a.example"}, {"mode", "\x1b[31m"}});
  EXPECT_EQ(wrong.status, 400);
  const auto problems = nlohmann::json::parse(wrong.body);
  EXPECT_EQ(problems["error"], "parameter");
  EXPECT_EQ(problems["problems"][0]["value"], "\\x1B[31m");
  EXPECT_EQ(ask({}, "Bearer other").status, 401);
  EXPECT_EQ(ask({}, "Bearer word", "POST").status, 405);
  ASSERT_TRUE((*gate)->replace_policy({.cors = {.allowed_origins = {"https://b.example"}}}));
  EXPECT_EQ(nlohmann::json::parse(ask({{"origin", "https://b.example"}}).body)["allowed"], true);
}

}  // namespace
}  // namespace corsac
