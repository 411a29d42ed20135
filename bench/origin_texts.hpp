#pragma once

// The origins of the benches of long lists.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace corsac::bench {

inline constexpr std::size_t kOriginBytes = 40;

// kOriginBytes of them; `name` has eight bytes and `number` is below ten million. Stored ones are
// "tenants-", others "unknown-".
inline std::string origin_text(std::string_view name, std::size_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 7 - digits.size(), '0');
  return "https://" + std::string(name) + digits + ".apps.example.org";
}

inline std::vector<std::string> stored_origins(std::size_t count) {
  std::vector<std::string> origins;
  origins.reserve(count);
  for (std::size_t i = 0; i < count; ++i) origins.push_back(origin_text("tenants-", i));
  return origins;
}

}  // namespace corsac::bench
