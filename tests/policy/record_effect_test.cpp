#include "corsac/policy/record_effect.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/policy/compile.hpp"

namespace corsac {
namespace {

using Type = TrustedOrigin::ScopeType;

TrustedOrigin record(std::string origin, std::vector<Type> types = {Type::Cors}) {
  TrustedOrigin made{.name = origin, .origin = std::move(origin)};
  for (const Type type : types) made.scopes.push_back({.type = type});
  return made;
}

CorsPolicy cors(bool allow_credentials) {
  return {.allowed_origins = {"https://app.example"}, .allow_credentials = allow_credentials};
}

constexpr const char* kNotThere =
    "CORS: the policy in force does not have it: the document overrules it (record-in-document), "
    "or it is over";

TEST(RecordEffect, SaysWhatIsTrustedThoughARecordIsOff) {
  Policy policy{.cors = cors(true),
                .trusted_origins = {record("https://a.example", {Type::Cors, Type::Redirect})}};
  const struct {
    const char* desc;
    TrustedOrigin record;
    std::string scopes;
  } rows[] = {
      {"another record names it", record("https://A.example:443/"), "CORS"},
      {"for two scopes; frames are nobody's",
       record("https://a.example", {Type::Redirect, Type::Cors, Type::IframeEmbed}),
       "REDIRECT, CORS"},
      {"the list does", record("https://app.example", {Type::Cors, Type::Redirect}), "CORS"},
      {"nobody does", record("https://b.example"), ""},
  };
  const auto compiled = compile_policy(policy, {});
  ASSERT_TRUE(compiled) << compiled.error().text();
  for (const auto& row : rows) {
    TrustedOrigin off = row.record;
    EXPECT_EQ(still_in_effect(*compiled->snapshot, off), "") << row.desc << ": it is ACTIVE";
    off.status = TrustedOrigin::Status::Inactive;
    EXPECT_EQ(still_in_effect(*compiled->snapshot, off), row.scopes) << row.desc;
  }
}

TEST(RecordEffect, SaysWhyARecordGivesNothing) {
  TrustedOrigin off = record("http://off.example");
  off.status = TrustedOrigin::Status::Inactive;
  Policy with_record{.cors = cors(true), .trusted_origins = {record("https://a.example/")}};
  Policy with_guards = with_record;
  with_guards.trusted_origins = {
      record("https://a.example", {Type::Cors, Type::Redirect, Type::IframeEmbed})};
  with_guards.frames.report_only = false;
  const struct {
    const char* desc;
    Policy policy;
    TrustedOrigin record;
    std::string why;
  } rows[] = {
      {"it is granted, in whatever spelling", with_record, record("https://A.example:443"), ""},
      {"it gives all of it", with_guards,
       record("https://a.example", {Type::Cors, Type::Redirect, Type::IframeEmbed}), ""},
      {"an INACTIVE one is meant to", with_record, off, ""},
      {"the list grants it", {.cors = cors(true)}, record("https://app.example"), ""},
      {"anybody is granted", {.cors = {.allowed_origins = {"*"}}}, record("https://b.example"), ""},
      {"no [cors]",
       {},
       record("https://a.example"),
       "CORS: without [cors] no record grants anything"},
      {"[cors] that is off",
       {.cors = {.enabled = false, .allowed_origins = {"https://app.example"}}},
       record("https://a.example"),
       "CORS: without [cors] no record grants anything"},
      {"http with credentials", with_record, record("http://a.example"),
       "CORS: a plain http origin cannot be granted with credentials"},
      {"ftp", with_record, record("ftp://a.example"),
       "CORS: no page is loaded over this scheme, so no browser sends such an origin"},
      {"a public suffix", with_record, record("https://github.io"),
       "CORS: its host is a public suffix"},
      {"a redirect to an app", with_record, record("capacitor://localhost", {Type::Redirect}),
       "REDIRECT: browsers are sent to http and https only"},
      {"frames without [frames]", with_record, record("https://b.example", {Type::IframeEmbed}),
       ""},
      {"two scopes", with_guards, record("http://b.example", {Type::Cors, Type::IframeEmbed}),
       "CORS: a plain http origin cannot be granted with credentials; "
       "IFRAME_EMBED: a plain http origin cannot be granted with credentials"},
      {"it is not in the policy", with_record, record("https://b.example"), kNotThere},
  };
  for (const auto& row : rows) {
    const auto compiled = compile_policy(row.policy, {});
    ASSERT_TRUE(compiled) << row.desc << compiled.error().text();
    EXPECT_EQ(why_without_effect(*compiled->snapshot, row.record), row.why) << row.desc;
  }
  const auto compiled = compile_policy(with_record, {});
  ASSERT_TRUE(compiled);
  EXPECT_EQ(why_without_effect(*Snapshot::closed(*compiled->snapshot), record("https://a.example")),
            "CORS: the policy is closed");
}

}  // namespace
}  // namespace corsac
