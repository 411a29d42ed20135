// Open edX: lms.yml, or the same as JSON; the names of the Ansible playbooks too. Entry:
// import_openedx. Test: tests/import/import_test.py.

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "django_settings.hpp"
#include "importers.hpp"
#include "read_json.hpp"
#include "read_yaml.hpp"

namespace corsac::server {
namespace {

constexpr std::string_view kAnsiblePrefix = "EDXAPP_";

Result<SourceValue, Problem> read_document(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return read_json(text);
  auto file = read_yaml(text);
  if (!file) return fail(std::move(file.error()));
  if (file->more.empty()) return std::move(file->document);
  return fail(Problem{.code = "yaml-documents",
                      .place = file->more.front(),
                      .what = "a second document begins here, and edX reads one",
                      .fix = "give a file with one document"});
}

// Playbooks write EDXAPP_CORS_ORIGIN_WHITELIST; what they make of it has no prefix.
SourceValue without_prefix(SourceValue document) {
  for (SourceValue& member : document.members) {
    if (!member.name.starts_with(kAnsiblePrefix)) continue;
    std::string bare = member.name.substr(kAnsiblePrefix.size());
    if (document.find(bare) == nullptr) member.name = std::move(bare);
  }
  return document;
}

// A switch among FEATURES, or, as newer versions read it, a setting of its own.
Setting<bool> feature(SourceFields& settings, SourceFields* features, std::string_view name) {
  const Setting<bool> own = settings.flag(name);
  const Setting<bool> old = features != nullptr ? features->flag(name) : Setting<bool>();
  return own.is_set() ? own : old;
}

// The cookie for pages of the parent domain, of which some settings are those of Django's own.
void take_cookie(SourceFields& settings, const Setting<bool>& is_on, Imported& imported) {
  const CsrfCookie cookie = {.name = settings.text("CROSS_DOMAIN_CSRF_COOKIE_NAME"),
                             .domain = settings.text("CROSS_DOMAIN_CSRF_COOKIE_DOMAIN"),
                             .path = settings.text("CSRF_COOKIE_PATH"),
                             .max_age_seconds = settings.integer("CSRF_COOKIE_AGE"),
                             .app_cookie_name = settings.text("CSRF_COOKIE_NAME"),
                             .place = is_on.place()};
  if (!is_on.value_or(false)) return;
  const auto is_missing = [](const Setting<std::string>& text) {
    return text.value_or("").empty();
  };
  if (is_missing(cookie.name) || is_missing(cookie.domain)) {
    imported.refuse("csrf-cookie", "CROSS_DOMAIN_CSRF_COOKIE_NAME", is_on.place(),
                    "with ENABLE_CROSS_DOMAIN_CSRF_COOKIE edX does not start without name and "
                    "domain of the cookie",
                    "set CROSS_DOMAIN_CSRF_COOKIE_NAME and CROSS_DOMAIN_CSRF_COOKIE_DOMAIN");
    return;
  }
  imported.policy.csrf.cookie = cookie;
}

// edX relaxes Django's check for pages of its CORS list, and goes on to make that check itself.
void take_csrf(SourceFields& settings, const Setting<bool>& has_cors,
               const Setting<bool>& has_cookie, Imported& imported) {
  CsrfPolicy& csrf = imported.policy.csrf;
  take_cookie(settings, has_cookie, imported);
  const Setting<bool> insecure = settings.flag("CORS_ALLOW_INSECURE");
  if (has_cors.value_or(false)) {
    csrf.referer.enabled = has_cors;
    if (insecure.value_or(false)) {
      csrf.referer.dangerously_allow_insecure = insecure;
      imported.leave_out("insecure-referer", settings.path_of("CORS_ALLOW_INSECURE"), "true",
                         insecure.place(),
                         "edX trusts pages without TLS then, for development; the policy does too: "
                         "dangerously_allow_insecure = true",
                         "take that line out before the policy is used in production");
    }
  } else if (csrf.cookie.is_present()) {
    imported.leave_out(
        "csrf-cookie", "ENABLE_CROSS_DOMAIN_CSRF_COOKIE", {}, has_cookie.place(),
        "edX sets the cookie without ENABLE_CORS_HEADERS too; here nobody is trusted "
        "then, and nobody gets it",
        "write [csrf.referer] with enabled = true, and the pages into "
        "csrf.trusted_origins");
  }
  if (!csrf.is_present()) return;
  csrf.enabled = false;
  imported.remarks.push_back(
      "edX judges cross-site writes by itself: [csrf] has enabled = false. Without that line they "
      "are refused here too.");
}

// What this page of the documentation maps to something else than a policy.
void tell_settings_of_others(SourceFields& settings, Imported& imported) {
  struct Row {
    std::string_view name;
    const char* what;
    const char* fix;
  };
  constexpr std::array<Row, 3> kRows = {{
      {"SECURE_PROXY_SSL_HEADER", "a policy names no proxies",
       "name the proxy in trusted_proxies, of the server or of GateOptions"},
      {"CSRF_USE_SESSIONS", "where the application keeps its token is the application's business",
       "compare the token with the one of the session, in the handler"},
      {"LOGIN_REDIRECT_WHITELIST", "hosts name no origin that a redirect may lead to",
       "write [redirects], with their origins in allowed_origins"},
  }};
  for (const Row& row : kRows) {
    const SourceValue* value = settings.take(row.name);
    const bool is_off = value == nullptr || (value->is(SourceValue::Kind::Flag) && !value->flag) ||
                        (value->is(SourceValue::Kind::List) && value->items.empty());
    if (is_off) continue;
    imported.leave_out("setting-of-others", settings.path_of(row.name), {},
                       settings.place_of(row.name), row.what, row.fix);
  }
}

}  // namespace

Imported import_openedx(std::string_view text) {
  Imported imported;
  auto read = read_document(text);
  if (!read) {
    imported.problems.push_back(read.error());
    return imported;
  }
  if (!is_object(*read, imported)) return imported;
  const SourceValue document = without_prefix(*std::move(read));
  SourceFields settings(document, "", imported);
  const SourceValue* features_object = settings.take("FEATURES");
  if (features_object != nullptr && !is_object(*features_object, imported)) return imported;
  const SourceValue none;
  SourceFields features(features_object != nullptr ? *features_object : none, "FEATURES", imported);

  CorsPolicy& cors = imported.policy.cors;
  cors.profile = "openedx";
  take_django_settings(settings, DjangoCredentials::Always, imported);
  const Setting<bool> is_on = feature(settings, &features, "ENABLE_CORS_HEADERS");
  if (!is_on.value_or(false)) {
    cors.enabled = Setting<bool>(false, is_on.place());
    imported.remarks.push_back(
        "ENABLE_CORS_HEADERS is not on, so edX sends no CORS headers: enabled = false");
  }
  take_csrf(settings, is_on, feature(settings, &features, "ENABLE_CROSS_DOMAIN_CSRF_COOKIE"),
            imported);
  // edX sets it itself as soon as CORS is on, whatever the file says.
  if (cors.allow_credentials.is_set() && !cors.allow_credentials.value()) {
    imported.leave_out("setting-shadowed", "CORS_ALLOW_CREDENTIALS", "false",
                       cors.allow_credentials.place(),
                       "edX sets it to true when CORS is on; the policy says so too",
                       "set allow_credentials = false in the policy if no page needs the cookie");
    cors.allow_credentials = {};
  }
  tell_csrf_settings(settings, imported);
  tell_settings_of_others(settings, imported);
  settings.tell_unknown("edX reads no such setting, or none that a file can hold",
                        "see whether the policy has a field that says it", "CORS_");
  if (!cors.allowed_origins.is_set() && !cors.allowed_origin_regexes.is_set() && !is_on.is_set() &&
      !has_error(imported.problems)) {
    imported.refuse("nothing-to-import", "", document.place, "none of its settings is about CORS",
                    "give lms.yml, with CORS_ORIGIN_WHITELIST");
  }
  return imported;
}

}  // namespace corsac::server
