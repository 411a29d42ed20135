#pragma once

// Field paths of one rule's problems; shared by the parts of compile_cors.

#include <cstddef>
#include <string>
#include <string_view>

#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// "cors.rules[2].allow_credentials", or "cors.allow_credentials" for an inherited value.
[[nodiscard]] inline std::string field_path(const CorsRules& rules, bool is_inherited,
                                            std::string_view name) {
  std::string path = is_inherited ? rules.inherited_field : rules.field;
  path += '.';
  path += name;
  return path;
}

// "cors.allowed_origins[3]"
[[nodiscard]] inline std::string element_path(std::string_view list_path, std::size_t index) {
  std::string path(list_path);
  path += '[';
  path += std::to_string(index);
  path += ']';
  return path;
}

}  // namespace corsac
