#pragma once

// toml++ counts columns in code points, the plugin contract in bytes.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <corsac_store_plugin.hpp>

namespace corsac::toml_store {

// Turns places of one document, asked for in any order. Remembers the last one and walks from
// there, so that the values of a long list cost a few steps each, on one line or on many.
class ByteColumns {
 public:
  // `document` is UTF-8 and must outlive the object.
  explicit ByteColumns(std::string_view document);

  // The place must be in the document.
  [[nodiscard]] plugin::Place to_bytes(std::uint32_t line, std::uint32_t column);

  // The same for any column: one beyond the line's end gives the column behind its last byte.
  // Always walks.
  [[nodiscard]] plugin::Place to_bytes_in_line(std::uint32_t line, std::uint32_t column);

 private:
  void go_to_line(std::uint32_t line);
  void go_to_column(std::uint32_t column);

  std::string_view document_;
  bool is_ascii_;
  // The place of byte at_.
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;  // in code points
};

}  // namespace corsac::toml_store
