// /api/system-configuration: FusionAuth's form of [cors].

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "policy_api/api_scene.hpp"

namespace corsac::testing {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::HasSubstr;

const std::string kPath = "/api/system-configuration";
// All that is no [cors] stays, whatever is done.
const std::string kHosts = R"("hosts":{"allowed":["api.example"]})";
const std::string kDefaults =
    R"("allowCredentials":false,"allowedHeaders":["Accept","Access-Control-Request-Headers",)"
    R"("Access-Control-Request-Method","Authorization","Content-Type","Last-Modified","Origin",)"
    R"("X-FusionAuth-TenantId","X-Requested-With"],"allowedMethods":["GET","OPTIONS"],)"
    R"("allowedOrigins":[],"debug":false,"enabled":false,)"
    R"("exposedHeaders":["Access-Control-Allow-Origin","Access-Control-Allow-Credentials"],)"
    R"("preflightMaxAgeInSeconds":1800)";

std::string with_cors(const std::string& cors) {
  return R"({"version":1,)" + (cors.empty() ? "" : R"("cors":)" + cors + ",") + kHosts + "}";
}

std::string body_of(const std::string& fields) {
  return R"({"systemConfiguration":{"corsConfiguration":{)" + fields + "}}}";
}

std::string kept(const ApiScene& scene) { return Json::parse(scene.documents->json).dump(); }

struct ShownRow {
  const char* desc;
  const char* cors;
  std::string fields;
};

const ShownRow kShown[] = {
    {"no [cors] is one that is not enabled", "", kDefaults},
    {"the defaults of the profile", R"({"profile":"fusionauth"})", kDefaults},
    {"all that is set",
     R"({"profile":"fusionauth","enabled":true,"allowed_origins":["https://a.example"],)"
     R"("allowed_methods":["GET","PUT"],"allowed_headers":["X-A"],"exposed_headers":[],)"
     R"("allow_credentials":true,"max_age_seconds":0,"debug":true})",
     R"("allowCredentials":true,"allowedHeaders":["X-A"],"allowedMethods":["GET","PUT"],)"
     R"("allowedOrigins":["https://a.example"],"debug":true,"enabled":true,"exposedHeaders":[],)"
     R"("preflightMaxAgeInSeconds":0)"},
};

TEST(SystemConfiguration, IsShown) {
  for (const ShownRow& row : kShown) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    scene.documents->json = with_cors(row.cors);
    const ApiAnswer answer = scene.ask({.target = kPath, .authorization = "Bearer read-token"});
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, body_of(row.fields) + "\n");
    EXPECT_EQ(header_of(answer, "ETag"), R"("1:n")");
  }
}

struct OtherRow {
  const char* desc;
  const char* cors;
  const char* path;
  const char* origin_beside = "";  // "" = none
};

constexpr OtherRow kOthers[] = {
    {"origins beside a document without [cors]", "",
     "systemConfiguration.corsConfiguration.allowedOrigins", "https://set.example"},
    {"origins beside one that is of the form", R"({"profile":"fusionauth"})",
     "systemConfiguration.corsConfiguration.allowedOrigins", "https://set.example"},
    {"another profile", R"({"profile":"okta"})", "cors.profile"},
    {"no profile", R"({"enabled":true})", "cors.profile"},
    {"rules", R"({"profile":"fusionauth","rules":[{"paths":["/a"]}]})", "cors.rules"},
    {"a field that it has not", R"({"profile":"fusionauth","on_denied":"mark"})", "cors.on_denied"},
    {"other excluded paths", R"({"profile":"fusionauth","excluded_paths":[]})",
     "cors.excluded_paths"},
};

// Never an answer that is not the whole truth, and never a write that drops a part of it.
TEST(SystemConfiguration, SaysWhatItCannotSay) {
  for (const OtherRow& row : kOthers) {
    for (const char* const method : {"GET", "PUT", "PATCH"}) {
      SCOPED_TRACE(std::string(row.desc) + " " + method);
      const ApiScene scene;
      scene.documents->json = with_cors(row.cors);
      if (*row.origin_beside != '\0') scene.documents->origins_beside = {row.origin_beside};
      const ApiAnswer answer =
          scene.ask({.method = method, .target = kPath, .body = body_of(R"("enabled":true)")});
      EXPECT_EQ(answer.status, 409);
      EXPECT_THAT(answer.body, HasSubstr("[system-configuration-other]" + std::string(row.path)));
      EXPECT_THAT(answer.body, HasSubstr("use /api/policy"));
      EXPECT_EQ(scene.documents->writes, 0);
    }
  }
}

struct ChangeRow {
  const char* desc;
  const char* method;
  const char* cors;
  const char* fields;
  const char* then;
};

// Proves M94. A false differs from what is absent.
constexpr ChangeRow kChanges[] = {
    {"PATCH: false is said", "PATCH", R"({"profile":"fusionauth","enabled":true})",
     R"("enabled":false)", R"({"enabled":false,"profile":"fusionauth"})"},
    {"PATCH: absent stays", "PATCH", R"({"profile":"fusionauth","enabled":true})",
     R"("debug":true)", R"({"enabled":true,"profile":"fusionauth","debug":true})"},
    {"PATCH: null is the default", "PATCH",
     R"({"profile":"fusionauth","enabled":true,"debug":true})", R"("enabled":null)",
     R"({"profile":"fusionauth","debug":true})"},
    {"PATCH: nothing", "PATCH", R"({"profile":"fusionauth","enabled":true})", "",
     R"({"enabled":true,"profile":"fusionauth"})"},
    {"PATCH: lists are replaced", "PATCH",
     R"({"profile":"fusionauth","allowed_origins":["https://a.example","https://b.example"]})",
     R"("allowedOrigins":["https://c.example"])",
     R"({"profile":"fusionauth","allowed_origins":["https://c.example"]})"},
    {"PATCH: an empty list is one", "PATCH",
     R"({"profile":"fusionauth","allowed_methods":["GET"]})", R"("exposedHeaders":[])",
     R"({"profile":"fusionauth","allowed_methods":["GET"],"exposed_headers":[]})"},
    {"PATCH: of no [cors]", "PATCH", "", R"("enabled":true,"allowedOrigins":["https://a.example"])",
     R"({"enabled":true,"profile":"fusionauth","allowed_origins":["https://a.example"]})"},
    {"PUT: absent is the default", "PUT",
     R"({"profile":"fusionauth","enabled":true,"debug":true,"max_age_seconds":5})",
     R"("enabled":true)", R"({"enabled":true,"profile":"fusionauth"})"},
    {"PUT: false is said", "PUT", R"({"profile":"fusionauth","enabled":true})",
     R"("enabled":false,"allowCredentials":false)",
     R"({"enabled":false,"profile":"fusionauth","allow_credentials":false})"},
    {"PUT: nothing is all defaults", "PUT",
     R"({"profile":"fusionauth","enabled":true,"debug":true})", "", R"({"profile":"fusionauth"})"},
    {"PUT: null is the default", "PUT", R"({"profile":"fusionauth","enabled":true})",
     R"("enabled":null)", R"({"profile":"fusionauth"})"},
    {"PUT: all eight", "PUT", "",
     R"("enabled":true,"allowCredentials":true,"allowedHeaders":["X-A"],)"
     R"("allowedMethods":["GET","DELETE"],"allowedOrigins":["https://a.example"],)"
     R"("exposedHeaders":["X-B"],"preflightMaxAgeInSeconds":600,"debug":true)",
     R"({"enabled":true,"profile":"fusionauth","debug":true,)"
     R"("allowed_origins":["https://a.example"],)"
     R"("allowed_methods":["GET","DELETE"],"allowed_headers":["X-A"],"exposed_headers":["X-B"],)"
     R"("allow_credentials":true,"max_age_seconds":600})"},
};

TEST(SystemConfiguration, IsChanged) {
  for (const ChangeRow& row : kChanges) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    scene.documents->json = with_cors(row.cors);
    const ApiAnswer answer =
        scene.ask({.method = row.method, .target = kPath, .body = body_of(row.fields)});
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(kept(scene), with_cors(row.then));
    EXPECT_EQ(answer.body, scene.ask({.target = kPath}).body) << "the answer is what is there now";
    EXPECT_EQ(header_of(answer, "ETag"), R"("2:n")");
  }
}

std::string field_error(const std::string& field, const std::string& code,
                        const std::string& message) {
  return R"({"fieldErrors":{")" + field + R"(":[{"code":"[)" + code + "]" + field +
         R"(","message":")" + message + R"("}]},"generalErrors":[]})";
}

const std::string kPrefix = "systemConfiguration.corsConfiguration.";

TEST(SystemConfiguration, TellsWhatIsWrongInItsOwnForm) {
  struct Row {
    const char* desc;
    std::string body;
    std::string answer;
  };
  const auto no_field_but = [](const std::string& meant) {
    return "it is no field of the CORS part, which is all that is kept here; write " + meant;
  };
  const std::string no_field =
      "it is no field of the CORS part, which is all that is kept here; leave it out";
  const std::string shape = R"(write {\"systemConfiguration\": {\"corsConfiguration\": {...}}})";
  const Row rows[] = {
      {"an origin with a path",
       body_of(R"("allowedOrigins":["https://a.example","https://b.example/"])"),
       field_error(
           kPrefix + "allowedOrigins", "origin-trailing-slash",
           R"(\"https://b.example/\": an origin has no path; write \"https://b.example\")")},
      {"a text for a number", body_of(R"("preflightMaxAgeInSeconds":"1800")"),
       field_error(kPrefix + "preflightMaxAgeInSeconds", "field-type",
                   R"(\"1800\": it must be a whole number; write 1800)")},
      {"a text for a flag", body_of(R"("enabled":"true")"),
       field_error(kPrefix + "enabled", "field-type",
                   R"(\"true\": it must be true or false; write true)")},
      {"a field that is none", body_of(R"("maxRetries":[])"),
       field_error(kPrefix + "maxRetries", "field-unknown", no_field)},
      {"a slip", body_of(R"("allowedOrigin":[])"),
       field_error(kPrefix + "allowedOrigin", "field-unknown", no_field_but("allowedOrigins"))},
      {"our own name of a field", body_of(R"("max_age_seconds":5)"),
       field_error(kPrefix + "max_age_seconds", "field-unknown",
                   no_field_but("preflightMaxAgeInSeconds"))},
      {"advice that names a field", body_of(R"("allowedOrigins":["*"],"allowCredentials":true)"),
       field_error(
           kPrefix + "allowedOrigins", "origin-any-credentials",
           R"(\"*\": \"*\" with allowCredentials would show every site what your users see; )"
           R"(list the origins, or set allowCredentials = false)")},
      {"another part of the system configuration",
       R"({"systemConfiguration":{"corsConfiguration":{},"auditLogConfiguration":{}}})",
       field_error("systemConfiguration.auditLogConfiguration", "field-unknown", no_field)},
      {"no corsConfiguration", R"({"systemConfiguration":{}})",
       field_error("systemConfiguration.corsConfiguration", "field-missing",
                   "it is missing; " + shape)},
      {"null for all of it", R"({"systemConfiguration":{"corsConfiguration":null}})",
       field_error("systemConfiguration.corsConfiguration", "field-type",
                   "it must be an object; " + shape)},
      {"the inner object alone", R"({"corsConfiguration":{}})",
       R"({"fieldErrors":{"systemConfiguration":[{"code":"[field-missing]systemConfiguration",)"
       R"("message":"it is missing; )" +
           shape +
           R"("}]},"generalErrors":[{"code":"[field-unknown]corsConfiguration",)"
           R"("message":"corsConfiguration: )" +
           no_field + R"("}]})"},
      {"a name twice", body_of(R"("enabled":true,"enabled":false)"),
       field_error(kPrefix + "enabled", "field-repeated",
                   "the field stands twice; keep one of the two")},
      {"no JSON", "{",
       R"({"fieldErrors":{},"generalErrors":[{"code":"[json-syntax]","message":)"
       R"("syntax error while parsing object key - unexpected end of input; expected string )"
       R"(literal; write the whole document: it is empty, or cut off"}]})"},
  };
  for (const Row& row : rows) {
    for (const char* const method : {"PUT", "PATCH"}) {
      SCOPED_TRACE(std::string(row.desc) + " " + method);
      const ApiScene scene;
      scene.documents->json = with_cors(R"({"profile":"fusionauth"})");
      const ApiAnswer answer = scene.ask({.method = method, .target = kPath, .body = row.body});
      EXPECT_EQ(answer.status, 400);
      EXPECT_EQ(answer.body, row.answer + "\n");
      EXPECT_EQ(scene.documents->writes, 0);
    }
  }
}

TEST(SystemConfiguration, TellsAllErrorsAtOnce) {
  const ApiScene scene;
  scene.documents->json =
      R"({"version":1,"cors":{"profile":"fusionauth"},"hosts":{"allowed":["api.example"]},)"
      R"("test":[{"name":"t","origin":"https://a.example","expect":"deny"}]})";
  const auto errors = [&](const std::string& fields) {
    const Json json =
        Json::parse(scene.ask({.method = "PATCH", .target = kPath, .body = body_of(fields)}).body);
    std::string names;
    for (const auto& [field, list] : json["fieldErrors"].items()) {
      names += field.substr(kPrefix.size()) + " " + std::to_string(list.size()) + "; ";
    }
    for (const Json& error : json["generalErrors"])
      names += error["code"].get<std::string>() + "; ";
    return names;
  };
  EXPECT_EQ(errors(R"("allowedOrigins":["x","https://a.example/"],"allowedMethods":["T T"],)"
                   R"("preflightMaxAgeInSeconds":-1)"),
            "allowedOrigins 2; allowedMethods 1; preflightMaxAgeInSeconds 1; ");
  EXPECT_EQ(errors(R"("allowedOrigin":["https://a.example"],"enabled":"true",)"
                   R"("preflightMaxAgeInSeconds":"1800","allowedMethods":"GET")"),
            "allowedOrigin 1; enabled 1; preflightMaxAgeInSeconds 1; allowedMethods 1; ");
  EXPECT_EQ(errors(R"("enabled":true,"allowedOrigins":["https://a.example"])"),
            "[test-failed]test[0]; ");
}

// FusionAuth has no If-Match: a change is made again on what somebody else wrote in between.
TEST(SystemConfiguration, LosesNoUpdate) {
  const ApiScene scene;
  scene.documents->json = with_cors(R"({"profile":"fusionauth"})");
  scene.documents->before_write = [&] {
    scene.documents->before_write = [] {};
    scene.documents->put(with_cors(R"({"profile":"fusionauth","debug":true})"));
  };
  Sent patch{.method = "PATCH", .target = kPath, .body = body_of(R"("enabled":true)")};
  EXPECT_EQ(scene.ask(patch).status, 200);
  EXPECT_EQ(kept(scene), with_cors(R"({"enabled":true,"profile":"fusionauth","debug":true})"));

  patch.if_match = R"("1:n")";
  EXPECT_EQ(scene.ask(patch).status, 412);
  patch.if_match = R"("3:n")";
  EXPECT_EQ(scene.ask(patch).status, 200);
}

struct TokenRow {
  const char* desc;
  const char* authorization;
  int status;
};

constexpr TokenRow kTokens[] = {
    {"as FusionAuth's clients send it", "manage-token", 200},
    {"with a scheme", "Bearer manage-token", 200},
    {"with another scheme", "Basic manage-token", 401},
    {"none", "", 401},
    {"an unknown one", "x", 401},
    {"the scheme alone", "Bearer", 401},
};

TEST(SystemConfiguration, TakesTheBareKey) {
  for (const TokenRow& row : kTokens) {
    SCOPED_TRACE(row.desc);
    const ApiScene scene;
    scene.documents->json = with_cors("");
    const ApiAnswer answer = scene.ask({.target = kPath, .authorization = row.authorization});
    EXPECT_EQ(answer.status, row.status);
    if (row.status == 401) {
      EXPECT_THAT(answer.body, HasSubstr(R"({"fieldErrors":{},"generalErrors":[{"code":"[token_)"));
    }
  }
  const ApiScene scene;
  EXPECT_EQ(scene
                .ask({.method = "PATCH",
                      .target = kPath,
                      .body = body_of(""),
                      .authorization = "read-token"})
                .status,
            403);
}

}  // namespace
}  // namespace corsac::testing
