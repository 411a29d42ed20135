// Path confusion: whatever a target looks like, its answer is granted no more than the policy
// grants to the route that the host's own router chose.

#include <functional>
#include <string>
#include <vector>

#include "adapter/host_policy.hpp"
#include "adapter/path_tricks.hpp"

namespace corsac::testing {
namespace {

// What ran: "" for none of the routes.
std::string route_of(const TestHost& host, std::size_t before) {
  const auto handled = host.handled();
  return handled.size() > before ? handled.back().substr(handled.back().find(' ') + 1) : "";
}

// `is_granted` = what the policy says about the route itself.
void expect_no_more_than_the_route(const TestHost& host,
                                   const std::function<bool(const std::string&)>& is_granted) {
  for (const std::string& target : kPathTricks) {
    const std::size_t before = host.handled().size();
    const RawResponse response = exchange(host.port(), head("GET", target, kApp));
    const bool is_promised = !exchange(host.port(), preflight(target, kApp, "GET"))
                                  .value("access-control-allow-origin")
                                  .empty();
    if (response.value("access-control-allow-origin").empty()) {
      EXPECT_FALSE(is_promised) << target;
      continue;
    }
    const std::string route = route_of(host, before);
    EXPECT_TRUE(route.empty() || is_granted(route)) << target << " ran " << route;
  }
}

Policy with_rule(const char* path, Names origins, Names otherwise) {
  Policy policy;
  policy.cors.allowed_origins = std::move(otherwise);
  policy.cors.on_denied = "mark";  // so that what runs is seen
  policy.cors.rules = {CorsRule{.paths = {path}, .allowed_origins = std::move(origins)}};
  return policy;
}

// Proves 119, 120, 121, 122, 123, 124, S17.
TEST(HostPath, OnlyOneRouteIsOpen) {
  const TestHost host(make_test_gate(with_rule("/ok", {kApp}, Names::none())));
  expect_no_more_than_the_route(host, [](const std::string& route) { return route == "/ok"; });
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).value("access-control-allow-origin"),
            kApp);
}

// Proves 117, 120, 121, 122, S17.
TEST(HostPath, OnlyOneRouteIsClosed) {
  const TestHost closed(make_test_gate(with_rule("/ok$", Names::none(), {kApp})));
  expect_no_more_than_the_route(closed, [](const std::string& route) { return route != "/ok"; });
  Policy excluded = with_rule("/hidden", {kApp}, {kApp});
  excluded.cors.excluded_paths = {"/ok"};
  const TestHost host(make_test_gate(std::move(excluded)));
  expect_no_more_than_the_route(host, [](const std::string& route) { return route != "/ok"; });
}

// Proves S17. A file runs no handler, so what it says tells that it was served.
TEST(HostPath, NoOtherNameOfAClosedFileIsOpen) {
  const TestHost host(make_test_gate(with_rule("/static/a.txt", Names::none(), {kApp})));
  const char* const names[] = {"/static/a.txt",   "/%73tatic/a.txt",    "/static//a.txt",
                               "/static/./a.txt", "/static/x/../a.txt", "/static%2Fa.txt",
                               "//static/a.txt",  "/static/a%2Etxt",    "/static/a.txt?x",
                               "/static/a.txt#x", "/STATIC/a.txt",      "/static/a.txt/",
                               "/./static/a.txt", "/static/a.txt%00"};
  bool is_served = false;
  for (const char* const name : names) {
    const RawResponse response = exchange(host.port(), head("GET", name, kApp));
    if (response.body != "file") continue;
    is_served = true;
    EXPECT_EQ(response.value("access-control-allow-origin"), "") << name;
  }
  EXPECT_TRUE(is_served);
}

struct MountRow {
  const char* desc;
  const char* excluded;
  const char* target;
  bool is_ambiguous;  // where mount points are raw prefixes
};

// The files of the host are mounted at /static.
constexpr MountRow kMountRows[] = {
    {"the file of the excluded path, glued to it", "/static", "/statica.txt", true},
    {"of an excluded file", "/static/a.txt", "/statica.txt", true},
    {"of an excluded beginning", "/static/a*", "/statica.txt", true},
    {"no file", "/static", "/staticfoo", true},
    {"an excluded path of its own, beside", "/static/b.txt", "/statica.txt", false},
    {"another path", "/static", "/ok", false},
    {"a shorter path", "/static", "/stat", false},
    {"what passes a star", "/static/*/x", "/ok", false},
};

TEST(HostPath, AMountPointIsNoWayRoundAnExcludedPath) {
  for (const MountRow& row : kMountRows) {
    SCOPED_TRACE(row.desc);
    Policy policy = app_policy();
    policy.cors.excluded_paths = {row.excluded};
    const TestHost host(make_test_gate(policy));
    const bool is_refused = row.is_ambiguous && !host_mounts_on_borders();
    for (const char* method : {"GET", "HEAD"}) {
      const RawResponse response = exchange(host.port(), head(method, row.target, kApp));
      EXPECT_EQ(response.status == 403, is_refused);
      EXPECT_EQ(response.value("access-control-allow-origin"), is_refused ? "" : kApp);
      EXPECT_EQ(exchange(host.port(), preflight(row.target, kApp, method)).status,
                is_refused ? 403 : 204);
    }
    // No other method gets a file.
    EXPECT_EQ(exchange(host.port(), preflight(row.target, kApp, "PUT")).status, 204);
    // Nor does a page of our own need a grant.
    const auto own = head("GET", row.target, kApp, {{"Sec-Fetch-Site", "same-origin"}});
    EXPECT_NE(exchange(host.port(), own).status, 403);
  }
}

TEST(HostPath, AServerWithoutMountPointsMaySaySo) {
  Policy policy = app_policy();
  policy.cors.excluded_paths = {"/o"};
  const TestHost host(make_test_gate(policy), {.has_no_mount_points = true});
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp)).value("access-control-allow-origin"),
            kApp);
}

TEST(HostPath, WithoutPathRulesNoPathMatters) {
  const TestHost host(make_test_gate());
  for (const char* target : {"/ok", "//ok", "/%2Fok", "/x/../ok"}) {
    EXPECT_EQ(exchange(host.port(), head("GET", target, kApp)).value("access-control-allow-origin"),
              kApp)
        << target;
  }
}

}  // namespace
}  // namespace corsac::testing
