// Gates and servers, one to one and not, and many requests on one connection.

#include "adapter/host_answers.hpp"

namespace corsac::testing {
namespace {

constexpr const char* kOther = "https://other.example";

TEST(HostGates, GrantWhatEachOfTwoGrants) {
  Policy second = app_policy();
  second.cors.allowed_origins = {kApp, kOther};
  second.cors.exposed_headers = {"X-Second"};
  second.cors.allow_credentials = false;
  const TestHost host(make_test_gate(),
                      {.hooks = HookStyle::Chained, .second_gate = make_test_gate(second)});
  const AnswerRow rows[] = {
      // The first gate has the last word, so its grant stands, once.
      {"both grant", head("GET", "/ok", kApp), 200, granted({kPlain}), "ok", {"GET /ok"}},
      {"the first refuses", head("GET", "/ok", kOther), 403, refused(), "", {}},
      {"the second refuses",
       head("GET", "/ok", kPreview),
       403,
       granted({{"cache-control", "no-store"}, kPlain}, kPreview),
       "",
       {}},
      {"both refuse", head("GET", "/ok", kEvil), 403, refused(), "", {}},
      {"neither is asked", head("GET", "/ok", ""), 200, only_vary({kPlain}), "ok", {"GET /ok"}},
      {"a preflight is answered by the first",
       preflight("/ok", kApp, "PUT"),
       204,
       preflight_granted("PUT"),
       "",
       {}},
      {"nothing that was understood", "garbage\r\n\r\n", 400, only_vary(), "", {}},
  };
  for (const AnswerRow& row : rows) check(host, row);
}

TEST(HostGates, ServeTwoServers) {
  const auto gate = make_test_gate();
  const TestHost first(gate);
  const TestHost second(gate);
  for (const TestHost* host : {&first, &second}) {
    check(*host,
          {"a listed origin", head("GET", "/ok", kApp), 200, granted({kPlain}), "ok", {"GET /ok"}});
    check(*host, {"another one", head("GET", "/ok", kEvil), 403, refused(), "", {}});
  }
  EXPECT_EQ(gate->counters().totals().granted, 2U);
  EXPECT_EQ(gate->counters().totals().refused, 2U);

  // A new policy is one for both.
  ASSERT_TRUE(gate->replace_policy({.cors = {.allowed_origins = {kEvil}}}));
  for (const TestHost* host : {&first, &second}) {
    EXPECT_EQ(exchange(host->port(), head("GET", "/ok", kEvil)).status, 200);
    EXPECT_EQ(exchange(host->port(), head("GET", "/ok", kApp)).status, 403);
  }
}

TEST(HostGates, ForgetEachRequestBeforeTheNextOfItsConnection) {
  const TestHost host(make_test_gate(), {.threads = 1});
  RawConnection connection(host.port());
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines headers;
  } rows[] = {
      {"allowed", head("GET", "/ok", kApp), 200, granted({kPlain})},
      {"no Origin", head("GET", "/ok", ""), 200, only_vary({kPlain})},
      {"refused", head("GET", "/ok", kEvil), 403, refused()},
      {"garbage", "garbage\r\n\r\n", 400, only_vary()},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_TRUE(connection.send(row.request));
    const RawResponse response = connection.receive();
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
  }
  EXPECT_EQ(connection.receive_until_closed(), "");
}

}  // namespace
}  // namespace corsac::testing
