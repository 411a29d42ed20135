// What [store] may say to the remote plugin.

#include <string>
#include <vector>

#include "remote_fixture.hpp"

namespace corsac {
namespace {

using testing::ElementsAreArray;
using RemoteSettings = test::RemoteStoreTest;

constexpr const char* kNoAddress =
    "setting-value url: this is no address of a server; write url = "
    "\"https://policy.example/v1/policy\"";
constexpr const char* kUserInfo =
    "setting-value url: a URL with a user or a password in it; put the token into token_env";
constexpr const char* kNoLimit =
    "setting-value limit_bytes: this is no number of bytes from 1024 to 67108864; write "
    "limit_bytes = 67108864";
constexpr const char* kNoVariable =
    "setting-value token_env: the environment variable of that name is not set; write the name of "
    "an environment variable that holds it, as CORSAC_TOKEN";
constexpr const char* kNoName =
    "setting-value token_env: this is no name of an environment variable; write the name of an "
    "environment variable that holds it, as CORSAC_TOKEN";

TEST_F(RemoteSettings, AreAllCheckedAtOnce) {
  const std::string good = "https://policy.example/v1/policy";
  const std::string secret = test::kSecret;
  struct Row {
    const char* desc;
    test::OpenStore::Settings settings;
    std::vector<std::string> problems;  // empty = opens
  };
  folder_.write("ca.pem", "");
  ::setenv("CORSAC_TEST_BROKEN_TOKEN", (secret + "\r\nX: y").c_str(), 1);
  const Row rows[] = {
      {"url alone", {{"url", good}}, {}},
      {"everything",
       {{"url", good + "?a=b"},
        {"kind", "okta"},
        {"token_env", "CORSAC_TEST_TOKEN"},
        {"token_scheme", "Bearer"},
        {"ca_file", "ca.pem"},
        {"limit_bytes", "1024"}},
       {}},
      {"http to this machine", {{"url", "http://127.0.0.1:8080/p"}}, {}},
      {"http to localhost", {{"url", "http://LOCALHOST"}}, {}},
      {"http to IPv6 loopback", {{"url", "http://[::1]:8080"}}, {}},
      {"http elsewhere",
       {{"url", "http://policy.example/"}},
       {"setting-value url: http is for this machine only: anybody on the way could exchange the "
        "policy; write https"}},
      {"http to a name that begins like loopback",
       {{"url", "http://127.0.0.1.evil.example/"}},
       {"setting-value url: http is for this machine only: anybody on the way could exchange the "
        "policy; write https"}},
      {"nothing",
       {},
       {"setting-missing url: nothing says where the policy is; add url = "
        "\"https://policy.example/v1/policy\""}},
      {"user info", {{"url", "https://admin:" + secret + "@policy.example/"}}, {kUserInfo}},
      {"user info without a scheme",
       {{"url", "admin:" + secret + "@policy.example/"}},
       {kUserInfo}},
      {"another scheme", {{"url", "ftp://policy.example/"}}, {kNoAddress}},
      {"no host", {{"url", "https:///p"}}, {kNoAddress}},
      {"a port too high", {{"url", "https://a.example:65536/"}}, {kNoAddress}},
      {"a fragment", {{"url", "https://a.example/#" + secret}}, {kNoAddress}},
      {"a line break", {{"url", "https://a.example/\r\nX: y"}}, {kNoAddress}},
      {"another kind",
       {{"url", good}, {"kind", "auth0"}},
       {"setting-value kind: there is no such kind; write kind = \"policy\" or \"okta\""}},
      {"the token itself", {{"url", good}, {"token_env", secret}}, {kNoName}},
      {"a variable that is not set",
       {{"url", good}, {"token_env", "CORSAC_NO_SUCH"}},
       {kNoVariable}},
      {"a token with a line break",
       {{"url", good}, {"token_env", "CORSAC_TEST_BROKEN_TOKEN"}},
       {"setting-value token_env: the environment variable holds what no header can; remove blanks "
        "and line breaks from its value"}},
      {"a scheme without a token",
       {{"url", good}, {"token_scheme", "SSWS"}},
       {"setting-missing token_env: there is a token_scheme and no token; add token_env = "
        "\"CORSAC_TOKEN\", or remove token_scheme"}},
      {"another scheme of tokens",
       {{"url", good}, {"token_env", "CORSAC_TEST_TOKEN"}, {"token_scheme", "Basic"}},
       {"setting-value token_scheme: there is no such scheme; write token_scheme = \"Bearer\" or "
        "\"SSWS\""}},
      {"a file that is not there",
       {{"url", good}, {"ca_file", "absent.pem"}},
       {"setting-value ca_file: the file cannot be read; name a file of certificates in PEM"}},
      {"a limit too low", {{"url", good}, {"limit_bytes", "1023"}}, {kNoLimit}},
      {"a limit too high", {{"url", good}, {"limit_bytes", "67108865"}}, {kNoLimit}},
      {"a limit with a unit", {{"url", good}, {"limit_bytes", "1MB"}}, {kNoLimit}},
      {"twice",
       {{"url", good}, {"url", good}},
       {"setting-repeated url: the setting stands here twice; remove one of the two"}},
      {"everything wrong",
       {{"uri", good}, {"kind", ""}, {"limit_bytes", "-1"}, {"token_env", ""}},
       {"setting-unknown uri: the store \"remote\" has no such setting; write url, kind, "
        "token_env, token_scheme, ca_file or limit_bytes, or remove it",
        "setting-value kind: there is no such kind; write kind = \"policy\" or \"okta\"", kNoLimit,
        kNoName,
        "setting-missing url: nothing says where the policy is; add url = "
        "\"https://policy.example/v1/policy\""}},
  };
  const auto plugin = load_store_plugin("remote", {test::remote_plugin_folder()});
  ASSERT_TRUE(plugin);
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const test::RecordingHost host;
    const test::OpenStore store(*plugin->table, host, folder_.path().string(), row.settings);
    EXPECT_EQ(store.status(), row.problems.empty() ? CORSAC_OK : CORSAC_INVALID);
    EXPECT_THAT(host.problems(), ElementsAreArray(row.problems));
    EXPECT_THAT(host.problems(), testing::Each(testing::Not(testing::HasSubstr(secret))));
  }
}

}  // namespace
}  // namespace corsac
