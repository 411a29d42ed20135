#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace corsac::testing {

// What stands between the commas of a text: one more than it has commas.
inline std::vector<std::string> elements_of(std::string_view text) {
  std::vector<std::string> elements(1);
  for (const char c : text) {
    if (c == ',') {
      elements.emplace_back();
    } else {
      elements.back() += c;
    }
  }
  return elements;
}

}  // namespace corsac::testing
