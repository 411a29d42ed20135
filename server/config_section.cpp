// One table of server.toml. Entry: Section. Test: tests/server/config_test.cpp.

#include "config_section.hpp"

namespace corsac::server {

Place place_of(const toml::node& node) {
  const toml::source_position at = node.source().begin;
  return {.line = at.line, .column = at.column, .source = 0};
}

std::string value_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return {};
}

std::filesystem::path read_path(Section& section, std::string_view field,
                                const std::filesystem::path& folder) {
  std::string text;
  section.read(field, text);
  const toml::node* node = section.find(field);
  if (text.empty() && node != nullptr && node->is_string()) {
    section.wrong("field-range", field, *node, "the path of a file is expected", "write one");
  }
  return text.empty() ? std::filesystem::path() : folder / text;
}

}  // namespace corsac::server
