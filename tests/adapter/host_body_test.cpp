// Requests hidden in bodies that nobody reads (cpp-httplib before 0.53 runs them as the next ones),
// and bodies that do not come.

#include "adapter/host_policy.hpp"
#include "support/eventually.hpp"

namespace corsac::testing {
namespace {

const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: api.example.com\r\n\r\n";
const HeaderLines kLength = {{"Content-Length", std::to_string(kHidden.size())}};
const HeaderLines kChunked = {{"Transfer-Encoding", "chunked"}};

std::string chunked(const std::string& body) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", body.size());
  return size + body + "\r\n0\r\n\r\n";
}

// Which host reads the body before it answers, which is where nothing can hide in it.
enum class ReadFirstBy : unsigned char { None, Both, Older, Newer };

struct SmuggledRow {
  const char* desc;
  std::string head;
  std::string body;
  int status_before_0_53;
  int status;
  ReadFirstBy read_first = ReadFirstBy::None;
};

const std::vector<SmuggledRow>& smuggled_rows() {
  static const std::vector<SmuggledRow> rows = {
      {"88, S39: after a preflight's answer", preflight("/ok", kApp, "PUT", kLength), kHidden, 204,
       204},
      {"after a preflight's answer, chunked", preflight("/ok", kApp, "PUT", kChunked),
       chunked(kHidden), 204, 204},
      {"after a refused preflight", preflight("/ok", kEvil, "PUT", kLength), kHidden, 403, 403},
      {"after a refusal", head("POST", "/ok", kEvil, kLength), kHidden, 403, 403},
      {"after a refusal of a length that is no number",
       head("POST", "/ok", kEvil, {{"Content-Length", "5x92"}}), kHidden, 403, 403},
      {"after a refused GET", head("GET", "/ok", kEvil, kLength), kHidden, 403, 403},
      {"after a refused HEAD", head("HEAD", "/ok", kEvil, kLength), kHidden, 403, 403},
      {"after a refused upgrade", head("GET", "/ws", kEvil, upgrade(kLength)), kHidden, 403, 403},
      {"after a refused upgrade, chunked", head("GET", "/ws", kEvil, upgrade(kChunked)),
       chunked(kHidden), 403, 403},
      {"in an upgrade that goes nowhere", head("GET", "/nowhere", kApp, upgrade(kLength)), kHidden,
       400, 404},
      {"in a GET", head("GET", "/ok", kApp, kLength), kHidden, 400, 200, ReadFirstBy::Newer},
      {"in a GET, chunked", head("GET", "/ok", kApp, kChunked), chunked(kHidden), 400, 200,
       ReadFirstBy::Newer},
      {"in a GET without Origin", head("GET", "/ok", "", kLength), kHidden, 400, 200,
       ReadFirstBy::Newer},
      {"in a GET without a route", head("GET", "/nowhere", kApp, kLength), kHidden, 400, 404},
      {"in a GET of a file", head("GET", "/static/a.txt", kApp, kLength), kHidden, 400, 200},
      {"in a HEAD", head("HEAD", "/ok", kApp, kLength), kHidden, 400, 200, ReadFirstBy::Newer},
      {"in an OPTIONS", head("OPTIONS", "/ok", kApp, kLength), kHidden, 400, 200,
       ReadFirstBy::Newer},
      {"in a TRACE", head("TRACE", "/ok", kApp, kLength), kHidden, 400, 400},
      {"in a CONNECT", head("CONNECT", "/ok", kApp, kLength), kHidden, 400, 400},
      {"in a POST that a handler reads", head("POST", "/ok", kApp, kLength), kHidden, 200, 200,
       ReadFirstBy::Both},
      {"in a POST without a route", head("POST", "/nowhere", kApp, kLength), kHidden, 404, 404,
       ReadFirstBy::Older},
      {"in a DELETE", head("DELETE", "/ok", kApp, kLength), kHidden, 200, 200, ReadFirstBy::Both},
      {"in a DELETE, chunked", head("DELETE", "/ok", kApp, kChunked), chunked(kHidden), 400, 200,
       ReadFirstBy::Newer},
      {"in a DELETE without a route", head("DELETE", "/nowhere", kApp, kLength), kHidden, 404, 404,
       ReadFirstBy::Older},
      {"after a 416 that no hook before routing saw",
       head("POST", "/ok", kApp, lines({{"Range", "bytes=z"}}, kLength)), kHidden, 416, 416},
      {"after an unknown method", head("BREW", "/ok", kApp, kLength), kHidden, 400, 400},
      {"after a header line that is too long",
       head("POST", "/ok", kApp, {{"X-Long", std::string(9000, 'x')}}), kHidden, 400, 400},
  };
  return rows;
}

// Head, then body, then an honest request, each in its own segment: the hidden one must not be
// answered, whether or not the connection lives on.
void check_smuggled(const TestHost& host, const SmuggledRow& row) {
  SCOPED_TRACE(row.desc);
  const std::size_t before = host.handled().size();
  RawConnection connection(host.port());
  connection.send(row.head);
  const int status = host_reads_bodies() ? row.status : row.status_before_0_53;
  const bool waits_for_body =
      row.read_first == ReadFirstBy::Both ||
      row.read_first == (host_reads_bodies() ? ReadFirstBy::Newer : ReadFirstBy::Older);
  const AnswerTo to = row.head.rfind("HEAD", 0) == 0 ? AnswerTo::Head : AnswerTo::Other;
  RawResponse first;
  if (!waits_for_body) first = connection.receive(to);
  connection.send(row.body);
  if (waits_for_body) first = connection.receive(to);
  EXPECT_EQ(first.status, status);
  connection.send(head("GET", "/ok", "", {{"Connection", "close"}}));
  const std::string rest = connection.receive_until_closed();
  EXPECT_TRUE(rest.empty() || rest.find("\r\n\r\nok") != std::string::npos) << rest;
  const auto handled = host.handled();
  for (std::size_t i = before; i < handled.size(); ++i) EXPECT_NE(handled[i], "GET /hidden");
}

// Proves 88, S39.
TEST(HostBodies, HideNoRequestInAPreflightsBodySentAtOnce) {
  const TestHost host(make_test_gate());
  for (const std::string& text : {preflight("/ok", kApp, "PUT", kLength) + kHidden,
                                  preflight("/ok", kApp, "PUT", kChunked) + chunked(kHidden)}) {
    SCOPED_TRACE(text);
    const RawResponse response = exchange(host.port(), text);
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.value("access-control-allow-origin"), kApp);
  }
  EXPECT_EQ(host.handled(), std::vector<std::string>{});
}

// Proves S39.
TEST(HostBodies, HideNoRequest) {
  const TestHost host(make_test_gate());
  for (const SmuggledRow& row : smuggled_rows()) check_smuggled(host, row);
}

TEST(HostBodies, HideNoRequestBehindAnErrorHandlersBody) {
  const TestHost host(make_test_gate(), {.error_body = "<p>custom</p>"});
  for (const SmuggledRow& row : smuggled_rows()) check_smuggled(host, row);
}

TEST(HostBodies, HideNoRequestBehindAnErrorHandlersStream) {
  const TestHost host(make_test_gate(), {.streams_errors = true});
  for (const SmuggledRow& row : smuggled_rows()) check_smuggled(host, row);
}

// Requests of which a proxy in between may find the end at another place than the host: 400
// whatever the method, and the connection ends (RFC 9112, 5.1, 6.1, 6.3).
TEST(HostBodies, AreRefusedWhereTheirEndIsNotKnown) {
  const TestHost host(make_test_gate(), {.allow_unread_bodies = true});
  const std::string length = std::to_string(kHidden.size());
  const struct {
    const char* desc;
    HeaderLines lines;
  } rows[] = {
      {"a length and a coding", {{"Content-Length", length}, {"Transfer-Encoding", "chunked"}}},
      {"a coding and no length", {{"Transfer-Encoding", "chunked"}, {"Content-Length", "0"}}},
      {"two lengths", {{"Content-Length", "0"}, {"Content-Length", length}}},
      {"one length twice", {{"Content-Length", length}, {"Content-Length", length}}},
      {"a list of lengths", {{"Content-Length", length + ", " + length}}},
      {"a length that is no number", {{"Content-Length", "5x" + length}}},
      {"a signed length", {{"Content-Length", "+" + length}}},
      {"a length beyond any number", {{"Content-Length", "99999999999999999999"}}},
      {"two codings", {{"Transfer-Encoding", "gzip, chunked"}}},
      {"a coding twice", {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}},
      {"another coding", {{"Transfer-Encoding", "identity"}}},
      {"a blank before the colon", {{"Content-Length ", length}}},
      {"a tab before the colon", {{"Transfer-Encoding\t", "chunked"}}},
      {"a blank before the name", {{"X", "x"}, {" Content-Length", length}}},
      {"a name that is none", {{"", length}}},
  };
  for (const auto& row : rows) {
    for (const char* method : {"POST", "GET", "HEAD", "DELETE", "OPTIONS"}) {
      SCOPED_TRACE(method);
      check_smuggled(host, {row.desc, head(method, "/ok", kApp, row.lines), kHidden, 400, 400});
    }
    SCOPED_TRACE("preflight");
    check_smuggled(host, {row.desc, preflight("/ok", kApp, "PUT", row.lines), kHidden, 400, 400});
  }
  // Programs of that version do not know the coding (RFC 9112, 6.1).
  std::string old =
      head("POST", "/ok", kApp, {{"Transfer-Encoding", "chunked"}, {"Connection", "Keep-Alive"}});
  old.replace(old.find("HTTP/1.1"), 8, "HTTP/1.0");
  check_smuggled(host, {"a coding in HTTP/1.0", old, chunked(kHidden), 400, 400});
  EXPECT_EQ(host.handled(), std::vector<std::string>{});
}

// So many parts of a form, and the start of another one.
std::string form_of(int parts) {
  std::string form;
  for (int i = 0; i < parts; ++i) {
    form +=
        "--b\r\nContent-Disposition: form-data; name=\"" + std::to_string(i) + "\"\r\n\r\nx\r\n";
  }
  return form + "--b\r\n";
}

// A POST that announces `sent` and the hidden request as its body, and brings only `sent`.
std::string half_a_body(const char* target, const std::string& type, const std::string& sent) {
  return head("POST", target, kApp,
              {{"Content-Type", type},
               {"Content-Length", std::to_string(sent.size() + kHidden.size())}}) +
         sent;
}

TEST(HostBodies, HideNoRequestWhereTheHostStopsReading) {
  const TestHost host(make_test_gate(), {.payload_limit_bytes = 1024 * 1024});
  const std::string form = "multipart/form-data; boundary=b";
  const SmuggledRow rows[] = {
      {"behind a form that is none", half_a_body("/ok", form, "x"), kHidden, 400, 400},
      {"behind a form with a part that is none", half_a_body("/ok", form, form_of(1) + "--bXX"),
       kHidden, 400, 400},
      {"behind a form with too many parts", half_a_body("/ok", form, form_of(1025)), kHidden, 400,
       400},
      {"behind a trailer", head("POST", "/ok", kApp, kChunked) + "4\r\nbody\r\n0\r\nX: y\r\n",
       kHidden, 400, 400, ReadFirstBy::Newer},
      {"behind a chunk that is longer than it says",
       head("POST", "/ok", kApp, kChunked) + "4\r\nbodyXX\r\n", kHidden, 200, 400},
      {"behind what a handler read", half_a_body("/reads-some", "text/plain", "body"), kHidden, 200,
       200},
  };
  for (const SmuggledRow& row : rows) check_smuggled(host, row);
}

TEST(HostBodies, HideNoRequestInTheRestOfAChunk) {
  const TestHost host(make_test_gate());
  RawConnection connection(host.port());
  connection.send(head("POST", "/reads-some", kApp, kChunked) + "ff\r\nbody");
  EXPECT_EQ(connection.receive().status, 200);
  // To the handler's host this is the middle of a chunk, to a reader who begins here the end.
  connection.send("0\r\n\r\n");
  (void)connection.is_silent_for(std::chrono::milliseconds(50));  // what comes in one piece is lost
  connection.send(kHidden);
  connection.send(head("GET", "/ok", "", {{"Connection", "close"}}));
  (void)connection.receive_until_closed();
  EXPECT_EQ(host.handled(), std::vector<std::string>{"POST /reads-some"});
}

TEST(HostBodies, HideNoRequestBehindHooksOfTheApplication) {
  const TestHost host(make_test_gate(), {.hooks = HookStyle::Own});
  const SmuggledRow rows[] = {
      {"after a preflight's answer", preflight("/ok", kApp, "PUT", kLength), kHidden, 204, 204},
      {"in a GET", head("GET", "/ok", kApp, kLength), kHidden, 400, 401},
      {"after the application's own refusal", head("POST", "/ok", kApp, kLength), kHidden, 401,
       401},
  };
  for (const SmuggledRow& row : rows) check_smuggled(host, row);
}

TEST(HostBodies, HideNoRequestBehindAnUpgradeThatTheApplicationAnswers) {
  for (const int status : {200, 401}) {
    const TestHost host(make_test_gate(), {.hooks = HookStyle::Own, .own_status = status});
    check_smuggled(
        host, {"an upgrade", head("GET", "/ws", kApp, upgrade(kLength)), kHidden, 400, status});
  }
}

TEST(HostBodies, EndTheConnectionOfTheOlderHostWithAWholeAnswer) {
  if (host_reads_bodies()) GTEST_SKIP() << "0.53 reads them";
  const TestHost host(make_test_gate(), {.error_body = "<p>custom</p>"});
  const struct {
    const char* desc;
    std::string head;
    AnswerTo to;
    int status;
    HeaderLines headers;
    std::string body;
    const char* length;
  } rows[] = {
      {"a preflight", preflight("/ok", kApp, "PUT", kLength), AnswerTo::Other, 204,
       preflight_granted("PUT"), "", "0"},
      {"a GET with a body", head("GET", "/ok", kApp, kLength), AnswerTo::Other, 400,
       granted({{"cache-control", "no-store"}, {"content-type", "text/html"}}), "<p>custom</p>",
       "13"},
      {"a HEAD with a body", head("HEAD", "/ok", kApp, kLength), AnswerTo::Head, 400,
       granted({{"cache-control", "no-store"}, {"content-type", "text/html"}}), "", "13"},
      {"a refusal", head("POST", "/ok", kEvil, kLength), AnswerTo::Other, 403,
       lines({{"cache-control", "no-store"}, {"content-type", "text/html"}, {"vary", "Origin"}}),
       "<p>custom</p>", "13"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RawConnection connection(host.port());
    connection.send(row.head);
    const RawResponse response = connection.receive(row.to);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
    EXPECT_EQ(response.body, row.body);
    EXPECT_EQ(response.value("content-length"), row.length);
    EXPECT_EQ(response.value("connection"), "close");
    EXPECT_EQ(response.value("keep-alive"), "");
    EXPECT_EQ(connection.receive_until_closed(), "");
  }
}

TEST(HostBodies, EndTheConnectionAfterAWholeStream) {
  const TestHost host(make_test_gate(), {.allow_unread_bodies = true});
  const HeaderLines chunked_lines = granted({kPlain, {"transfer-encoding", "chunked"}});
  const struct {
    const char* desc;
    std::string head;
    HeaderLines headers;
    const char* length;
  } rows[] = {
      {"in chunks", head("POST", "/stream", kApp, kLength), chunked_lines, ""},
      {"with a length", head("POST", "/stream-length", kApp, kLength), granted({kPlain}), "6"},
      {"up to the end", head("POST", "/stream-open", kApp, kLength), granted({kPlain}), ""},
      {"of a chunked request", head("POST", "/stream", kApp, kChunked) + "2f\r\n", chunked_lines,
       ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::size_t before = host.released().size();
    RawConnection connection(host.port());
    connection.send(row.head);
    const RawResponse response = connection.receive();
    connection.send(kHidden);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header_set(), row.headers);
    EXPECT_EQ(response.value("content-length"), row.length);
    EXPECT_EQ(response.value("connection"), "close");
    EXPECT_EQ(response.body, "stream");
    EXPECT_TRUE(response.is_whole);
    EXPECT_EQ(connection.receive_until_closed(), "");
    EXPECT_TRUE(test::eventually([&] { return host.released().size() == before + 1; }));
    EXPECT_TRUE(host.released().back()) << "the handler is told that its stream was cut";
  }
  for (const std::string& line : host.handled()) EXPECT_NE(line, "GET /hidden");
}

TEST(HostBodies, EndTheConnectionOfTheOlderHostAfterAWholeStreamOfAGet) {
  if (host_reads_bodies()) GTEST_SKIP() << "0.53 reads them";
  const TestHost host(make_test_gate(), {.allow_unread_bodies = true});
  const HeaderLines ranges = lines({{"Range", "bytes=0-1,3-4"}}, kLength);
  const HeaderLines chunked_lines = granted({kPlain, {"transfer-encoding", "chunked"}});
  const struct {
    const char* desc;
    const char* method;
    const char* path;
    HeaderLines more;
    HeaderLines headers;
    const char* length;
    const char* body;
  } rows[] = {
      {"in chunks", "GET", "/stream", kLength, chunked_lines, "", "stream"},
      {"with a length", "GET", "/stream-length", kLength, granted({kPlain}), "6", "stream"},
      {"ranges, which are ignored", "GET", "/stream-length", ranges, granted({kPlain}), "6",
       "stream"},
      {"HEAD in chunks", "HEAD", "/stream", kLength, chunked_lines, "", ""},
      {"HEAD with a length", "HEAD", "/stream-length", kLength, granted({kPlain}), "6", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RawConnection connection(host.port());
    connection.send(head(row.method, row.path, kApp, row.more));
    const RawResponse response =
        connection.receive(*row.method == 'H' ? AnswerTo::Head : AnswerTo::Other);
    connection.send(kHidden);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.header_set(), row.headers);
    EXPECT_EQ(response.value("content-length"), row.length);
    EXPECT_EQ(response.body, row.body);
    EXPECT_EQ(connection.receive_until_closed(), "");
  }
  for (const std::string& line : host.handled()) EXPECT_NE(line, "GET /hidden");
}

TEST(HostBodies, EndTheConnectionAfterAnErrorHandlersWholeStream) {
  const TestHost host(make_test_gate(), {.streams_errors = true});
  const HeaderLines streamed = {{"content-type", "text/html"}, {"transfer-encoding", "chunked"}};
  const HeaderLines refusal = lines(streamed, {{"cache-control", "no-store"}});
  const struct {
    const char* desc;
    std::string request;
    int status;
    HeaderLines headers;
  } rows[] = {
      {"of a refusal", head("GET", "/ws", kEvil, upgrade(kLength)), 403, only_vary(refusal)},
      {"of an answer to garbage", "garbage\r\n\r\n", 400, only_vary(streamed)},
      {"of a request that is ambiguous", head("POST", "/ok", kApp, {{"Content-Length", "5x"}}), 400,
       granted(refusal)},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RawConnection connection(host.port());
    connection.send(row.request);
    const RawResponse response = connection.receive();
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.header_set(), row.headers);
    EXPECT_EQ(response.value("content-length"), "");
    EXPECT_EQ(response.body, "stream");
    EXPECT_TRUE(response.is_whole);
    EXPECT_EQ(connection.receive_until_closed(), "");
  }
}

TEST(HostBodies, LeaveTheConnectionOpenWhereNothingIsUnread) {
  const TestHost host(make_test_gate());
  const struct {
    const char* desc;
    std::string request;
    int status;
  } rows[] = {
      {"a preflight", preflight("/ok", kApp, "PUT"), 204},
      {"a preflight that says it has no body",
       preflight("/ok", kApp, "PUT", {{"Content-Length", "0"}}), 204},
      {"a GET", head("GET", "/ok", kApp), 200},
      {"a GET that says it has no body", head("GET", "/ok", kApp, {{"Content-Length", "0"}}), 200},
      {"a POST", head("POST", "/ok", kApp, {{"Content-Length", "4"}}) + "body", 200},
      {"a POST without a body", head("POST", "/ok", kApp, {{"Content-Length", "0"}}), 200},
      {"a DELETE with a body", head("DELETE", "/ok", kApp, {{"Content-Length", "4"}}) + "body",
       200},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RawConnection connection(host.port());
    connection.send(row.request);
    EXPECT_EQ(connection.receive().status, row.status);
    connection.send(head("GET", "/ok", kApp));
    EXPECT_EQ(connection.receive().body, "ok");
  }
}

// RFC 9110, 8.6: no Content-Length in a 204.
TEST(HostBodies, HaveNoLengthInA204) {
  const TestHost host(make_test_gate());
  RawConnection connection(host.port());
  connection.send(preflight("/ok", kApp, "PUT"));
  const RawResponse response = connection.receive();
  EXPECT_EQ(response.status, 204);
  EXPECT_TRUE(response.values("content-length").empty());
  connection.send(preflight("/ok", kEvil, "PUT"));
  EXPECT_EQ(connection.receive().values("content-length").size(), 1U);  // 403
}

TEST(HostBodies, PassWhereTheApplicationWantsThemAndHideNoRequestEither) {
  const TestHost host(make_test_gate(), {.allow_unread_bodies = true});
  const SmuggledRow rows[] = {
      {"in a GET", head("GET", "/ok", kApp, kLength), kHidden, 200, 200, ReadFirstBy::Newer},
      {"in a GET of a file", head("GET", "/static/a.txt", kApp, kLength), kHidden, 200, 200},
      {"in a DELETE, chunked", head("DELETE", "/ok", kApp, kChunked), chunked(kHidden), 200, 200,
       ReadFirstBy::Newer},
      {"in a HEAD", head("HEAD", "/ok", kApp, kLength), kHidden, 200, 200, ReadFirstBy::Newer},
      {"in a GET without a route", head("GET", "/nowhere", kApp, kLength), kHidden, 404, 404},
  };
  for (const SmuggledRow& row : rows) check_smuggled(host, row);
  const RawResponse response =
      exchange(host.port(), head("GET", "/ok", kApp, {{"Content-Length", "4"}}) + "body");
  EXPECT_EQ(response.header_set(), granted({kPlain}));
  EXPECT_EQ(response.body, "ok");
}

// 4000 times `x`, by gzip.
const std::string kCompressed(
    "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xed\xc1\x31\x01\0\0\0\xc2\xa0\xda\x8b\x6f\x0c\x1f\xa0\0\0\0\x80"
    "\xb7\x01\x48\x9f\xba\xec\xa0\x0f\0\0",
    39);

TEST(HostBodies, AreHeldAgainstTheLimitHoweverTheyCome) {
  const TestHost host(make_test_gate(), {.require_content_length = true});
  const HeaderLines coded = {{"Content-Encoding", "gzip"},
                             {"Content-Length", std::to_string(kCompressed.size())}};
  const struct {
    const char* desc;
    std::string request;
    int status_before_0_53;
  } rows[] = {
      {"too large",
       head("POST", "/ok", kApp, {{"Content-Length", "3000"}}) + std::string(3000, 'x'), 413},
      {"too large, chunked", head("POST", "/ok", kApp, kChunked) + chunked(std::string(3000, 'x')),
       411},
      {"too large once decompressed", head("POST", "/ok", kApp, coded) + kCompressed, 415},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    EXPECT_EQ(exchange(host.port(), row.request).status,
              host_reads_bodies() ? 413 : row.status_before_0_53);
  }
  EXPECT_EQ(host.handled(), std::vector<std::string>{});
  EXPECT_EQ(exchange(host.port(), head("GET", "/ok", kApp, {{"Content-Encoding", "gzip"}})).status,
            200);
}

TEST(HostBodies, AreAskedForAtOnceWhereTheApplicationWantsThat) {
  const TestHost host(make_test_gate(), {.require_content_length = true});
  const HeaderLines no_store = {{"cache-control", "no-store"}, kPlain};
  for (const char* method : {"POST", "PUT", "PATCH"}) {
    SCOPED_TRACE(method);
    const RawResponse response = exchange(host.port(), head(method, "/ok", kApp));
    EXPECT_EQ(response.status, host_reads_bodies() ? 200 : 411);
    EXPECT_EQ(response.header_set(), granted(host_reads_bodies() ? HeaderLines{kPlain} : no_store));
  }
  EXPECT_EQ(exchange(host.port(), head("POST", "/ok", kEvil)).status, 403);
  EXPECT_EQ(exchange(host.port(), head("DELETE", "/ok", kApp)).status, 200);
  EXPECT_EQ(exchange(host.port(), head("POST", "/ok", kApp, {{"Content-Length", "0"}})).status,
            200);
}

}  // namespace
}  // namespace corsac::testing
