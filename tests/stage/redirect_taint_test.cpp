#include "corsac/stage/redirect_taint.hpp"

#include <string>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"
#include "support/request.hpp"

namespace corsac {
namespace {

constexpr const char* kPage = "https://app.example.com";

struct Row {
  const char* desc;
  test::Request::Lines more;  // beside Origin and Host
  std::string location;
  bool is_tainted;
};

void expect_rows(const OwnOrigin* own, bool is_tls, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    test::Request::Lines lines = {{"Host", "api.example.com"}};
    lines.insert(lines.end(), row.more.begin(), row.more.end());
    test::Request request("GET", "/old", lines);
    request.view().own = own;
    request.view().is_tls = is_tls;
    EXPECT_EQ(taints_origin(request.view(), row.location), row.is_tainted);
  }
}

// Proves M67.
TEST(RedirectTaint, IsWhatLeavesOurOrigins) {
  const OwnOrigin own(
      {.public_origins = {"https://api.example.com", "https://www.example.com:8443"}});
  const test::Request::Lines page = {{"Origin", kPage}};
  expect_rows(
      &own, false,
      {
          {"a path", page, "/new", false},
          {"a relative path", page, "new", false},
          {"the same origin", page, "https://api.example.com/new", false},
          {"with its port, in another case", page, "HTTPS://API.example.com:443/new", false},
          {"another public origin", page, "https://www.example.com:8443/", false},
          {"another origin", page, "https://login.example/", true},
          {"another origin without its scheme", page, "//login.example/", true},
          {"by plain http", page, "http://api.example.com/new", true},
          {"another port", page, "https://api.example.com:8443/", true},
          {"back to the page's own origin", page, "https://app.example.com/", true},
          {"userinfo that looks like ours", page, "https://api.example.com@evil.example/", true},
          {"no web address", page, "myapp://callback", false},
          {"what does not parse", page, "https://", false},
          {"nothing", page, "", false},
          {"no Origin", {}, "https://login.example/", false},
          {"two Origins", {{"Origin", kPage}, {"Origin", kPage}}, "https://login.example/", false},
          {"an own page", {{"Origin", "https://api.example.com"}}, "https://login.example/", false},
          {"the browser says that it is an own page",
           {{"Origin", kPage}, {"Sec-Fetch-Site", "same-origin"}},
           "https://login.example/",
           false},
          {"a form of another site",
           {{"Origin", kPage}, {"Sec-Fetch-Mode", "navigate"}},
           "https://login.example/",
           false},
          {"a fetch of another site",
           {{"Origin", kPage}, {"Sec-Fetch-Mode", "cors"}},
           "https://login.example/",
           true},
      });
}

TEST(RedirectTaint, GoesByWhatTheRequestSaysWithoutPublicOrigins) {
  const OwnOrigin own;
  const test::Request::Lines page = {{"Origin", kPage}};
  const std::vector<Row> always = {
      {"another host", page, "https://login.example/", true},
      {"another port", page, "https://api.example.com:8443/", true},
      {"the same host by https", page, "https://api.example.com/new", false},
  };
  for (const OwnOrigin* configured : {&own, static_cast<const OwnOrigin*>(nullptr)}) {
    expect_rows(configured, true, always);
    expect_rows(configured, false, always);
    expect_rows(configured, true, {{"down to http", page, "http://api.example.com/", true}});
    expect_rows(configured, false,
                {{"http, where a proxy may speak TLS", page, "http://api.example.com/", false}});
  }
}

}  // namespace
}  // namespace corsac
