#include "authority/api_fixture.hpp"
#include "corsac/authority/api_json.hpp"
#include "corsac/authority/http_api.hpp"

namespace corsac::testing {
namespace {

constexpr const char* kPath = "/api/v1/trustedOrigins";
constexpr const char* kBlank = "The field cannot be left blank";
const std::string kGood = R"({"name":"b","origin":"https://b.example","scopes":[{"type":"CORS"}]})";

std::string invalid(const std::string& fields, const std::vector<std::string>& causes) {
  return error_text(400, "E0000001", "Api validation failed: " + fields, causes);
}
std::string malformed(const std::vector<std::string>& causes, int status = 400) {
  return error_text(status, "E0000003", "The request body was not well-formed.", causes);
}

struct Row {
  const char* desc;
  Sent sent;
  std::string answer;
};

// None of them changes anything, or asks the store.
template <std::size_t N>
void expect_refusals(const Row (&rows)[N]) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    scene.add("a");
    EXPECT_EQ(text_of(scene.ask(row.sent)), row.answer);
    EXPECT_EQ(scene.shelf->writes(), 1);
    EXPECT_EQ(scene.shelf->records().size(), 1U);
  }
}

TEST(HttpApiErrors, OfTheCaller) {
  const std::string unknown = error_text(401, "E0000011", "Invalid token provided");
  const std::string forbidden =
      error_text(403, "E0000006", "You do not have permission to perform the requested action");
  const std::string no_path = error_text(404, "E0000008", "The requested path was not found");
  const auto method = [](const std::string& allow) {
    std::string text =
        error_text(405, "E0000022", "The endpoint does not support the provided HTTP method");
    return text.insert(text.find('\n') + 1, "Allow: " + allow + "\n");
  };
  const std::string record = std::string(kPath) + "/tos1";
  const Row rows[] = {
      {"M23: no token", {.authorization = ""}, unknown},
      {"M23: an unknown token", {.authorization = "SSWS manage-tokens"}, unknown},
      {"M23: another scheme", {.authorization = "Basic manage-token"}, unknown},
      {"M23: no scheme", {.authorization = "manage-token"}, unknown},
      {"M23: the scheme alone", {.authorization = "SSWS"}, unknown},
      {"M23: an empty token", {.authorization = "SSWS  "}, unknown},
      {"M23: a stranger learns of no path", {.target = "/x", .authorization = ""}, unknown},
      {"M23: a read token that creates",
       {.method = "POST", .authorization = kRead, .body = kGood},
       forbidden},
      {"M23: that replaces",
       {.method = "PUT", .target = record, .authorization = kRead, .body = kGood},
       forbidden},
      {"M23: that deletes",
       {.method = "DELETE", .target = record, .authorization = kRead},
       forbidden},
      {"M23: that activates",
       {.method = "POST", .target = record + "/lifecycle/activate", .authorization = kRead},
       forbidden},
      {"M26: an unknown path", {.target = "/api/v1/trustedorigins"}, no_path},
      {"M26: a slash at the end", {.target = "/api/v1/trustedOrigins/"}, no_path},
      {"M26: a path behind a record", {.target = record + "/lifecycle"}, no_path},
      {"M26: an unknown step of life",
       {.method = "POST", .target = record + "/lifecycle/x"},
       no_path},
      {"M26: a path that is not encoded right", {.target = record + "%2"}, no_path},
      {"M26: no path", {.target = "*"}, no_path},
      {"M26: the list by DELETE", {.method = "DELETE"}, method("GET, HEAD, POST")},
      {"M26: a record by POST",
       {.method = "POST", .target = record},
       method("GET, HEAD, PUT, DELETE")},
      {"M26: a record by PATCH",
       {.method = "PATCH", .target = record},
       method("GET, HEAD, PUT, DELETE")},
      {"M26: a step of life by GET", {.target = record + "/lifecycle/activate"}, method("POST")},
      {"M26: a method in lower case", {.method = "get"}, method("GET, HEAD, POST")},
      {"M26: before the scope",
       {.method = "OPTIONS", .authorization = kRead},
       method("GET, HEAD, POST")},
      {"M17: an id is shown escaped and cut",
       {.target = std::string(kPath) + "/%22%0d%0a%ff" + std::string(300, 'x')},
       error_text(404, "E0000007",
                  R"(Not found: Resource not found: \\\"\\x0D\\x0A\\xFF)" + std::string(116, 'x') +
                      "... (TrustedOrigin)")},
      {"no Host", {.host = ""}, invalid("Host", {"Host: One well-formed Host header is needed"})},
      {"a Host that is none",
       {.host = "a.example/><"},
       invalid("Host", {"Host: One well-formed Host header is needed"})},
  };
  expect_refusals(rows);
}

TEST(HttpApiErrors, TwoAuthorizationsAreNone) {
  const ApiScene scene;
  const Sent sent;
  ApiRequest request = ApiScene::request_of(sent);
  request.authorization.lines = 2;
  EXPECT_EQ(scene.api->handle(request).status, 401);
}

TEST(HttpApiErrors, OfTheMediaTypes) {
  const std::string start = "Bad request. Accept and/or Content-Type headers ";
  const std::string accept = error_text(400, "E0000019", start + "do not match supported values.",
                                        {"Accept: Only application/json is served"});
  const std::string type =
      error_text(400, "E0000021", start + "likely do not match supported values.",
                 {"Content-Type: Only application/json in UTF-8 is taken"});
  const Row rows[] = {
      {"M22: Accept", {.accept = "text/html"}, accept},
      {"M22: Accept without", {.accept = "*/*, application/json;q=0"}, accept},
      {"M22: no Content-Type",
       {.method = "POST", .body = kGood, .content_type = ""},
       error_text(400, "E0000018", start + "are likely not set.",
                  {"Content-Type: The body is application/json"})},
      {"M22: another Content-Type",
       {.method = "POST", .body = kGood, .content_type = "text/plain"},
       type},
      {"M22: another charset",
       {.method = "POST", .body = kGood, .content_type = "application/json;charset=latin1"},
       type},
  };
  expect_refusals(rows);
}

TEST(HttpApiErrors, OfTheRecord) {
  const auto post = [](const std::string& body) { return Sent{.method = "POST", .body = body}; };
  const std::string exists =
      ": An object with this field already exists in the current organization";
  const Row rows[] = {
      {"M2, M3: taken",
       post(R"({"name":"a","origin":"https://a.example","scopes":[{"type":"CORS"}]})"),
       invalid("name, origin", {"name" + exists, "origin" + exists})},
      {"M22: nothing", post("{}"),
       invalid("name, origin, scopes",
               {std::string("name: ") + kBlank, std::string("origin: ") + kBlank,
                std::string("scopes: ") + kBlank})},
      {"M22: null", post(R"({"name":null,"origin":null,"scopes":null,"status":null})"),
       invalid("name, origin, scopes",
               {std::string("name: ") + kBlank, std::string("origin: ") + kBlank,
                std::string("scopes: ") + kBlank})},
      {"M3: a value without a scheme",
       post(R"({"name":"b","origin":"example.com","scopes":[{"type":"CORS"}]})"),
       invalid("origin",
               {R"(origin: The value \"example.com\" is not valid: an origin begins with its )"
                R"(scheme; write \"https://example.com\")"})},
      {"M5: a type in another case",
       post(R"({"name":"b","origin":"https://b.example","scopes":[{"type":"Redirect"}]})"),
       malformed({R"(scopes[0].type: The value \"Redirect\" is not CORS, REDIRECT or )"
                  "IFRAME_EMBED"})},
      {"M6: another app",
       post(R"({"name":"b","origin":"https://b.example",)"
            R"("scopes":[{"type":"IFRAME_EMBED","allowedOktaApps":["X"]}]})"),
       malformed({R"(scopes[0].allowedOktaApps[0]: The value \"X\" is not OKTA_ENDUSER)"})},
      {"M7: created INACTIVE", post(kGood.substr(0, kGood.size() - 1) + R"(,"status":"INACTIVE"})"),
       invalid("status", {"status: A record is created ACTIVE; deactivate it afterwards"})},
      {"M22: wrong types beside what is missing",
       post(R"({"name":5,"scopes":[1,{"type":[]},{"type":"CORS","allowedOktaApps":7}],)"
            R"("status":"active"})"),
       malformed({"name: The value is not a string", std::string("origin: ") + kBlank,
                  "scopes[0]: The value is not an object",
                  "scopes[1].type: The value is not a string",
                  "scopes[2].allowedOktaApps: The value is not an array",
                  R"(status: The value \"active\" is not ACTIVE or INACTIVE)"})},
  };
  expect_refusals(rows);
}

TEST(HttpApiErrors, OfTheBody) {
  const auto post = [](const std::string& body) { return Sent{.method = "POST", .body = body}; };
  const auto nested = [](std::size_t levels) {
    return R"({"x":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  const std::string too_deep = "body: It nests deeper than 16 levels";
  const Row rows[] = {
      {"M22: no body", post(""), malformed({"body: It is not JSON at byte 1"})},
      {"M22: no JSON", post("name=a"), malformed({"body: It is not JSON at byte 2"})},
      {"M22: cut", post(kGood.substr(0, 20)), malformed({"body: It is not JSON at byte 21"})},
      {"M22: something behind it", post(kGood + "x"),
       malformed({"body: It is not JSON at byte " + std::to_string(kGood.size() + 1)})},
      {"M22: an array", post("[]"), malformed({"body: It is not a JSON object"})},
      {"M22: no UTF-8", post("{\"name\":\"\xFF\"}"), malformed({"body: It is not valid UTF-8"})},
      {"M22: half a pair", post(R"({"name":"\ud800"})"),
       malformed({"body: It is not JSON at byte 16"})},
      {"M22: a field twice", post(R"({"name":"a","name":"b"})"),
       malformed({R"(body: The field \"name\" stands twice)"})},
      {"M22: a field of a scope twice", post(R"({"scopes":[{"type":"CORS","type":"CORS"}]})"),
       malformed({R"(body: The field \"type\" stands twice)"})},
      {"M22: a number that none is", post(R"({"x":1e999})"),
       malformed({"body: A number in it is too large"})},
      {"M22: deep", post(nested(16)), malformed({too_deep})},
      {"M22: very deep", post(nested(30'000)), malformed({too_deep})},
      {"M22: very deep and open", post(std::string(60'000, '[')),
       malformed({"body: It is not JSON at byte 60001"})},
      {"M22: as deep as may be", post(nested(15)),
       invalid("name, origin, scopes",
               {std::string("name: ") + kBlank, std::string("origin: ") + kBlank,
                std::string("scopes: ") + kBlank})},
      {"M22: large", post(std::string(kRecordBodyLimitBytes + 1, ' ')),
       malformed({"body: It is larger than 65536 bytes"}, 413)},
      {"M22: thousands of scopes",
       post(R"({"name":"b","origin":"https://b.example","scopes":[1)" +
            [] {
              std::string more;
              for (int i = 0; i < 10'000; ++i) more += ",1";
              return more;
            }() +
            "]}"),
       invalid("scopes", {"scopes: At most 3 scopes are allowed"})},
  };
  expect_refusals(rows);
}

TEST(HttpApiErrors, OfTheQuery) {
  const auto get = [](const std::string& query) { return Sent{.target = kPath + query}; };
  const auto paging = [](const std::vector<std::string>& causes) {
    return error_text(400, "E0000029", "Invalid paging request.", causes);
  };
  const auto search = [](const std::vector<std::string>& causes) {
    return error_text(400, "E0000031", "Invalid search criteria.", causes);
  };
  const std::string cursor = "after: The value is an invalid cursor of this list";
  const std::string limit = "limit: The value is not a number from 1 to 200";
  const std::string of_search = to_cursor(TextPlace{"a", {}});
  const std::string of_list = to_cursor(RecordKey{});
  const std::string ten_kilobytes = "?filter=" + std::string(10'240, '(');
  const Row rows[] = {
      {"M13: 0", get("?limit=0"), paging({limit})},
      {"M13: 201", get("?limit=201"), paging({limit})},
      {"M13: below 0", get("?limit=-1"), paging({limit})},
      {"M13: no number", get("?limit=2x"), paging({limit})},
      {"M13: too large a number", get("?limit=99999999999999999999"), paging({limit})},
      {"M13: twice", get("?limit=1&limit=1"), paging({"limit: The parameter stands twice"})},
      {"M14: a cursor that is none", get("?after=x"), paging({cursor})},
      {"M14: a search's cursor for the list", get("?after=" + of_search), paging({cursor})},
      {"M14: the list's cursor for a search", get("?q=a&after=" + of_list), paging({cursor})},
      {"M12: a filter that is none", get("?filter=name+is+%22a%22"),
       search({R"(filter: At byte 6: expected eq, not \"is\")"})},
      {"M12: 10 KB of parentheses", get(ten_kilobytes),
       search({"filter: At byte 34: the filter nests too deep"})},
      {"M11: q beside filter", get("?q=a&filter=name+eq+%22a%22"),
       error_text(400, "E0000033",
                  "Bad request. Can't specify a search query and filter in the same request.",
                  {"filter: q and filter exclude each other"})},
      {"wrong encoding", get("?q=%2"), search({"q: A % is not followed by two hex digits"})},
      {"no UTF-8", get("?q=%ff"), search({"q: The value is not valid UTF-8"})},
      {"what a variable that is not set leaves", get("?filter="),
       search({"filter: The value is empty; leave the parameter out"})},
      {"another case", get("?Filter=name+eq+%22b%22"),
       search({"filter: The parameter is written in lower case"})},
      {"everything at once", get("?after=x&limit=x&filter=x"),
       search({R"(filter: At byte 1: expected id, name, origin, status or type, not \"x\")", cursor,
               limit})},
  };
  expect_refusals(rows);
}

TEST(HttpApiErrors, OfTheStore) {
  const struct {
    const char* desc;
    RecordWrite::Status status;
    std::string answer;
  } rows[] = {
      {"M22: read only", RecordWrite::Status::ReadOnly,
       error_text(503, "E0000010", "Service is in read only mode",
                  {"store: Nothing was written, it cannot be written (the shelf says no)"})},
      {"M22: away", RecordWrite::Status::Unreachable,
       error_text(503, "E0000009", "Internal Server Error",
                  {"store: It did not answer; read before you try again, the change may have been "
                   "kept (the shelf says no)"})},
      {"M22: always in another revision", RecordWrite::Status::Conflict,
       error_text(503, "E0000009", "Internal Server Error",
                  {"store: Nothing was written, others write all the time; try again (the shelf "
                   "says no)"})},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    const std::string record = std::string(kPath) + "/" + scene.add("a");
    scene.shelf->answer_writes_with(row.status);
    const Sent changes[] = {{.method = "POST", .body = kGood},
                            {.method = "PUT", .target = record, .body = kGood},
                            {.method = "DELETE", .target = record},
                            {.method = "POST", .target = record + "/lifecycle/deactivate"}};
    for (const Sent& sent : changes) EXPECT_EQ(text_of(scene.ask(sent)), row.answer);
    EXPECT_EQ(scene.ask({.target = record}).status, 200) << "reading goes on";
  }
}

// A store that breaks its promise.
class ThrowingStore final : public RecordStore {
 public:
  Result<StoredRecords, std::string> load() override { return StoredRecords{}; }
  RecordWrite write(std::span<const RecordChange>, const AllRecords&, std::string_view) override {
    throw std::runtime_error("secret");
  }
};

TEST(HttpApiErrors, OfAStoreThatThrows) {
  ApiScene scene;
  scene.authority = *Authority::open(std::make_unique<ThrowingStore>());
  scene.api = *TrustedOriginsApi::make(
      scene.authority,
      {.tokens = {{"owner", AdminScope::Manage, sha256("manage-token")}}, .random_token = [] {
         return std::string("0123456789abcdef012345") + std::string(42, '0');
       }});
  EXPECT_EQ(text_of(scene.ask({.method = "POST", .body = kGood})),
            error_text(500, "E0000009", "Internal Server Error"));
  EXPECT_EQ(scene.ask({.method = "POST", .body = kGood}).status, 500) << "and the next is served";
}

}  // namespace
}  // namespace corsac::testing
