#include "corsac/http/header_name.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using namespace std::string_literals;

TEST(HeaderName, IsAToken) {
  // RFC 9110, 5.6.2, written out: every byte that is not here is refused.
  const std::string_view token_bytes =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_token_byte = token_bytes.find(c) != std::string_view::npos;
    EXPECT_EQ(is_header_name(std::string(1, c)), is_token_byte) << byte;
    EXPECT_EQ(is_header_name("x-"s + c), is_token_byte) << byte;
    EXPECT_EQ(is_header_name(c + "-x"s), is_token_byte) << byte;
  }
  EXPECT_FALSE(is_header_name(""));
  EXPECT_TRUE(is_header_name(std::string(4096, 'x')));
}

TEST(HeaderName, KnowsWhatNoScriptCanSend) {
  for (const std::string_view name : {"Accept-Charset",
                                      "Accept-Encoding",
                                      "Access-Control-Request-Headers",
                                      "Access-Control-Request-Method",
                                      "Access-Control-Request-Private-Network",
                                      "Connection",
                                      "Content-Length",
                                      "Cookie",
                                      "Cookie2",
                                      "Date",
                                      "DNT",
                                      "Expect",
                                      "Host",
                                      "Keep-Alive",
                                      "Origin",
                                      "Referer",
                                      "Set-Cookie",
                                      "TE",
                                      "Trailer",
                                      "Transfer-Encoding",
                                      "Upgrade",
                                      "Via",
                                      "Proxy-Authorization",
                                      "Proxy-",
                                      "Sec-Fetch-Site",
                                      "sec-websocket-key",
                                      "COOKIE",
                                      "te"}) {
    EXPECT_TRUE(is_forbidden_request_header(name)) << name;
  }
  for (const std::string_view name :
       {"Content-Type", "Authorization", "X-Cookie", "User-Agent", "Range", "Accept",
        "X-HTTP-Method-Override", "Proxy", "Sec", "Cookie3", "Hosts", "T", "", "Access-Control",
        "Access-Control-Allow-Origin"}) {
    EXPECT_FALSE(is_forbidden_request_header(name)) << name;
  }
}

TEST(HeaderName, KnowsWhatOnlyAServerSends) {
  for (const std::string_view name :
       {"Access-Control-Allow-Origin", "access-control-allow-headers",
        "Access-Control-Allow-Private-Network", "Access-Control-Expose-Headers",
        "ACCESS-CONTROL-MAX-AGE", "Timing-Allow-Origin"}) {
    EXPECT_TRUE(is_response_only_header(name)) << name;
  }
  for (const std::string_view name :
       {"Access-Control-Request-Method", "Access-Control-Allow", "Authorization", "X-Timing", ""}) {
    EXPECT_FALSE(is_response_only_header(name)) << name;
  }
}

TEST(HeaderName, KnowsWhatNeedsNoPreflight) {
  const std::string long_value(128, 'a');
  const struct {
    std::string_view desc;
    std::string_view name;
    std::string_view value;
    bool is_safelisted;
  } rows[] = {
      {"any usual Accept", "Accept", "text/html;q=0.9, */*", true},
      {"an unsafe byte in Accept", "accept", "text/html; a=\"b\"", false},
      {"a control byte in Accept", "accept", "a\x01", false},
      {"a tab in Accept", "accept", "a\tb", true},
      {"languages", "ACCEPT-LANGUAGE", "en, de;q=0.5", true},
      {"an underscore in a language", "Content-Language", "en_US", false},
      {"a form", "content-type", "application/x-www-form-urlencoded", true},
      {"a form with files", "Content-Type", "multipart/form-data; boundary=x", true},
      {"text in any case", "Content-Type", "TEXT/plain ;charset=utf-8", true},
      {"JSON", "Content-Type", "application/json", false},
      {"a quote in a parameter", "Content-Type", "text/plain; charset=\"utf-8\"", false},
      {"no type at all", "Content-Type", "", false},
      {"an open range", "Range", "bytes=5-", true},
      {"a range", "range", "bytes=0-0099", true},
      {"a range backwards", "Range", "bytes=100-99", false},
      {"the last bytes", "Range", "bytes=-5", false},
      {"two ranges", "Range", "bytes=0-1,3-4", false},
      {"a blank in a range", "Range", "bytes= 0-1", false},
      {"a long value", "Accept", long_value, true},
      {"authorization", "Authorization", "Bearer x", false},
      {"any other", "X-Foo", "", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(is_safelisted_request_header(row.name, row.value), row.is_safelisted) << row.desc;
  }
  EXPECT_FALSE(is_safelisted_request_header("Accept", long_value + 'a'));
}

TEST(HeaderName, KnowsWhatIsLeftInModeNoCors) {
  EXPECT_TRUE(is_no_cors_safelisted_request_header("accept", "*/*"));
  EXPECT_TRUE(is_no_cors_safelisted_request_header("Content-Type", "text/plain;charset=UTF-8"));
  EXPECT_FALSE(is_no_cors_safelisted_request_header("Content-Type", "application/json"));
  EXPECT_FALSE(is_no_cors_safelisted_request_header("Range", "bytes=0-")) << "safelisted for CORS";
  EXPECT_FALSE(is_no_cors_safelisted_request_header("X-Foo", ""));
}

TEST(HeaderName, KnowsWhatNoScriptCanRead) {
  EXPECT_TRUE(is_forbidden_response_header("Set-Cookie"));
  EXPECT_TRUE(is_forbidden_response_header("set-cookie2"));
  EXPECT_FALSE(is_forbidden_response_header("Set-Cookie3"));
  EXPECT_FALSE(is_forbidden_response_header("Cookie"));
  EXPECT_FALSE(is_forbidden_response_header(""));
}

TEST(HeaderName, KnowsWhatIsReadableAnyway) {
  for (const std::string_view name : {"Cache-Control", "Content-Language", "Content-Length",
                                      "content-type", "EXPIRES", "Last-Modified", "Pragma"}) {
    EXPECT_TRUE(is_safelisted_response_header(name)) << name;
  }
  for (const std::string_view name : {"ETag", "X-Request-Id", "Content-Encoding", "Date", ""}) {
    EXPECT_FALSE(is_safelisted_response_header(name)) << name;
  }
}

}  // namespace
}  // namespace corsac
