#pragma once

// Whose origins the variables and conditions of an nginx configuration mean.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/policy/setting.hpp>

#include "imported.hpp"
#include "nginx_config.hpp"

namespace corsac::server {

// When a directive inside of `if` counts.
struct NginxCondition {
  enum class Kind : unsigned char {
    Always,         // no condition, or one that only OPTIONS does not meet
    Preflight,      // the method is OPTIONS
    OriginIs,       // $http_origin = text
    OriginMatches,  // $http_origin ~ pattern, or ~*
    Methods,        // the method is one of `text`, OPTIONS not among them
    Unknown,
  };
  Kind kind = Kind::Always;
  std::string text = {};
  Place place = {};
};

[[nodiscard]] NginxCondition parse_nginx_condition(const NginxDirective& directive);

// Origins that a value of Access-Control-Allow-Origin stands for.
struct NginxOrigins {
  Names texts = {};  // "*" for whoever asks
  Names regexes = {};

  void add(const NginxOrigins& more);
};

// What `$name` can hold, from the maps over $http_origin and the `set` in conditions about it.
class NginxVariables {
 public:
  explicit NginxVariables(Imported& imported) : imported_(imported) {}

  void take_map(const NginxDirective& map);
  // What `set` says holds in the block that it stands in: what a block inside of it sets is undone
  // with restore().
  using Sets = std::map<std::string, NginxOrigins>;
  [[nodiscard]] Sets save() const { return sets_; }
  void restore(Sets sets) { sets_ = std::move(sets); }
  void take_set(const NginxDirective& set, const NginxCondition& condition);

  // The origins that a header with this value grants. What is not understood is told at `place`.
  [[nodiscard]] NginxOrigins origins_of(const std::string& value, const NginxCondition& condition,
                                        Place place);

 private:
  void take_entry(const NginxDirective& entry, const std::string& variable, NginxOrigins& origins);

  Imported& imported_;
  std::map<std::string, NginxOrigins> maps_ = {};  // by "$name"
  Sets sets_ = {};
};

}  // namespace corsac::server
