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

}  // namespace corsac::server
