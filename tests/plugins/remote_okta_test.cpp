// kind = "okta": the list of an Okta-compatible Trusted Origins API, page after page.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "http_peer.hpp"
#include "remote_fixture.hpp"

namespace corsac {
namespace {

using test::PeerAnswer;
using test::PeerHeaders;
using test::PeerRequest;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPath = "/api/v1/trustedOrigins";

class RemoteOkta : public test::RemoteStoreTest {
 protected:
  test::OpenStore& open_okta(const std::string& query = "") {
    return open({{"url", peer_.origin() + kPath + query},
                 {"kind", "okta"},
                 {"token_env", "CORSAC_TEST_TOKEN"}});
  }
  [[nodiscard]] std::string next(const std::string& query) const {
    return "<" + peer_.origin() + kPath + "?" + query + ">; rel=\"next\"";
  }
  [[nodiscard]] std::string self() const {
    return "<" + peer_.origin() + kPath + "?limit=200>; rel=\"self\"";
  }
  static std::string record(const std::string& name) {
    return R"({"name": ")" + name + R"(", "origin": "https://)" + name +
           R"(.example", "scopes": [{"type": "CORS"}]})";
  }
  // What the sink is told, without the places and what stands around the list.
  std::vector<std::string> records() {
    std::vector<std::string> calls = read();
    for (std::string& call : calls) {
      if (!call.starts_with("source")) call = call.substr(0, call.find_last_of('"') + 1);
    }
    return calls;
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const std::string& call : read()) {
      const std::string begin = "text name \"";
      if (!call.starts_with(begin)) continue;
      found.push_back(call.substr(begin.size(), call.rfind('"') - begin.size()));
    }
    return found;
  }

  test::HttpPeer peer_;
};

TEST_F(RemoteOkta, GivesOktasFieldsTheNamesOfThePolicy) {
  peer_.answer({.headers = {{"Link", self()}}, .body = R"([
{
  "id": "tosue7JvguwJ7U6kz0g3",
  "name": "Example Trusted Origin",
  "origin": "http://example.com",
  "scopes": [
    {"type": "CORS", "params": {"maxAge": 7, "hosts": ["a"]}},
    {"type": "IFRAME_EMBED", "allowedOktaApps": ["OKTA_ENDUSER"]},
    {"allowedOktaApps": [], "type": "REDIRECT"}
  ],
  "status": "ACTIVE",
  "created": "2018-01-13T01:22:10.000Z",
  "createdBy": "00ut5t92p6IEOi4bu0g3",
  "lastUpdated": "2018-01-13T01:22:10.000Z",
  "lastUpdatedBy": null,
  "_links": {"self": {"href": "https://x", "hints": {"allow": ["GET", "PUT"]}}},
  "somethingNew": [[1, 2.5, true, null, {"name": "not this"}]]
}
])"});
  open_okta();
  EXPECT_THAT(
      read(),
      ElementsAre("source " + peer_.origin() + kPath, "integer version 1 0:0",
                  "begin_list trusted_origins 0:0", "begin_item - 2:1",
                  "text id \"tosue7JvguwJ7U6kz0g3\" 3:9",
                  "text name \"Example Trusted Origin\" 4:11",
                  "text origin \"http://example.com\" 5:13", "begin_list scopes 6:13",
                  "begin_item - 7:5", "text type \"CORS\" 7:14", "end_item", "begin_item - 8:5",
                  "text type \"IFRAME_EMBED\" 8:14", "begin_list allowed_okta_apps 8:49",
                  "text - \"OKTA_ENDUSER\" 8:49", "end_list", "end_item", "begin_item - 9:5",
                  "text type \"REDIRECT\" 9:37", "begin_list allowed_okta_apps 9:25", "end_list",
                  "end_item", "end_list", "text status \"ACTIVE\" 11:13",
                  "text created \"2018-01-13T01:22:10.000Z\" 12:14",
                  "text created_by \"00ut5t92p6IEOi4bu0g3\" 13:16",
                  "text last_updated \"2018-01-13T01:22:10.000Z\" 14:18", "end_item", "end_list",
                  "finish"));
  const PeerRequest request = peer_.requests().front();
  EXPECT_EQ(request.target, std::string(kPath) + "?limit=200");
  EXPECT_EQ(request.header("Authorization"), std::string("SSWS ") + test::kSecret);
}

TEST_F(RemoteOkta, PlacesOfTheFirstLineAreThoseOfThePage) {
  peer_.answer({.body = R"([{"name": "a"}])"});
  open_okta();
  EXPECT_THAT(read(), Contains("text name \"a\" 1:11"));
}

TEST_F(RemoteOkta, AnEmptyListIsAList) {
  peer_.answer({.body = "[]"});
  open_okta();
  EXPECT_THAT(read(), ElementsAre("source " + peer_.origin() + kPath, "integer version 1 0:0",
                                  "begin_list trusted_origins 0:0", "end_list", "finish"));
}

TEST_F(RemoteOkta, LeavesWrongTypesToTheCore) {
  peer_.answer({.body = R"([{"name": 7, "origin": ["x"], "status": {}, "scopes": null}])"});
  open_okta();
  EXPECT_THAT(read(), ElementsAre(StartsWith("source"), "integer version 1 0:0",
                                  "begin_list trusted_origins 0:0", "begin_item - 1:2",
                                  "integer name 7 1:11", "begin_list origin 1:24", "end_list",
                                  "begin_item status 1:41", "end_item", "null scopes 1:55",
                                  "end_item", "end_list", "finish"));
}

TEST_F(RemoteOkta, LeavesOutScopesThatItDoesNotKnowAndSaysSoOnce) {
  peer_.answer({.body = R"([{"scopes": [{"type": "NEW"}, {"type": "CORS"}]}])"});
  open_okta();
  for (int i = 0; i < 2; ++i) {
    const std::vector<std::string> calls = read();
    EXPECT_THAT(calls, Contains(StartsWith("text type \"CORS\"")));
    EXPECT_THAT(calls, Not(Contains(HasSubstr("NEW"))));
  }
  EXPECT_THAT(host_.log(), ElementsAre(HasSubstr("scopes of a type")));
}

TEST_F(RemoteOkta, RefusesWhatIsNoListOfRecords) {
  const char* const bodies[] = {
      R"({"errorCode": "E0000006", "errorSummary": "no"})",
      R"("text")",
      "7",
      "null",
      "true",
      R"([], "cors": {"allowed_origins": ["*"]})",
      R"([], "page": [])",
      R"({}, "page": [])",
      "[1]",
      "[[]]",
      R"(["https://a.example"])",
      R"([{"scopes": ["CORS"]}])",
      R"([{"scopes": [[]]}])",
      R"([{"scopes": [{"allowedOktaApps": [7]}]}])",
      R"([{"scopes": [{"allowedOktaApps": [{}]}]}])",
      R"([{"name": "a"})",
      R"([]})",
      R"([]}, {)",
  };
  for (const char* body : bodies) {
    SCOPED_TRACE(body);
    peer_.answer({.body = body});
    open_okta();
    const std::vector<std::string> calls = read();
    EXPECT_EQ(status_, CORSAC_INVALID);
    EXPECT_NE(problem_, "");
    EXPECT_THAT(calls, Not(Contains(HasSubstr("cors"))));
    EXPECT_EQ(revision_, "");
  }
}

// Link headers of three pages in each of the ways that servers write them.
TEST_F(RemoteOkta, ReadsAllPages) {
  struct Row {
    const char* desc;
    std::function<PeerHeaders(const std::string& cursor)> links;
  };
  const Row rows[] = {
      {"a line for each relation",
       [this](const std::string& cursor) {
         return PeerHeaders{{"Link", self()}, {"Link", next("after=" + cursor + "&limit=200")}};
       }},
      {"joined by a comma",
       [this](const std::string& cursor) {
         return PeerHeaders{{"Link", self() + ", " + next("limit=200&after=" + cursor)}};
       }},
      {"next first, without quotes",
       [this](const std::string& cursor) {
         return PeerHeaders{
             {"Link", "<" + peer_.origin() + kPath + "?after=" + cursor + ">;REL=next," + self()}};
       }},
      {"a path alone, with a title",
       [](const std::string& cursor) {
         return PeerHeaders{{"Link", "<" + std::string(kPath) + "?after=" + cursor +
                                         R"(>; title="a, b; rel=\"prev\""; rel="last next")"}};
       }},
      {"the query alone",
       [](const std::string& cursor) {
         return PeerHeaders{{"Link", "<?after=" + cursor + ">; rel=next"}};
       }},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const std::size_t before = peer_.requests().size();
    peer_.answer_by([&](const PeerRequest& request) {
      if (request.target.find("after=c2") != std::string::npos) {
        return PeerAnswer{.headers = {{"Link", self()}}, .body = "[" + record("e") + "]"};
      }
      const bool is_first = request.target.find("after=") == std::string::npos;
      return PeerAnswer{.headers = row.links(is_first ? "c1" : "c2"),
                        .body = is_first ? "[" + record("a") + "," + record("b") + "]"
                                         : "[" + record("c") + "," + record("d") + "]"};
    });
    open_okta();
    EXPECT_THAT(names(), ElementsAre("a", "b", "c", "d", "e"));
    EXPECT_EQ(status_, CORSAC_OK);
    const auto requests = peer_.requests();
    ASSERT_EQ(requests.size(), before + 3);
    EXPECT_EQ(requests[before + 1].target, std::string(kPath) + "?limit=200&after=c1");
    EXPECT_EQ(requests[before + 2].target, std::string(kPath) + "?limit=200&after=c2");
  }
}

// Okta's own service drops `q` from its links.
TEST_F(RemoteOkta, KeepsTheOperatorsQueryOnEveryPage) {
  peer_.answer_by([&](const PeerRequest& request) {
    if (request.target.find("after=") != std::string::npos) return PeerAnswer{.body = "[]"};
    return PeerAnswer{.headers = {{"Link", next("after=c1")}}, .body = "[]"};
  });
  open_okta("?filter=status%20eq%20%22ACTIVE%22&limit=3&after=stale");
  read();
  EXPECT_EQ(status_, CORSAC_OK);
  ASSERT_EQ(peer_.requests().size(), 2U);
  const std::string query = std::string(kPath) + "?filter=status%20eq%20%22ACTIVE%22&limit=3";
  EXPECT_EQ(peer_.requests()[0].target, query);
  EXPECT_EQ(peer_.requests()[1].target, query + "&after=c1");
}

// 0.11.4 hands header values over percent-decoded.
TEST_F(RemoteOkta, SendsACursorBackAsItWasMeant) {
  peer_.answer_by([&](const PeerRequest& request) {
    if (request.target.find("after=") != std::string::npos) return PeerAnswer{.body = "[]"};
    return PeerAnswer{.headers = {{"Link", next("after=a%2Fb%3D%20%22c&limit=200")}}, .body = "[]"};
  });
  open_okta();
  read();
  EXPECT_EQ(status_, CORSAC_OK) << problem_;
  EXPECT_EQ(peer_.requests().back().target,
            std::string(kPath) + "?limit=200&after=a%2Fb%3D%20%22c");
}

TEST_F(RemoteOkta, FollowsNoLinkThatItShouldNot) {
  const test::HttpPeer other;
  const std::string path = std::string(kPath) + "?after=c";
  const std::string user_info = "<http://" + std::string(test::kSecret) +
                                "@127.0.0.1:" + std::to_string(peer_.port()) + path + ">; rel=next";
  struct Row {
    const char* desc;
    PeerHeaders links;
    const char* problem;
  };
  const Row rows[] = {
      {"another port",
       {{"Link", "<" + other.origin() + path + ">; rel=\"next\""}},
       "another server"},
      {"another scheme",
       {{"Link", "<https://127.0.0.1:" + std::to_string(peer_.port()) + path + ">; rel=next"}},
       "another server"},
      {"another name for the same machine",
       {{"Link", "<" + peer_.origin("localhost") + path + ">; rel=next"}},
       "another server"},
      {"no scheme, another host",
       {{"Link", "<//127.0.0.1:" + std::to_string(other.port()) + path + ">; rel=next"}},
       "another server"},
      {"user info", {{"Link", user_info}}, "no address of a server"},
      {"a script", {{"Link", "<javascript:alert(1)>; rel=next"}}, "no address of a server"},
      {"no cursor", {{"Link", next("limit=200")}}, "no cursor"},
      {"an empty cursor", {{"Link", next("after=")}}, "no cursor"},
      {"two of them", {{"Link", next("after=a")}, {"Link", next("after=b")}}, "two links"},
      {"a circle", {{"Link", next("after=a")}}, "in a circle"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    peer_.answer({.headers = row.links, .body = "[" + record("a") + "]"});
    open_okta();
    read();
    EXPECT_EQ(status_, CORSAC_INVALID);
    EXPECT_THAT(problem_, StartsWith("okta-paging 0:0: "));
    EXPECT_THAT(problem_, HasSubstr(row.problem));
    EXPECT_EQ(revision_, "");
  }
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(RemoteOkta, EndsAListWithoutEnd) {
  int page = 0;
  peer_.answer_by([&](const PeerRequest&) {
    return PeerAnswer{.headers = {{"Link", next("after=c" + std::to_string(++page))}},
                      .body = "[]"};
  });
  open_okta();
  read();
  EXPECT_EQ(status_, CORSAC_INVALID);
  EXPECT_THAT(problem_, HasSubstr("more than 1000 pages"));
  EXPECT_EQ(peer_.requests().size(), 1000U);
}

TEST_F(RemoteOkta, IsWholeOrNothing) {
  struct Row {
    PeerAnswer second;
    std::int32_t status;
    const char* problem;
  };
  const Row rows[] = {
      {{.status = 429,
        .headers = {{"X-Rate-Limit-Reset", "784111797"},
                    {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}}},
       CORSAC_UNREACHABLE,
       "remote-rate-limited"},
      {{.status = 500}, CORSAC_UNREACHABLE, "remote-server-error"},
      {{.status = 401}, CORSAC_INVALID, "remote-unauthorized"},
      {{.status = 304}, CORSAC_INVALID, "remote-unasked-304"},
      {{.body = R"([{"name": "b")"}, CORSAC_INVALID, "json-syntax"},
      {{}, CORSAC_INVALID, "remote-empty"},
      {{.body = "<html>", .content_type = "text/html"}, CORSAC_INVALID, "remote-not-json"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.problem);
    peer_.answer_by([&](const PeerRequest& request) {
      if (request.target.find("after=") != std::string::npos) return row.second;
      return PeerAnswer{.headers = {{"Link", next("after=c1")}}, .body = "[" + record("a") + "]"};
    });
    open_okta();
    read();
    EXPECT_EQ(status_, row.status);
    EXPECT_THAT(problem_, StartsWith(row.problem));
    EXPECT_EQ(revision_, "");
  }
  EXPECT_THAT(host_.pauses(), ElementsAre(std::chrono::seconds(21)))
      << "by the server's clock, whatever ours says";
}

TEST_F(RemoteOkta, CountsTheBytesOfAllPagesTogether) {
  peer_.answer_by([&](const PeerRequest& request) {
    PeerAnswer answer{.body = "[]" + std::string(700, ' ')};
    if (request.target.find("after=") == std::string::npos) {
      answer.headers = {{"Link", next("after=c1")}};
    }
    return answer;
  });
  open({{"url", peer_.origin() + kPath}, {"kind", "okta"}, {"limit_bytes", "1024"}});
  read();
  EXPECT_EQ(status_, CORSAC_INVALID);
  EXPECT_THAT(problem_, StartsWith("remote-too-large"));
}

TEST_F(RemoteOkta, NamesTheSameListAlike) {
  peer_.answer({.body = "[" + record("a") + "]"});
  open_okta();
  read();
  const std::string revision = revision_;
  read();
  EXPECT_EQ(revision_, revision);
  peer_.answer({.body = "[" + record("b") + "]"});
  read();
  EXPECT_NE(revision_, revision);
}

TEST_F(RemoteOkta, TakesABearerTokenWhenTold) {
  peer_.answer({.body = "[]"});
  open({{"url", peer_.origin() + kPath},
        {"kind", "okta"},
        {"token_env", "CORSAC_TEST_TOKEN"},
        {"token_scheme", "Bearer"}});
  read();
  EXPECT_EQ(peer_.requests().front().header("Authorization"),
            std::string("Bearer ") + test::kSecret);
}

}  // namespace
}  // namespace corsac
