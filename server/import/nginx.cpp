// nginx: what `add_header Access-Control-...` says for servers and locations. Entry: import_nginx.
// Spec: nginx's ngx_http_headers_module: a level that adds any header has none of the level above.
// Test: tests/import/nginx_test.py.
//
// The common patterns are read; whatever else is about CORS is told. Nothing is guessed.

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <corsac/base/ascii.hpp>

#include "importers.hpp"
#include "nginx_config.hpp"
#include "nginx_origins.hpp"
#include "origins_text.hpp"
#include "scopes.hpp"
#include "source_fields.hpp"

namespace corsac::server {
namespace {

using Condition = NginxCondition;

constexpr std::string_view kPrefix = "access-control-";

// One `add_header` about CORS.
struct HeaderLine {
  std::string name = {};  // lower case
  std::string value = {};
  Condition condition = {};
  Place place = {};
};

// All that one level says of headers.
struct Level {
  std::vector<HeaderLine> lines = {};
  bool adds_headers = false;  // of any kind
};

bool is_about_cors(std::string_view text) {
  return to_ascii_lower(text).find(kPrefix) != std::string::npos;
}

void tell_not_understood(const NginxDirective& directive, Imported& imported) {
  imported.leave_out("directive-not-understood", directive.name, {}, directive.place,
                     "it is about CORS in a way that is not read",
                     "look at what it does, and write it into the policy");
}

class LevelReader {
 public:
  LevelReader(NginxVariables& variables, Imported& imported)
      : variables_(variables), imported_(imported) {}

  [[nodiscard]] Level read(const std::vector<NginxDirective>& block) {
    read_into(block, {});
    return std::move(level_);
  }

 private:
  void read_into(const std::vector<NginxDirective>& block, const Condition& condition) {
    for (const NginxDirective& directive : block) {
      if (directive.name == "add_header") {
        take_header(directive, condition);
      } else if (directive.name == "if") {
        const Condition inner = parse_nginx_condition(directive);
        const bool is_nested = condition.kind != Condition::Kind::Always;
        read_into(directive.block, is_nested && inner.kind != Condition::Kind::Always
                                       ? Condition{.kind = Condition::Kind::Unknown}
                                       : inner);
      } else if (directive.name == "set") {
        variables_.take_set(directive, condition);
      } else if (directive.name == "include") {
        tell_include(directive);
      } else if (directive.name != "proxy_hide_header" && directive.name != "location" &&
                 directive.name != "server") {
        tell_others(directive);
      }
    }
  }

  void take_header(const NginxDirective& directive, const Condition& condition) {
    level_.adds_headers = true;
    if (directive.arguments.size() < 2) return;
    std::string name = to_ascii_lower(directive.arguments[0]);
    if (!name.starts_with(kPrefix)) return;
    level_.lines.push_back({std::move(name), directive.arguments[1], condition, directive.place});
  }

  void tell_others(const NginxDirective& directive) {
    const bool is_told =
        std::any_of(directive.arguments.begin(), directive.arguments.end(), is_about_cors) ||
        std::any_of(directive.block.begin(), directive.block.end(),
                    [](const NginxDirective& inner) { return is_about_cors(inner.name); });
    if (is_told) tell_not_understood(directive, imported_);
  }

  void tell_include(const NginxDirective& directive) {
    constexpr std::array<std::string_view, 5> kHarmless = {
        "mime.types", "fastcgi_params", "uwsgi_params", "scgi_params", "proxy_params"};
    const std::string file = directive.arguments.empty() ? "" : directive.arguments[0];
    for (const std::string_view name : kHarmless) {
      if (file.ends_with(name)) return;
    }
    imported_.leave_out("include-not-read", "include", file, directive.place,
                        "what it brings is not read, and may be about CORS",
                        "give the output of nginx -T, or import that file too");
  }

  NginxVariables& variables_;
  Imported& imported_;
  Level level_ = {};
};

// The header lines of one level as a scope.
class ScopeMaker {
 public:
  ScopeMaker(const Level& level, NginxVariables& variables, Imported& imported)
      : level_(level), variables_(variables), imported_(imported) {}

  Scope make() {
    take_origins();
    // A preflight asks for the first three; its own block is where they count.
    scope_.allowed_methods =
        names("access-control-allow-methods", "$http_access_control_request_method");
    scope_.allowed_headers =
        names("access-control-allow-headers", "$http_access_control_request_headers");
    if (scope_.allowed_headers.size() == 1 && scope_.allowed_headers.values()[0] == "*") {
      scope_.allowed_headers.add("Authorization", scope_.allowed_headers.place(0));
    }
    take_max_age();
    scope_.exposed_headers = names("access-control-expose-headers", "");
    take_credentials();
    take_private_network();
    tell_others();
    return std::move(scope_);
  }

 private:
  void take_origins() {
    NginxOrigins origins;
    bool is_constant = false;  // "*" as it stands, and not whoever asks
    for (const HeaderLine& line : level_.lines) {
      if (line.name != "access-control-allow-origin") continue;
      if (!scope_.place.is_known()) scope_.place = line.place;
      is_constant = is_constant || line.value == "*";
      origins.add(variables_.origins_of(line.value, line.condition, line.place));
    }
    is_constant_any_ = is_constant;
    if (origins.regexes.size() == 0) scope_.allowed_origins.set_empty(scope_.place);
    take_texts(origins.texts);
    if (origins.regexes.size() != 0) scope_.allowed_origin_regexes = std::move(origins.regexes);
  }

  // Each text once.
  void take_texts(const Names& texts) {
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string& text = texts.values()[i];
      if (std::find(seen.begin(), seen.end(), text) != seen.end()) continue;
      seen.push_back(text);
      scope_.allowed_origins.add(text, texts.place(i));
    }
  }

  // The lines of that header; of a preflight alone when there are some.
  [[nodiscard]] std::vector<const HeaderLine*> lines_of(std::string_view name) {
    std::vector<const HeaderLine*> all;
    std::vector<const HeaderLine*> of_preflights;
    for (const HeaderLine& line : level_.lines) {
      if (line.name != name) continue;
      if (line.condition.kind == Condition::Kind::Unknown) {
        imported_.leave_out("condition-not-understood", name_text(name), line.value, line.place,
                            "it stands in an `if` that is neither about the method nor about "
                            "$http_origin",
                            "write what is meant into the policy");
        continue;
      }
      all.push_back(&line);
      if (line.condition.kind == Condition::Kind::Preflight) of_preflights.push_back(&line);
    }
    return of_preflights.empty() ? all : of_preflights;
  }

  // The one line of that header; null without any. Others that say something else are told.
  const HeaderLine* line_of(std::string_view name) {
    const auto lines = lines_of(name);
    for (const HeaderLine* line : lines) {
      if (line->value == lines.front()->value) continue;
      imported_.leave_out("header-differs", name_text(name), line->value, line->place,
                          "line " + std::to_string(lines.front()->place.line) +
                              " sets the same header to another value, which was taken",
                          "write a rule for the requests that this line is about");
    }
    return lines.empty() ? nullptr : lines.front();
  }

  // `echo`: the variable that answers with what was asked for.
  Names names(std::string_view name, std::string_view echo) {
    const HeaderLine* line = line_of(name);
    if (line == nullptr) return {};
    if (!echo.empty() && line->value == echo) return Names({"*"}, {line->place});
    if (line->value.find('$') != std::string::npos) {
      tell_variable(*line);
      return {};
    }
    const Names texts = split_at_commas(line->value, line->place);
    const bool has_any =
        std::find(texts.values().begin(), texts.values().end(), "*") != texts.values().end();
    return has_any ? Names({"*"}, {line->place}) : texts;
  }

  void take_max_age() {
    const HeaderLine* line = line_of("access-control-max-age");
    if (line == nullptr) return;
    std::int64_t seconds = 0;
    const char* const end = line->value.data() + line->value.size();
    const auto [stop, error] = std::from_chars(line->value.data(), end, seconds);
    if (error == std::errc{} && stop == end) {
      scope_.max_age_seconds = {std::max<std::int64_t>(seconds, 0), line->place};
    } else {
      tell_variable(*line);
    }
  }

  void take_credentials() {
    const HeaderLine* line = line_of("access-control-allow-credentials");
    if (line == nullptr || line->value == "false" || line->value.empty()) return;
    if (line->value != "true") return tell_variable(*line);
    scope_.allow_credentials = {true, line->place};
    if (!is_constant_any_) return;
    drop_credentials_beside_any(scope_.allowed_origins, scope_.allow_credentials,
                                name_text(line->name), imported_);
  }

  void take_private_network() {
    const HeaderLine* line = line_of("access-control-allow-private-network");
    if (line != nullptr && line->value == "true")
      scope_.allow_private_network = {true, line->place};
  }

  void tell_variable(const HeaderLine& line) {
    imported_.leave_out("value-not-understood", name_text(line.name), line.value, line.place,
                        "the value is none that this header has, or holds a variable",
                        "write what is meant into the policy");
  }

  void tell_others() {
    constexpr std::array<std::string_view, 7> kKnown = {
        "access-control-allow-origin",         "access-control-allow-methods",
        "access-control-allow-headers",        "access-control-max-age",
        "access-control-expose-headers",       "access-control-allow-credentials",
        "access-control-allow-private-network"};
    for (const HeaderLine& line : level_.lines) {
      if (std::find(kKnown.begin(), kKnown.end(), line.name) != kKnown.end()) continue;
      imported_.leave_out("header-unknown", name_text(line.name), line.value, line.place,
                          "there is no such header", "see which one was meant");
    }
  }

  // As people write it.
  static std::string name_text(std::string_view name) {
    std::string text(name);
    bool is_first = true;
    for (char& c : text) {
      if (is_first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      is_first = c == '-';
    }
    return text;
  }

  const Level& level_;
  NginxVariables& variables_;
  Imported& imported_;
  Scope scope_ = {};
  bool is_constant_any_ = false;
};

// What encloses a block.
struct Surroundings {
  Names hosts = {};
  Names paths = {};
  bool has_cors = false;
};

class NginxImport {
 public:
  explicit NginxImport(Imported& imported) : imported_(imported), variables_(imported) {}

  void run(const std::vector<NginxDirective>& file) {
    take_maps(file);
    count_servers(file);
    walk(file, {});
  }

  [[nodiscard]] std::vector<Scope> take_scopes() { return std::move(scopes_); }

 private:
  // They stand behind their use as well as before it.
  void take_maps(const std::vector<NginxDirective>& block) {
    for (const NginxDirective& directive : block) {
      if (directive.name == "map") variables_.take_map(directive);
      if (directive.name == "http") take_maps(directive.block);
    }
  }
  void count_servers(const std::vector<NginxDirective>& block) {
    for (const NginxDirective& directive : block) {
      if (directive.name == "http") count_servers(directive.block);
      if (directive.name == "server") ++server_count_;
    }
  }

  void walk(const std::vector<NginxDirective>& block, Surroundings around) {
    const Level level = LevelReader(variables_, imported_).read(block);
    if (!level.lines.empty()) {
      around.has_cors = true;
      add(ScopeMaker(level, variables_, imported_).make(), around);
    } else if (level.adds_headers && around.has_cors) {
      around.has_cors = false;
      Scope nobody;
      nobody.allowed_origins.set_empty(block.front().place);
      add(std::move(nobody), around);
    }
    for (const NginxDirective& directive : block) {
      NginxVariables::Sets sets = variables_.save();
      if (directive.name == "http" || directive.name == "server") {
        walk(directive.block, of_server(directive, around));
      } else if (directive.name == "location") {
        walk_location(directive, around);
      }
      variables_.restore(std::move(sets));
    }
  }

  void add(Scope scope, const Surroundings& around) {
    scope.paths = around.paths;
    if (!scope.paths.is_set()) scope.paths.add("/", {});
    scope.hosts = around.hosts;
    scopes_.push_back(std::move(scope));
  }

  // Names tell servers apart, where there are several.
  Surroundings of_server(const NginxDirective& server, Surroundings around) const {
    if (server.name != "server" || server_count_ < 2) return around;
    for (const NginxDirective& directive : server.block) {
      if (directive.name != "server_name") continue;
      for (const std::string& name : directive.arguments) {
        if (name.empty() || name == "_" || name.starts_with('~')) continue;
        // ".example.com" is both the name and what is below it.
        if (name.starts_with('.')) around.hosts.add(name.substr(1), directive.place);
        around.hosts.add(name.starts_with('.') ? '*' + name : to_ascii_lower(name),
                         directive.place);
      }
    }
    return around;
  }

  void walk_location(const NginxDirective& location, Surroundings around) {
    const auto path = path_of(location);
    around.paths = {};
    if (path) {
      around.paths.add(*path, location.place);
      return walk(location.block, std::move(around));
    }
    // A location that only a regex or a name selects; what it says is told, not carried over.
    const std::size_t scopes = scopes_.size();
    walk(location.block, around);
    if (scopes_.size() == scopes) return;
    scopes_.resize(scopes);
    std::string text;
    for (const std::string& argument : location.arguments)
      text += (text.empty() ? "" : " ") + argument;
    imported_.leave_out("location-not-understood", "location", text, location.place,
                        "a policy has no path like this, and no grant of it was carried over; its "
                        "requests get what the policy says for their path",
                        "write a rule with the paths that are meant");
  }

  static std::optional<std::string> path_of(const NginxDirective& location) {
    const auto& words = location.arguments;
    const bool is_plain = words.size() == 1 || (words.size() == 2 && words[0] == "^~");
    const bool is_exact = words.size() == 2 && words[0] == "=";
    if (!is_plain && !is_exact) return std::nullopt;
    std::string path = words.back();
    if (!path.starts_with('/') || path.find_first_of("*$:") != std::string::npos) {
      return std::nullopt;
    }
    if (is_exact) return path + '$';
    if (path == "/") return path;
    if (!path.ends_with('/')) return path + '*';  // any path that begins so
    path.pop_back();
    return path;
  }

  Imported& imported_;
  NginxVariables variables_;
  std::size_t server_count_ = 0;
  std::vector<Scope> scopes_ = {};
};

void name_scopes(std::vector<Scope>& scopes) {
  for (Scope& scope : scopes) {
    const std::string host = scope.hosts.size() != 0 ? scope.hosts.values().front() : "";
    scope.name = host + scope.paths.values().front();
  }
}

}  // namespace

Imported import_nginx(std::string_view text) {
  Imported imported;
  const auto file = read_nginx_config(text);
  if (!file) {
    imported.problems.push_back(file.error());
    return imported;
  }
  NginxImport import(imported);
  import.run(*file);
  std::vector<Scope> scopes = import.take_scopes();
  if (scopes.empty()) {
    imported.refuse("nothing-to-import", "", {},
                    "no add_header in it that was understood is about CORS",
                    "give the file, or the output of nginx -T, that has "
                    "add_header Access-Control-Allow-Origin");
    return imported;
  }
  imported.policy.cors.profile = "fetch";
  mark_denied(imported.policy.cors, imported);
  name_scopes(scopes);
  place_scopes(std::move(scopes), imported.policy.cors);
  return imported;
}

}  // namespace corsac::server
