// Spring Boot's application.yml: CORS of Spring Cloud Gateway (globalcors), of the management
// endpoints and of GraphQL. Entry: import_spring. Spec: Spring's documentation of
// CorsConfiguration; names of fields bind relaxed. Test: tests/import/import_test.py.

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <corsac/policy/path_pattern.hpp>

#include "importers.hpp"
#include "origins_text.hpp"
#include "read_yaml.hpp"
#include "scopes.hpp"
#include "source_fields.hpp"
#include "spring_names.hpp"

namespace corsac::server {
namespace {

using Kind = SourceValue::Kind;

constexpr std::array<std::string_view, 2> kGatewayPaths = {
    "spring.cloud.gateway.globalcors", "spring.cloud.gateway.server.webflux.globalcors"};

// What Spring Boot answers by itself: its CORS, the properties that may say for which path, and
// that path without them; is_below: for what is under the path as well.
struct Endpoint {
  std::string_view cors;
  std::array<std::string_view, 2> paths;
  std::string_view usual_path;
  bool is_below;
};
constexpr std::array<Endpoint, 2> kEndpoints = {{
    {"management.endpoints.web.cors", {"management.endpoints.web.base-path"}, "/actuator", true},
    {"spring.graphql.cors", {"spring.graphql.http.path", "spring.graphql.path"}, "/graphql", false},
}};

// Null when there is none.
const SourceValue* find_property(const SourceValue& document, std::string_view name) {
  const SourceValue* value = &document;
  while (value != nullptr && !name.empty()) {
    const std::string wanted = to_folded(name.substr(0, name.find('.')));
    name.remove_prefix(std::min(name.find('.'), name.size() - 1) + 1);
    const auto found =
        std::find_if(value->members.begin(), value->members.end(),
                     [&](const SourceValue& member) { return to_folded(member.name) == wanted; });
    value = found == value->members.end() ? nullptr : &*found;
  }
  return value;
}

// A path pattern of Spring as one of a policy; nothing for what has no form there.
std::optional<std::string> to_policy_path(std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') return std::nullopt;
  const bool goes_on = pattern.ends_with("/**");
  if (goes_on) pattern.remove_suffix(3);
  std::string path;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, end);
    pattern.remove_prefix(end);
    const bool is_variable = segment.starts_with('{') && segment.ends_with('}') &&
                             segment.find(':') == std::string_view::npos &&
                             !segment.starts_with("{*");
    if (is_variable || segment == "*") {
      path += "/*";
    } else if (segment.find_first_of("*?{}[]$:") != std::string_view::npos) {
      return std::nullopt;
    } else {
      path += '/' + std::string(segment);
    }
  }
  if (goes_on) return path.empty() ? "/" : path;
  return path + '$';
}

// ${...} is filled in when the program starts, from places that no file names.
bool has_placeholder(std::string_view text) {
  return text.find("${") != std::string_view::npos || text.find("#{") != std::string_view::npos;
}

// Of "https://*.example.com:[*]" and the ports of "[8080,8081]" the first has another form here.
std::string to_policy_origin(std::string text) {
  const std::size_t any_port = text.rfind(":[*]");
  if (any_port != std::string::npos && any_port + 4 == text.size()) text.replace(any_port, 4, ":*");
  return text;
}

// Seconds: a number, or a duration as 30m, 1800s, PT30M.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
      {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}}};
  std::string folded = to_folded(text);
  std::string_view rest = folded;
  if (rest.starts_with("pt")) rest.remove_prefix(2);
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{} || number < 0 || number > 1'000'000'000) return std::nullopt;
  const std::string_view unit = rest.substr(static_cast<std::size_t>(stop - rest.data()));
  for (const auto& [name, seconds] : kUnits) {
    if (unit == name) return number * seconds;
  }
  return std::nullopt;
}

// One CorsConfiguration.
class ConfigurationReader {
 public:
  ConfigurationReader(const SourceValue& object, std::string path, Imported& imported)
      : fields_(object, std::move(path), imported, FieldNames::Folded),
        imported_(imported),
        place_(object.place) {}

  Scope read() {
    Scope scope;
    scope.place = place_;
    take_origins(scope.allowed_origins);
    take_origin_patterns(scope.allowed_origins);
    if (!scope.allowed_origins.is_set()) scope.allowed_origins.set_empty(place_);
    scope.allowed_methods = texts("allowed-methods");
    if (!scope.allowed_methods.is_set()) scope.allowed_methods = {"GET", "HEAD"};
    scope.allowed_headers = texts("allowed-headers");
    if (scope.allowed_headers.size() == 1 && scope.allowed_headers.values()[0] == "*") {
      scope.allowed_headers.add("Authorization", scope.allowed_headers.place(0));
    }
    scope.exposed_headers = texts("exposed-headers");
    scope.allow_credentials = flag("allow-credentials");
    scope.max_age_seconds = seconds("max-age");
    scope.allow_private_network = flag("allow-private-network");
    fields_.tell_unknown("Spring's CorsConfiguration has no such field",
                         "see whether the policy has a field that says it");
    return scope;
  }

 private:
  // Compared as they stand, but for "*".
  void take_origins(Names& origins) {
    const std::string path = fields_.path_of("allowed-origins");
    const Names given = texts("allowed-origins");
    for (std::size_t i = 0; i < given.size(); ++i) {
      const std::string text(given.values()[i]);
      if (text == "*") {
        origins.add(text, given.place(i));
      } else {
        add_literal_origin(origins, text, given.place(i), path + '[' + std::to_string(i) + ']',
                           imported_);
      }
    }
  }

  void take_origin_patterns(Names& origins) {
    const std::string path = fields_.path_of("allowed-origin-patterns");
    const Names given = texts("allowed-origin-patterns");
    for (std::size_t i = 0; i < given.size(); ++i) {
      std::string origin = to_policy_origin(std::string(given.values()[i]));
      tell_wide_wildcard(origin, path + '[' + std::to_string(i) + ']', given.place(i), imported_);
      origins.add(std::move(origin), given.place(i));
    }
  }

  void tell_placeholder(std::string_view name, const std::string& text, Place place) {
    imported_.leave_out("placeholder", fields_.path_of(name), text, place,
                        "it is filled in when the program starts, and no file says with what",
                        "write the value into the file, or add it to the policy");
  }

  Names texts(std::string_view name) {
    const Names given = fields_.texts(name, ListForm::ListOrCommas);
    if (!given.is_set()) return {};
    Names texts;
    texts.set_empty(given.place());
    for (std::size_t i = 0; i < given.size(); ++i) {
      const std::string text(given.values()[i]);
      if (has_placeholder(text)) {
        tell_placeholder(name, text, given.place(i));
      } else {
        texts.add(text, given.place(i));
      }
    }
    return texts;
  }

  Setting<bool> flag(std::string_view name) {
    const SourceValue* value = fields_.take(name);
    if (value != nullptr && value->is(Kind::Text) && has_placeholder(value->text)) {
      tell_placeholder(name, value->text, value->place);
      return {};
    }
    if (value != nullptr && value->is(Kind::Text) &&
        (value->text == "true" || value->text == "false")) {
      return {value->text == "true", value->place};
    }
    return fields_.flag(name);
  }

  Setting<std::int64_t> seconds(std::string_view name) {
    const SourceValue* value = fields_.take(name);
    if (value == nullptr || !value->is(Kind::Text)) return fields_.integer(name);
    if (has_placeholder(value->text)) {
      tell_placeholder(name, value->text, value->place);
      return {};
    }
    const auto seconds = parse_duration(value->text);
    if (seconds) return {*seconds, value->place};
    imported_.refuse("field-type", fields_.path_of(name), value->place,
                     "a number of seconds or a duration is wanted",
                     "write it as 1800, 1800s or 30m");
    return {};
  }

  SourceFields fields_;
  Imported& imported_;
  Place place_;
};

void take_gateway(const SourceValue& globalcors, const std::string& path,
                  std::vector<Scope>& scopes, Imported& imported) {
  SourceFields fields(globalcors, path, imported, FieldNames::Folded);
  const SourceValue* configurations = fields.take("cors-configurations");
  (void)fields.take("add-to-simple-url-handler-mapping");  // preflights are answered either way
  fields.tell_unknown("globalcors has no such field", "take it out");
  if (configurations == nullptr || !is_object(*configurations, imported)) return;
  for (const SourceValue& member : configurations->members) {
    std::string_view name = member.name;
    if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    const std::string inner = fields.path_of("cors-configurations") + '.' + member.name;
    const auto pattern = to_policy_path(name);
    if (!pattern) {
      imported.leave_out("path-not-understood", inner, std::string(name), member.name_place,
                         "a policy has no such path, so that nothing is granted there",
                         "write a rule with the paths that are meant");
      continue;
    }
    if (!is_object(member, imported)) continue;
    Scope scope = ConfigurationReader(member, inner, imported).read();
    scope.paths.add(*pattern, member.name_place);
    scopes.push_back(std::move(scope));
  }
}

void take_endpoint(const Endpoint& endpoint, const SourceValue& cors, const SourceValue& document,
                   std::vector<Scope>& scopes, Imported& imported) {
  Scope scope = ConfigurationReader(cors, std::string(endpoint.cors), imported).read();
  if (!scope.max_age_seconds.is_set()) scope.max_age_seconds = 1800;
  std::string path(endpoint.usual_path);
  Place place;
  for (const std::string_view name : endpoint.paths) {
    const SourceValue* found = name.empty() ? nullptr : find_property(document, name);
    if (found == nullptr || found->is(Kind::Null)) continue;
    if (!found->text.starts_with('/') || !parse_path_pattern(found->text) ||
        found->text.find_first_of("*{$") != std::string::npos) {
      imported.leave_out("path-not-understood", std::string(endpoint.cors), {}, found->place,
                         "a policy has no path like that of " + std::string(name) +
                             ", so that nothing is granted there",
                         "write a rule with the paths that are meant");
      return;
    }
    path = found->text;
    place = found->place;
    break;
  }
  if (!endpoint.is_below) path += '$';
  scope.paths.add(std::move(path), place);
  scopes.push_back(std::move(scope));
}

// Names of properties that were read, each with its dots.
using ReadNames = std::vector<std::string_view>;

// What else is called CORS: that of one route of the gateway, or what the application reads itself.
void tell_others(const SourceValue& value, const std::string& path, const ReadNames& read,
                 Imported& imported) {
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    tell_others(value.items[i], path + '[' + std::to_string(i) + ']', read, imported);
  }
  for (const SourceValue& member : value.members) {
    const std::string inner = path.empty() ? member.name : path + '.' + member.name;
    if (to_folded(member.name).find("cors") == std::string::npos) {
      tell_others(member, inner, read, imported);
      continue;
    }
    const bool is_read = std::any_of(read.begin(), read.end(), [&](std::string_view name) {
      return to_folded(name) == to_folded(inner);
    });
    if (is_read) continue;
    imported.leave_out("cors-not-read", inner, {}, member.name_place,
                       "it is called CORS, and nothing of it is carried over: it is of one route, "
                       "or the application's own",
                       "write a rule with the paths that it is about");
  }
}

void name_scopes(std::vector<Scope>& scopes) {
  for (Scope& scope : scopes) {
    scope.name = std::string(scope.paths.values().front());
  }
}

}  // namespace

Imported import_spring(std::string_view text) {
  Imported imported;
  auto file = read_yaml(text);
  if (!file) {
    imported.problems.push_back(file.error());
    return imported;
  }
  if (file->document.is(Kind::Text)) {
    imported.refuse(
        "yaml-text", "", file->document.place,
        "this is one text, and no YAML with fields; of a .properties file nothing is read",
        "give application.yml, or write each a.b=c as a.b: c");
    return imported;
  }
  if (!is_object(file->document, imported)) return imported;
  const SourceValue document = with_nested_names(std::move(file->document), imported);
  for (const Place& place : file->more) {
    imported.leave_out("yaml-documents", "", {}, place,
                       "only the first document is read, and this one counts under a profile",
                       "import it as a file of its own");
  }
  CorsPolicy& cors = imported.policy.cors;
  cors.profile = "fetch";
  cors.knobs.enforce_methods = true;
  cors.knobs.methods_are_exact = true;
  std::vector<Scope> scopes;
  bool is_found = false;
  ReadNames read(kGatewayPaths.begin(), kGatewayPaths.end());
  for (const std::string_view path : kGatewayPaths) {
    const SourceValue* globalcors = find_property(document, path);
    if (globalcors == nullptr || !is_object(*globalcors, imported)) continue;
    is_found = true;
    take_gateway(*globalcors, std::string(path), scopes, imported);
  }
  for (const Endpoint& endpoint : kEndpoints) {
    read.push_back(endpoint.cors);
    const SourceValue* found = find_property(document, endpoint.cors);
    if (found == nullptr || !is_object(*found, imported)) continue;
    is_found = true;
    take_endpoint(endpoint, *found, document, scopes, imported);
  }
  tell_others(document, "", read, imported);
  if (!is_found) {
    if (!has_error(imported.problems)) {
      imported.refuse("nothing-to-import", "", document.place,
                      "there is no spring.cloud.gateway.globalcors in it, and neither "
                      "management.endpoints.web.cors nor spring.graphql.cors",
                      "give the application.yml that has one of them");
    }
    return imported;
  }
  name_scopes(scopes);
  if (scopes.empty()) cors.allowed_origins = Names::none();
  if (!scopes.empty()) place_scopes(std::move(scopes), cors);
  return imported;
}

}  // namespace corsac::server
