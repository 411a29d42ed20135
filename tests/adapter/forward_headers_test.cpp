// What passes a forward: targets byte for byte or not at all, headers both ways.

#include "corsac/adapter/forward_headers.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "corsac/http/own_origin.hpp"

namespace corsac {
namespace {

struct TargetRow {
  const char* desc;
  std::string target;
  std::optional<std::string> kept;
  std::optional<std::string> stripped;
};

TEST(ForwardTarget, IsKeptByteForByteOrRefused) {
  const TargetRow rows[] = {
      {"below the prefix", "/api/x/a", "/api/x/a", "/a"},
      {"the prefix itself", "/api/x", "/api/x", "/"},
      {"with a query", "/api/x?a=b", "/api/x?a=b", "/?a=b"},
      {"a slash at the end", "/api/x/", "/api/x/", "/"},
      {"an empty query", "/api/x/a?", "/api/x/a?", "/a?"},
      {"escapes stay as they are", "/api/x/a%20b%c3%a9+c", "/api/x/a%20b%c3%a9+c",
       "/a%20b%c3%a9+c"},
      {"all of a query stays", "/api/x/a?q=%2F..//%0d%0a@&b=\\", "/api/x/a?q=%2F..//%0d%0a@&b=\\",
       "/a?q=%2F..//%0d%0a@&b=\\"},
      {"@ in a path is a byte of the path", "/api/x/@evil.example/a", "/api/x/@evil.example/a",
       "/@evil.example/a"},
      {"an escaped percent sign", "/api/x/100%25", "/api/x/100%25", "/100%25"},
      {"path parameters", "/api/x/a;v=1/..a;b", "/api/x/a;v=1/..a;b", "/a;v=1/..a;b"},
      {"Latin-1", "/api/x/%C0%fc%E0a", "/api/x/%C0%fc%E0a", "/%C0%fc%E0a"},
      {"UTF-8", "/api/x/%e0%a4%85%f0%9f%98%80", "/api/x/%e0%a4%85%f0%9f%98%80",
       "/%e0%a4%85%f0%9f%98%80"},
      {"an escaped slash, escaped again", "/api/x/%252F", {}, {}},
      {"escaped three times", "/api/x/%25252f", {}, {}},
      {"up and out, escaped twice", "/api/x/%252e%252E/admin", {}, {}},
      {"an escaped backslash, escaped again", "/api/x/%255C", {}, {}},
      {"up and out with parameters", "/api/x/..;/admin", {}, {}},
      {"with parameters that say something", "/api/x/..;a=b/admin", {}, {}},
      {"with an escaped semicolon", "/api/x/..%3B/admin", {}, {}},
      {"here with parameters", "/api/x/.;/a", {}, {}},
      {"up and out, overlong", "/api/x/%c0%ae%C0%AE/admin", {}, {}},
      {"a slash, overlong", "/api/x/..%c1%9cadmin", {}, {}},
      {"of three bytes", "/api/x/%e0%80%af", {}, {}},
      {"of four bytes", "/api/x/%f0%80%80%af", {}, {}},
      {"another path", "/api/xy", {}, {}},
      {"above the prefix", "/api", {}, {}},
      {"the prefix in another case", "/API/x/a", {}, {}},
      {"the prefix written otherwise", "/api/%78/a", {}, {}},
      {"two slashes before", "//api/x/a", {}, {}},
      {"two slashes behind, which stripped would name a host", "/api/x//evil.example/a", {}, {}},
      {"a backslash", "/api/x/\\evil.example", {}, {}},
      {"an escaped backslash", "/api/x/%5cevil.example", {}, {}},
      {"an escaped slash", "/api/x/%2Fevil.example", {}, {}},
      {"up and out", "/api/x/../admin", {}, {}},
      {"up and out, escaped", "/api/x/%2e%2e/admin", {}, {}},
      {"up and out, half escaped", "/api/x/.%2E/admin", {}, {}},
      {"here", "/api/x/./a", {}, {}},
      {"absolute form", "http://evil.example/api/x/a", {}, {}},
      {"absolute form without a scheme", "@evil.example/api/x/a", {}, {}},
      {"authority form", "evil.example:443", {}, {}},
      {"asterisk form", "*", {}, {}},
      {"nothing", "", {}, {}},
      {"a line break", "/api/x/a\r\nX: 1", {}, {}},
      {"a line break in the query", "/api/x/a?b\r\nX: 1", {}, {}},
      {"an escaped line break", "/api/x/a%0d%0aX:%201", {}, {}},
      {"an escaped NUL", "/api/x/a%00", {}, {}},
      {"a blank", "/api/x/a b", {}, {}},
      {"a fragment", "/api/x/a#b", {}, {}},
      {"bytes above ASCII", "/api/x/\xc3\xa9", {}, {}},
      {"DEL", "/api/x/\x7f", {}, {}},
  };
  for (const TargetRow& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(forward_target({.path_prefix = "/api/x"}, row.target), row.kept);
    EXPECT_EQ(forward_target({.path_prefix = "/api/x", .strip_prefix = true}, row.target),
              row.stripped);
  }
}

Forward forward() {
  return {.authority = "api.example.com:8443",
          .injected = {{"cf-access-client-id", "id"}, {"cf-access-client-secret", "secret"}},
          .drop_request_headers = {"X-Internal"},
          .drop_response_headers = {"Set-Cookie"}};
}

const ForwardHeaders kInjected = {{"cf-access-client-id", "id"},
                                  {"cf-access-client-secret", "secret"}};
constexpr ForwardedFrom kFrom = {
    .client_address = "192.0.2.7", .host = "example.com", .is_https = true};

struct RequestRow {
  const char* desc;
  ForwardHeaders client;
  std::optional<ForwardHeaders> kept;  // of the client's
};

TEST(ForwardRequestHeaders, AreTheClientsButForTheConnectionsAndOurs) {
  const RequestRow rows[] = {
      {"all request parts are kept, cookies too",
       {{"Cookie", "a=b"},
        {"Authorization", "Bearer x"},
        {"Content-Type", "text/plain"},
        {"Range", "bytes=0-1"},
        {"Origin", "https://example.com"},
        {"Accept-Encoding", "br"}},
       ForwardHeaders{{"Cookie", "a=b"},
                      {"Authorization", "Bearer x"},
                      {"Content-Type", "text/plain"},
                      {"Range", "bytes=0-1"},
                      {"Origin", "https://example.com"},
                      {"Accept-Encoding", "br"}}},
      {"repeated lines stay",
       {{"X-A", "1"}, {"x-a", "2"}},
       ForwardHeaders{{"X-A", "1"}, {"x-a", "2"}}},
      {"those of one connection",
       {{"Connection", "close, X-A"},
        {"connection", " x-b ,"},
        {"X-A", "1"},
        {"X-B", "1"},
        {"Keep-Alive", "1"},
        {"Proxy-Connection", "x"},
        {"TE", "trailers"},
        {"Trailer", "X"},
        {"Transfer-Encoding", "chunked"},
        {"transfer_encoding", "x"},
        {"Upgrade", "h2c"},
        {"Proxy-Authorization", "x"},
        {"X-C", "1"}},
       ForwardHeaders{{"X-C", "1"}}},
      {"framing, Host, Expect",
       {{"Host", "evil.example"},
        {"host", "x"},
        {"Content-Length", "5"},
        {"content_length", "6"},
        {"Expect", "100-continue"}},
       ForwardHeaders{}},
      {"what anybody may have written of the way",
       {{"X-Forwarded-For", "1.2.3.4"},
        {"x_forwarded_proto", "https"},
        {"X-Forwarded-Port", "1"},
        {"X-Forwarded-Server", "x"},
        {"Forwarded", "for=1.2.3.4"},
        {"X-Original-URL", "/admin"},
        {"x_rewrite_url", "/admin"}},
       ForwardHeaders{}},
      {"a client's credentials of the same name, and what looks like it",
       {{"CF-Access-Client-Secret", "x"},
        {"cf_access_client_secret", "x"},
        {"Cf-Access_Client-Id", "x"}},
       ForwardHeaders{}},
      {"Connection cannot take ours away",
       {{"Connection", "cf-access-client-secret, x-forwarded-for"}},
       ForwardHeaders{}},
      {"what is dropped here", {{"x-internal", "1"}, {"X_Internal", "1"}}, ForwardHeaders{}},
      {"a line break that 0.11.4 decoded", {{"X-A", "1\r\nX-Injected: 1"}}, {}},
      {"a line feed", {{"X-A", "1\n2"}}, {}},
      {"a NUL", {{"X-A", std::string("1\0", 2)}}, {}},
      {"a name that is none", {{"X A", "1"}}, {}},
      {"an empty name", {{"", "1"}}, {}},
      {"bytes above ASCII pass as they came",
       {{"X-A", "\xc3\xa9"}},
       ForwardHeaders{{"X-A", "\xc3\xa9"}}},
  };
  for (const RequestRow& row : rows) {
    SCOPED_TRACE(row.desc);
    std::optional<ForwardHeaders> expected;
    if (row.kept) {
      expected = ForwardHeaders{{"Host", "api.example.com:8443"}};
      expected->insert(expected->end(), row.kept->begin(), row.kept->end());
      const ForwardHeaders ours = {{"X-Forwarded-For", "192.0.2.7"},
                                   {"X-Forwarded-Host", "example.com"},
                                   {"X-Forwarded-Proto", "https"}};
      expected->insert(expected->end(), ours.begin(), ours.end());
      expected->insert(expected->end(), kInjected.begin(), kInjected.end());
    }
    EXPECT_EQ(forward_request_headers(forward(), row.client, kFrom), expected);
  }
}

TEST(ForwardRequestHeaders, OfTheWayCanBeDroppedOrSet) {
  const Forward set = {.authority = "a",
                       .injected = {{"x-forwarded-host", "public.example"}},
                       .drop_request_headers = {"X-Forwarded-For"}};
  const ForwardHeaders expected = {
      {"Host", "a"}, {"X-Forwarded-Proto", "https"}, {"x-forwarded-host", "public.example"}};
  EXPECT_EQ(forward_request_headers(set, {}, kFrom), expected);
}

struct AnswerRow {
  const char* desc;
  const char* method;
  int status;
  ForwardHeaders upstream;
  std::optional<ForwardHead> head;
};

TEST(ForwardAnswer, KeepsWhatIsClearAndRefusesTheRest) {
  const AnswerRow rows[] = {
      {"a length",
       "GET",
       200,
       {{"Content-Length", "5"}, {"X-A", "1"}},
       ForwardHead{200, {{"X-A", "1"}}, 5, true}},
      {"chunks", "GET", 200, {{"Transfer-Encoding", "Chunked"}}, ForwardHead{200, {}, {}, true}},
      {"the end of the connection", "GET", 200, {}, ForwardHead{200, {}, {}, true}},
      {"nothing", "GET", 404, {{"Content-Length", "0"}}, ForwardHead{404, {}, 0, false}},
      {"HEAD", "HEAD", 200, {{"Content-Length", "5"}}, ForwardHead{200, {}, 5, false}},
      {"204", "GET", 204, {}, ForwardHead{204, {}, {}, false}},
      {"304 names a length",
       "GET",
       304,
       {{"Content-Length", "5"}, {"ETag", "\"1\""}},
       ForwardHead{304, {{"ETag", "\"1\""}}, {}, false}},
      {"redirects are passed on",
       "GET",
       302,
       {{"Location", "/a?x=%26"}, {"Content-Length", "0"}},
       ForwardHead{302, {{"Location", "/a?x=%26"}}, 0, false}},
      {"M111: no cookie of the upstream",
       "GET",
       200,
       {{"Set-Cookie", "a=1"}, {"set-cookie", "b=2"}, {"Content-Length", "1"}},
       ForwardHead{200, {}, 1, true}},
      {"those of one connection",
       "GET",
       200,
       {{"Connection", "close, X-A"},
        {"X-A", "1"},
        {"Keep-Alive", "x"},
        {"Upgrade", "h2c"},
        {"Trailer", "X"},
        {"Content-Length", "1"}},
       ForwardHead{200, {}, 1, true}},
      {"repeated lines stay",
       "GET",
       200,
       {{"Link", "<a>"}, {"Link", "<b>"}, {"Content-Length", "1"}},
       ForwardHead{200, {{"Link", "<a>"}, {"Link", "<b>"}}, 1, true}},
      {"two lengths", "GET", 200, {{"Content-Length", "5"}, {"Content-Length", "6"}}, {}},
      {"a length twice", "GET", 200, {{"Content-Length", "5"}, {"Content-Length", "5"}}, {}},
      {"a list of lengths", "GET", 200, {{"Content-Length", "5, 5"}}, {}},
      {"a length that is none", "GET", 200, {{"Content-Length", "+5"}}, {}},
      {"a length beyond all", "GET", 200, {{"Content-Length", "99999999999999999999"}}, {}},
      {"a length and a coding",
       "GET",
       200,
       {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}},
       {}},
      {"another coding", "GET", 200, {{"Transfer-Encoding", "gzip, chunked"}}, {}},
      {"two codings",
       "GET",
       200,
       {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
       {}},
      {"interim", "GET", 103, {}, {}},
      {"an upgrade that nobody asked for", "GET", 101, {}, {}},
      {"no status", "GET", 999, {}, {}},
      {"a carriage return in a value", "GET", 200, {{"X-A", "1\rX-B: 1"}}, {}},
      {"a name that is none", "GET", 200, {{"X A", "1"}}, {}},
  };
  for (const AnswerRow& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto head = forward_answer_head(forward(), row.method, row.status, row.upstream);
    ASSERT_EQ(head.has_value(), row.head.has_value());
    if (!head) continue;
    EXPECT_EQ(head->status, row.head->status);
    EXPECT_EQ(head->headers, row.head->headers);
    EXPECT_EQ(head->length, row.head->length);
    EXPECT_EQ(head->has_body, row.head->has_body);
  }
}

struct FromRow {
  const char* peer;
  HeaderField forwarded_host;
  std::string_view host;
};

TEST(ForwardedFrom, BelievesATrustedProxyAndNobodyElse) {
  const OwnOrigin own({.trusted_proxies = {*IpRange::parse("10.0.0.1")}});
  const FromRow rows[] = {
      {"10.0.0.1", {"public.example", 1}, "public.example"},
      {"10.0.0.2", {"public.example", 1}, "inner.example"},
      {"10.0.0.1", {}, "inner.example"},
      {"10.0.0.1", {"", 1}, "inner.example"},
      {"10.0.0.1", {"public.example", 2}, "inner.example"},
      {"10.0.0.1", {"public.example, other.example", 1}, "inner.example"},
  };
  for (const FromRow& row : rows) {
    RequestView request;
    request.peer_address = row.peer;
    request.host = {"inner.example", 1};
    request.forwarded_host = row.forwarded_host;
    EXPECT_EQ(forwarded_from(own, request).host, row.host) << row.peer;
  }
}

struct SchemeRow {
  const char* desc;
  const char* peer;
  bool is_tls;
  HeaderField forwarded_proto;
  bool is_https;
};

TEST(ForwardedFrom, TellsTheSchemeOfTheConnectionOrOfATrustedProxy) {
  const OwnOrigin own({.public_origins = {"https://example.com"},
                       .trusted_proxies = {*IpRange::parse("10.0.0.1")}});
  const SchemeRow rows[] = {
      {"a plain connection, under public origins of https", "10.0.0.2", false, {}, false},
      {"a connection by TLS", "10.0.0.2", true, {}, true},
      {"anybody's word", "10.0.0.2", false, {"https", 1}, false},
      {"a proxy's word", "10.0.0.1", false, {"HTTPS", 1}, true},
      {"a proxy that came by http, and reaches us by TLS", "10.0.0.1", true, {"http", 1}, false},
      {"a proxy that says nothing", "10.0.0.1", false, {}, false},
      {"a proxy that says it twice", "10.0.0.1", false, {"https", 2}, false},
      {"a proxy's list", "10.0.0.1", true, {"https, https", 1}, false},
  };
  for (const SchemeRow& row : rows) {
    RequestView request;
    request.peer_address = row.peer;
    request.is_tls = row.is_tls;
    request.forwarded_proto = row.forwarded_proto;
    EXPECT_EQ(forwarded_from(own, request).is_https, row.is_https) << row.desc;
  }
}

struct KeepRow {
  ForwardHeaders answer;
  bool is_said;
};

TEST(ForwardAnswer, SaysWhoMayKeepIt) {
  const KeepRow rows[] = {
      {{}, false},
      {{{"Cache-Control", "max-age=60"}}, false},
      {{{"Cache-Control", "max-age=60, Public"}}, true},
      {{{"cache-control", "max-age=60"}, {"Cache-Control", "s-maxage=5"}}, true},
      {{{"Cache-Control", "private"}}, true},
      {{{"Cache-Control", "no-store"}}, true},
      {{{"Cache-Control", "no-cache, must-revalidate"}}, false},
      {{{"Cache-Control", "private=\"X-A, X-B\""}}, false},
      {{{"Cache-Control", "no-cache=\"X-A, public\""}}, false},
      {{{"Cache-Control", "a=\"\\\", public\""}}, false},
      {{{"Cache-Control", "a=\"b, public"}}, false},
      {{{"Cache-Control", "a=\"b\", public"}}, true},
      {{{"Cache-Control", "publicly"}}, false},
      {{{"X-A", "public"}}, false},
  };
  for (const KeepRow& row : rows) {
    EXPECT_EQ(says_who_may_keep(row.answer), row.is_said)
        << (row.answer.empty() ? "" : row.answer.front().second);
  }
}

}  // namespace
}  // namespace corsac
