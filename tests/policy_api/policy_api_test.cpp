// /api/policy over documents in memory: what is answered, and what is written.

#include "corsac/policy_api/policy_api.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "policy_api/api_scene.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

namespace corsac::testing {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kTag = R"("1:n")";
const char* const kNext = R"({"version": 1, "cors": {"allowed_origins": ["https://b.example"]},
 "hosts": {"allowed": ["api.example"]}})";

const Sent kPut{.method = "PUT", .body = kNext, .if_match = kTag};

// "policy_invalid origin-trailing-slash /cors/allowed_origins/0": errors only.
std::string errors_of(const ApiAnswer& answer) {
  const Json json = Json::parse(answer.body);
  std::string text = json.value("error", "");
  for (const Json& problem : json.value("problems", Json::array())) {
    if (problem["severity"] != "error") continue;
    text += "; " + problem["code"].get<std::string>() + " " + problem.value("pointer", "-");
  }
  return text;
}

// The document as it is kept, in one line.
std::string kept(const ApiScene& scene) { return Json::parse(scene.documents->json).dump(); }

TEST(PolicyApi, ShowsTheDocumentAndItsRevision) {
  const ApiScene scene;
  const ApiAnswer answer = scene.ask({});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "application/json");
  EXPECT_EQ(Json::parse(answer.body).dump(), kept(scene));
  EXPECT_THAT(answer.headers,
              ElementsAre(std::pair("ETag", kTag), std::pair("X-Corsac-State", "fresh"),
                          std::pair("Allow", "GET, HEAD, PUT, PATCH"),
                          std::pair("Cache-Control", "no-store"),
                          std::pair("X-Content-Type-Options", "nosniff")));
  EXPECT_EQ(scene.ask({.authorization = "Bearer read-token"}).body, answer.body);
  EXPECT_EQ(scene.ask({.method = "HEAD"}).status, 200);
  EXPECT_EQ(scene.ask({.target = "/api/policy?x=1"}).status, 200);
}

TEST(PolicyApi, ShowsNothingThatStandsBesideTheDocument) {
  const ApiScene scene;
  const std::string before = scene.ask({}).body;
  scene.documents->origins_beside = {"https://set.example"};
  scene.documents->records_beside = {
      {.name = "kept", .origin = "https://kept.example", .scopes = {{}}, .id = "tos1"}};
  EXPECT_EQ(scene.ask({}).body, before);
  EXPECT_EQ(scene.ask({.method = "PATCH", .body = R"({"cors": {"debug": true}})", .if_match = kTag})
                .status,
            200);
  EXPECT_EQ(kept(scene), R"({"cors":{"allowed_origins":["https://a.example"],"debug":true},)"
                         R"("hosts":{"allowed":["api.example"]},"version":1})");
}

TEST(PolicyApi, WarnsOfOriginsThatStayWithoutCors) {
  const struct {
    const char* desc;
    std::vector<std::string> origins_beside;
    const char* body;
    bool warns;
  } rows[] = {
      {"[cors] goes, and origins stay", {"https://set.example"}, R"({"cors": null})", true},
      {"[cors] goes with them", {}, R"({"cors": null})", false},
      {"it is switched off", {"https://set.example"}, R"({"cors": {"enabled": false}})", false},
      {"it stays", {"https://set.example"}, R"({"cors": {"debug": true}})", false},
  };
  for (const auto& row : rows) {
    const ApiScene scene;
    scene.documents->origins_beside = row.origins_beside;
    const ApiAnswer answer = scene.ask({.method = "PATCH", .body = row.body, .if_match = kTag});
    EXPECT_EQ(answer.status, 200) << row.desc << answer.body;
    EXPECT_EQ(answer.body.find("cors-beside-document") != std::string::npos, row.warns) << row.desc;
  }
}

struct Row {
  const char* desc;
  Sent sent;
  int status;
  const char* errors;
};

// Each of a fresh scene; nothing is written.
const Row kRefused[] = {
    {"no token", {.authorization = ""}, 401, "token_missing"},
    {"another scheme", {.authorization = "Basic manage-token"}, 401, "token_missing"},
    {"a bare token", {.authorization = "manage-token"}, 401, "token_missing"},
    {"an unknown token", {.authorization = "Bearer x"}, 401, "token_unknown"},
    {"to change with a token that reads",
     {.method = "PUT", .body = kNext, .if_match = kTag, .authorization = "Bearer read-token"},
     403,
     "scope"},
    {"the same by PATCH",
     {.method = "PATCH", .body = "{}", .if_match = kTag, .authorization = "Bearer read-token"},
     403,
     "scope"},
    {"another method", {.method = "POST", .body = kNext}, 405, "method"},
    {"DELETE", {.method = "DELETE"}, 405, "method"},
    {"a path below", {.target = "/api/policy/x"}, 404, "path"},
    {"without If-Match", {.method = "PUT", .body = kNext}, 428, "if_match_missing"},
    {"PATCH without If-Match", {.method = "PATCH", .body = "{}"}, 428, "if_match_missing"},
    {"a tag without quotation marks",
     {.method = "PUT", .body = kNext, .if_match = "1:n"},
     400,
     "if_match"},
    {"an old revision",
     {.method = "PUT", .body = kNext, .if_match = R"("0:n")"},
     412,
     "out_of_date"},
    {"a weak tag", {.method = "PUT", .body = kNext, .if_match = R"(W/"1:n")"}, 412, "out_of_date"},
    {"a part of a document",
     {.method = "PUT", .body = kNext, .if_match = kTag, .has_content_range = true},
     400,
     "content_range"},
    {"a part of a patch",
     {.method = "PATCH", .body = "{}", .if_match = "*", .has_content_range = true},
     400,
     "content_range"},
    {"no Content-Type",
     {.method = "PUT", .body = kNext, .if_match = kTag, .content_type = ""},
     415,
     "media_type"},
    {"what a form sends",
     {.method = "PUT",
      .body = kNext,
      .if_match = kTag,
      .content_type = "application/x-www-form-urlencoded"},
     415,
     "media_type"},
    {"another charset",
     {.method = "PUT",
      .body = kNext,
      .if_match = kTag,
      .content_type = "application/json; charset=latin1"},
     415,
     "media_type"},
    {"a patch by PUT",
     {.method = "PUT",
      .body = kNext,
      .if_match = kTag,
      .content_type = "application/merge-patch+json"},
     415,
     "media_type"},
    {"more than 1 MiB",
     {.method = "PUT", .body = std::string(1024 * 1024 + 1, ' '), .if_match = kTag},
     413,
     "body_too_large"},
    {"nothing", {.method = "PUT", .if_match = kTag}, 400, "body_malformed; json-syntax -"},
    {"half a document",
     {.method = "PUT", .body = R"({"version": 1,)", .if_match = kTag},
     400,
     "body_malformed; json-syntax -"},
    {"a list",
     {.method = "PUT", .body = "[]", .if_match = kTag},
     400,
     "body_malformed; json-root -"},
    {"not UTF-8",
     {.method = "PUT", .body = "{\"version\": \"\xFF\"}", .if_match = kTag},
     400,
     "body_malformed; json-syntax -"},
    {"too deep",
     {.method = "PUT", .body = R"({"cors": )" + std::string(100, '['), .if_match = kTag},
     400,
     "body_malformed; nesting-too-deep -"},
    {"too deep, and whole",
     {.method = "PUT",
      .body = R"({"cors": )" + std::string(100, '[') + std::string(100, ']') + "}",
      .if_match = kTag},
     400,
     "body_malformed; field-type /cors; nesting-too-deep -"},
    {"a patch that is half",
     {.method = "PATCH", .body = "{", .if_match = kTag},
     400,
     "body_malformed; json-syntax -"},
    {"a patch that is null",
     {.method = "PATCH", .body = "null", .if_match = kTag},
     400,
     "body_malformed; json-root -"},
    {"every error at once",
     {.method = "PUT",
      .body = R"({"version": 1, "cors": {"allowed_origins": ["https://b.example/", "x"],
                 "enbled": true, "debug": "yes"}, "hosts": {"allowed": ["api.example"]}})",
      .if_match = kTag},
     422,
     "policy_invalid; field-unknown /cors/enbled; field-type /cors/debug; "
     "origin-trailing-slash /cors/allowed_origins/0; origin-no-scheme /cors/allowed_origins/1"},
    {"a name twice",
     {.method = "PUT",
      .body = R"({"version": 1, "cors": {"debug": true, "debug": false},
                 "hosts": {"allowed": ["api.example"]}})",
      .if_match = kTag},
     422,
     "policy_invalid; field-repeated /cors/debug"},
    {"no version",
     {.method = "PUT", .body = R"({"cors": {"debug": true}})", .if_match = kTag},
     422,
     "policy_invalid; field-missing /version"},
    {"no section",
     {.method = "PUT", .body = R"({"version": 1})", .if_match = kTag},
     422,
     "policy_invalid; document-empty -"},
    {"a test that fails",
     {.method = "PUT",
      .body = R"({"version": 1, "cors": {"allowed_origins": ["https://b.example"]},
                 "hosts": {"allowed": ["api.example"]},
                 "test": [{"name": "t", "origin": "https://b.example", "expect": "deny"}]})",
      .if_match = kTag},
     422,
     "policy_invalid; test-failed /test/0"},
    {"a patch that makes it wrong",
     {.method = "PATCH",
      .body = R"({"cors": {"allowed_origins": ["*"],
                                     "allow_credentials": true}})",
      .if_match = kTag},
     422,
     "policy_invalid; origin-any-credentials /cors/allowed_origins/0"},
    {"a patch that takes away what no policy has",
     {.method = "PATCH", .body = R"({"cors": {"alowed_origins": null}})", .if_match = kTag},
     422,
     "policy_invalid; field-unknown /cors/alowed_origins"},
    {"the same among other mistakes: every error at once",
     {.method = "PATCH",
      .body = R"({"cors": {"alowed_origins": null, "enbled": true, "debug": "yes",
                           "allowed_origins": ["x"]}})",
      .if_match = kTag},
     422,
     "policy_invalid; field-unknown /cors/alowed_origins; field-unknown /cors/enbled; "
     "field-type /cors/debug; origin-no-scheme /cors/allowed_origins/0"},
    {"a patch with a name twice",
     {.method = "PATCH", .body = R"({"hosts": null, "hosts": {}})", .if_match = kTag},
     422,
     "policy_invalid; field-repeated /hosts"},
};

TEST(PolicyApi, RefusesAndWritesNothing) {
  for (const Row& row : kRefused) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    const ApiAnswer answer = scene.ask(row.sent);
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(errors_of(answer), row.errors);
    EXPECT_EQ(scene.documents->writes, 0);
    EXPECT_EQ(header_of(answer, "Cache-Control"), "no-store");
    if (row.status == 412) {
      EXPECT_EQ(header_of(answer, "ETag"), kTag);
    }
    if (row.status == 405) {
      EXPECT_EQ(header_of(answer, "Allow"), "GET, HEAD, PUT, PATCH");
    }
    if (row.status == 415) {
      EXPECT_EQ(header_of(answer, "Accept-Patch"),
                "application/merge-patch+json, application/json");
    }
  }
}

TEST(PolicyApi, SaysWhereAndWhatToWriteInstead) {
  const ApiScene scene;
  const Sent sent{.method = "PUT",
                  .body =
                      "{\"version\": 1,\n \"cors\": {\"allowed_origins\": "
                      "[\"https://b.example/\"]}, \"hosts\": {\"allowed\": [\"api.example\"]}}",
                  .if_match = kTag};
  const Json problem = Json::parse(scene.ask(sent).body)["problems"][0];
  EXPECT_EQ(problem.dump(), Json({{"severity", "error"},
                                  {"code", "origin-trailing-slash"},
                                  {"path", "cors.allowed_origins[0]"},
                                  {"value", "https://b.example/"},
                                  {"source", "body"},
                                  {"line", 2},
                                  {"column", 31},
                                  {"what", "an origin has no path"},
                                  {"fix", "write \"https://b.example\""},
                                  {"pointer", "/cors/allowed_origins/0"}})
                                .dump());
  const Json of_patch =
      Json::parse(scene
                      .ask({.method = "PATCH",
                            .body = R"({"cors": {"allowed_origins": ["https://b.example/"]}})",
                            .if_match = kTag})
                      .body)["problems"][0];
  EXPECT_EQ(of_patch["pointer"], "/cors/allowed_origins/0");
  EXPECT_FALSE(of_patch.contains("line")) << "nobody sent that document";
}

struct WrittenRow {
  const char* desc;
  Sent sent;
  const char* document;
};

const WrittenRow kWritten[] = {
    {"another document",
     {.method = "PUT", .body = kNext, .if_match = kTag},
     R"({"cors":{"allowed_origins":["https://b.example"]},"hosts":{"allowed":["api.example"]},"version":1})"},
    {"whatever is there",
     {.method = "PUT", .body = kNext, .if_match = "*"},
     R"({"cors":{"allowed_origins":["https://b.example"]},"hosts":{"allowed":["api.example"]},"version":1})"},
    {"one of several tags",
     {.method = "PUT", .body = kNext, .if_match = R"("0:n", "1:n")"},
     R"({"cors":{"allowed_origins":["https://b.example"]},"hosts":{"allowed":["api.example"]},"version":1})"},
    {"a field",
     {.method = "PATCH",
      .body = R"({"cors": {"max_age_seconds": 5}})",
      .if_match = kTag,
      .content_type = "application/merge-patch+json"},
     R"({"cors":{"allowed_origins":["https://a.example"],"max_age_seconds":5},"hosts":{"allowed":["api.example"]},"version":1})"},
    {"a list, whole",
     {.method = "PATCH", .body = R"({"cors": {"allowed_origins": []}})", .if_match = kTag},
     R"({"cors":{"allowed_origins":[]},"hosts":{"allowed":["api.example"]},"version":1})"},
    {"false, which is not absent",
     {.method = "PATCH", .body = R"({"cors": {"enabled": false}})", .if_match = kTag},
     R"({"cors":{"allowed_origins":["https://a.example"],"enabled":false},"hosts":{"allowed":["api.example"]},"version":1})"},
    {"a section goes",
     {.method = "PATCH", .body = R"({"cors": null})", .if_match = kTag},
     R"({"hosts":{"allowed":["api.example"]},"version":1})"},
};

TEST(PolicyApi, WritesWhatIsRight) {
  for (const WrittenRow& row : kWritten) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    const ApiAnswer answer = scene.ask(row.sent);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(header_of(answer, "ETag"), R"("2:n")");
    EXPECT_EQ(Json::parse(answer.body)["revision"], "2:n");
    EXPECT_EQ(kept(scene), row.document);
  }
}

TEST(PolicyApi, TellsWarningsOfWhatItWrites) {
  const ApiScene scene;
  const ApiAnswer answer =
      scene.ask({.method = "PATCH",
                 .body = R"({"cors": {"max_age_seconds": 86400}, "hosts": null})",
                 .if_match = kTag});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(R"("severity":"warning","code":"own-origin-by-host")"));
}

// What stands beside the document is judged with it.
TEST(PolicyApi, JudgesWhatServersWillRead) {
  const ApiScene scene;
  scene.documents->origins_beside = {"https://set.example"};
  scene.documents->records_beside = {
      {.name = "kept", .origin = "https://kept.example", .scopes = {{}}, .id = "tos1"}};
  const auto tested = [&](const std::string& origin, const std::string& expect) {
    return scene
        .ask({.method = "PATCH",
              .body = R"({"test": [{"name": "t", "origin": ")" + origin + R"(", "expect": ")" +
                      expect + R"("}]})",
              .if_match = "*"})
        .status;
  };
  EXPECT_EQ(tested("https://set.example", "deny"), 422);
  EXPECT_EQ(tested("https://set.example", "allow"), 200);
  EXPECT_EQ(tested("https://kept.example", "deny"), 422);
  EXPECT_EQ(tested("https://kept.example", "allow"), 200);
  EXPECT_EQ(tested("https://stranger.example", "allow"), 422);
}

TEST(PolicyApi, LosesNoUpdate) {
  const ApiScene scene;
  scene.documents->before_write = [&] {
    scene.documents->before_write = [] {};
    scene.documents->put(R"({"version": 1, "cors": {"debug": true}, "hosts": {"allowed": ["x"]}})");
  };
  const Sent patch{
      .method = "PATCH", .body = R"({"cors": {"max_age_seconds": 5}})", .if_match = kTag};
  const ApiAnswer answer = scene.ask(patch);
  EXPECT_EQ(answer.status, 412);
  EXPECT_EQ(header_of(answer, "ETag"), R"("2:n")");
  EXPECT_THAT(scene.documents->json, ::testing::Not(HasSubstr("max_age_seconds")));

  // Whoever means any revision has his change made to the newest one.
  scene.documents->before_write = [&] {
    scene.documents->before_write = [] {};
    scene.documents->put(
        R"({"version": 1, "cors": {"debug": false}, "hosts": {"allowed": ["y"]}})");
  };
  Sent any = patch;
  any.if_match = "*";
  EXPECT_EQ(scene.ask(any).status, 200);
  EXPECT_EQ(
      kept(scene),
      R"({"cors":{"debug":false,"max_age_seconds":5},"hosts":{"allowed":["y"]},"version":1})");
}

// A store that hangs holds up as many threads as ask for it, and none for ever.
TEST(PolicyApi, WaitsForThoseBeforeAndNotForEver) {
  ApiScene scene;
  scene.open(10'000, std::chrono::milliseconds(1));
  std::promise<void> written;
  std::promise<void> may_go_on;
  scene.documents->before_write = [&] {
    written.set_value();
    may_go_on.get_future().wait();
  };
  auto first = std::async(std::launch::async, [&] { return scene.ask(kPut).status; });
  written.get_future().wait();
  EXPECT_EQ(errors_of(scene.ask({})), "store_unreachable; store-busy -");
  EXPECT_EQ(errors_of(scene.ask(kPut)), "store_unreachable; store-busy -");
  may_go_on.set_value();
  EXPECT_EQ(first.get(), 200);
}

// The store hangs: /healthz and the others need the threads of the server.
TEST(PolicyApi, LetsFewWait) {
  const ApiScene scene;
  std::promise<void> has_begun;
  std::promise<void> may_go_on;
  scene.documents->before_write = [&] {
    has_begun.set_value();
    may_go_on.get_future().wait();
    scene.documents->write_status = WriteStatus::NotReached;
  };
  auto first = std::async(std::launch::async, [&] { return scene.ask(kPut).status; });
  has_begun.get_future().wait();
  constexpr int kAll = 20;
  std::atomic<int> answered = 0;
  std::vector<std::future<ApiAnswer>> others;
  for (int i = 0; i < kAll; ++i) {
    others.push_back(std::async(std::launch::async, [&] {
      ApiAnswer answer = scene.ask({});
      ++answered;
      return answer;
    }));
  }
  EXPECT_TRUE(test::eventually([&] { return answered == kAll - 8; }));
  const int reads = scene.documents->reads;
  may_go_on.set_value();
  EXPECT_EQ(first.get(), 503);
  for (auto& other : others) {
    const ApiAnswer answer = other.get();
    EXPECT_EQ(errors_of(answer), "store_unreachable; store-busy -");
    EXPECT_EQ(header_of(answer, "Retry-After"), "5");
  }
  EXPECT_EQ(scene.documents->reads, reads) << "nobody waits for it again";
  EXPECT_EQ(scene.ask({}).status, 200) << "whoever comes later does";
}

TEST(PolicyApi, GivesUpOnAStoreThatAlwaysChanges) {
  const ApiScene scene;
  scene.documents->before_write = [&] { scene.documents->put(kStored); };
  EXPECT_EQ(scene.ask({.method = "PATCH", .body = "{}", .if_match = "*"}).status, 412);
  EXPECT_EQ(scene.documents->writes, 5);
}

struct StoreRow {
  const char* desc;
  Sent sent;
  ReadStatus read;
  WriteStatus write;
  int status;
  const char* errors;
};

const Sent kPutAny{.method = "PUT", .body = kNext, .if_match = "*"};
const Sent kPatchAny{.method = "PATCH", .body = "{}", .if_match = "*"};
const StoreRow kStores[] = {
    {"away",
     {},
     ReadStatus::Unreachable,
     WriteStatus::Written,
     503,
     "store_unreachable; store-unreachable -"},
    {"away for a change", kPutAny, ReadStatus::Unreachable, WriteStatus::Written, 503,
     "store_unreachable; store-unreachable -"},
    {"interrupted", kPut, ReadStatus::Cancelled, WriteStatus::Written, 503,
     "store_unreachable; store-unreachable -"},
    {"broken",
     {},
     ReadStatus::Invalid,
     WriteStatus::Written,
     409,
     "document_unusable; store-broken -"},
    {"broken for a patch", kPatchAny, ReadStatus::Invalid, WriteStatus::Written, 409,
     "document_unusable; store-broken -"},
    {"broken for a tag", kPut, ReadStatus::Invalid, WriteStatus::Written, 409,
     "document_unusable; store-broken -"},
    {"broken, and replaced", kPutAny, ReadStatus::Invalid, WriteStatus::Written, 200, ""},
    {"not by us", kPut, ReadStatus::Read, WriteStatus::Refused, 409,
     "store_refused; store-says-no -"},
    {"away for the write", kPut, ReadStatus::Read, WriteStatus::NotReached, 503,
     "store_unreachable; store-says-no -"},
    {"perhaps written", kPut, ReadStatus::Read, WriteStatus::Failed, 503,
     "store_failed; store-says-no -"},
};

TEST(PolicyApi, SaysThatThereIsNoDocument) {
  const struct {
    Sent sent;
    int status;
    const char* errors;
  } rows[] = {
      {{}, 404, "document_missing; redis-key-missing -"},
      {kPut, 404, "document_missing; redis-key-missing -"},
      {kPatchAny, 404, "document_missing; redis-key-missing -"},
      {kPutAny, 200, ""},
  };
  for (const auto& row : rows) {
    const ApiScene scene;
    scene.documents->read_status = ReadStatus::Invalid;
    scene.documents->read_code = "redis-key-missing";
    const ApiAnswer answer = scene.ask(row.sent);
    EXPECT_EQ(answer.status, row.status) << row.sent.method;
    EXPECT_EQ(errors_of(answer), row.errors) << row.sent.method;
  }
}

TEST(PolicyApi, SaysWhatTheStoreDoes) {
  for (const StoreRow& row : kStores) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    scene.documents->read_status = row.read;
    scene.documents->write_status = row.write;
    const ApiAnswer answer = scene.ask(row.sent);
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(errors_of(answer), row.errors);
  }
}

// Here by a gate that follows another store, whose document is broken.
TEST(PolicyApi, SaysThatWhatItWroteIsNotInForce) {
  const test::TempFolder folder;
  folder.write("policy.toml", "version = 1\n[hosts]\nallowed = [\"api.example\"]\n");
  ApiScene scene;
  StoreConfig config{.settings = {{"file", "policy.toml"}}, .directory = folder.path()};
  config.plugin_folders = {CORSAC_TEST_PLUGINS};
  const auto gate = open_gate(config);
  ASSERT_TRUE(gate) << gate.error().text();
  scene.follow(*gate);
  folder.write("policy.toml", "version = 1\n[hosts\n");
  const ApiAnswer answer = scene.ask(kPut);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(errors_of(answer), "not_in_force; toml-syntax -");
  EXPECT_EQ(header_of(answer, "ETag"), R"("2:n")");
  EXPECT_EQ(scene.documents->writes, 1);
  EXPECT_EQ(header_of(scene.ask({}), "X-Corsac-State"), "degraded");
}

TEST(PolicyApi, MendsADocumentThatIsNoPolicy) {
  const ApiScene scene;
  scene.documents->json = R"({"version": 1, "cors": {"unknown": 1}})";
  const ApiAnswer answer = scene.ask({});
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(errors_of(answer), "document_unusable; field-unknown /cors/unknown");
  EXPECT_EQ(header_of(answer, "ETag"), kTag) << "it is in a revision all the same";
  EXPECT_EQ(scene.ask(kPut).status, 200);
}

TEST(PolicyApi, SaysThatAStoreCannotBeWritten) {
  const ApiScene scene;
  scene.documents->can_write = false;
  for (const Sent& sent : {kPut, kPatchAny, Sent{.method = "PUT"}}) {
    const ApiAnswer answer = scene.ask(sent);
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(header_of(answer, "Allow"), "GET, HEAD");
    EXPECT_THAT(answer.body, HasSubstr("corsac push"));
  }
  EXPECT_EQ(scene.documents->reads, 0);
  EXPECT_EQ(scene.ask({}).status, 200);
}

TEST(PolicyApi, HasAnAllowanceForEachToken) {
  const ApiScene scene(2);
  EXPECT_EQ(scene.ask({}).status, 200);
  EXPECT_EQ(scene.ask({}).status, 200);
  const ApiAnswer answer = scene.ask({});
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(header_of(answer, "Retry-After"), "30");
  EXPECT_EQ(scene.ask({.authorization = "Bearer read-token"}).status, 200);
}

TEST(PolicyApi, RefusesABodyWhoseEndIsNotKnown) {
  const ApiScene scene;
  EXPECT_EQ(scene.api->refuse_body({.method = "PUT", .target = "/api/policy"}).status, 401);
  const std::pair<int, const char*> rows[] = {{400, "body_malformed"},
                                              {411, "length_missing"},
                                              {413, "body_too_large"},
                                              {415, "media_type"}};
  for (const auto& [status, code] : rows) {
    const ApiAnswer answer = scene.api->refuse_body(
        {.method = "PUT", .target = "/api/policy", .authorization = field("Bearer manage-token")},
        status);
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(errors_of(answer), code);
  }
}

}  // namespace
}  // namespace corsac::testing
