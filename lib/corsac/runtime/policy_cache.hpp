#pragma once

// The last good policy in a file of its own, so that a program can start while its store is away
// (OnStartFailure::Cached).
//
//   corsac policy cache 1
//   read-at 2027-01-31T00:00:00Z
//   sha256 (64 hex digits, of all that follows this line)
//   revision 7f
//   {"version": 1, ...}

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/policy.hpp"

namespace corsac {

struct CachedPolicy {
  Policy policy = {};
  std::vector<Problem> problems = {};  // of its reader: a cache is input like any other
  // When the store said last that this is its policy, by the clock of that moment.
  std::chrono::system_clock::time_point read_at = {};
};

// Replaces the file as a whole: a new one beside it, mode 0600, written out to the disk, and
// renamed. When that fails the old one stays and nothing is left behind. `json` is a document as
// policy_to_json writes it, `revision` any text.
//
// Codes: cache-not-written; cache-too-large, when it could not be read again (kDocumentLimitBytes).
[[nodiscard]] std::optional<Problem> write_policy_cache(
    const std::filesystem::path& file, std::string_view json, std::string_view revision,
    std::chrono::system_clock::time_point read_at);

// Says in the file that the store still has this policy. Writes in place: twenty bytes within one
// block. Code: cache-not-written.
[[nodiscard]] std::optional<Problem> renew_policy_cache(
    const std::filesystem::path& file, std::chrono::system_clock::time_point read_at);

// The error side: cache-missing; cache-untrusted (no regular file, a link, of another user than us
// or root, or writable by others); cache-unreadable; cache-damaged (another format, cut, or not the
// bytes that were written).
[[nodiscard]] Result<CachedPolicy, Problem> read_policy_cache(const std::filesystem::path& file);

}  // namespace corsac
