#pragma once

// What is checked of a TOML document before the parser sees it. toml++ builds one level of tables
// for each part of a dotted name and frees them by recursion: a name of 50,000 parts ends the
// process. Values nest at most 256 levels there, but each level may have such a name.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

namespace corsac::toml_store {

inline constexpr std::size_t kDocumentLimitBytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kNameLimitBytes = 1024;  // of a key or a table name, quotes included
inline constexpr std::size_t kNamePartLimit = 16;     // in a dotted name; the schema needs 3
inline constexpr std::size_t kBracketLimit = 32;      // lists and inline tables in each other
// Values, and parts of names. The parser cannot be interrupted and takes a second for two million
// of the slowest (dates) or for 64 MiB of origins, which are fewer; without this limit 64 MiB of
// `0,` would take many seconds and gigabytes. Longer lists belong into an allowed_origins_file.
inline constexpr std::size_t kValueLimit = 2'000'000;

struct LimitProblem {
  std::string_view code = {};  // key-too-long, nesting-too-deep, too-many-values
  std::string what = {};
  std::string_view fix = "shorten it";
  plugin::Place place = {};
};

// The first place where the document goes beyond a limit; nothing when it stays within. `document`
// need not be TOML: where it is not, the parser stops no later than this scan. Reads until
// `is_wanted`, asked now and then, says no: then the answer is the problem read-cancelled.
// `counted` are values besides, which were taken out of the document before.
[[nodiscard]] std::optional<LimitProblem> find_beyond_limits(std::string_view document,
                                                             const std::function<bool()>& is_wanted,
                                                             std::size_t counted = 0);

}  // namespace corsac::toml_store
