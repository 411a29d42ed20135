#pragma once

#include <filesystem>
#include <vector>

#include <corsac/authority/admin_tokens.hpp>
#include <corsac/base/result.hpp>
#include <corsac/policy/report.hpp>

namespace corsac::server {

// The tokens of `file`. The error side: why the file cannot be had or trusted (token-file: no
// regular file of at most 1 MiB, another owner than root and the program's user, its group may
// write it, others may read or write it), or what parse_admin_tokens says.
[[nodiscard]] Result<std::vector<AdminToken>, Report> read_token_file(
    const std::filesystem::path& file);

// Adds a line for `token` at the end of `file`, which is made (mode 0600) when it is not there; the
// line is on the disk then. Two that add at the same time wait for each other. The error side: as
// above, but that a new file may name nobody; token-name (no name that a line can hold); or
// token-repeated, token-file when it cannot be written. Nothing was added then.
[[nodiscard]] Result<void, Report> add_to_token_file(const std::filesystem::path& file,
                                                     const AdminToken& token);

}  // namespace corsac::server
