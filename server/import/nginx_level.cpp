// The headers of one block of nginx. Entry: read_nginx_level. Test: tests/import/nginx_test.py.

#include "nginx_level.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include <corsac/base/ascii.hpp>

namespace corsac::server {
namespace {

using Condition = NginxCondition;

constexpr std::string_view kPrefix = "access-control-";

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

  [[nodiscard]] NginxLevel read(const std::vector<NginxDirective>& block) {
    read_into(block, {}, {});
    settle_methods();
    return std::move(level_);
  }

 private:
  // `within`: the `if` whose block it is.
  void read_into(const std::vector<NginxDirective>& block, const Condition& condition,
                 Place within) {
    for (const NginxDirective& directive : block) {
      if (directive.name == "add_header") {
        take_header(directive, condition, within);
      } else if (directive.name == "if") {
        tell_own_headers(directive);
        // nginx takes no `if` inside of another.
        const bool is_nested = condition.kind != Condition::Kind::Always;
        read_into(directive.block,
                  is_nested ? Condition{.kind = Condition::Kind::Unknown}
                            : parse_nginx_condition(directive),
                  directive.place);
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

  void tell_own_headers(const NginxDirective& condition) {
    if (parse_nginx_condition(condition).kind != Condition::Kind::Preflight) return;
    const auto adds = [&condition](std::string_view name) {
      return std::any_of(condition.block.begin(), condition.block.end(),
                         [name](const NginxDirective& inner) {
                           return inner.name == "add_header" && !inner.arguments.empty() &&
                                  to_ascii_lower(inner.arguments[0]).starts_with(name);
                         });
    };
    if (adds("") && !adds("access-control-allow-origin")) {
      level_.preflights_without_origin = condition.place;
    }
  }

  void take_header(const NginxDirective& directive, const Condition& condition, Place block) {
    level_.adds_headers = true;
    if (directive.arguments.size() < 2) return;
    std::string name = to_ascii_lower(directive.arguments[0]);
    if (!name.starts_with(kPrefix)) return;
    level_.lines.push_back({.name = std::move(name),
                            .value = directive.arguments[1],
                            .condition = condition,
                            .place = directive.place,
                            .block = block});
  }

  // A line in an `if` about other methods than OPTIONS stands for all requests only when GET and
  // POST have it alike.
  void settle_methods() {
    std::map<std::pair<std::string, std::string>, std::string> methods;
    for (const NginxHeader& line : level_.lines) {
      if (line.condition.kind == Condition::Kind::Methods) {
        methods[{line.name, line.value}] += line.condition.text + ' ';
      } else if (line.condition.kind == Condition::Kind::Always) {
        methods[{line.name, line.value}] += "GET POST ";
      }
    }
    for (NginxHeader& line : level_.lines) {
      if (line.condition.kind != Condition::Kind::Methods) continue;
      const std::string& of_line = methods[{line.name, line.value}];
      const bool is_for_all =
          of_line.find("GET") != std::string::npos && of_line.find("POST") != std::string::npos;
      line.condition = {.kind = is_for_all ? Condition::Kind::Always : Condition::Kind::Unknown};
    }
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
  NginxLevel level_ = {};
};

}  // namespace

NginxLevel read_nginx_level(const std::vector<NginxDirective>& block, NginxVariables& variables,
                            Imported& imported) {
  return LevelReader(variables, imported).read(block);
}

}  // namespace corsac::server
