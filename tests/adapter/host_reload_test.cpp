// The policy is replaced as fast as it goes while requests come in: each answer is of one policy,
// the old or the new one. Run under a thread sanitizer too.

#include <atomic>
#include <thread>
#include <vector>

#include "adapter/host_policy.hpp"

namespace corsac::testing {
namespace {

constexpr int kReloads = 300;
constexpr int kClients = 3;

// Two policies that differ in everything that an answer shows.
Policy first_policy() {
  return {.cors = {.allowed_origins = {kApp},
                   .allowed_methods = {"PUT"},
                   .allowed_headers = {"X-First"},
                   .exposed_headers = {"X-First"},
                   .allow_credentials = true,
                   .max_age_seconds = 1}};
}

Policy second_policy() {
  return {.cors = {.profile = "django",
                   .allowed_origins = {kApp, kEvil},
                   .allowed_methods = {"PUT", "DELETE"},
                   .allowed_headers = {"X-First", "X-Second"},
                   .exposed_headers = {"X-Second"},
                   .max_age_seconds = 2}};
}

struct Exchange {
  const char* desc;
  std::string request;
  // Status and header set of the two.
  std::pair<int, HeaderLines> first;
  std::pair<int, HeaderLines> second;
};

std::vector<Exchange> exchanges() {
  const auto ask = [](const Policy& policy, const std::string& request) {
    const TestHost host(make_test_gate(policy));
    const RawResponse response = exchange(host.port(), request);
    return std::pair(response.status, response.header_set());
  };
  std::vector<Exchange> made;
  for (const auto& [desc, request] :
       {std::pair("an actual request", head("GET", "/ok", kApp)),
        std::pair("a preflight",
                  preflight("/ok", kApp, "PUT", {{"Access-Control-Request-Headers", "x-first"}})),
        std::pair("a stranger", head("GET", "/ok", kEvil)),
        std::pair("a 404", head("GET", "/nowhere", kApp)),
        std::pair("no Origin", head("GET", "/ok", ""))}) {
    made.push_back({desc, request, ask(first_policy(), request), ask(second_policy(), request)});
  }
  return made;
}

// Asks until told to stop; a connection is used until the host ends it.
void ask_again_and_again(int port, const std::vector<Exchange>& exchanges,
                         const std::atomic<bool>& is_over, std::atomic<int>& asked) {
  while (!is_over) {
    RawConnection connection(port);
    for (const Exchange& each : exchanges) {
      if (!connection.send(each.request)) break;
      const RawResponse response = connection.receive();
      if (response.status == 0) break;  // the host ended the connection before
      const std::pair told(response.status, response.header_set());
      EXPECT_TRUE(told == each.first || told == each.second)
          << each.desc << ": " << ::testing::PrintToString(told);
      ++asked;
    }
  }
}

// Proves 131, S37.
TEST(HostReload, EachAnswerIsOfOnePolicy) {
  const std::vector<Exchange> known = exchanges();
  for (const Exchange& each : known) {
    if (std::string_view(each.desc) == "no Origin") continue;
    EXPECT_NE(each.first, each.second) << each.desc;
  }
  const auto gate = make_test_gate(first_policy());
  const TestHost host(gate);
  std::atomic<bool> is_over{false};
  std::atomic<int> asked{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] { ask_again_and_again(host.port(), known, is_over, asked); });
  }
  for (int i = 0; i < kReloads || asked < 2 * kReloads; ++i) {
    EXPECT_TRUE(gate->replace_policy(i % 2 == 0 ? second_policy() : first_policy()));
  }
  is_over = true;
  for (std::thread& client : clients) client.join();
}

// Several servers with one gate, and one server with another gate, in one process.
// Proves 136.
TEST(HostReload, GatesAndServersOfOneProcessAreApart) {
  const std::vector<Exchange> known = exchanges();
  const auto shared = make_test_gate(first_policy());
  const TestHost one(shared);
  const TestHost other(shared);
  const TestHost apart(make_test_gate(second_policy()));
  std::atomic<bool> is_over{false};
  std::atomic<int> asked{0};
  std::vector<std::thread> clients;
  for (const int port : {one.port(), other.port()}) {
    clients.emplace_back([&, port] { ask_again_and_again(port, known, is_over, asked); });
  }
  std::vector<Exchange> only_second = known;
  for (Exchange& each : only_second) each.first = each.second;
  clients.emplace_back([&] { ask_again_and_again(apart.port(), only_second, is_over, asked); });
  for (int i = 0; i < kReloads || asked < kReloads; ++i) {
    EXPECT_TRUE(shared->replace_policy(i % 2 == 0 ? second_policy() : first_policy()));
  }
  is_over = true;
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace corsac::testing
