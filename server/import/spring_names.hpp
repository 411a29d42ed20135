#pragma once

#include "imported.hpp"
#include "source_value.hpp"

namespace corsac::server {

// Spring reads "a.b: 1" as it reads b inside of a. The document with each name at a level of its
// own, names that bind to the same one (relaxed: Folded) brought together. What stands there twice
// is an error in `imported`.
[[nodiscard]] SourceValue with_nested_names(SourceValue document, Imported& imported);

}  // namespace corsac::server
