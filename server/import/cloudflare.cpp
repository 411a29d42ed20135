// The CORS settings of Cloudflare Access applications: an answer of its API, one application, or
// what `terraform show -json` prints. Entry: import_cloudflare. Spec: policy document, 3. Test:
// tests/import/import_test.py.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cloudflare_domain.hpp"
#include "cloudflare_rules.hpp"
#include "importers.hpp"
#include "origins_text.hpp"
#include "read_json.hpp"
#include "scopes.hpp"
#include "source_fields.hpp"

namespace corsac::server {
namespace {

using Kind = SourceValue::Kind;

// One application.
struct Application {
  const SourceValue* value = nullptr;
  std::string path = {};  // for messages
};

bool is_application_type(std::string_view type) {
  return type == "cloudflare_access_application" ||
         type == "cloudflare_zero_trust_access_application";
}

void find_in_module(const SourceValue& module, std::vector<Application>& found) {
  if (const SourceValue* resources = module.find("resources")) {
    for (const SourceValue& resource : resources->items) {
      const SourceValue* type = resource.find("type");
      const SourceValue* values = resource.find("values");
      if (type == nullptr || values == nullptr || !is_application_type(type->text)) continue;
      const SourceValue* address = resource.find("address");
      found.push_back({values, address != nullptr ? address->text : std::string()});
    }
  }
  if (const SourceValue* modules = module.find("child_modules")) {
    for (const SourceValue& child : modules->items) find_in_module(child, found);
  }
}

void find_in_list(const SourceValue& list, const std::string& path,
                  std::vector<Application>& found) {
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    found.push_back({&list.items[i], path + '[' + std::to_string(i) + ']'});
  }
}

std::vector<Application> find_applications(const SourceValue& document) {
  std::vector<Application> found;
  for (const std::string_view name : {"values", "planned_values"}) {
    const SourceValue* values = document.find(name);
    const SourceValue* root = values != nullptr ? values->find("root_module") : nullptr;
    if (root == nullptr) continue;
    find_in_module(*root, found);
    return found;
  }
  const SourceValue* result = document.find("result");
  if (document.is(Kind::List)) {
    find_in_list(document, "", found);
  } else if (result != nullptr && result->is(Kind::List)) {
    find_in_list(*result, "result", found);
  } else if (result != nullptr && !result->is(Kind::Null)) {
    found.push_back({result, "result"});
  } else if (document.find("cors_headers") != nullptr || document.find("domain") != nullptr ||
             document.find("options_preflight_bypass") != nullptr) {
    found.push_back({&document, ""});
  }
  return found;
}

// The places of one application, and whether all of them were understood.
struct Domains {
  std::vector<CloudflareDomain> found = {};
  bool are_all = true;
};

class ApplicationReader {
 public:
  ApplicationReader(const Application& application, Imported& imported)
      : fields_(*application.value, application.path, imported), imported_(imported) {}

  // What it says, without paths and hosts.
  Scope settings() {
    Scope scope;
    const Setting<bool> bypass = fields_.flag("options_preflight_bypass");
    const SourceValue* headers = find_headers();
    if (bypass.value_or(false)) {
      scope.preflight = {std::string("pass_through"), bypass.place()};
      if (headers != nullptr) {
        imported_.leave_out("pass-through-exclusive", fields_.path_of("cors_headers"), {},
                            headers->place,
                            "options_preflight_bypass is on, and then Cloudflare answers nothing "
                            "by itself",
                            "take one of the two out");
      }
      return scope;
    }
    if (headers != nullptr) take_headers(*headers, scope);
    return scope;
  }

  // The longest list counts: destinations, self_hosted_domains, domain.
  Domains domains() {
    Domains domains;
    const Names several = fields_.texts("self_hosted_domains");
    const Setting<std::string> one = fields_.text("domain");
    if (const SourceValue* destinations = fields_.take("destinations")) {
      take_destinations(*destinations, domains);
    }
    if (domains.found.empty() && domains.are_all) {
      const std::string path = fields_.path_of("self_hosted_domains");
      for (std::size_t i = 0; i < several.size(); ++i) {
        take_domain(std::string(several.values()[i]), several.place(i),
                    path + '[' + std::to_string(i) + ']', domains);
      }
    }
    if (domains.found.empty() && domains.are_all && !one.value_or("").empty()) {
      take_domain(one.value(), one.place(), fields_.path_of("domain"), domains);
    }
    return domains;
  }

  // An application has dozens of fields that are not about CORS: a slip in the name of one that is.
  void tell_slips() {
    fields_.tell_unknown_about({"cors", "preflight"}, "an Access application has no such field",
                               "write cors_headers or options_preflight_bypass");
  }

 private:
  void take_domain(const std::string& text, Place place, const std::string& path,
                   Domains& domains) {
    if (auto domain = parse_cloudflare_domain(text, place)) {
      domains.found.push_back(*std::move(domain));
      return;
    }
    domains.are_all = false;
    imported_.leave_out("domain-not-understood", path, text, place,
                        "it is no host with a path behind it, so that nothing is granted there",
                        "write it without a scheme, a query and a port, as app.example.com/path");
  }

  void take_destinations(const SourceValue& destinations, Domains& domains) {
    const std::string path = fields_.path_of("destinations");
    for (std::size_t i = 0; i < destinations.items.size(); ++i) {
      const SourceValue& destination = destinations.items[i];
      const std::string inner = path + '[' + std::to_string(i) + ']';
      const SourceValue* type = destination.find("type");
      const SourceValue* uri = destination.find("uri");
      const bool is_public = type == nullptr || type->is(Kind::Null) || type->text == "public";
      if (is_public && uri != nullptr && uri->is(Kind::Text)) {
        take_domain(uri->text, uri->place, inner + ".uri", domains);
        continue;
      }
      domains.are_all = false;
      imported_.leave_out("destination-not-understood", inner, {}, destination.place,
                          "only a public destination with its uri names requests of browsers, so "
                          "that nothing is granted there",
                          "write a rule with the hosts and paths that are meant");
    }
  }

  // Older providers of Terraform have a list of one. Null when there are none.
  const SourceValue* find_headers() {
    const SourceValue* headers = fields_.take("cors_headers");
    if (headers == nullptr) return nullptr;
    if (headers->is(Kind::List)) return headers->items.empty() ? nullptr : &headers->items.front();
    return headers->members.empty() && headers->is(Kind::Object) ? nullptr : headers;
  }

  static Names all_or_list(SourceFields& fields, std::string_view all_name,
                           std::string_view list_name, Imported& imported) {
    const Setting<bool> all = fields.flag(all_name);
    const Names list = fields.texts(list_name);
    if (!all.value_or(false)) return list.size() == 0 ? Names() : list;
    if (list.size() != 0) {
      imported.refuse("cloudflare-exclusive", fields.path_of(list_name), list.place(),
                      "Cloudflare Access wants one of " + std::string(all_name) + " and a list",
                      "take one of the two out");
    }
    return Names({"*"}, {all.place()});
  }

  // What a wildcard inside of an origin does at the edge is nowhere said.
  Names origins(SourceFields& fields) {
    Names given = all_or_list(fields, "allow_all_origins", "allowed_origins", imported_);
    const auto& texts = given.values();
    if (std::find(texts.begin(), texts.end(), "*") != texts.end()) return given;
    return literal_origins(given, fields.path_of("allowed_origins"), imported_);
  }

  void take_headers(const SourceValue& headers, Scope& scope) {
    const std::string path = fields_.path_of("cors_headers");
    if (!is_object(headers, imported_)) return;
    SourceFields fields(headers, path, imported_);
    scope.place = headers.place;
    scope.allowed_origins = origins(fields);
    scope.allowed_methods = all_or_list(fields, "allow_all_methods", "allowed_methods", imported_);
    scope.allowed_headers = all_or_list(fields, "allow_all_headers", "allowed_headers", imported_);
    if (scope.allowed_headers.size() == 1 && scope.allowed_headers.values()[0] == "*") {
      scope.allowed_headers.add("Authorization", scope.allowed_headers.place(0));
    }
    scope.allow_credentials = fields.flag("allow_credentials");
    scope.max_age_seconds = fields.integer("max_age");
    fields.tell_unknown("Cloudflare Access has no such CORS setting",
                        "see whether the policy has a field that says it");
    const auto& origins = scope.allowed_origins.values();
    const bool has_any = std::find(origins.begin(), origins.end(), "*") != origins.end();
    if (has_any && scope.allow_credentials.value_or(false)) {
      imported_.leave_out("origin-any-credentials", fields.path_of("allow_credentials"), "true",
                          scope.allow_credentials.place(),
                          "Cloudflare Access takes no credentials beside all origins, so that "
                          "preflights are rejected: preflight = \"reject\"",
                          "list the origins, or take one of the two out");
      return reject(scope);
    }
  }

  // All that is said counts for nothing.
  static void reject(Scope& scope) {
    Scope rejected;
    rejected.place = scope.place;
    rejected.preflight = {std::string("reject"), scope.place};
    scope = std::move(rejected);
  }

  SourceFields fields_;
  Imported& imported_;
};

bool has_settings(const Scope& scope) {
  return scope.preflight.is_set() || scope.allowed_origins.is_set() ||
         scope.allowed_methods.is_set() || scope.allowed_headers.is_set() ||
         scope.allow_credentials.is_set() || scope.max_age_seconds.is_set();
}

// Each of its domains is a rule.
void append_scopes(const Scope& settings, const Domains& domains, std::size_t application,
                   std::vector<CloudflareScope>& scopes) {
  for (const CloudflareDomain& domain : domains.found) {
    Scope scope = settings;
    scope.name = domain.host + (domain.path == "/" ? "" : domain.path);
    scope.hosts.add(domain.host, domain.place);
    scope.paths.add(domain.path, domain.place);
    scopes.push_back({std::move(scope), application});
  }
}

void import_one(const Application& application, Imported& imported) {
  ApplicationReader reader(application, imported);
  Scope settings = reader.settings();
  const Domains domains = reader.domains();
  reader.tell_slips();
  if (domains.found.empty() && !domains.are_all) {
    imported.refuse("nothing-to-import", application.path, application.value->place,
                    "no domain of the application was understood", "correct its domain");
    return;
  }
  if (!has_settings(settings)) {
    imported.remarks.push_back("The application has no CORS settings: preflights are rejected.");
  } else if (domains.found.size() > 1 || !domains.are_all) {
    std::vector<CloudflareScope> scopes;
    append_scopes(settings, domains, 0, scopes);
    place_scopes(cloudflare_rules(scopes, {}, imported), imported.policy.cors);
  } else {
    if (!domains.found.empty()) {
      settings.paths.add(domains.found.front().path, domains.found.front().place);
    }
    place_scopes({std::move(settings)}, imported.policy.cors);
  }
}

void import_several(const std::vector<Application>& applications, Imported& imported) {
  std::vector<CloudflareScope> granting;
  std::vector<CloudflareScope> rejecting;
  for (std::size_t i = 0; i < applications.size(); ++i) {
    const Application& application = applications[i];
    if (!is_object(*application.value, imported)) continue;
    ApplicationReader reader(application, imported);
    Scope settings = reader.settings();
    const Domains domains = reader.domains();
    reader.tell_slips();
    if (!has_settings(settings)) {
      settings.preflight = "reject";
      append_scopes(settings, domains, i, rejecting);
      continue;
    }
    if (domains.found.empty() && domains.are_all) {
      imported.leave_out("application-without-domain", application.path, {},
                         application.value->place,
                         "among several applications only the domain says which requests are meant",
                         "import this one alone, or add its domain");
    }
    append_scopes(settings, domains, i, granting);
  }
  std::vector<Scope> rules = cloudflare_rules(granting, rejecting, imported);
  if (!rules.empty()) place_scopes(std::move(rules), imported.policy.cors);
}

}  // namespace

Imported import_cloudflare(std::string_view text) {
  Imported imported;
  const auto document = read_json(text);
  if (!document) {
    imported.problems.push_back(document.error());
    return imported;
  }
  const SourceValue* success = document->find("success");
  if (success != nullptr && success->is(Kind::Flag) && !success->flag) {
    imported.refuse("cloudflare-answer", "success", success->place,
                    "this is an error of the API, and no list of applications",
                    "look at its errors, and give the answer that has a result");
    return imported;
  }
  const std::vector<Application> applications = find_applications(*document);
  if (applications.empty()) {
    imported.refuse("nothing-to-import", "", document->place,
                    "there is no Access application in it",
                    "give the answer of GET /accounts/ID/access/apps, or of terraform show -json");
    return imported;
  }
  imported.policy.cors.profile = "cloudflare";
  if (applications.size() == 1) {
    if (is_object(*applications.front().value, imported)) {
      import_one(applications.front(), imported);
    }
  } else {
    import_several(applications, imported);
  }
  return imported;
}

}  // namespace corsac::server
