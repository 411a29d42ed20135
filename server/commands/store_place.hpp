#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <corsac/base/problem.hpp>
#include <corsac/base/result.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/runtime/store_client.hpp>

#include "commands.hpp"

namespace corsac::server {

// Of push and pull besides 0 and 1.
inline constexpr int kExitConflict = 2;
inline constexpr int kExitUnreachable = 4;

// Opens the store; of toml and redis only the policy itself is read, and what stands beside it
// (origins in Redis, and records, which have writers of their own) is left out. `url_option`
// ("--to") is what problems with the URL are said to stand in.
[[nodiscard]] Result<std::unique_ptr<StoreClient>, Report> open_store_place(
    const StorePlace& place, std::string_view url_option, PluginHost::Progress progress);

// Problems of a store that the command line names: settings have the names that they have there, in
// places, words and advice.
[[nodiscard]] std::vector<Problem> with_option_names(std::vector<Problem> problems,
                                                     const StorePlace& place,
                                                     std::string_view url_option);

}  // namespace corsac::server
