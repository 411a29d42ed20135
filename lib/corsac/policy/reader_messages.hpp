#pragma once

// What PolicyReader says about a value of the wrong type.

#include <string>
#include <string_view>

#include "corsac/policy/document_fields.hpp"

namespace corsac {

// What stood where something else was expected.
enum class FoundShape : unsigned char { Item, List };

// The value for a message; empty for one that must not be shown (it may hold user info: "@").
[[nodiscard]] std::string shown(const DocumentValue& value);
[[nodiscard]] std::string shown(std::string_view text);

// "it must be true or false".
[[nodiscard]] std::string expectation_of(const DocumentField& field);

// `write true`, or empty when there is no fixed form.
[[nodiscard]] std::string fix_of(const DocumentField& field, const DocumentValue& value);
// Likewise where a table or a list was found; `path` is the whole path of the field.
[[nodiscard]] std::string fix_of(const DocumentField& field, FoundShape found,
                                 const std::string& path);

}  // namespace corsac
