#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace corsac::server {

// Replaces the file by `bytes`, whole or not at all: a new file beside it, synced and renamed, with
// the mode of the old one (0644 less the umask when there was none); behind a link, that file. What
// is no regular file (/dev/stdout, a pipe) is written to instead. A file that nobody may write
// stays as it is, for root too. Empty when that is done; else why it is not, and no file changed.
[[nodiscard]] std::string write_file(const std::filesystem::path& file, std::string_view bytes);

}  // namespace corsac::server
