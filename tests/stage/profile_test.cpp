// Each cell of the table in the policy document, 3, as data. What a cell does on the wire:
// tests/adapter/host_profile_test.cpp; one knob at a time: evaluate_knobs_test.cpp.

#include "corsac/stage/cors/profile.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace corsac {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

struct Column {
  ProfileName name;
  std::string_view text;
  CorsBehaviour behaviour;
  bool allow_credentials;
  std::int64_t max_age_least;
  std::int64_t max_age_most;
};

// clang-format off
const Column kColumns[] = {
    {ProfileName::Fetch, "fetch",
     {.on_denied = OnDenied::Block,
      .actual_answers = ActualAnswers::Grant,
      .enforces_methods = false,
      .preflight_status = 204,
      .refused_preflight_status = 403,
      .checks_requested = true,
      .requested_method_case = MethodCase::Exact,
      .methods_answer = AnswerList::Requested,
      .headers_answer = AnswerList::Requested,
      .list_separator = ListSeparator::Comma,
      .has_exact_methods = false,
      .exposes_on_preflight = false,
      .has_preflight_headers_on_options = false,
      .vary = VaryMode::Dynamic,
      .preflight_vary = PreflightVary::Full,
      .same_origin = SameOrigin::Exempt,
      .malformed_origin = MalformedOrigin::Refuse,
      .post_without_content_type = PostWithoutContentType::Pass,
      .empty_requested_method = EmptyRequestedMethod::Refuse,
      .preflight_needs_origin = true,
      .preflight_outside_paths = OutsidePaths::Refuse,
      .zero_max_age = ZeroMaxAge::Print},
     false, 0, 86400},
    {ProfileName::Okta, "okta",
     {.on_denied = OnDenied::Mark,
      .actual_answers = ActualAnswers::Grant,
      .enforces_methods = false,
      .preflight_status = 204,
      .refused_preflight_status = 204,
      .checks_requested = true,
      .requested_method_case = MethodCase::Exact,
      .methods_answer = AnswerList::Requested,
      .headers_answer = AnswerList::Requested,
      .list_separator = ListSeparator::Comma,
      .has_exact_methods = false,
      .exposes_on_preflight = false,
      .has_preflight_headers_on_options = false,
      .vary = VaryMode::Dynamic,
      .preflight_vary = PreflightVary::Full,
      .same_origin = SameOrigin::Exempt,
      .malformed_origin = MalformedOrigin::Refuse,
      .post_without_content_type = PostWithoutContentType::Pass,
      .empty_requested_method = EmptyRequestedMethod::Refuse,
      .preflight_needs_origin = true,
      .preflight_outside_paths = OutsidePaths::Refuse,
      .zero_max_age = ZeroMaxAge::Print},
     true, 0, 86400},
    {ProfileName::FusionAuth, "fusionauth",
     {.on_denied = OnDenied::Block,
      .actual_answers = ActualAnswers::Grant,
      .enforces_methods = true,
      .preflight_status = 204,
      .refused_preflight_status = 403,
      .checks_requested = true,
      .requested_method_case = MethodCase::Fold,
      .methods_answer = AnswerList::Requested,
      .headers_answer = AnswerList::List,
      .list_separator = ListSeparator::Comma,
      .has_exact_methods = true,
      .exposes_on_preflight = false,
      .has_preflight_headers_on_options = false,
      .vary = VaryMode::SpecificOnly,
      .preflight_vary = PreflightVary::Origin,
      .same_origin = SameOrigin::ExemptFirst,
      .malformed_origin = MalformedOrigin::Refuse,
      .post_without_content_type = PostWithoutContentType::Refuse,
      .empty_requested_method = EmptyRequestedMethod::Refuse,
      .preflight_needs_origin = true,
      .preflight_outside_paths = OutsidePaths::Refuse,
      .zero_max_age = ZeroMaxAge::Omit},
     false, 0, 86400},
    {ProfileName::Django, "django",
     {.on_denied = OnDenied::Mark,
      .actual_answers = ActualAnswers::Grant,
      .enforces_methods = false,
      .preflight_status = 200,
      .refused_preflight_status = 200,
      .checks_requested = false,
      .requested_method_case = MethodCase::Exact,
      .methods_answer = AnswerList::List,
      .headers_answer = AnswerList::List,
      .list_separator = ListSeparator::CommaBlank,
      .has_exact_methods = false,
      .exposes_on_preflight = true,
      .has_preflight_headers_on_options = true,
      .vary = VaryMode::Always,
      .preflight_vary = PreflightVary::Origin,
      .same_origin = SameOrigin::Judge,
      .malformed_origin = MalformedOrigin::Ignore,
      .post_without_content_type = PostWithoutContentType::Pass,
      .empty_requested_method = EmptyRequestedMethod::Preflight,
      .preflight_needs_origin = false,
      .preflight_outside_paths = OutsidePaths::Pass,
      .zero_max_age = ZeroMaxAge::Omit},
     false, 0, kNoLimit},
    {ProfileName::Cloudflare, "cloudflare",
     {.on_denied = OnDenied::Mark,
      .actual_answers = ActualAnswers::Leave,
      .enforces_methods = false,
      .preflight_status = 200,
      .refused_preflight_status = 200,
      .checks_requested = true,
      .requested_method_case = MethodCase::Exact,
      .methods_answer = AnswerList::Requested,
      .headers_answer = AnswerList::Requested,
      .list_separator = ListSeparator::Comma,
      .has_exact_methods = true,
      .exposes_on_preflight = false,
      .has_preflight_headers_on_options = false,
      .vary = VaryMode::Dynamic,
      .preflight_vary = PreflightVary::Full,
      .same_origin = SameOrigin::Exempt,
      .malformed_origin = MalformedOrigin::Refuse,
      .post_without_content_type = PostWithoutContentType::Pass,
      .empty_requested_method = EmptyRequestedMethod::Actual,
      .preflight_needs_origin = false,
      .preflight_outside_paths = OutsidePaths::Refuse,
      .zero_max_age = ZeroMaxAge::Omit},
     false, -1, 86400},
};
// clang-format on

void expect_column(const Profile& profile, const Column& column) {
  EXPECT_EQ(profile.text, column.text);
  EXPECT_TRUE(profile.behaviour == column.behaviour) << column.text;
  EXPECT_EQ(profile.allow_credentials, column.allow_credentials) << column.text;
  EXPECT_EQ(profile.max_age_least, column.max_age_least) << column.text;
  EXPECT_EQ(profile.max_age_most, column.max_age_most) << column.text;
}

TEST(Profile, HasTheCellsOfTheTable) {
  for (const Column& column : kColumns) expect_column(profile(column.name), column);
  Column openedx = kColumns[3];
  openedx.text = "openedx";
  openedx.allow_credentials = true;
  expect_column(profile(ProfileName::OpenEdx), openedx);
}

TEST(Profile, IsFoundByItsExactName) {
  EXPECT_EQ(profiles().size(), 6U);
  for (const Profile& row : profiles()) EXPECT_EQ(find_profile(row.text), &row) << row.text;
  EXPECT_EQ(find_profile("Fetch"), nullptr);
  EXPECT_EQ(find_profile(""), nullptr);
}

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += std::string(text.empty() ? "" : ",") += name;
  return text;
}

TEST(Profile, BringsTheListsThatItsSystemDocuments) {
  const Profile& fusionauth = profile(ProfileName::FusionAuth);
  EXPECT_FALSE(fusionauth.is_enabled);
  EXPECT_EQ(joined(fusionauth.allowed_methods), "GET,OPTIONS");
  EXPECT_EQ(joined(fusionauth.allowed_headers),
            "Accept,Access-Control-Request-Headers,Access-Control-Request-Method,Authorization,"
            "Content-Type,Last-Modified,Origin,X-FusionAuth-TenantId,X-Requested-With");
  EXPECT_EQ(joined(fusionauth.exposed_headers),
            "Access-Control-Allow-Origin,Access-Control-Allow-Credentials");
  EXPECT_EQ(joined(fusionauth.excluded_paths), "/account*,/admin*,/support*,/ajax*");
  EXPECT_EQ(fusionauth.max_age_seconds, 1800);
  const Profile& django = profile(ProfileName::Django);
  EXPECT_EQ(joined(django.allowed_methods), "DELETE,GET,OPTIONS,PATCH,POST,PUT");
  EXPECT_EQ(joined(django.allowed_headers),
            "accept,authorization,content-type,user-agent,x-csrftoken,x-requested-with");
  EXPECT_EQ(django.max_age_seconds, 86400);
  EXPECT_EQ(joined(profile(ProfileName::OpenEdx).allowed_headers),
            joined(django.allowed_headers) + ",use-jwt-cookie");
}

// Deciding looks at no knob where this is false.
TEST(Profile, OnlyFetchAndOktaTurnNoKnob) {
  for (const Profile& row : profiles()) {
    const bool is_plain = row.name == ProfileName::Fetch || row.name == ProfileName::Okta;
    EXPECT_EQ(row.behaviour.has_knobs(), !is_plain) << row.text;
  }
}

}  // namespace
}  // namespace corsac
