// The tables of the policy document: which fields each item has, of which type, and which member of
// the Policy they fill. Entry: policy_document. Spec: policy document, 1. Test:
// tests/policy/reader_test.cpp, reader_fields_test.cpp.

#include "corsac/policy/document_fields.hpp"

#include <array>

#include "corsac/policy/document_field_makers.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

using namespace document_fields;  // NOLINT: the tables below are written in its words

// The fields that [cors] and its rules share.
template <class Cors>
constexpr std::array kSharedCorsFields = {
    list<&Cors::allowed_origins>("allowed_origins"),
    one<&Cors::allowed_origins_file>("allowed_origins_file"),
    file_list<&Cors::allowed_origins_from_file>("allowed_origins_from_file",
                                                "allowed_origins_file"),
    list<&Cors::allowed_origin_regexes>("allowed_origin_regexes"),
    list<&Cors::allowed_methods>("allowed_methods"),
    list<&Cors::allowed_headers>("allowed_headers"),
    list<&Cors::exposed_headers>("exposed_headers"),
    one<&Cors::allow_credentials>("allow_credentials"),
    one<&Cors::max_age_seconds>("max_age_seconds"),
    one<&Cors::preflight>("preflight"),
    one<&Cors::on_denied>("on_denied"),
    one<&Cors::handler_headers>("handler_headers"),
    one<&Cors::websocket>("websocket"),
    one<&Cors::allow_null_origin>("allow_null_origin"),
    one<&Cors::allow_private_network>("allow_private_network"),
    one<&Cors::timing_allow_origin>("timing_allow_origin"),
    one<&Cors::report_only>("report_only"),
    one<&Cors::dangerously_allow_insecure_origins>("dangerously_allow_insecure_origins"),
    one<&Cors::dangerously_allow_public_suffixes>("dangerously_allow_public_suffixes"),
    one<&Cors::dangerously_echo_any_origin>("dangerously_echo_any_origin"),
    one<&Cors::knobs, &CorsKnobs::actual_answers>("actual_answers"),
    one<&Cors::knobs, &CorsKnobs::enforce_methods>("enforce_methods"),
    one<&Cors::knobs, &CorsKnobs::preflight_status>("preflight_status"),
    one<&Cors::knobs, &CorsKnobs::refused_preflight_status>("refused_preflight_status"),
    one<&Cors::knobs, &CorsKnobs::check_requested>("check_requested"),
    one<&Cors::knobs, &CorsKnobs::requested_method_case>("requested_method_case"),
    one<&Cors::knobs, &CorsKnobs::methods_answer>("methods_answer"),
    one<&Cors::knobs, &CorsKnobs::headers_answer>("headers_answer"),
    one<&Cors::knobs, &CorsKnobs::list_separator>("list_separator"),
    one<&Cors::knobs, &CorsKnobs::methods_are_exact>("methods_are_exact"),
    one<&Cors::knobs, &CorsKnobs::expose_on_preflight>("expose_on_preflight"),
    one<&Cors::knobs, &CorsKnobs::preflight_headers_on_options>("preflight_headers_on_options"),
    one<&Cors::knobs, &CorsKnobs::vary>("vary"),
    one<&Cors::knobs, &CorsKnobs::preflight_vary>("preflight_vary"),
    one<&Cors::knobs, &CorsKnobs::same_origin>("same_origin"),
    one<&Cors::knobs, &CorsKnobs::malformed_origin>("malformed_origin"),
    one<&Cors::knobs, &CorsKnobs::post_without_content_type>("post_without_content_type"),
    one<&Cors::knobs, &CorsKnobs::empty_requested_method>("empty_requested_method"),
    one<&Cors::knobs, &CorsKnobs::preflight_needs_origin>("preflight_needs_origin"),
    one<&Cors::knobs, &CorsKnobs::preflight_outside_paths>("preflight_outside_paths"),
    one<&Cors::knobs, &CorsKnobs::zero_max_age>("zero_max_age"),
};

constexpr std::array kRuleFields =
    joined(std::array{name<&CorsRule::name>("name"), list<&CorsRule::paths>("paths"),
                      list<&CorsRule::hosts>("hosts"), list<&CorsRule::methods>("methods"),
                      only_known("enabled", FieldShape::NotInRules),
                      only_known("profile", FieldShape::NotInRules),
                      only_known("included_paths", FieldShape::NotInRules),
                      only_known("excluded_paths", FieldShape::NotInRules),
                      only_known("included_path_regexes", FieldShape::NotInRules),
                      only_known("excluded_path_regexes", FieldShape::NotInRules),
                      only_known("debug", FieldShape::NotInRules),
                      only_known("debug_headers", FieldShape::NotInRules),
                      only_known("rules", FieldShape::NotInRules)},
           kSharedCorsFields<CorsRule>);

constexpr DocumentItem kRule = {.label = "a rule", .fields = kRuleFields};

constexpr std::array kCorsFields = joined(
    std::array{one<&CorsPolicy::enabled>("enabled"), one<&CorsPolicy::profile>("profile"),
               list<&CorsPolicy::excluded_paths>("excluded_paths"),
               list<&CorsPolicy::included_paths>("included_paths"),
               list<&CorsPolicy::excluded_path_regexes>("excluded_path_regexes"),
               list<&CorsPolicy::included_path_regexes>("included_path_regexes"),
               one<&CorsPolicy::debug>("debug"), one<&CorsPolicy::debug_headers>("debug_headers"),
               items<&CorsPolicy::rules>("rules", kRule, kRuleLimit, "too-many-rules")},
    kSharedCorsFields<CorsPolicy>);

// A section that stands there empty is present: every request is judged by the defaults.
void close_cors(void* owner, Place place) {
  auto& cors = *static_cast<CorsPolicy*>(owner);
  if (!cors.is_present()) cors.enabled = Setting<bool>(true, place);
}

constexpr DocumentItem kCors = {.label = "[cors]", .fields = kCorsFields, .close = close_cors};

constexpr std::array kHostsFields = {
    list<&HostsPolicy::allowed>("allowed", "allowed = [\"api.example.com\"]"),
};
constexpr DocumentItem kHosts = {.label = "[hosts]", .fields = kHostsFields};

// A section that stands there empty is present.
void close_csrf(void* owner, Place place) {
  auto& csrf = *static_cast<CsrfPolicy*>(owner);
  if (!csrf.is_present()) csrf.enabled = Setting<bool>(true, place);
}

constexpr std::array kCsrfRefererFields = {
    one<&CsrfReferer::enabled>("enabled"),
    one<&CsrfReferer::dangerously_allow_insecure>("dangerously_allow_insecure"),
};
constexpr DocumentItem kCsrfReferer = {.label = "[csrf.referer]", .fields = kCsrfRefererFields};

void close_csrf_cookie(void* owner, Place place) {
  auto& cookie = *static_cast<CsrfCookie*>(owner);
  if (!cookie.is_present()) cookie.path = Setting<std::string>("/", place);
}

// What is required is asked for by compile_policy, together with all else that is wrong with it.
constexpr std::array kCsrfCookieFields = {
    one<&CsrfCookie::name>("name"),
    one<&CsrfCookie::domain>("domain"),
    one<&CsrfCookie::path>("path"),
    one<&CsrfCookie::max_age_seconds>("max_age_seconds"),
    one<&CsrfCookie::app_cookie_name>("app_cookie_name"),
};
constexpr DocumentItem kCsrfCookie = {
    .label = "[csrf.cookie]", .fields = kCsrfCookieFields, .close = close_csrf_cookie};

constexpr std::array kCsrfFields = {
    one<&CsrfPolicy::enabled>("enabled"),
    list<&CsrfPolicy::trusted_origins>("trusted_origins"),
    list<&CsrfPolicy::exempt_paths>("exempt_paths"),
    section<&CsrfPolicy::referer>("referer", kCsrfReferer),
    section<&CsrfPolicy::cookie>("cookie", kCsrfCookie),
};
constexpr DocumentItem kCsrf = {.label = "[csrf]", .fields = kCsrfFields, .close = close_csrf};

void close_frames(void* owner, Place place) {
  auto& frames = *static_cast<FramesPolicy*>(owner);
  if (!frames.is_present()) frames.report_only = Setting<bool>(false, place);
}

constexpr std::array kFramesFields = {
    list<&FramesPolicy::paths>("paths"),
    list<&FramesPolicy::enduser_paths>("enduser_paths"),
    one<&FramesPolicy::report_only>("report_only"),
};
constexpr DocumentItem kFrames = {
    .label = "[frames]", .fields = kFramesFields, .close = close_frames};

void close_redirects(void* owner, Place place) {
  auto& redirects = *static_cast<RedirectsPolicy*>(owner);
  if (!redirects.is_present()) redirects.enabled = Setting<bool>(true, place);
}

constexpr std::array kRedirectsFields = {
    one<&RedirectsPolicy::enabled>("enabled"),
    list<&RedirectsPolicy::allowed_origins>("allowed_origins"),
    list<&RedirectsPolicy::parameters>("parameters"),
};
constexpr DocumentItem kRedirects = {
    .label = "[redirects]", .fields = kRedirectsFields, .close = close_redirects};

constexpr std::array kShadowFields = {
    one<&ShadowSection::file>("file", "file = \"next.toml\""),
};
constexpr DocumentItem kShadow = {.label = "[shadow]", .fields = kShadowFields};

constexpr std::array kScopeFields = {
    one<&TrustedOrigin::Scope::type>("type", "type = \"CORS\""),
    list<&TrustedOrigin::Scope::allowed_okta_apps>("allowed_okta_apps"),
};
constexpr DocumentItem kScope = {
    .label = "a scope", .fields = kScopeFields, .bare_text_field = "type"};

// The place of a record is that of its origin: that is what messages are about.
[[nodiscard]] constexpr DocumentField record_origin() {
  DocumentField field =
      one<&TrustedOrigin::origin>("origin", "origin = \"https://portal.example\"");
  field.put = [](void* owner, const DocumentValue& value, Place place) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return PutResult::WrongType;
    auto& record = *static_cast<TrustedOrigin*>(owner);
    record.place = place;
    record.origin = *text;
    return PutResult::Taken;
  };
  field.get_place = [](const void* owner, std::size_t /*index*/) {
    return static_cast<const TrustedOrigin*>(owner)->place;
  };
  return field;
}

constexpr std::array kRecordFields = {
    name<&TrustedOrigin::name>("name", "name = \"Partner portal\""),
    record_origin(),
    items<&TrustedOrigin::scopes>("scopes", kScope, kScopeLimit, "too-many-items",
                                  "scopes = [\"CORS\"]"),
    one<&TrustedOrigin::status>("status"),
    one<&TrustedOrigin::valid_until>("valid_until"),
    name<&TrustedOrigin::id>("id"),
    name<&TrustedOrigin::created>("created"),
    name<&TrustedOrigin::created_by>("created_by"),
    name<&TrustedOrigin::last_updated>("last_updated"),
    name<&TrustedOrigin::last_updated_by>("last_updated_by"),
};
constexpr DocumentItem kRecord = {.label = "a trusted origin", .fields = kRecordFields};

// An absent one has the code of an empty one: check_document.
[[nodiscard]] constexpr DocumentField with_code(DocumentField field, std::string_view code) {
  field.code_if_missing = code;
  return field;
}

constexpr std::array kAllowedWarningFields = {
    with_code(name<&AllowedWarning::code>(
                  "code", "the code of the warning, like code = \"loopback-origin\""),
              "lint-allow-code"),
    with_code(one<&AllowedWarning::path>(
                  "path", "the path of the warning, like path = \"cors.allowed_origins\""),
              "lint-allow-path"),
    with_code(one<&AllowedWarning::reason>(
                  "reason", "why it is meant, like reason = \"pages of developers\""),
              "lint-allow-reason"),
};
constexpr DocumentItem kAllowedWarning = {.label = "an allowed warning",
                                          .fields = kAllowedWarningFields};

// [lint] fills the Policy itself.
constexpr std::array kLintFields = {
    items<&Policy::allowed_warnings>("allow", kAllowedWarning, kAllowedWarningLimit,
                                     "too-many-items"),
};
constexpr DocumentItem kLint = {.label = "[lint]", .fields = kLintFields};

[[nodiscard]] std::vector<std::string_view> reason_words() {
  std::vector<std::string_view> words;
  for (std::size_t i = 1; i < kReasonCount; ++i) {  // 0 is None
    words.push_back(reason_info(static_cast<Reason>(i)).code);
  }
  return words;
}

// A reason that does not exist would make a test that can never pass.
[[nodiscard]] constexpr DocumentField test_reason() {
  return {.name = "reason",
          .shape = FieldShape::Word,
          .words = reason_words,
          .put =
              [](void* owner, const DocumentValue& value, Place /*place*/) {
                const auto* text = std::get_if<std::string_view>(&value);
                if (text == nullptr) return PutResult::WrongType;
                static_cast<PolicyTest*>(owner)->reason = *text;
                // "none" is a row of the table and no reason.
                return parse_reason(*text).value_or(Reason::None) != Reason::None
                           ? PutResult::Taken
                           : PutResult::UnknownWord;
              },
          .get = get_optional<&PolicyTest::reason>};
}

constexpr std::array kTestFields = {
    name<&PolicyTest::name>("name"),
    one<&PolicyTest::origin>("origin"),
    one<&PolicyTest::method>("method"),
    one<&PolicyTest::path>("path"),
    one<&PolicyTest::host>("host"),
    list<&PolicyTest::headers>("headers"),
    one<&PolicyTest::request>("request"),
    one<&PolicyTest::expect>("expect", "expect = \"allow\""),
    test_reason(),
    one<&PolicyTest::at>("at"),
};
constexpr DocumentItem kTest = {.label = "a test", .fields = kTestFields};

[[nodiscard]] constexpr DocumentField lint_section() {
  return {.name = "lint",
          .shape = FieldShape::Item,
          .item = &kLint,
          .open_item = [](void* owner, Place /*place*/) { return owner; },
          .item_count = [](const void* /*owner*/) { return std::size_t{1}; },
          .get_item = [](const void* owner, std::size_t /*index*/) { return owner; }};
}

constexpr std::array kPolicyFields = {
    one<&Policy::version>("version", "version = 1"),
    section<&Policy::cors>("cors", kCors),
    section<&Policy::hosts>("hosts", kHosts),
    section<&Policy::csrf>("csrf", kCsrf),
    section<&Policy::frames>("frames", kFrames),
    section<&Policy::redirects>("redirects", kRedirects),
    items<&Policy::trusted_origins>("trusted_origins", kRecord, kRecordLimit, "too-many-items"),
    lint_section(),
    items<&Policy::tests>("test", kTest, kTestLimit, "too-many-items"),
    section<&Policy::shadow>("shadow", kShadow),
};

// A reader keeps one bit for each field that it met.
static_assert(kRuleFields.size() <= 64 && kCorsFields.size() <= 64);

constexpr DocumentItem kPolicy = {.label = "a policy", .fields = kPolicyFields};

}  // namespace

const DocumentItem& policy_document() noexcept { return kPolicy; }
const DocumentItem& trusted_origin_item() noexcept { return kRecord; }

}  // namespace corsac
