// What is told about answers that stay as they are: a redirect that ends the grant, and headers of
// a handler's own.

#include "adapter/host_policy.hpp"

namespace corsac::testing {
namespace {

Policy debugged() {
  Policy policy = app_policy();
  policy.cors.debug = true;
  policy.cors.excluded_paths = {"/account"};
  return policy;
}

GateOptions known_origin() { return {.public_origins = {"https://api.example.com"}}; }

std::uint64_t counted(const Gate& gate, Reason reason) {
  return gate.counters().totals().reasons[static_cast<std::size_t>(reason)];
}

// Proves M67.
TEST(HostDiagnostics, TellOfARedirectThatEndsTheGrant) {
  const struct {
    const char* desc;
    std::string request;
    int status;
    std::string value;  // of the event; empty = none
  } rows[] = {
      {"to another origin",
       head("GET", "/location/302", kApp, {{"X-To", "https://u:p@login.example/in?code=1#x"}}), 302,
       "login.example/in"},
      {"for good", head("GET", "/location/301", kApp, {{"X-To", "//login.example/"}}), 301,
       "//login.example/"},
      {"to the same origin",
       head("GET", "/location/302", kApp, {{"X-To", "https://api.example.com/in"}}), 302, ""},
      {"to a path", head("GET", "/location/302", kApp, {{"X-To", "/in"}}), 302, ""},
      {"of a form",
       head("GET", "/location/302", kApp,
            {{"X-To", "https://login.example/"}, {"Sec-Fetch-Mode", "navigate"}}),
       302, ""},
      {"of an own page",
       head("GET", "/location/302", "https://api.example.com",
            {{"X-To", "https://login.example/"}}),
       302, ""},
      {"without Origin", head("GET", "/location/302", "", {{"X-To", "https://login.example/"}}),
       302, ""},
      {"of no redirect", head("GET", "/location/200", kApp, {{"X-To", "https://login.example/"}}),
       200, ""},
      {"of an error", head("GET", "/location/404", kApp, {{"X-To", "https://login.example/"}}), 404,
       ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto plain = make_test_gate(app_policy(), known_origin());
    const auto gate = make_test_gate(debugged(), known_origin());
    const TestHost silent(plain);
    const TestHost host(gate);
    const RawResponse response = exchange(host.port(), row.request);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), exchange(silent.port(), row.request).header_set())
        << "the answer does not change";
    const std::uint64_t expected = row.value.empty() ? 0 : 1;
    EXPECT_EQ(counted(*gate, Reason::RedirectToOtherOrigin), expected);
    EXPECT_EQ(counted(*plain, Reason::RedirectToOtherOrigin), expected) << "debug or not";
    EXPECT_TRUE(plain->events().find({}).events.empty());
    const auto events = gate->events().find({}).events;
    ASSERT_EQ(events.size(), expected);
    if (events.empty()) continue;
    EXPECT_EQ(events[0].reason, "redirect_to_other_origin");
    EXPECT_EQ(events[0].outcome, EventOutcome::Diagnostic);
    EXPECT_EQ(events[0].value, row.value);
    EXPECT_EQ(events[0].status, row.status);
    EXPECT_EQ(events[0].origin, kApp);
    EXPECT_NE(events[0].hint.find("Origin: null"), std::string::npos) << events[0].hint;
  }
}

TEST(HostDiagnostics, TellOfAHandlersOwnHeaders) {
  const auto gate = make_test_gate(debugged(), known_origin());
  const TestHost host(gate);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(exchange(host.port(), head("GET", "/own-cors", kApp)).header_set(), granted());
  }
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).status, 200);
  EXPECT_EQ(gate->counters().totals().handler_headers_replaced, 3U);
  EXPECT_EQ(counted(*gate, Reason::HandlerHeadersReplaced), 3U);
  const auto events = gate->events().find({}).events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].reason, "handler_headers_replaced");
  EXPECT_EQ(events[0].outcome, EventOutcome::Diagnostic);
  EXPECT_EQ(events[0].path, "/own-cors");
  EXPECT_NE(events[0].hint.find("handler_headers"), std::string::npos) << events[0].hint;
}

TEST(HostDiagnostics, TellOfAHandlersOwnHeadersOnceForEachRoute) {
  const bool tells = host_tells_routes();
  const struct {
    const char* desc;
    CorsRule rule;
    std::size_t events;  // of three paths of one route
  } rows[] = {
      {"no rule: the host's route, or each path", {.methods = {"DELETE"}}, tells ? 1U : 3U},
      {"a rule for paths is a route", {.paths = {"/own-cors"}}, 1U},
      {"one for other paths is none", {.paths = {"/ok"}}, tells ? 1U : 3U},
      {"one for methods is none", {.methods = {"GET"}}, tells ? 1U : 3U},
      {"two rules are two, but for the host's route",
       {.name = {"first"}, .paths = {"/own-cors/1"}},
       tells ? 1U : 3U},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    Policy policy = debugged();
    policy.cors.rules = {row.rule};
    const auto gate = make_test_gate(policy, known_origin());
    const TestHost host(gate);
    for (const char* path : {"/own-cors/1", "/own-cors/2", "/own-cors/3", "/own-cors/1"}) {
      EXPECT_EQ(exchange(host.port(), head("GET", path, kApp)).status, 200);
    }
    EXPECT_EQ(counted(*gate, Reason::HandlerHeadersReplaced), 4U) << "each is counted";
    EXPECT_EQ(gate->events().find({}).events.size(), row.events);
  }
}

}  // namespace
}  // namespace corsac::testing
