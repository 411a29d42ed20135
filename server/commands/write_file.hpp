#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace corsac::server {

// Replaces the file by `bytes`, whole or not at all: a new file beside it (mode 0644 less the
// umask), synced and renamed. Empty when that is done; else why it is not, and nothing changed.
[[nodiscard]] std::string write_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace corsac::server
