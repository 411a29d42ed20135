// The six profiles as data: one column of the policy document's table each.
// Entry: profiles, find_profile. Spec: policy document, 3.
// Test: tests/stage/profile_test.cpp, and each cell on the wire in
// tests/adapter/host_profile_test.cpp.

#include "corsac/stage/cors/profile.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace corsac {
namespace {

constexpr std::array<std::string_view, 6> kDjangoMethods = {"DELETE", "GET",  "OPTIONS",
                                                            "PATCH",  "POST", "PUT"};
constexpr std::array<std::string_view, 7> kOpenEdxHeaders = {
    "accept",      "authorization",    "content-type",  "user-agent",
    "x-csrftoken", "x-requested-with", "use-jwt-cookie"};
constexpr std::span<const std::string_view> kDjangoHeaders =
    std::span(kOpenEdxHeaders).first<kOpenEdxHeaders.size() - 1>();
constexpr std::array<std::string_view, 2> kFusionAuthMethods = {"GET", "OPTIONS"};
constexpr std::array<std::string_view, 9> kFusionAuthHeaders = {"Accept",
                                                                "Access-Control-Request-Headers",
                                                                "Access-Control-Request-Method",
                                                                "Authorization",
                                                                "Content-Type",
                                                                "Last-Modified",
                                                                "Origin",
                                                                "X-FusionAuth-TenantId",
                                                                "X-Requested-With"};
constexpr std::array<std::string_view, 2> kFusionAuthExposed = {"Access-Control-Allow-Origin",
                                                                "Access-Control-Allow-Credentials"};
constexpr std::array<std::string_view, 4> kFusionAuthExcluded = {"/account*", "/admin*",
                                                                 "/support*", "/ajax*"};

constexpr Profile fetch() { return {.name = ProfileName::Fetch, .text = "fetch"}; }

constexpr Profile okta() {
  Profile profile = {.name = ProfileName::Okta, .text = "okta", .allow_credentials = true};
  profile.behaviour.on_denied = OnDenied::Mark;
  profile.behaviour.refused_preflight_status = 204;
  return profile;
}

constexpr Profile django() {
  Profile profile = {.name = ProfileName::Django,
                     .text = "django",
                     .allowed_methods = kDjangoMethods,
                     .allowed_headers = kDjangoHeaders,
                     .max_age_seconds = 86400,
                     .max_age_most = std::numeric_limits<std::int64_t>::max(),
                     .takes_opaque_origins = true,
                     .takes_unsendable_headers = true,
                     .may_echo_any_origin = true};
  profile.behaviour = {.on_denied = OnDenied::Mark,
                       .preflight_status = 200,
                       .refused_preflight_status = 200,
                       .checks_requested = false,
                       .methods_answer = AnswerList::List,
                       .headers_answer = AnswerList::List,
                       .list_separator = ListSeparator::CommaBlank,
                       .exposes_on_preflight = true,
                       .has_preflight_headers_on_options = true,
                       .vary = VaryMode::Always,
                       .preflight_vary = PreflightVary::Origin,
                       .same_origin = SameOrigin::Judge,
                       .malformed_origin = MalformedOrigin::Ignore,
                       .empty_requested_method = EmptyRequestedMethod::Preflight,
                       .preflight_needs_origin = false,
                       .preflight_outside_paths = OutsidePaths::Pass,
                       .zero_max_age = ZeroMaxAge::Omit};
  return profile;
}

constexpr Profile openedx() {
  Profile profile = django();
  profile.name = ProfileName::OpenEdx;
  profile.text = "openedx";
  profile.allow_credentials = true;
  profile.allowed_headers = kOpenEdxHeaders;
  return profile;
}

constexpr Profile fusionauth() {
  Profile profile = {.name = ProfileName::FusionAuth,
                     .text = "fusionauth",
                     .is_enabled = false,
                     .allowed_methods = kFusionAuthMethods,
                     .allowed_headers = kFusionAuthHeaders,
                     .exposed_headers = kFusionAuthExposed,
                     .excluded_paths = kFusionAuthExcluded,
                     .max_age_seconds = 1800,
                     .takes_opaque_origins = true,
                     .takes_unsendable_headers = true,
                     .has_any_header = false,
                     .may_echo_any_origin = true};
  profile.behaviour = {.enforces_methods = true,
                       .requested_method_case = MethodCase::Fold,
                       .headers_answer = AnswerList::List,
                       .has_exact_methods = true,
                       .vary = VaryMode::SpecificOnly,
                       .preflight_vary = PreflightVary::Origin,
                       .same_origin = SameOrigin::ExemptFirst,
                       .post_without_content_type = PostWithoutContentType::Refuse,
                       .zero_max_age = ZeroMaxAge::Omit};
  return profile;
}

constexpr Profile cloudflare() {
  Profile profile = {.name = ProfileName::Cloudflare,
                     .text = "cloudflare",
                     .max_age_least = -1,
                     .takes_all_verbs = true,
                     .takes_unsendable_headers = true};
  profile.behaviour = {.on_denied = OnDenied::Mark,
                       .actual_answers = ActualAnswers::Leave,
                       .preflight_status = 200,
                       .refused_preflight_status = 200,
                       .has_exact_methods = true,
                       .empty_requested_method = EmptyRequestedMethod::Actual,
                       .preflight_needs_origin = false,
                       .zero_max_age = ZeroMaxAge::Omit};
  return profile;
}

// In the order of the enum.
constexpr std::array kProfiles = {fetch(), okta(), openedx(), django(), fusionauth(), cloudflare()};

constexpr bool is_in_enum_order() {
  for (std::size_t i = 0; i < kProfiles.size(); ++i) {
    if (static_cast<std::size_t>(kProfiles[i].name) != i) return false;
  }
  return true;
}
static_assert(is_in_enum_order(), "kProfiles has one row for each name, in the enum's order");

}  // namespace

std::span<const Profile> profiles() noexcept { return kProfiles; }

const Profile& profile(ProfileName name) noexcept {
  return kProfiles[static_cast<std::size_t>(name)];
}

const Profile* find_profile(std::string_view text) noexcept {
  const auto* found = std::find_if(kProfiles.begin(), kProfiles.end(),
                                   [text](const Profile& row) { return row.text == text; });
  return found == kProfiles.end() ? nullptr : found;
}

}  // namespace corsac
