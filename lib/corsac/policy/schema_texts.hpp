#pragma once

#include <string>
#include <string_view>

namespace corsac {

// What the JSON Schema says of a field beside its type.
struct SchemaText {
  std::string_view path = {};         // "cors.max_age_seconds"; lists have no index
  std::string_view description = {};  // one sentence or two, for an editor
  std::string_view constraint = {};   // JSON, merged into the field's schema; may be empty
};

// A field of a rule that has no text of its own has that of [cors]. An empty text for a path that
// there is not; a test asks for every field.
[[nodiscard]] const SchemaText& schema_text(const std::string& path) noexcept;

}  // namespace corsac
