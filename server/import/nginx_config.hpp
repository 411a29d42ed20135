#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <corsac/base/place.hpp>
#include <corsac/base/problem.hpp>
#include <corsac/base/result.hpp>

namespace corsac::server {

// Real files nest five levels.
inline constexpr std::size_t kNginxNestingLimit = 64;

// `name arguments;` or `name arguments { block }`. Quotes and backslashes are resolved.
struct NginxDirective {
  std::string name = {};
  std::vector<std::string> arguments = {};
  std::vector<NginxDirective> block = {};  // of Lua code: one directive without arguments, the code
  Place place = {};
};

// A file as directives; what `include` names is not read. The error side: nginx-syntax,
// nesting-too-deep, with the line and no byte of the text.
[[nodiscard]] Result<std::vector<NginxDirective>, Problem> read_nginx_config(std::string_view text);

}  // namespace corsac::server
