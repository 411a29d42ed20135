#pragma once

// The page for operators to look at and change the records of the Trusted Origins API.
// adapter/trusted_origins_page_route.hpp puts it on a server. Its files lie in
// pages/trusted_origins/.

#include <span>

#include "corsac/pages/page_file.hpp"

namespace corsac {

// All files; they name each other relative to the page, and the API by its path. They hold no data
// and no token.
[[nodiscard]] std::span<const PageFile> trusted_origins_page() noexcept;

}  // namespace corsac
