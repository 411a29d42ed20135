// FusionAuth's corsConfiguration. Entry: import_fusionauth. Spec: its system configuration API;
// policy document, 3. Test: tests/import/import_test.py.

#include <algorithm>
#include <utility>

#include "importers.hpp"
#include "origins_text.hpp"
#include "source_fields.hpp"

namespace corsac::server {
namespace {

struct Found {
  const SourceValue* value = nullptr;
  std::string path = {};
};

// The object itself, or where the answer of the API has it.
Found find_configuration(const SourceValue& document) {
  const SourceValue* system = document.find("systemConfiguration");
  const SourceValue& owner = system != nullptr ? *system : document;
  const std::string path = system != nullptr ? "systemConfiguration." : "";
  if (const SourceValue* cors = owner.find("corsConfiguration")) {
    return {cors, path + "corsConfiguration"};
  }
  if (document.find("allowedOrigins") != nullptr) return {&document, ""};
  return {};
}

// "*" stands for any; what else is listed is compared as it stands.
Names take_origins(SourceFields& fields, Imported& imported) {
  Names given = fields.texts("allowedOrigins");
  const auto& texts = given.values();
  if (std::find(texts.begin(), texts.end(), "*") != texts.end()) return given;
  return literal_origins(given, fields.path_of("allowedOrigins"), imported);
}

void take(SourceFields fields, CorsPolicy& cors, Imported& imported) {
  cors.enabled = fields.flag("enabled");
  cors.allowed_origins = take_origins(fields, imported);
  cors.allowed_methods =
      literal_methods(fields.texts("allowedMethods"), fields.path_of("allowedMethods"), imported);
  cors.allowed_headers = fields.texts("allowedHeaders");
  cors.exposed_headers = fields.texts("exposedHeaders");
  cors.allow_credentials = fields.flag("allowCredentials");
  cors.max_age_seconds = fields.integer("preflightMaxAgeInSeconds");
  cors.debug = fields.flag("debug");
  fields.tell_unknown("this version knows no such field of corsConfiguration",
                      "see whether the policy has a field that says it");
}

}  // namespace

Imported import_fusionauth(std::string_view text) {
  Imported imported;
  const auto document = read_object(text, imported);
  if (!document) return imported;
  const Found found = find_configuration(*document);
  if (found.value == nullptr) {
    imported.refuse("nothing-to-import", "", document->place, "there is no corsConfiguration in it",
                    "give the answer of GET /api/system-configuration");
    return imported;
  }
  if (!is_object(*found.value, imported)) return imported;
  imported.policy.cors.profile = "fusionauth";
  take(SourceFields(*found.value, found.path, imported), imported.policy.cors, imported);
  return imported;
}

}  // namespace corsac::server
