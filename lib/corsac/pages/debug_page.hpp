#pragma once

// The page for operators to see why browsers were refused. adapter/debug_page_route.hpp puts it on
// a server. Its files lie in pages/debug/.

#include <span>

#include "corsac/pages/page_file.hpp"

namespace corsac {

// All files; they name each other, and the admin API, relative to the page, whose files lie below
// debug/. They hold no data and no token.
[[nodiscard]] std::span<const PageFile> debug_page() noexcept;

}  // namespace corsac
