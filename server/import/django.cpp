// Django with django-cors-headers. Entry: import_django. Test: tests/import/import_test.py.

#include "django_settings.hpp"
#include "importers.hpp"

namespace corsac::server {

Imported import_django(std::string_view text) {
  Imported imported;
  const auto document = read_object(text, imported);
  if (!document) return imported;
  imported.policy.cors.profile = "django";
  SourceFields settings(*document, "", imported);
  take_django_settings(settings, DjangoCredentials::AsSet, imported);
  if (const SourceValue* replaced = settings.take("CORS_REPLACE_HTTPS_REFERER")) {
    imported.leave_out("csrf-not-cors", "CORS_REPLACE_HTTPS_REFERER", {}, replaced->place,
                       "it is about Django's check of cross-site writes",
                       "use CSRF_TRUSTED_ORIGINS of Django");
  }
  tell_csrf_settings(settings, imported);
  settings.tell_unknown("django-cors-headers has no such setting, or none that a file can hold",
                        "see whether the policy has a field that says it", "CORS_");
  if (!imported.policy.cors.allowed_origins.is_set() &&
      !imported.policy.cors.allowed_origin_regexes.is_set() && !has_error(imported.problems)) {
    imported.refuse("nothing-to-import", "", document->place,
                    "none of its settings says whose origins are allowed",
                    "give the settings as JSON, with CORS_ALLOWED_ORIGINS");
  }
  return imported;
}

}  // namespace corsac::server
