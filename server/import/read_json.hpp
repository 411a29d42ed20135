#pragma once

#include <string_view>

#include "source_value.hpp"

namespace corsac::server {

// The error side: json-syntax, field-repeated, nesting-too-deep, too-many-values; no byte of the
// text stands in it. Columns count bytes.
[[nodiscard]] Result<SourceValue, Problem> read_json(std::string_view text);

}  // namespace corsac::server
