// django-cors-headers' settings. Entry: take_django_settings. Spec: its README, "Configuration";
// policy document, 3. Test: tests/import/import_test.py.

#include "django_settings.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "origins_text.hpp"
#include "regex_text.hpp"

namespace corsac::server {
namespace {

// A setting under its name of today; where that is absent, under its old one.
std::string_view name_in_use(SourceFields& settings, std::string_view name, std::string_view old,
                             Imported& imported) {
  const SourceValue* today = settings.take(name);
  const SourceValue* before = settings.take(old);
  if (today == nullptr && before != nullptr) return old;
  if (today != nullptr && before != nullptr) {
    imported.leave_out("setting-shadowed", settings.path_of(old), {}, before->place,
                       std::string(name) + " is set too, and Django reads that one alone",
                       "take the old name out");
  }
  return name;
}

// Django matches a pattern at the start of the origin, whatever follows.
void tell_open_ends(const Names& patterns, const std::string& path, Imported& imported) {
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::string pattern(patterns.values()[i]);
    if (anchors_of(pattern).has_end) continue;
    imported.leave_out("regex-open-end", path + '[' + std::to_string(i) + ']', pattern,
                       patterns.place(i),
                       "Django takes every origin that begins so, also "
                       "https://app.example.com.evil.example; here the whole origin must match",
                       "end the pattern with $, and add what else is meant, such as (:[0-9]+)?");
  }
}

void take_origins(SourceFields& settings, Imported& imported) {
  CorsPolicy& cors = imported.policy.cors;
  const auto all_name =
      name_in_use(settings, "CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL", imported);
  const auto list_name =
      name_in_use(settings, "CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_WHITELIST", imported);
  const auto regex_name =
      name_in_use(settings, "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST", imported);
  const Setting<bool> all = settings.flag(all_name);
  const Names origins = settings.texts(list_name);
  Names regexes = settings.texts(regex_name);
  if (!all.value_or(false)) {
    cors.allowed_origins = literal_origins(origins, settings.path_of(list_name), imported);
    if (regexes.size() != 0) {
      tell_open_ends(regexes, settings.path_of(regex_name), imported);
      cors.allowed_origin_regexes = std::move(regexes);
    }
    return;
  }
  cors.allowed_origins.add("*", all.place());
  for (const auto& [names, name] :
       {std::pair(&origins, list_name), std::pair(&std::as_const(regexes), regex_name)}) {
    if (names->size() == 0) continue;
    imported.leave_out("setting-shadowed", settings.path_of(name), {}, names->place(),
                       std::string(all_name) + " is true, and then Django reads no list",
                       "take one of the two out");
  }
}

// Django matches it at the start of the path. As a match of the whole, which is what a policy does.
void take_paths(SourceFields& settings, Imported& imported) {
  const Setting<std::string> regex = settings.text("CORS_URLS_REGEX");
  if (!regex.is_set() || regex.value() == "^.*$" || regex.value().empty()) return;
  imported.policy.cors.included_path_regexes.add(to_prefix_regex(regex.value()), regex.place());
}

}  // namespace

void take_django_settings(SourceFields& settings, DjangoCredentials credentials,
                          Imported& imported) {
  CorsPolicy& cors = imported.policy.cors;
  take_origins(settings, imported);
  cors.allowed_methods = settings.texts("CORS_ALLOW_METHODS");
  cors.allowed_headers = settings.texts("CORS_ALLOW_HEADERS");
  cors.exposed_headers = settings.texts("CORS_EXPOSE_HEADERS");
  cors.allow_credentials = settings.flag("CORS_ALLOW_CREDENTIALS");
  cors.max_age_seconds = settings.integer("CORS_PREFLIGHT_MAX_AGE");
  cors.allow_private_network = settings.flag("CORS_ALLOW_PRIVATE_NETWORK");
  take_paths(settings, imported);
  const bool has_credentials =
      credentials == DjangoCredentials::Always || cors.allow_credentials.value_or(false);
  drop_printed_any(cors.allowed_methods, has_credentials, "CORS_ALLOW_METHODS", imported);
  drop_printed_any(cors.allowed_headers, has_credentials, "CORS_ALLOW_HEADERS", imported);
}

void tell_csrf_settings(SourceFields& settings, Imported& imported) {
  for (const std::string_view name : {"CSRF_TRUSTED_ORIGINS", "CSRF_TRUSTED_ORIGINS_WITH_SCHEME"}) {
    const SourceValue* value = settings.take(name);
    if (value == nullptr || (value->is(SourceValue::Kind::List) && value->items.empty())) continue;
    imported.leave_out("csrf-not-cors", settings.path_of(name), {}, settings.place_of(name),
                       "it is about cross-site writes, which Django goes on to judge by itself",
                       "to have them judged here too, write [csrf] with enabled = true, and its "
                       "trusted_origins");
  }
}

}  // namespace corsac::server
