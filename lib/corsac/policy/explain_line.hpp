#pragma once

// How explanations are printed for people. Private to the library and its own program.

#include <string>
#include <string_view>

namespace corsac {

// "  name       text", the texts below each other; what is empty is left out.
void add_explained_line(std::string& lines, std::string_view name, std::string_view text);

}  // namespace corsac
