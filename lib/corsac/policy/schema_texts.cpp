// What each field means, for editors. Entry: schema_text. Spec: policy document, 1 to 4. Test:
// tests/server/schema_test.py (every field has a text).

#include "corsac/policy/schema_texts.hpp"

#include <algorithm>
#include <array>

namespace corsac {
namespace {

// `*`, a switch word of some profiles, an http origin without a path, or another scheme's.
constexpr std::string_view kOrigins =
    R"({"items": {"pattern": "^(\\*|null|https?://[^/?#\\s]+|(?!https?:)[a-z][a-z0-9+.-]*://\\S*)$"}})";
constexpr std::string_view kPaths = R"({"items": {"pattern": "^/"}})";
constexpr std::string_view kMethods = R"({"items": {"pattern": "^[!-~]{1,32}$"}})";
constexpr std::string_view kNames = R"({"items": {"pattern": "^[!-~]+$"}})";

constexpr auto kTexts = std::to_array<SchemaText>({
    {"version", "The version of the schema.", R"({"enum": [1]})"},
    {"cors", "What pages of other origins may do. Absent: every request passes, nothing is added.",
     ""},
    {"cors.enabled", "false passes everything and adds nothing; the lists stay.", ""},
    {"cors.profile", "The set of defaults: what one system does where the document is silent.", ""},
    {"cors.allowed_origins",
     "Origins that are granted: https://app.example.com, https://*.example.com, "
     "http://localhost:*, http://localhost:[3000,8000-8099], or * alone.",
     kOrigins},
    {"cors.allowed_origins_file",
     "Besides, one origin a line; relative to the policy. # begins a comment.", ""},
    {"cors.allowed_origin_regexes",
     "RE2, always a full match, asked last: for policies brought over from elsewhere.", ""},
    {"cors.allowed_methods",
     "Methods that a preflight is granted for. GET, HEAD and POST always pass; * is any.",
     kMethods},
    {"cors.allowed_headers",
     "Request headers that a page may set. * is any; Authorization must still be named.", kNames},
    {"cors.exposed_headers", "Response headers that a page may read.", kNames},
    {"cors.allow_credentials", "Cookies and HTTP authentication. Never beside *.", ""},
    {"cors.max_age_seconds",
     "How long a browser may keep a preflight's answer. 0 is not at all; most keep 7200 at most.",
     R"({"minimum": -1})"},
    {"cors.excluded_paths", "No CORS on these paths.", kPaths},
    {"cors.included_paths", "CORS on these paths only.", kPaths},
    {"cors.excluded_path_regexes", "No CORS on paths that one of these matches as a whole (RE2).",
     ""},
    {"cors.included_path_regexes", "CORS only on paths that one of these matches as a whole (RE2).",
     ""},
    {"cors.preflight",
     "Who answers preflights: answer here, pass_through to the application unjudged, or reject.",
     ""},
    {"cors.on_denied",
     "A request of a refused origin: block is 403 and the handler does not run, mark runs it and "
     "adds no grant.",
     ""},
    {"cors.handler_headers",
     "Who wins where the handler sets Access-Control-Allow-Origin itself: replace or keep.", ""},
    {"cors.websocket", "An upgrade of a refused origin: block, or as_rule as on_denied says.", ""},
    {"cors.allow_null_origin",
     "Grants Origin: null, which anybody can send. Never with credentials.", ""},
    {"cors.allow_private_network", "Answers the old private-network preflight header. Obsolete.",
     ""},
    {"cors.timing_allow_origin", "Sends Timing-Allow-Origin to allowed origins.", ""},
    {"cors.debug", "One event for each refusal.", ""},
    {"cors.debug_headers", "X-Corsac-Reason on refused answers: tells every caller why.", ""},
    {"cors.report_only", "Nothing is refused, refusals are counted; grants stay as written.", ""},
    {"cors.dangerously_allow_insecure_origins", "http: origins with credentials.", ""},
    {"cors.dangerously_allow_public_suffixes", "Wildcards on a public suffix with credentials.",
     ""},
    {"cors.dangerously_echo_any_origin",
     "* with credentials grants whoever asks: profiles django, openedx and fusionauth only.", ""},
    {"cors.actual_answers", "Answers to actual requests: with a grant, or left to the application.",
     ""},
    {"cors.enforce_methods", "403 for an actual request with an unlisted method.", ""},
    {"cors.preflight_status", "The status of a granted preflight.",
     R"({"minimum": 200, "maximum": 299})"},
    {"cors.refused_preflight_status", "The status of a refused preflight.",
     R"({"anyOf": [{"minimum": 200, "maximum": 299}, {"minimum": 400, "maximum": 499}]})"},
    {"cors.check_requested", "Compares method and headers of a preflight.", ""},
    {"cors.requested_method_case", "fold takes the requested method in any case.", ""},
    {"cors.methods_answer", "What a preflight is told: what it asked for, or the whole list.", ""},
    {"cors.headers_answer", "What a preflight is told: what it asked for, or the whole list.", ""},
    {"cors.list_separator", "What stands between the entries of a list in an answer.", ""},
    {"cors.methods_are_exact", "GET, HEAD and POST must be listed too.", ""},
    {"cors.expose_on_preflight", "Names the exposed headers in a preflight's answer too.", ""},
    {"cors.preflight_headers_on_options",
     "A preflight's headers on the application's own answers to OPTIONS.", ""},
    {"cors.vary", "When answers vary by Origin.", ""},
    {"cors.preflight_vary", "Whether a preflight's answer varies by the two request headers too.",
     ""},
    {"cors.same_origin",
     "Requests of our own pages: exempt is never refused, exempt_first adds nothing either, judge "
     "treats them like any other.",
     ""},
    {"cors.malformed_origin", "ignore treats a malformed Origin as none.", ""},
    {"cors.post_without_content_type", "Whether a POST without Content-Type passes.", ""},
    {"cors.empty_requested_method", "What a preflight with an empty requested method is.", ""},
    {"cors.preflight_needs_origin", "Whether a preflight is one only with an Origin.", ""},
    {"cors.preflight_outside_paths", "Preflights on excluded, or not included, paths.", ""},
    {"cors.zero_max_age", "Whether max_age_seconds = 0 is printed.", ""},
    {"cors.rules", "Overrides for some requests; a field that is not named is inherited.",
     R"({"items": {"anyOf": [{"required": ["paths"]}, {"required": ["hosts"]},
                             {"required": ["methods"]}]}})"},
    {"cors.rules.name", "What events and explain call it. Each name stands once.", ""},
    {"cors.rules.paths",
     "/admin and below, /account* as a beginning, /health$ exactly, /users/:id/keys.", kPaths},
    {"cors.rules.hosts", "Host names; without a port any port is meant.", ""},
    {"cors.rules.methods", "GET covers HEAD. A preflight is judged by the method that it asks for.",
     kMethods},
    {"hosts", "The DNS-rebinding guard: any other Host gets 421.", ""},
    {"hosts.allowed", "Names of this server: api.example.com, localhost:*.", R"({"minItems": 1})"},
    {"csrf", "Cross-origin write protection.", ""},
    {"csrf.enabled", "Whether the guard is on.", ""},
    {"csrf.trusted_origins",
     "Who may write. Absent: the origins of [cors] that may send credentials.", kOrigins},
    {"csrf.exempt_paths", "Paths that anybody may write to, as webhooks.", kPaths},
    {"csrf.referer", "Open edX: which pages are trusted by their Referer.", ""},
    {"csrf.referer.enabled", "Whether a trusted Referer counts.", ""},
    {"csrf.referer.dangerously_allow_insecure", "Also without TLS: for development alone.", ""},
    {"csrf.cookie", "The cookie by which pages of a parent domain get the application's token.",
     R"({"required": ["name", "domain"]})"},
    {"csrf.cookie.name", "Its name; another than app_cookie_name.", ""},
    {"csrf.cookie.domain", "The parent domain, as .example.com.", ""},
    {"csrf.cookie.path", "Its path.", R"({"pattern": "^/"})"},
    {"csrf.cookie.max_age_seconds", "How long it lives.", R"({"minimum": 1, "maximum": 34560000})"},
    {"csrf.cookie.app_cookie_name", "The application's own cookie.", ""},
    {"frames", "Who may show our pages in a frame: Content-Security-Policy: frame-ancestors.", ""},
    {"frames.paths", "Pages that are guarded. Absent: all.", kPaths},
    {"frames.enduser_paths", "Pages for records with IFRAME_EMBED and OKTA_ENDUSER only.", kPaths},
    {"frames.report_only", "Violations are reported and nothing is blocked.", ""},
    {"redirects", "A Location to an origin outside the lists becomes 403.", ""},
    {"redirects.enabled", "Whether the guard is on.", ""},
    {"redirects.allowed_origins", "Besides own origins and records with the scope REDIRECT.",
     kOrigins},
    {"redirects.parameters", "Query parameters that name a target, judged before the handler.",
     R"({"items": {"minLength": 1}})"},
    {"trusted_origins", "Okta's records: ACTIVE and with the scope CORS one adds its origin.", ""},
    {"trusted_origins.name", "Who it is.", ""},
    {"trusted_origins.origin", "Kept verbatim; the grant uses its normal form.", ""},
    {"trusted_origins.scopes", "What it is trusted for.", ""},
    {"trusted_origins.scopes.type", "What it is trusted for.", ""},
    {"trusted_origins.scopes.allowed_okta_apps", "Which applications may be framed.", ""},
    {"trusted_origins.status", "Only ACTIVE ones give anything.", ""},
    {"trusted_origins.valid_until", "No grant at and after this moment, which has an offset.", ""},
    {"trusted_origins.id", "Made by the authority when absent.", ""},
    {"trusted_origins.created", "Kept when present.", ""},
    {"trusted_origins.created_by", "Kept when present.", ""},
    {"trusted_origins.last_updated", "Kept when present.", ""},
    {"trusted_origins.last_updated_by", "Kept when present.", ""},
    {"shadow", "A candidate judged beside this policy; only differences are counted.", ""},
    {"shadow.file", "The candidate, a policy file; relative to this one.", ""},
    {"lint", "What corsac check keeps silent.", ""},
    {"lint.allow", "A warning that is meant.", ""},
    {"lint.allow.code", "The code of the warning, as corsac check prints it.", ""},
    {"lint.allow.path", "The field, and what is in it: cors.allowed_origins.",
     R"({"minLength": 1})"},
    {"lint.allow.reason", "Why it is meant.", R"({"pattern": "\\S"})"},
    {"test", "Run when a document is loaded; one that fails stops the load.", ""},
    {"test.name", "What it shows.", ""},
    {"test.origin", "The page's origin; absent is a request without one.", ""},
    {"test.method", "GET when absent.", ""},
    {"test.path", "/ when absent.", ""},
    {"test.host", "One that the policy takes when absent.", ""},
    {"test.headers", "Names of headers that the page sets.", ""},
    {"test.request", "Which request is judged; absent is what a browser would send.", ""},
    {"test.expect", "allow is a grant, deny none.", ""},
    {"test.reason", "The reason of a denial.", ""},
    {"test.at", "The moment for which expiries count; absent ignores them.", ""},
});

constexpr SchemaText kNone = {};

const SchemaText* find(std::string_view path) noexcept {
  const auto* found = std::find_if(kTexts.begin(), kTexts.end(),
                                   [&](const SchemaText& row) { return row.path == path; });
  return found != kTexts.end() ? found : nullptr;
}

}  // namespace

const SchemaText& schema_text(const std::string& path) noexcept {
  constexpr std::string_view kRules = "cors.rules.";
  const SchemaText* text = find(path);
  if (text == nullptr && path.starts_with(kRules)) {
    text = find("cors." + path.substr(kRules.size()));
  }
  return text != nullptr ? *text : kNone;
}

}  // namespace corsac
