// cors.Options of rs/cors, as Go writes it as JSON or in other spellings. Entry: import_rs_cors.
// Spec: its documentation of Options. Test: tests/import/import_test.py.

#include <algorithm>
#include <string>
#include <utility>

#include <corsac/base/ascii.hpp>

#include "importers.hpp"
#include "origins_text.hpp"
#include "source_fields.hpp"

namespace corsac::server {
namespace {

bool has_any(const Names& names) {
  return std::find(names.values().begin(), names.values().end(), "*") != names.values().end();
}

// "*" is none of its methods; no list is the list of the documentation.
Names take_methods(SourceFields& options, Imported& imported) {
  const Names given = options.texts("AllowedMethods");
  if (given.size() == 0) return {"GET", "POST", "HEAD"};
  return literal_methods(given, options.path_of("AllowedMethods"), imported);
}

// "*" stands for the whole list; none is the list of the documentation.
Names all_or(const Names& names, const Names& otherwise) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.values()[i] != "*") continue;
    return Names({"*"}, {names.place(i)});
  }
  return names.size() != 0 ? names : otherwise;
}

// Not set where the list is empty.
Names take_origins(SourceFields& options, Imported& imported) {
  const Names given = options.texts("AllowedOrigins");
  if (has_any(given)) return all_or(given, {});
  Names origins;
  for (std::size_t i = 0; i < given.size(); ++i) {
    // It compares in lower case.
    std::string origin = to_ascii_lower(given.values()[i]);
    const std::string path = options.path_of("AllowedOrigins") + '[' + std::to_string(i) + ']';
    tell_wide_wildcard(origin, path, given.place(i), imported);
    origins.add(std::move(origin), given.place(i));
  }
  return origins;
}

// A function decides instead of the list, not beside it. Nothing is known of what it grants.
void take_code(SourceFields& options, Names& origins, Imported& imported) {
  for (const std::string_view name :
       {"AllowOriginFunc", "AllowOriginRequestFunc", "AllowOriginVaryRequestFunc", "Logger"}) {
    const SourceValue* value = options.take(name);
    if (value == nullptr || name == "Logger") continue;
    imported.leave_out("code-not-read", options.path_of(name), {}, value->place,
                       "a function decides there instead of AllowedOrigins, and a file does not "
                       "say how: nobody is granted anything",
                       "list the origins, or give the gate an allow_request predicate");
    origins = Names::none();
  }
}

void take_preflight(SourceFields& options, CorsPolicy& cors, Imported& imported) {
  const Setting<std::int64_t> status = options.integer("OptionsSuccessStatus");
  if (status.value_or(0) != 0) {
    take_preflight_status(status, options.path_of("OptionsSuccessStatus"), cors, imported);
  }
  const Setting<std::int64_t> max_age = options.integer("MaxAge");
  const std::int64_t seconds = max_age.value_or(0);
  if (seconds != 0) {  // below 0 it prints 0
    cors.max_age_seconds = {std::max<std::int64_t>(seconds, 0), max_age.place()};
  }
  const Setting<bool> pass = options.flag("OptionsPassthrough");
  if (!pass.value_or(false)) return;
  imported.leave_out("preflight-continued", options.path_of("OptionsPassthrough"), "true",
                     pass.place(),
                     "the handler runs behind an answered preflight there; here it is answered "
                     "without it",
                     "set preflight = \"pass_through\" if the application answers by itself");
}

}  // namespace

Imported import_rs_cors(std::string_view text) {
  Imported imported;
  const auto document = read_object(text, imported);
  if (!document) return imported;
  SourceFields options(*document, "", imported, FieldNames::Folded);
  CorsPolicy& cors = imported.policy.cors;
  cors.profile = "fetch";
  cors.allowed_origins = take_origins(options, imported);
  cors.allowed_methods = take_methods(options, imported);
  cors.allowed_headers =
      all_or(options.texts("AllowedHeaders"), {"Accept", "Content-Type", "X-Requested-With"});
  if (has_any(cors.allowed_headers)) {
    cors.allowed_headers.add("Authorization", cors.allowed_headers.place(0));
  }
  cors.exposed_headers = options.texts("ExposedHeaders");
  cors.allow_credentials = options.flag("AllowCredentials");
  cors.allow_private_network = options.flag("AllowPrivateNetwork");
  cors.debug = options.flag("Debug");
  cors.knobs.methods_are_exact = true;
  take_preflight(options, cors, imported);
  take_code(options, cors.allowed_origins, imported);
  if (!cors.allowed_origins.is_set()) {
    cors.allowed_origins = any_unless_doubtful(options, "AllowedOrigins", imported);
  }
  drop_credentials_beside_any(cors.allowed_origins, cors.allow_credentials, "AllowCredentials",
                              imported);
  mark_denied(cors, imported);
  options.tell_unknown("rs/cors has no such option", "see whether the policy has a field for it");
  return imported;
}

}  // namespace corsac::server
