// Columns in code points to columns in bytes. Entry: ByteColumns. Test:
// tests/plugins/toml_document_test.cpp.

#include "byte_columns.hpp"

#include <algorithm>

namespace corsac::toml_store {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

}  // namespace

ByteColumns::ByteColumns(std::string_view document)
    : document_(document), is_ascii_(std::all_of(document.begin(), document.end(), [](char byte) {
        return static_cast<unsigned char>(byte) < 0x80u;
      })) {}

plugin::Place ByteColumns::to_bytes(std::uint32_t line, std::uint32_t column) {
  return is_ascii_ ? plugin::Place{line, column} : to_bytes_in_line(line, column);
}

plugin::Place ByteColumns::to_bytes_in_line(std::uint32_t line, std::uint32_t column) {
  if (line == 0 || column == 0) return {line, column};
  go_to_line(line);
  go_to_column(column);
  return {line, static_cast<std::uint32_t>(at_ - line_begin_ + 1)};
}

void ByteColumns::go_to_line(std::uint32_t line) {
  if (line == line_) return;
  while (line_ < line) {
    const std::size_t end = document_.find('\n', line_begin_);
    if (end == std::string_view::npos) break;
    line_begin_ = end + 1;
    ++line_;
  }
  while (line_ > line && line_begin_ > 0) {
    const std::size_t end = line_begin_ - 1;  // the line break before this line
    const std::size_t before = end == 0 ? std::string_view::npos : document_.rfind('\n', end - 1);
    line_begin_ = before == std::string_view::npos ? 0 : before + 1;
    --line_;
  }
  at_ = line_begin_;
  column_ = 1;
}

void ByteColumns::go_to_column(std::uint32_t column) {
  while (column_ < column && at_ < document_.size() && document_[at_] != '\n') {
    do {
      ++at_;
    } while (at_ < document_.size() && is_continuation(document_[at_]));
    ++column_;
  }
  while (column_ > column && at_ > line_begin_) {
    do {
      --at_;
    } while (at_ > line_begin_ && is_continuation(document_[at_]));
    --column_;
  }
}

}  // namespace corsac::toml_store
