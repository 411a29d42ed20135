#pragma once

#include <chrono>
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

// How long others who add may take; more means that somebody keeps the lock.
inline constexpr std::chrono::seconds kTokenFileLockLimit{10};

// Adds a line for `token` at the end of `file`, which is made (mode 0600) when it is not there; the
// line and the file's name are on the disk then. Two that add at the same time wait for each other,
// for `lock_limit`. The error side: as above, but that a new file may name nobody; token-name (no
// name that a line can hold); or token-repeated, token-file when it cannot be locked, written or
// synced. Nothing was added then: a line that could not be synced is taken away again, but whether
// the disk knows of that cannot be told. Nobody has its token.
[[nodiscard]] Result<void, Report> add_to_token_file(
    const std::filesystem::path& file, const AdminToken& token,
    std::chrono::milliseconds lock_limit = kTokenFileLockLimit);

}  // namespace corsac::server
