// kind = "policy": a JSON document with an ETag, and every answer that is none.

#include <string>
#include <vector>

#include "http_peer.hpp"
#include "remote_fixture.hpp"

namespace corsac {
namespace {

using test::PeerAnswer;
using test::PeerRequest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class RemotePolicy : public test::RemoteStoreTest {
 protected:
  test::HttpPeer peer_;
};

TEST_F(RemotePolicy, HandsOverTheDocument) {
  peer_.answer({.body = "{\"version\": 1,\n \"cors\": {\"enabled\": true}}"});
  open({{"url", peer_.origin() + "/v1/policy?tenant=a%20b"}, {"token_env", "CORSAC_TEST_TOKEN"}});
  EXPECT_THAT(read(),
              ElementsAre("source " + peer_.origin() + "/v1/policy", "integer version 1 1:13",
                          "begin_item cors 2:10", "flag enabled true 2:22", "end_item", "finish"));
  EXPECT_EQ(status_, CORSAC_OK);
  ASSERT_EQ(peer_.requests().size(), 1U);
  const PeerRequest request = peer_.requests().front();
  EXPECT_EQ(request.target, "/v1/policy?tenant=a%20b") << "as the operator wrote it";
  EXPECT_EQ(request.header("Authorization"), std::string("Bearer ") + test::kSecret);
  EXPECT_EQ(request.header("Accept"), "application/json");
  EXPECT_EQ(request.header("Accept-Encoding"), "identity");
  EXPECT_EQ(request.header("If-None-Match"), "");
  EXPECT_EQ(request.header("Host"), "127.0.0.1:" + std::to_string(peer_.port()));
}

TEST_F(RemotePolicy, SendsNoTokenThatItDoesNotHave) {
  peer_.answer({.body = "{}"});
  open_url(peer_.origin());
  read();
  EXPECT_EQ(peer_.requests().front().header("Authorization"), "");
}

TEST_F(RemotePolicy, HandsTheKeptDocumentOverWhenNothingChanged) {
  std::string body = R"({"version": 1})";
  std::string tag = "\"one\"";
  peer_.answer_by([&](const PeerRequest& request) {
    if (request.header("If-None-Match") == tag) return PeerAnswer{.status = 304};
    return PeerAnswer{.headers = {{"ETag", tag}}, .body = body};
  });
  open_url(peer_.origin() + "/policy");
  const auto first = read();
  const std::string first_revision = revision_;
  EXPECT_EQ(read(), first);
  EXPECT_EQ(status_, CORSAC_OK);
  EXPECT_EQ(revision_, first_revision);
  EXPECT_EQ(peer_.requests().back().header("If-None-Match"), "\"one\"");

  body = R"({"version": 2})";
  tag = "W/\"two\"";
  EXPECT_THAT(read(), testing::Contains("integer version 2 1:13"));
  EXPECT_NE(revision_, first_revision);
  EXPECT_THAT(read(), testing::Contains("integer version 2 1:13"));
  EXPECT_EQ(peer_.requests().back().header("If-None-Match"), "W/\"two\"");
  EXPECT_EQ(peer_.requests().size(), 4U);
}

TEST_F(RemotePolicy, KeepsTheDocumentThroughAFault) {
  peer_.answer({.headers = {{"ETag", "\"one\""}}, .body = R"({"version": 1})"});
  open_url(peer_.origin());
  const auto first = read();
  peer_.answer({.status = 500});
  read();
  EXPECT_EQ(status_, CORSAC_UNREACHABLE);
  peer_.answer({.status = 304});
  EXPECT_EQ(read(), first);
}

TEST_F(RemotePolicy, NamesTheSameDocumentAlikeWhateverItsTag) {
  peer_.answer({.headers = {{"ETag", "\"one\""}}, .body = "{}"});
  open_url(peer_.origin());
  read();
  const std::string revision = revision_;
  peer_.answer({.headers = {{"ETag", "\"two\""}}, .body = "{}"});
  read();
  EXPECT_EQ(revision_, revision);
  peer_.answer({.headers = {{"ETag", "\"two\""}}, .body = "{ }"});
  read();
  EXPECT_NE(revision_, revision) << "a server that forgets to change its tag";
}

TEST_F(RemotePolicy, AsksAnewForWhatItCouldNotRead) {
  peer_.answer({.headers = {{"ETag", "\"bad\""}}, .body = R"({"version": )"});
  open_url(peer_.origin());
  read();
  EXPECT_EQ(status_, CORSAC_INVALID);
  EXPECT_THAT(problem_, StartsWith("json-syntax 1:"));
  EXPECT_EQ(revision_, "");
  read();
  EXPECT_EQ(peer_.requests().back().header("If-None-Match"), "");
}

TEST_F(RemotePolicy, SendsBackOnlyWhatIsATag) {
  for (const char* tag : {"one", "\"", "\"a b\"", "\"a\"b\"", "W/", "\"%0d%0aX: y\""}) {
    SCOPED_TRACE(tag);
    peer_.answer({.headers = {{"ETag", tag}}, .body = "{}"});
    open_url(peer_.origin());
    read();
    read();
    EXPECT_EQ(status_, CORSAC_OK);
    const std::string sent = peer_.requests().back().header("If-None-Match");
    // 0.53.1 hands the last one over as it stands: then it is a tag like another.
    EXPECT_TRUE(sent.empty() || sent == tag) << sent;
    EXPECT_EQ(peer_.requests().back().header("X"), "");
  }
}

// Proves 139.
TEST_F(RemotePolicy, TellsEveryAnswerApart) {
  struct Row {
    const char* desc;
    PeerAnswer answer;
    std::int32_t status;
    const char* problem;  // the begin of it
  };
  const std::string page = "<html>" + std::string(test::kSecret) + "</html>";
  const Row rows[] = {
      {"no content", {.status = 204}, CORSAC_INVALID, "remote-empty"},
      {"an empty answer", {}, CORSAC_INVALID, "remote-empty"},
      {"a part", {.status = 206, .body = "{}"}, CORSAC_INVALID, "remote-status"},
      {"304 that was not asked for", {.status = 304}, CORSAC_INVALID, "remote-unasked-304"},
      {"bad request", {.status = 400, .body = page}, CORSAC_INVALID, "remote-status"},
      {"no credentials",
       {.status = 401, .body = page},
       CORSAC_INVALID,
       "remote-unauthorized 0:0: the server does not accept the token (401)"},
      {"no right", {.status = 403}, CORSAC_INVALID, "remote-forbidden"},
      {"not there", {.status = 404}, CORSAC_INVALID, "remote-not-found"},
      {"gone", {.status = 410}, CORSAC_INVALID, "remote-gone"},
      {"no time", {.status = 408}, CORSAC_UNREACHABLE, "remote-server-error"},
      {"too often", {.status = 429}, CORSAC_UNREACHABLE, "remote-rate-limited"},
      {"failed",
       {.status = 500, .body = page},
       CORSAC_UNREACHABLE,
       "remote-server-error 0:0: the server failed (500)"},
      {"bad gateway", {.status = 502}, CORSAC_UNREACHABLE, "remote-server-error"},
      {"in maintenance", {.status = 503}, CORSAC_UNREACHABLE, "remote-server-error"},
      {"a page",
       {.body = page, .content_type = "text/html; charset=utf-8"},
       CORSAC_INVALID,
       "remote-not-json 0:0: the answer is text/html and not JSON"},
      {"no type", {.body = "{}", .content_type = ""}, CORSAC_INVALID, "remote-not-json"},
      {"a strange type",
       {.body = "{}", .content_type = std::string("x") + test::kSecret + "\"<"},
       CORSAC_INVALID,
       "remote-not-json 0:0: the answer is of a strange type"},
      {"compressed",
       {.headers = {{"Content-Encoding", "gzip"}}, .body = "{}"},
       CORSAC_INVALID,
       "remote-encoded"},
      {"a list", {.body = "[]"}, CORSAC_INVALID, "json-root"},
      {"half of it", {.body = R"({"version": 1, "cors": {)"}, CORSAC_INVALID, "json-syntax"},
      {"two of them", {.body = "{}{}"}, CORSAC_INVALID, "json-syntax"},
      {"JSON with a parameter",
       {.body = "{}", .content_type = "Application/JSON;charset=UTF-8"},
       CORSAC_OK,
       ""},
      {"a suffix", {.body = "{}", .content_type = "application/vnd.policy+json"}, CORSAC_OK, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    peer_.answer(row.answer);
    open({{"url", peer_.origin() + "/policy?key=" + test::kSecret},
          {"token_env", "CORSAC_TEST_TOKEN"}});
    read();
    EXPECT_EQ(status_, row.status);
    EXPECT_THAT(problem_, StartsWith(row.problem));
    EXPECT_EQ(revision_.empty(), row.status != CORSAC_OK);
  }
}

TEST_F(RemotePolicy, FollowsNoRedirectAndGivesNobodyElseTheToken) {
  const test::HttpPeer other;
  struct Row {
    std::string location;
    std::string where;
  };
  const Row rows[] = {
      {other.origin() + "/" + test::kSecret + "?x=" + test::kSecret, "to " + other.origin() + ";"},
      {"//127.0.0.1:" + std::to_string(other.port()) + "/p", "to " + other.origin() + ";"},
      {"/elsewhere", "to another address of " + peer_.origin() + ";"},
      {"https://user:" + std::string(test::kSecret) + "@evil.example/", "none of a server"},
      {"javascript:alert(1)", "none of a server"},
      {"", "to another address of"},
  };
  for (const int status : {301, 302, 303, 307, 308}) {
    for (const Row& row : rows) {
      SCOPED_TRACE(row.location);
      peer_.answer({.status = status, .headers = {{"Location", row.location}}});
      open({{"url", peer_.origin() + "/policy"}, {"token_env", "CORSAC_TEST_TOKEN"}});
      read();
      EXPECT_EQ(status_, CORSAC_INVALID);
      EXPECT_THAT(problem_, StartsWith("remote-redirect 0:0: "));
      EXPECT_THAT(problem_, HasSubstr(row.where));
    }
  }
  EXPECT_TRUE(other.requests().empty());
  for (const PeerRequest& request : peer_.requests()) EXPECT_EQ(request.target, "/policy");
}

TEST_F(RemotePolicy, KeepsToItsLimit) {
  for (const std::size_t size : {1024, 1025, 5'000'000}) {
    SCOPED_TRACE(size);
    peer_.answer({.body = "{}" + std::string(size - 2, ' ')});
    open({{"url", peer_.origin()}, {"limit_bytes", "1024"}});
    read();
    EXPECT_EQ(status_, size == 1024 ? CORSAC_OK : CORSAC_INVALID);
    EXPECT_THAT(problem_, StartsWith(size == 1024 ? "" : "remote-too-large"));
  }
}

TEST_F(RemotePolicy, PassesOnHowLongTheServerWantsToBeLeftAlone) {
  struct Row {
    PeerAnswer answer;
    std::vector<std::chrono::nanoseconds> pauses;
  };
  using std::chrono::seconds;
  const Row rows[] = {
      {{.status = 429, .headers = {{"Retry-After", "7"}}}, {seconds(7)}},
      {{.status = 503,
        .headers = {{"Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"},
                    {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}}},
       {seconds(10)}},
      {{.status = 429,
        .headers = {{"X-Rate-Limit-Reset", "784111797"},
                    {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}}},
       {seconds(21)}},
      {{.status = 429}, {}},
      {{.status = 429, .headers = {{"Retry-After", "soon"}}}, {}},
      {{.status = 500, .headers = {{"Retry-After", "7"}}}, {}},
  };
  for (const Row& row : rows) {
    const std::size_t before = host_.pauses().size();
    peer_.answer(row.answer);
    open_url(peer_.origin());
    read();
    EXPECT_EQ(status_, CORSAC_UNREACHABLE);
    const std::vector<std::chrono::nanoseconds> pauses(host_.pauses().begin() + before,
                                                       host_.pauses().end());
    EXPECT_EQ(pauses, row.pauses);
  }
}

TEST_F(RemotePolicy, StopsWhenTheCoreSaysStop) {
  peer_.answer({.body = R"({"version": 1, "cors": {}})"});
  open_url(peer_.origin());
  test::RecordingSink sink;
  sink.stop_at(2);
  EXPECT_EQ(store_->read(sink), CORSAC_CANCELLED);
  EXPECT_EQ(sink.revision(), "");
}

}  // namespace
}  // namespace corsac
