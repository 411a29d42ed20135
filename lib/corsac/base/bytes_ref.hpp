#pragma once

#include <cstdint>
#include <string_view>

namespace corsac {

// A string_view without a constructor, so that an array of it costs nothing until it is filled
// (a Decision holds 64 of them and fills one or two).
struct BytesRef {
  const char* data;
  std::size_t size;

  [[nodiscard]] std::string_view view() const noexcept { return {data, size}; }
  [[nodiscard]] static BytesRef of(std::string_view text) noexcept {
    return {text.data(), text.size()};
  }
};

}  // namespace corsac
