#include "corsac/authority/record.hpp"

#include <gtest/gtest.h>

namespace corsac {
namespace {

using Scope = TrustedOrigin::Scope;
using ScopeType = TrustedOrigin::ScopeType;
using Status = TrustedOrigin::Status;
using Apps = std::vector<std::string>;
using Faults = std::vector<std::string>;

RecordInput good() {
  return {.name = "Portal", .origin = "https://portal.example", .scopes = {{{ScopeType::Cors}}}};
}

Faults faults_of(const RecordInput& input) {
  Faults texts;
  for (const FieldFault& fault : check_record(input)) {
    texts.push_back(fault.field + ": " + fault.what + (fault.is_malformed ? " [malformed]" : ""));
  }
  return texts;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Record, ChecksTheName) {
  const std::string too_long = "name: The field is too long, at most 255 characters are allowed";
  const struct {
    const char* desc;
    std::optional<std::string> name;
    Faults faults;
  } rows[] = {
      {"M2: 255 characters", std::string(255, 'n'), {}},
      {"M2: 255 characters of two bytes", repeated("\xC3\xA4", 255), {}},
      {"M2: 256 characters", std::string(256, 'n'), {too_long}},
      {"M2: 256 characters of two bytes", repeated("\xC3\xA4", 256), {too_long}},
      {"none", std::nullopt, {"name: The field cannot be left blank"}},
      {"empty", "", {"name: The field cannot be left blank"}},
      {"blanks", "  ", {"name: The field cannot be left blank"}},
      {"a line break", "a\nb", {"name: The value has a control character in it"}},
      {"a NUL", std::string("a\0b", 3), {"name: The value has a control character in it"}},
      {"no UTF-8", "a\xFF", {"name: The value is not valid UTF-8"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordInput input = good();
    input.name = row.name;
    EXPECT_EQ(faults_of(input), row.faults);
  }
}

TEST(Record, ChecksTheOrigin) {
  const auto invalid = [](const std::string& value, const std::string& why) {
    return Faults{"origin: The value \"" + value + "\" is not valid: " + why};
  };
  const struct {
    const char* desc;
    std::optional<std::string> origin;
    Faults faults;
  } rows[] = {
      {"M3: http", "http://example.com", {}},
      {"M3: https", "https://example.com", {}},
      {"M3: ftp", "ftp://example.com", {}},
      {"M3: Ionic 2", "ionic://localhost", {}},
      {"M3: Capacitor", "capacitor://localhost", {}},
      {"M4: a trailing slash", "http://localhost:8080/", {}},
      {"M4: upper case", "HTTPS://Example.com", {}},
      {"M4: a default port", "https://example.com:443", {}},
      {"IPv6", "http://[::1]:8080", {}},
      {"M3: 255 bytes", "http://" + repeated(std::string(61, 'a') + ".", 4), {}},
      {"M3: 256 bytes",
       "http://" + std::string(249, 'a'),
       {"origin: The field is too long, at most 255 characters are allowed"}},
      {"M3: another scheme", "chrome-extension://abcdefgh",
       invalid("chrome-extension://abcdefgh",
               "the scheme is http, https, ftp, ionic or capacitor")},
      {"none", std::nullopt, {"origin: The field cannot be left blank"}},
      {"empty", "", {"origin: The field cannot be left blank"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordInput input = good();
    input.origin = row.origin;
    EXPECT_EQ(faults_of(input), row.faults);
  }
}

TEST(Record, AdvisesWhatARecordMayHold) {
  for (const char* const origin : {"*", "https://*", "https://*.example.com", "null"}) {
    RecordInput input = good();
    input.origin = origin;
    const Faults faults = faults_of(input);
    ASSERT_EQ(faults.size(), 1U) << origin;
    EXPECT_NE(faults[0].find("one origin"), std::string::npos) << faults[0];
    for (const char* const elsewhere : {"allow_null_origin", "alone", "https://*.example.com,"}) {
      EXPECT_EQ(faults[0].find(elsewhere), std::string::npos) << faults[0];
    }
  }
}

// Proves M3. The texts are those of parse_record_origin, whose tests compare them.
TEST(Record, RefusesWhatIsNoOrigin) {
  const char* const origins[] = {
      "example.com",
      "*",
      "https://*",
      "https://*.example.com",
      "https://a.example:*",
      "https://a.example/path",
      "https://a.example?q",
      "https://a.example#f",
      "null",
      "file:///etc/passwd",
      "javascript:alert(1)",
      "data:text/html,x",
      " https://a.example",
      "https://a.example https://b.example",
      "https://a.example:0",
      "https://a.example:65536",
      "https://a.example//",
      "https://a..example",
      "https://\xC3\xA4.example",
      "https://a.example\r\nSet-Cookie: a",
      "ftp://*.example.com",
      "ftp://a.example/file",
      "https://",
      "https://1.2.3",
  };
  for (const char* const origin : origins) {
    SCOPED_TRACE(origin);
    RecordInput input = good();
    input.origin = origin;
    const Faults faults = faults_of(input);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_NE(faults[0].find(" is not valid: "), std::string::npos) << faults[0];
  }
}

TEST(Record, ShowsNoPassword) {
  RecordInput input = good();
  input.origin = "https://user:secret@a.example";
  ASSERT_EQ(faults_of(input).size(), 1U);
  EXPECT_EQ(faults_of(input)[0].find("secret"), std::string::npos);
}

TEST(Record, ChecksTheScopes) {
  const Scope cors{ScopeType::Cors};
  const Scope redirect{ScopeType::Redirect};
  const auto frame = [](Apps apps) { return Scope{ScopeType::IframeEmbed, std::move(apps)}; };
  const struct {
    const char* desc;
    std::optional<std::vector<Scope>> scopes;
    Faults faults;
  } rows[] = {
      {"M5: one", {{redirect}}, {}},
      {"M5: three", {{cors, redirect, {ScopeType::IframeEmbed}}}, {}},
      {"M5: none", {{}}, {"scopes: The field cannot be left blank"}},
      {"M5: absent", std::nullopt, {"scopes: The field cannot be left blank"}},
      {"M5: a type twice",
       {{cors, redirect, cors}},
       {"scopes[2].type: Another scope has the type CORS"}},
      {"M5: four",
       {{cors, redirect, frame({}), cors}},
       {"scopes: At most 3 scopes are allowed", "scopes[3].type: Another scope has the type CORS"}},
      {"M6: no app", {{frame({})}}, {}},
      {"M6: the dashboard", {{frame({"OKTA_ENDUSER"})}}, {}},
      {"M6: an empty list beside CORS", {{{ScopeType::Cors, Apps{}}}}, {}},
      {"M6: an app beside CORS",
       {{{ScopeType::Cors, Apps{"OKTA_ENDUSER"}}}},
       {"scopes[0].allowedOktaApps: Only a scope of the type IFRAME_EMBED names apps"}},
      {"M6: another app",
       {{frame({"OKTA_ENDUSER", "okta_enduser"})}},
       {"scopes[0].allowedOktaApps[1]: The value \"okta_enduser\" is not OKTA_ENDUSER "
        "[malformed]"}},
      {"M6: twice",
       {{frame({"OKTA_ENDUSER", "OKTA_ENDUSER"})}},
       {"scopes[0].allowedOktaApps[1]: The value stands twice"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    RecordInput input = good();
    input.scopes = row.scopes;
    EXPECT_EQ(faults_of(input), row.faults);
  }
}

TEST(Record, TellsEverythingAtOnceByField) {
  const RecordInput input = {
      .name = "",
      .origin = "example",
      .faults = {{"status", "read wrong", true}, {"scopes[1].type", "read wrong", true}}};
  const Faults faults = faults_of(input);
  ASSERT_EQ(faults.size(), 4U);
  EXPECT_EQ(faults[0], "name: The field cannot be left blank");
  EXPECT_TRUE(faults[1].starts_with("origin: ")) << faults[1];
  EXPECT_EQ(faults[2], "scopes[1].type: read wrong [malformed]") << "and not missing as well";
  EXPECT_EQ(faults[3], "status: read wrong [malformed]");
}

// Proves M5.
TEST(Record, KnowsEnumsInExactlyTheirCase) {
  for (const auto type : {ScopeType::Cors, ScopeType::Redirect, ScopeType::IframeEmbed}) {
    EXPECT_EQ(parse_scope_type(to_text(type)), type);
  }
  for (const auto status : {Status::Active, Status::Inactive}) {
    EXPECT_EQ(parse_record_status(to_text(status)), status);
  }
  for (const char* const other : {"Redirect", "cors", "", "CORS ", "ACTIVE"}) {
    EXPECT_EQ(parse_scope_type(other), std::nullopt) << other;
  }
  EXPECT_EQ(parse_record_status("active"), std::nullopt);
}

TEST(Record, WritesTimesAsOktaDoes) {
  using std::chrono::milliseconds;
  const std::chrono::system_clock::time_point start{std::chrono::seconds(1'767'225'600)};
  EXPECT_EQ(record_time_text(start), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(record_time_text(start + milliseconds(1999)), "2026-01-01T00:00:01.000Z");
}

}  // namespace
}  // namespace corsac
