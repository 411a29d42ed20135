// Between the two hooks: reloads, requests that change, predicates that throw, memory that ends,
// hooks of the application's own, upgrades.

#include <stdexcept>

#include "adapter/host_policy.hpp"

namespace corsac::testing {
namespace {

const HeaderLines kSignedIn = {{"Authorization", "Basic x"}};

// Proves 131.
TEST(HostHooks, FinishARequestByThePolicyThatItBeganWith) {
  const auto gate = make_test_gate();
  const Policy other = {.cors = {.allowed_origins = {"https://other.example"}}};
  bool is_taken = false;
  TestHost host(gate, {.between = [&] { is_taken = gate->replace_policy(other).has_value(); }});
  const RawResponse during = exchange(host.port(), head("GET", "/between", kApp));
  ASSERT_TRUE(is_taken);
  EXPECT_EQ(during.status, 200);
  EXPECT_EQ(during.header_set(), granted({kPlain}));
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).status, 403);
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", "https://other.example"))
                .value("access-control-allow-origin"),
            "https://other.example");
}

// Proves 130, S14.
TEST(HostHooks, KeepTheDecisionWhenAHandlerChangesTheRequest) {
  Policy policy = app_policy();
  policy.cors.excluded_paths = {"/elsewhere"};
  const TestHost host(make_test_gate(policy));
  for (const char* origin : {kApp, kPreview}) {  // stored bytes, and the request's own
    const RawResponse response = exchange(host.port(), head("GET", "/forgets-origin", origin));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header_set(), granted({}, origin));
  }
}

TEST(HostHooks, LetGoOfThePolicyAfterEachRequest) {
  const auto gate = make_test_gate();
  TestHost host(gate, {.threads = 1});
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).status, 200);
  const std::weak_ptr<const Snapshot> first = gate->snapshot();
  ASSERT_TRUE(gate->replace_policy(app_policy()));
  // The only thread of the host has seen the new one; nothing else holds the old one.
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).status, 200);
  (void)gate->snapshot();
  EXPECT_TRUE(first.expired());
}

TEST(HostHooks, VaryByWhatPredicatesLookedAt) {
  const auto has = [](const RequestView& request, std::string_view wanted) {
    struct Search {
      std::string_view name;
      bool is_found;
    } search{wanted, false};
    request.headers->visit(
        [](void* context, std::string_view name, std::string_view) {
          auto& sought = *static_cast<Search*>(context);
          if (name == sought.name) sought.is_found = true;
        },
        &search);
    return search.is_found;
  };
  const std::string kPreflightVary =
      "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const TestHost host(make_test_gate(
      app_policy(), {.applies_to =
                         [has](const RequestView& request) {
                           return PredicateAnswer{!has(request, "X-Internal"), "X-Internal"};
                         },
                     .allow_request =
                         [has](const RequestView& request) {
                           return PredicateAnswer{has(request, "X-Tenant"), "X-Tenant"};
                         }}));
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines headers;
  } rows[] = {
      {"listed anyway", head("GET", "/vary", kApp), 200,
       lines({{"access-control-allow-origin", kApp},
              {"access-control-allow-credentials", "true"},
              {"access-control-expose-headers", "X-Request-Id"},
              {"vary", "Accept-Language, Origin, X-Internal, X-Tenant"}})},
      {"listed by the predicate", head("GET", "/vary", kEvil, {{"X-Tenant", "1"}}), 200,
       lines({{"access-control-allow-origin", kEvil},
              {"access-control-allow-credentials", "true"},
              {"access-control-expose-headers", "X-Request-Id"},
              {"vary", "Accept-Language, Origin, X-Internal, X-Tenant"}})},
      {"not listed", head("GET", "/vary", kEvil), 403,
       lines({{"cache-control", "no-store"},
              {"content-type", "text/plain"},
              {"vary", "Origin, X-Internal, X-Tenant"}})},
      {"never null", head("GET", "/vary", "null", {{"X-Tenant", "1"}}), 403,
       lines({{"cache-control", "no-store"},
              {"content-type", "text/plain"},
              {"vary", "Origin, X-Internal, X-Tenant"}})},
      {"a preflight listed by the predicate", preflight("/ok", kEvil, "PUT", {{"X-Tenant", "1"}}),
       204,
       lines({{"access-control-allow-origin", kEvil},
              {"access-control-allow-credentials", "true"},
              {"access-control-allow-methods", "PUT"},
              {"access-control-max-age", "600"},
              {"vary", kPreflightVary + ", X-Internal, X-Tenant"}})},
      {"a preflight that is not listed", preflight("/ok", kEvil, "PUT"), 403,
       lines({{"cache-control", "no-store"},
              kPlain,
              {"vary", kPreflightVary + ", X-Internal, X-Tenant"}})},
      {"a preflight where the policy does not apply",
       preflight("/ok", kApp, "PUT", {{"X-Internal", "1"}}), 403,
       lines({{"cache-control", "no-store"}, kPlain, {"vary", "X-Internal"}})},
      {"decided late, listed by the predicate",
       head("GET", "/ok", kEvil, {{"X-Tenant", "1"}, {"Range", "bytes=z"}}), 416,
       lines({{"access-control-allow-origin", kEvil},
              {"access-control-allow-credentials", "true"},
              {"access-control-expose-headers", "X-Request-Id"},
              {"vary", "Origin, X-Internal, X-Tenant"}})},
      {"decided late, not listed", head("GET", "/ok", kEvil, {{"Range", "bytes=z"}}), 416,
       lines({{"vary", "Origin, X-Internal, X-Tenant"}})},
      {"does not apply", head("GET", "/own-cors", kEvil, {{"X-Internal", "1"}}), 200,
       lines({{"access-control-allow-origin", "*"},
              {"access-control-allow-origin", "https://own.example"},
              {"access-control-allow-origin", "https://own.example"},
              {"access-control-max-age", "1"},
              {"vary", "X-Internal"}})},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
  }
}

// Proves 111, S38.
TEST(HostHooks, GrantNothingWhenAPredicateThrows) {
  const Predicate throwing = [](const RequestView&) -> PredicateAnswer {
    throw std::runtime_error("predicate");
  };
  const TestHost host(make_test_gate(app_policy(), {.allow_request = throwing}));
  const RawResponse denied = exchange(host.port(), head("GET", "/ok", kEvil));
  EXPECT_EQ(denied.status, 403);
  EXPECT_EQ(denied.header_set(), refused());
  EXPECT_GE(host.gate().counters().totals().predicate_failures, 1U);
  EXPECT_EQ(host.handled(), std::vector<std::string>{});

  const TestHost other(make_test_gate(app_policy(), {.applies_to = throwing}));
  const std::string vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines headers;
  } rows[] = {
      {"no grant, neither ours nor the handler's", head("GET", "/own-cors", kApp), 200,
       only_vary()},
      {"nor without Origin", head("GET", "/own-cors", ""), 200, only_vary()},
      {"a refusal stays one", head("GET", "/own-cors", kEvil), 403, refused()},
      {"no grant for a preflight", preflight("/ok", kApp, "PUT"), 403,
       lines({{"cache-control", "no-store"}, kPlain, {"vary", vary}})},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(other.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
  }
  EXPECT_EQ(other.gate().counters().totals().predicate_failures, 4U);
}

// All of the grant or nothing of it.
void expect_whole_or_none(const RawResponse& response, const HeaderLines& whole) {
  if (response.value("access-control-allow-origin").empty()) {
    for (const auto& [name, value] : response.headers) {
      EXPECT_NE(name.rfind("access-control-", 0), 0U) << name;
    }
    // A cache keeps it for nobody else: "*" where there was no memory for the names.
    const std::string vary = response.value("vary");
    EXPECT_TRUE(vary == "Origin" || vary == "*") << vary;
  } else {
    EXPECT_EQ(response.header_set(), whole);
  }
}

// Proves 111, S38.
TEST(HostHooks, GrantNothingWhenMemoryEndsAfterTheHandler) {
  const auto left = std::make_shared<std::atomic<long>>(-1);
  const TestHost host(make_test_gate(), {.hooks = HookStyle::Own, .allocations_of_after = left});
  const std::string request = head("GET", "/own-cors", kApp, kSignedIn);
  const HeaderLines whole = granted({{"x-served-by", "me"}});
  for (long count = 0; count < 16; ++count) {
    SCOPED_TRACE(count);
    left->store(count);
    const RawResponse response = exchange(host.port(), request);
    EXPECT_EQ(response.status, 200);
    expect_whole_or_none(response, whole);
  }
  left->store(0);
  EXPECT_EQ(exchange(host.port(), request).value("access-control-allow-origin"), "");
  left->store(0);
  const RawResponse other = exchange(host.port(), head("GET", "/vary", kApp));
  EXPECT_EQ(other.value("vary"), "*") << "in the place of the handler's own";
  left->store(-1);
  EXPECT_EQ(exchange(host.port(), request).header_set(), whole);
  EXPECT_GE(host.gate().counters().totals().responses_without_decision, 1U);
}

// Proves 111, S38.
TEST(HostHooks, RefuseAndAnswerWithoutMemoryBeforeTheHandler) {
  const auto left = std::make_shared<std::atomic<long>>(-1);
  const TestHost host(make_test_gate(), {.hooks = HookStyle::Own, .allocations_of_before = left});
  for (long count = 0; count < 10; ++count) {
    SCOPED_TRACE(count);
    left->store(count);
    EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kEvil, kSignedIn)).status, 403);
    expect_whole_or_none(exchange(host.port(), head("GET", "/ok", kPreview, kSignedIn)),
                         granted({kPlain, {"x-served-by", "me"}}, kPreview));
  }
  for (const std::string& line : host.handled()) EXPECT_EQ(line, "GET /ok");
  EXPECT_EQ(host.handled().size(), 10U);
}

TEST(HostHooks, TellTheApplicationWhatNotToChallenge) {
  Policy policy = app_policy();
  policy.cors.preflight = "pass_through";
  const TestHost host(make_test_gate(policy), {.hooks = HookStyle::Own});
  const RawResponse preflight_answer = exchange(host.port(), preflight("/ok", kApp, "PUT"));
  EXPECT_EQ(preflight_answer.status, 200);
  EXPECT_EQ(preflight_answer.header_set(), lines({kPlain, {"x-served-by", "me"}}));
  EXPECT_EQ(host.handled(), std::vector<std::string>{"OPTIONS /ok"});

  // No browser sends one to the page's own origin: whoever forges that is challenged.
  for (const HeaderLines& forged :
       {HeaderLines{{"Sec-Fetch-Site", "same-origin"}},
        HeaderLines{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-origin"}}}) {
    HeaderLines asks = {{"Access-Control-Request-Method", "PUT"}};
    asks.insert(asks.end(), forged.begin(), forged.end());
    EXPECT_EQ(exchange(host.port(), head("OPTIONS", "/ok", kEvil, asks)).status, 401);
  }

  const RawResponse challenged = exchange(host.port(), head("GET", "/ok", kApp));
  EXPECT_EQ(challenged.status, 401);
  EXPECT_EQ(challenged.header_set(), granted({{"x-served-by", "me"}}));
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp, kSignedIn)).status, 200);
}

// Proves 90.
TEST(HostHooks, RunBeforeTheApplicationsAuthentication) {
  const TestHost host(make_test_gate(), {.hooks = HookStyle::Own});
  const RawResponse response = exchange(host.port(), preflight("/ok", kApp, "PUT"));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.header_set(), preflight_granted("PUT", {{"x-served-by", "me"}}));
}

TEST(HostHooks, RefuseUpgradesFromOthers) {
  const TestHost host(make_test_gate());
  const RawResponse response = exchange(host.port(), head("GET", "/ws", kEvil, upgrade()));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.header_set(), refused());
  EXPECT_EQ(host.handled(), std::vector<std::string>{});
}

// What did not become a WebSocket is an answer like any other.
TEST(HostHooks, GrantWhereNoUpgradeTookPlace) {
  const TestHost host(make_test_gate());
  const HeaderLines hints = {{"Upgrade", "websocket"}};
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines headers;
  } rows[] = {
      {"an upgrade that goes nowhere", head("GET", "/nowhere", kApp, upgrade()), 404, granted()},
      {"an upgrade to a plain route", head("GET", "/own-cors", kApp, upgrade()), 200, granted()},
      {"an upgrade that the host refuses",
       head("GET", "/ws", kApp, upgrade({{"Range", "bytes=z"}})), 416, granted()},
      {"Upgrade alone", head("GET", "/own-cors", kApp, hints), 200, granted()},
      {"Upgrade alone, from another", head("GET", "/own-cors", kEvil, hints), 403, refused()},
      {"Upgrade alone, without Origin", head("GET", "/own-cors", "", hints), 200, only_vary()},
      {"another method", head("POST", "/ok", kApp, upgrade({{"Content-Length", "0"}})), 200,
       granted({kPlain})},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto before = host.gate().counters().totals();
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
    const auto after = host.gate().counters().totals();
    EXPECT_EQ(after.passed + after.granted + after.refused,
              before.passed + before.granted + before.refused + 1)
        << "counted once";
  }
}

// Proves 108.
TEST(HostHooks, ForgetAnUpgradeBeforeTheNextRequestOfItsThread) {
  if (!host_has_websockets()) GTEST_SKIP() << "0.11.4 has no WebSockets";
  const TestHost host(make_test_gate(), {.threads = 1});
  {
    RawConnection connection(host.port());
    connection.send(head("GET", "/ws", kApp, upgrade()));
    const RawResponse accepted = connection.receive();
    EXPECT_EQ(accepted.status, 101);
    for (const auto& [name, value] : accepted.headers) {
      EXPECT_NE(name.rfind("access-control-", 0), 0U) << name;
    }
    // A masked close frame without a body (RFC 6455, 5.5.1).
    connection.send(std::string("\x88\x80\x00\x00\x00\x00", 6));
    (void)connection.receive_until_closed();
  }
  const RawResponse garbage = exchange(host.port(), "garbage\r\n\r\n");
  EXPECT_EQ(garbage.status, 400);
  EXPECT_EQ(garbage.header_set(), only_vary());
  EXPECT_EQ(host.handled(), std::vector<std::string>{"GET /ws"});
}

}  // namespace
}  // namespace corsac::testing
