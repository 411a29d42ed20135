#pragma once

#include <string>

#include <corsac/base/problem.hpp>
#include <corsac/base/result.hpp>

namespace corsac::server {

// State files of Terraform for whole organisations stay below.
inline constexpr std::size_t kSourceLimitBytes = std::size_t{16} * 1024 * 1024;

// What importers read: the bytes of the file, or of standard input for "-", as UTF-8 without NUL
// and without a byte order mark. The error side: file-not-read, file-too-large, text-not-utf8.
[[nodiscard]] Result<std::string, Problem> read_source_text(const std::string& file);

}  // namespace corsac::server
