// The pages of the library on a real server, by the bytes on the wire. What they do in a browser:
// tests/browser/trusted_origins_page_test.js, debug_page_test.js.

#include "adapter/host_policy.hpp"
#include "authority/authority_fixture.hpp"
#include "corsac/pages/debug_page.hpp"
#include "corsac/pages/trusted_origins_page.hpp"

namespace corsac::testing {
namespace {

constexpr const char* kPage = "/trusted-origins/";

HeaderLines page_lines(const HeaderLines& more) {
  return lines({{"cache-control", "no-store"},
                {"content-security-policy",
                 "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                 "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
                 "require-trusted-types-for 'script'; trusted-types 'none'"},
                {"cross-origin-opener-policy", "same-origin"},
                {"referrer-policy", "no-referrer"},
                {"x-content-type-options", "nosniff"}},
               more);
}

std::string get(const std::string& target) {
  return request_text("GET", target, {{"Host", "api.example.com"}});
}

// The page is at `page`, its other files below `folder`.
void expect_every_file(int port, std::span<const PageFile> files, const std::string& page,
                       const std::string& folder) {
  bool has_page = false;
  for (const PageFile& file : files) {
    SCOPED_TRACE(file.name);
    has_page |= file.name.empty();
    const std::string target = file.name.empty() ? page : folder + std::string(file.name);
    const RawResponse response = testing::exchange(port, get(target));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header_set(),
              page_lines({{"content-type", std::string(file.content_type)}}));
    EXPECT_EQ(response.body, file.body);
    EXPECT_FALSE(response.body.empty());
  }
  EXPECT_TRUE(has_page);
}

TEST(HostTrustedOriginsPage, ServesEachFileWithItsTypeAndTheHeadersOfThePage) {
  const AuthorityScene scene;
  const TestOriginsHost host(scene.open(), {});
  expect_every_file(host.port(), trusted_origins_page(), kPage, kPage);
}

TEST(HostDebugPage, ServesEachFileWithItsTypeAndTheHeadersOfThePage) {
  const AuthorityScene scene;
  const TestOriginsHost host(scene.open(), {});
  expect_every_file(host.port(), debug_page(), "/", "/debug/");
}

TEST(HostTrustedOriginsPage, ServesNothingElse) {
  const AuthorityScene scene;
  const TestOriginsHost host(scene.open(), {});
  const struct {
    const char* desc;
    const char* target;
    int status;
    const char* location;
  } rows[] = {
      {"the path without its slash", "/trusted-origins", 308, kPage},
      {"a file that is none", "/trusted-origins/token", 404, ""},
      {"a file by a part of its name", "/trusted-origins/page.j", 404, ""},
      {"the page by its file's name", "/trusted-origins/index.html", 404, ""},
      {"a path that begins so", "/trusted-origins-of-others", 404, ""},
      {"a folder above", "/trusted-origins/../page.js", 404, ""},
      {"a file of the debug page that is none", "/debug/token", 404, ""},
      {"the folder of its files", "/debug/", 404, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const RawResponse response = exchange(host.port(), get(row.target));
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.value("location"), row.location);
    EXPECT_EQ(response.body, "");
  }
}

TEST(HostTrustedOriginsPage, HidesNoRequestInABody) {
  const AuthorityScene scene;
  const TestOriginsHost host(scene.open(), {});
  const std::string hidden = get("/page");
  RawConnection connection(host.port());
  connection.send(request_text(
      "GET", kPage,
      {{"Host", "api.example.com"}, {"Content-Length", std::to_string(hidden.size())}}));
  connection.send(hidden);
  connection.send(
      request_text("GET", kPage, {{"Host", "api.example.com"}, {"Connection", "close"}}));
  EXPECT_EQ(connection.receive_until_closed().find("\r\n\r\npage"), std::string::npos);
}

}  // namespace
}  // namespace corsac::testing
