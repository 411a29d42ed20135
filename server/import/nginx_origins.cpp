// Entries: parse_nginx_condition, NginxVariables. Spec: nginx's ngx_http_map_module and
// ngx_http_rewrite_module. Test: tests/import/nginx_test.py.

#include "nginx_origins.hpp"

#include <array>
#include <utility>

#include "origins_text.hpp"

namespace corsac::server {
namespace {

constexpr std::string_view kOrigin = "$http_origin";
constexpr std::string_view kMethod = "$request_method";

// The words between the parentheses of `if`: variable, operator, value.
std::array<std::string, 3> condition_words(const NginxDirective& directive) {
  std::vector<std::string> words = directive.arguments;
  std::array<std::string, 3> parts;
  if (words.empty() || !words.front().starts_with('(') || !words.back().ends_with(')')) {
    return parts;
  }
  words.front().erase(0, 1);
  words.back().pop_back();
  std::size_t count = 0;
  for (std::string& word : words) {
    if (word.empty()) continue;
    if (count == parts.size()) return {};
    parts[count++] = std::move(word);
  }
  return parts;
}

NginxCondition method_condition(const std::array<std::string, 3>& words, Place place) {
  using Kind = NginxCondition::Kind;
  const std::string& op = words[1];
  const std::string& value = words[2];
  const bool is_equal = op == "=" || op == "~" || op == "~*";
  if (is_equal && (value == "OPTIONS" || value == "^OPTIONS$" || value == "(OPTIONS)")) {
    return {.kind = Kind::Preflight, .place = place};
  }
  if (op == "!=" && value == "OPTIONS") return {.kind = Kind::Always, .place = place};
  const bool is_of_others = is_equal && value.find("OPTIONS") == std::string::npos;
  return {.kind = is_of_others ? Kind::Methods : Kind::Unknown, .text = value, .place = place};
}

}  // namespace

NginxCondition parse_nginx_condition(const NginxDirective& directive) {
  using Kind = NginxCondition::Kind;
  const std::array<std::string, 3> words = condition_words(directive);
  const Place place = directive.place;
  if (words[0] == kMethod) return method_condition(words, place);
  if (words[0] != kOrigin || words[2].empty()) return {.kind = Kind::Unknown, .place = place};
  if (words[1] == "=") return {.kind = Kind::OriginIs, .text = words[2], .place = place};
  if (words[1] == "~" || words[1] == "~*") {
    return {.kind = Kind::OriginMatches, .text = words[2], .place = place};
  }
  return {.kind = Kind::Unknown, .place = place};
}

void NginxOrigins::add(const NginxOrigins& more) {
  for (const auto& [from, to] : {std::pair(&more.texts, &texts), {&more.regexes, &regexes}}) {
    for (std::size_t i = 0; i < from->size(); ++i) to->add(from->values()[i], from->place(i));
  }
}

void NginxVariables::take_map(const NginxDirective& map) {
  if (map.arguments.size() != 2 || map.arguments[0] != kOrigin) return;
  NginxOrigins& origins = maps_[map.arguments[1]];
  for (const NginxDirective& entry : map.block) take_entry(entry, map.arguments[1], origins);
}

// `key value;`
void NginxVariables::take_entry(const NginxDirective& entry, const std::string& variable,
                                NginxOrigins& origins) {
  const std::string path = "map " + variable;
  if (entry.name == "volatile") return;
  if (entry.name == "hostnames" || entry.name == "include" || entry.arguments.size() != 1) {
    imported_.leave_out("map-not-understood", path, entry.name, entry.place,
                        "entries of a map are read as `origin value;` and `~^pattern$ value;` only",
                        "write the origins into allowed_origins");
    return;
  }
  const std::string& value = entry.arguments[0];
  const bool is_origin = value == kOrigin;
  if (value.empty()) return;  // then nginx sends no header
  if (entry.name == "default") {
    if (is_origin || value == "*") {
      origins.texts.add("*", entry.place);
    } else {
      imported_.leave_out("map-not-understood", path, value, entry.place,
                          "every other origin gets this value, which is none of it",
                          "write default \"\"");
    }
    return;
  }
  std::string key = entry.name;
  if (key.starts_with('~')) {
    key.erase(0, key.starts_with("~*") ? 2 : 1);
    if (is_origin) return take_searched_regex(key, entry.place, path, origins.regexes, imported_);
  } else {
    if (key.starts_with('\\'))
      key.erase(0, 1);  // nginx escapes a key that looks like a word of its own
    if (is_origin || value == key) {
      return add_literal_origin(origins.texts, key, entry.place, path, imported_);
    }
  }
  imported_.leave_out("map-not-understood", path, entry.name, entry.place,
                      "an origin gets a value here that is not the origin itself",
                      "map origins to themselves or to $http_origin, or write them into "
                      "allowed_origins");
}

void NginxVariables::take_set(const NginxDirective& set, const NginxCondition& condition) {
  using Kind = NginxCondition::Kind;
  if (set.arguments.size() != 2) return;
  const bool is_about_origin =
      condition.kind == Kind::OriginIs || condition.kind == Kind::OriginMatches;
  const std::string& value = set.arguments[1];
  // Whatever else a variable holds is told where a header uses it.
  if (is_about_origin && (value == kOrigin || value == condition.text)) {
    sets_[set.arguments[0]].add(origins_of(value, condition, set.place));
  } else if (value.empty() && condition.kind == Kind::Always) {
    sets_[set.arguments[0]] = {};
  } else {
    sets_.erase(set.arguments[0]);
    maps_.erase(set.arguments[0]);
  }
}

NginxOrigins NginxVariables::origins_of(const std::string& value, const NginxCondition& condition,
                                        Place place) {
  using Kind = NginxCondition::Kind;
  NginxOrigins origins;
  const std::string path = "Access-Control-Allow-Origin";
  if (value.empty()) return origins;
  if (condition.kind == Kind::Unknown) {
    imported_.leave_out("condition-not-understood", path, value, place,
                        "it stands in an `if` that is neither about OPTIONS nor about "
                        "$http_origin",
                        "write the origins that are meant into allowed_origins");
    return origins;
  }
  if (value == kOrigin) {
    if (condition.kind == Kind::OriginIs) {
      add_literal_origin(origins.texts, condition.text, condition.place, "$http_origin", imported_);
    } else if (condition.kind == Kind::OriginMatches) {
      take_searched_regex(condition.text, condition.place, "$http_origin", origins.regexes,
                          imported_);
    } else {
      origins.texts.add("*", place);
    }
    return origins;
  }
  if (value.find('$') == std::string::npos) {
    if (value == "*") {
      origins.texts.add(value, place);
    } else {
      add_literal_origin(origins.texts, value, place, path, imported_);
    }
    return origins;
  }
  for (const auto* variables : {&sets_, &maps_}) {
    const auto found = variables->find(value);
    if (found != variables->end()) return found->second;
  }
  imported_.leave_out("variable-not-understood", path, value, place,
                      "no map over $http_origin, and no `if` about it, says what this variable "
                      "holds",
                      "write the origins that are meant into allowed_origins");
  return origins;
}

}  // namespace corsac::server
