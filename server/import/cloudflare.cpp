// The CORS settings of Cloudflare Access applications: an answer of its API, one application, or
// what `terraform show -json` prints. Entry: import_cloudflare. Spec: policy document, 3. Test:
// tests/import/import_test.py.

#include <string>
#include <utility>
#include <vector>

#include "importers.hpp"
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
  } else if (result != nullptr) {
    found.push_back({result, "result"});
  } else if (document.find("cors_headers") != nullptr || document.find("domain") != nullptr ||
             document.find("options_preflight_bypass") != nullptr) {
    found.push_back({&document, ""});
  }
  return found;
}

// Where an application is: "api.example.com/v1/*".
struct Domain {
  std::string host = {};
  std::string path = "/";
  Place place = {};
};

Domain parse_domain(const std::string& text, Place place) {
  const std::size_t slash = text.find('/');
  Domain domain = {.host = text.substr(0, slash), .place = place};
  if (slash == std::string::npos) return domain;
  std::string path = text.substr(slash);
  if (path.ends_with("/*")) path.resize(path.size() - 2);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!path.empty()) domain.path = std::move(path);
  return domain;
}

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

  std::vector<Domain> domains() {
    std::vector<Domain> domains;
    const Names several = fields_.texts("self_hosted_domains");
    for (std::size_t i = 0; i < several.size(); ++i) {
      domains.push_back(parse_domain(several.values()[i], several.place(i)));
    }
    const Setting<std::string> one = fields_.text("domain");
    if (domains.empty() && !one.value_or("").empty()) {
      domains.push_back(parse_domain(one.value(), one.place()));
    }
    return domains;
  }

 private:
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

  void take_headers(const SourceValue& headers, Scope& scope) {
    const std::string path = fields_.path_of("cors_headers");
    if (!is_object(headers, imported_)) return;
    SourceFields fields(headers, path, imported_);
    scope.place = headers.place;
    scope.allowed_origins = all_or_list(fields, "allow_all_origins", "allowed_origins", imported_);
    scope.allowed_methods = all_or_list(fields, "allow_all_methods", "allowed_methods", imported_);
    scope.allowed_headers = all_or_list(fields, "allow_all_headers", "allowed_headers", imported_);
    if (scope.allowed_headers.size() == 1 && scope.allowed_headers.values()[0] == "*") {
      scope.allowed_headers.add("Authorization", scope.allowed_headers.place(0));
    }
    scope.allow_credentials = fields.flag("allow_credentials");
    scope.max_age_seconds = fields.integer("max_age");
    fields.tell_unknown("Cloudflare Access has no such CORS setting",
                        "see whether the policy has a field that says it");
  }

  SourceFields fields_;
  Imported& imported_;
};

bool has_settings(const Scope& scope) {
  return scope.preflight.is_set() || scope.allowed_origins.is_set() ||
         scope.allowed_methods.is_set() || scope.allowed_headers.is_set() ||
         scope.allow_credentials.is_set() || scope.max_age_seconds.is_set();
}

// Several applications, or one of several domains with paths: each domain is a rule.
std::vector<Scope> scopes_of(const Scope& settings, const std::vector<Domain>& domains) {
  std::vector<Scope> scopes;
  for (const Domain& domain : domains) {
    Scope scope = settings;
    scope.name = domain.host + (domain.path == "/" ? "" : domain.path);
    scope.hosts.add(domain.host, domain.place);
    scope.paths.add(domain.path, domain.place);
    scopes.push_back(std::move(scope));
  }
  return scopes;
}

void import_one(const Application& application, Imported& imported) {
  ApplicationReader reader(application, imported);
  Scope settings = reader.settings();
  const std::vector<Domain> domains = reader.domains();
  if (domains.size() > 1) {
    if (has_settings(settings)) place_scopes(scopes_of(settings, domains), imported.policy.cors);
    return;
  }
  if (!domains.empty()) settings.paths.add(domains.front().path, domains.front().place);
  place_scopes({std::move(settings)}, imported.policy.cors);
}

void import_several(const std::vector<Application>& applications, Imported& imported) {
  std::vector<Scope> scopes;
  for (const Application& application : applications) {
    if (!is_object(*application.value, imported)) continue;
    ApplicationReader reader(application, imported);
    const Scope settings = reader.settings();
    if (!has_settings(settings)) continue;
    const std::vector<Domain> domains = reader.domains();
    if (domains.empty()) {
      imported.leave_out("application-without-domain", application.path, {},
                         application.value->place,
                         "among several applications only the domain says which requests are meant",
                         "import this one alone, or add its domain");
    }
    for (Scope& scope : scopes_of(settings, domains)) scopes.push_back(std::move(scope));
  }
  if (!scopes.empty()) place_scopes(std::move(scopes), imported.policy.cors);
}

}  // namespace

Imported import_cloudflare(std::string_view text) {
  Imported imported;
  const auto document = read_json(text);
  if (!document) {
    imported.problems.push_back(document.error());
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
