#include "corsac/policy/writer.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/policy/document_fields.hpp"
#include "support/json_document.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

Policy read(const std::string& json) {
  auto policy = testing::read_json_policy(json);
  EXPECT_TRUE(policy.has_value()) << json;
  return policy.value_or(Policy());
}

CorsKnobs all_knobs() {
  CorsKnobs knobs;
  knobs.actual_answers = "leave";
  knobs.enforce_methods = true;
  knobs.preflight_status = 200;
  knobs.refused_preflight_status = 204;
  knobs.check_requested = false;
  knobs.requested_method_case = "fold";
  knobs.methods_answer = "list";
  knobs.headers_answer = "list";
  knobs.list_separator = ", ";
  knobs.methods_are_exact = true;
  knobs.expose_on_preflight = true;
  knobs.preflight_headers_on_options = true;
  knobs.vary = "always";
  knobs.preflight_vary = "origin";
  knobs.same_origin = "judge";
  knobs.malformed_origin = "ignore";
  knobs.post_without_content_type = "refuse";
  knobs.empty_requested_method = "actual";
  knobs.preflight_needs_origin = false;
  knobs.preflight_outside_paths = "pass";
  knobs.zero_max_age = "omit";
  return knobs;
}

// What [cors] and its rules share.
template <class Section>
void fill_shared(Section& section) {
  section.allowed_origins = {"https://app.example.com", "https://*.example.com"};
  section.allowed_origin_regexes = {R"(https://\w+\.example\.com)"};
  section.allowed_methods = {"PUT"};
  section.allowed_headers = {"X-A"};
  section.exposed_headers = Names::none();
  section.allow_credentials = false;
  section.max_age_seconds = 600;
  section.preflight = "answer";
  section.on_denied = "mark";
  section.handler_headers = "keep";
  section.websocket = "as_rule";
  section.allow_null_origin = true;
  section.allow_private_network = true;
  section.timing_allow_origin = true;
  section.report_only = true;
  section.dangerously_allow_insecure_origins = true;
  section.dangerously_allow_public_suffixes = true;
  section.dangerously_echo_any_origin = false;
  section.knobs = all_knobs();
}

// Every field of the schema is set.
Policy everything() {
  Policy policy;
  fill_shared(policy.cors);
  policy.cors.enabled = true;
  policy.cors.profile = "django";
  policy.cors.excluded_paths = {"/admin", "/account*"};
  policy.cors.included_paths = {"/"};
  policy.cors.excluded_path_regexes = {"/a.*"};
  policy.cors.included_path_regexes = {"/b.*"};
  policy.cors.debug = true;
  policy.cors.debug_headers = false;
  CorsRule rule;
  fill_shared(rule);
  rule.name = "public \"keys\"";
  rule.paths = {"/.well-known/jwks.json"};
  rule.hosts = {"api.example.com:*"};
  rule.methods = {"GET"};
  policy.cors.rules = {rule, CorsRule{.paths = {"/b"}}};
  policy.hosts.allowed = {"api.example.com"};
  policy.csrf.enabled = true;
  policy.csrf.trusted_origins = {"https://app.example.com"};
  policy.csrf.exempt_paths = {"/webhooks"};
  policy.csrf.referer = {.enabled = true, .dangerously_allow_insecure = true};
  policy.csrf.cookie = {.name = "shared-csrftoken",
                        .domain = ".example.com",
                        .path = "/",
                        .max_age_seconds = 60,
                        .app_cookie_name = "csrftoken"};
  policy.frames.paths = {"/sign-in"};
  policy.frames.enduser_paths = {"/dashboard"};
  policy.frames.report_only = true;
  policy.redirects.enabled = false;
  policy.redirects.allowed_origins = {"https://app.example.com"};
  policy.redirects.parameters = {"redirect_uri"};
  policy.shadow.file = std::string("next.toml");
  TrustedOrigin record;
  record.name = "Partner";
  record.origin = "https://portal.example/";
  record.scopes = {
      {},
      {.type = TrustedOrigin::ScopeType::Redirect},
      {.type = TrustedOrigin::ScopeType::IframeEmbed, .allowed_okta_apps = {{"OKTA_ENDUSER"}}},
      {.type = TrustedOrigin::ScopeType::IframeEmbed,
       .allowed_okta_apps = std::vector<std::string>()}};
  record.status = TrustedOrigin::Status::Inactive;
  record.valid_until = std::chrono::system_clock::time_point(std::chrono::seconds(1800000000));
  record.id = "tos1";
  record.created = "2026-01-01T00:00:00.000Z";
  record.created_by = "me";
  record.last_updated = "2026-01-02T00:00:00.000Z";
  record.last_updated_by = "you";
  policy.trusted_origins = {record};
  policy.allowed_warnings = {{.code = "a", .path = "b", .reason = "c"}};
  PolicyTest test;
  test.name = "t";
  test.origin = "https://app.example.com";
  test.method = "PUT";
  test.path = "/b?c";
  test.host = "api.example.com";
  test.headers = {"x-a"};
  test.request = PolicyTest::Request::Both;
  test.expect = PolicyTest::Expect::Deny;
  test.reason = "origin_not_allowed";
  test.at = std::chrono::system_clock::time_point(std::chrono::milliseconds(1800000000500));
  policy.tests = {test, PolicyTest{.expect = PolicyTest::Expect::Allow}};
  return policy;
}

// What is written after a reading is what was written before it: nothing was lost or changed.
void expect_same_after_reading(const Policy& policy, const char* desc) {
  const std::string json = policy_to_json(policy);
  const Policy again = read(json);
  EXPECT_EQ(policy_to_json(again), json) << desc;
  EXPECT_EQ(policy_to_toml(again), policy_to_toml(policy)) << desc;
}

TEST(PolicyWriter, WritesEveryFieldThatIsRead) {
  expect_same_after_reading(everything(), "everything");
  const Json json = Json::parse(policy_to_json(everything()));
  const std::function<void(const DocumentItem&, const Json&)> expect_fields =
      [&](const DocumentItem& item, const Json& object) {
        for (const DocumentField& field : item.fields) {
          const bool is_readable =
              field.put != nullptr || field.open_list != nullptr || field.open_item != nullptr;
          const bool is_files =
              field.name == "allowed_origins_file" || field.name == "allowed_origins_from_file";
          if (!is_readable || is_files) continue;
          const std::string name(field.name);
          ASSERT_TRUE(object.contains(name)) << item.label << ' ' << name;
          const Json& inner = object[name];
          if (field.shape == FieldShape::Item) expect_fields(*field.item, inner);
          if (field.shape == FieldShape::ItemList && field.item->bare_text_field.empty()) {
            expect_fields(*field.item, inner[0]);
          }
        }
      };
  expect_fields(policy_document(), json);
}

TEST(PolicyWriter, LeavesOutWhatIsNotSaid) {
  EXPECT_EQ(policy_to_toml({}), "version = 1\n");
  EXPECT_EQ(policy_to_json({}), "{\n  \"version\": 1\n}\n");
  Policy policy;
  policy.cors.enabled = true;
  expect_same_after_reading(policy, "an empty [cors]");
  EXPECT_EQ(policy_to_toml(policy), "version = 1\n\n[cors]\nenabled = true\n");
  policy.cors = {};
  policy.cors.rules = {CorsRule{.paths = {"/a"}}};
  expect_same_after_reading(policy, "rules alone");
  EXPECT_EQ(policy_to_toml(policy), "version = 1\n\n[[cors.rules]]\npaths = [\"/a\"]\n");
}

TEST(PolicyWriter, WritesTomlThatPeopleRead) {
  Policy policy;
  policy.cors.allowed_origins = {"https://app.example.com"};
  policy.cors.allow_credentials = true;
  policy.cors.exposed_headers = Names::none();
  policy.cors.excluded_paths = {"/the/first/of/several/long/paths", "/the/second/of/the/long/paths",
                                "/the/third/of/the/long/paths"};
  policy.cors.rules = {CorsRule{.name = "keys", .paths = {"/k"}, .allowed_origins = {"*"}}};
  policy.hosts.allowed = {"api.example.com"};
  TrustedOrigin record;
  record.name =
      "a \"quoted\" \\ name\n\x7F\xC3\xA9\xC2\x9B\xE2\x80\xA8\xE2\x80\xAE\xF0\x9F\x98\x80";
  record.origin = "https://portal.example";
  record.scopes = {
      {}, {.type = TrustedOrigin::ScopeType::IframeEmbed, .allowed_okta_apps = {{"OKTA_ENDUSER"}}}};
  policy.trusted_origins = {record};
  EXPECT_EQ(policy_to_toml(policy), R"(version = 1

[cors]
excluded_paths = [
  "/the/first/of/several/long/paths",
  "/the/second/of/the/long/paths",
  "/the/third/of/the/long/paths",
]
allowed_origins = ["https://app.example.com"]
exposed_headers = []
allow_credentials = true

[[cors.rules]]
name = "keys"
paths = ["/k"]
allowed_origins = ["*"]

[hosts]
allowed = ["api.example.com"]

[[trusted_origins]]
name = "a \"quoted\" \\ name\n\u007Fé\u009B\u2028\u202E😀"
origin = "https://portal.example"
scopes = ["CORS", { type = "IFRAME_EMBED", allowed_okta_apps = ["OKTA_ENDUSER"] }]
)");
}

TEST(PolicyWriter, PutsOriginsOfAFileIntoTheDocument) {
  Policy policy;
  policy.cors.allowed_origins = {"https://a.example"};
  policy.cors.allowed_origins_file = "origins.txt";
  policy.cors.allowed_origins_from_file = {"https://b.example"};
  policy.cors.rules = {CorsRule{.paths = {"/a"},
                                .allowed_origins_file = "none.txt",
                                .allowed_origins_from_file = Names::none()}};
  EXPECT_EQ(policy_to_toml(policy),
            "version = 1\n\n[cors]\nallowed_origins = [\"https://a.example\", "
            "\"https://b.example\"]\n\n[[cors.rules]]\npaths = [\"/a\"]\nallowed_origins = []\n");
  expect_same_after_reading(policy, "a file");
}

TEST(PolicyWriter, ReplacesWhatIsNoUtf8) {
  Policy policy;
  policy.cors.allowed_origins = {"https://\xFF.example"};
  EXPECT_EQ(policy_to_toml(policy),
            "version = 1\n\n[cors]\nallowed_origins = [\"https://\xEF\xBF\xBD.example\"]\n");
}

// A list stays in its line as long as one comment is true of all of it; what has no place, has
// none.
TEST(PolicyWriter, NamesTheLineEachValueIsFrom) {
  Policy policy;
  policy.sources = {"nginx.conf", "odd\nname"};
  policy.cors.profile = "fetch";
  policy.cors.allowed_origins = Names({"https://a.example", "https://b.example"},
                                      {Place{.line = 3}, Place{.line = 4, .column = 7}});
  policy.cors.allowed_methods = Names({"PUT", "PATCH"}, {Place{.line = 5}, Place{.line = 5}});
  policy.cors.exposed_headers.set_empty(Place{.line = 6});
  policy.cors.allow_credentials = Setting<bool>(true, Place{.line = 7, .source = 1});
  policy.cors.rules.push_back({.paths = {"/x"}, .allowed_headers = Names({"X-A"}, {{.line = 9}})});
  policy.trusted_origins.push_back(
      {.name = "Portal", .origin = "https://p.example", .scopes = {{}}, .place = {.line = 12}});
  EXPECT_EQ(policy_to_toml_with_places(policy), R"(version = 1

[cors]
profile = "fetch"
allowed_origins = [
  "https://a.example",  # from nginx.conf:3
  "https://b.example",  # from nginx.conf:4
]
allowed_methods = ["PUT", "PATCH"]  # from nginx.conf:5
exposed_headers = []  # from nginx.conf:6
allow_credentials = true  # from odd\x0Aname:7

[[cors.rules]]
paths = ["/x"]
allowed_headers = ["X-A"]  # from nginx.conf:9

[[trusted_origins]]
name = "Portal"
origin = "https://p.example"  # from nginx.conf:12
scopes = ["CORS"]
)");
}

}  // namespace
}  // namespace corsac
