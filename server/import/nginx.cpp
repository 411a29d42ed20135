// nginx: what `add_header Access-Control-...` says for servers and locations. Entry: import_nginx.
// Spec: nginx's ngx_http_headers_module: a level that adds any header has none of the level above.
// Test: tests/import/nginx_test.py.
//
// The common patterns are read; whatever else is about CORS is told. Nothing is guessed.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <corsac/base/ascii.hpp>

#include "importers.hpp"
#include "nginx_config.hpp"
#include "nginx_level.hpp"
#include "nginx_origins.hpp"
#include "nginx_scope.hpp"
#include "origins_text.hpp"
#include "scopes.hpp"

namespace corsac::server {
namespace {

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
    const NginxLevel level = read_nginx_level(block, variables_, imported_);
    if (!level.lines.empty()) {
      around.has_cors = true;
      add(to_scope(level, variables_, imported_), around);
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
    // Any path that begins so; behind a slash "*" is a segment, an empty one too.
    return path == "/" ? path : path + '*';
  }

  Imported& imported_;
  NginxVariables variables_;
  std::size_t server_count_ = 0;
  std::vector<Scope> scopes_ = {};
};

void name_scopes(std::vector<Scope>& scopes) {
  for (Scope& scope : scopes) {
    std::string name(scope.hosts.size() != 0 ? scope.hosts.values().front() : "");
    name += scope.paths.values().front();
    scope.name = std::move(name);
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
