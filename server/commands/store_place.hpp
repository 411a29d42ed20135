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

// Of push, pull and origins besides 0 and 1.
inline constexpr int kExitConflict = 2;
inline constexpr int kExitUnreachable = 4;

// What stands beside the policy in toml and redis: origins in Redis, and records, which have
// writers of their own.
enum class Beside : unsigned char {
  LeftOut,  // only the policy itself is read and written
  Kept,     // as the settings say
};

// Opens the store. `url_option` ("--to") is what problems with the URL are said to stand in.
[[nodiscard]] Result<std::unique_ptr<StoreClient>, Report> open_store_place(
    const StorePlace& place, std::string_view url_option, Beside beside,
    PluginHost::Progress progress);

// Problems of a store that the command line names: settings have the names that they have there, in
// places, words and advice.
[[nodiscard]] std::vector<Problem> with_option_names(std::vector<Problem> problems,
                                                     const StorePlace& place,
                                                     std::string_view url_option);

}  // namespace corsac::server
