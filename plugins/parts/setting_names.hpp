#pragma once

// What the stores of this tree ask of the names in their settings alike.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

namespace corsac::store_parts {

// What to do about a setting that is none of `known`, which is not empty: the nearest by edit
// distance where `name` looks like a slip of it, else all of them.
[[nodiscard]] std::string advice_for_name(std::string_view name,
                                          std::span<const std::string_view> known);

// Reports setting-unknown, with what `advice` says of the name, and setting-repeated. True when
// there was neither.
[[nodiscard]] bool check_setting_names(const plugin::Host& host, const plugin::Settings& settings,
                                       std::string_view store,
                                       std::span<const std::string_view> known,
                                       const std::function<std::string(std::string_view)>& advice);

// POSIX, 3.231 "Name": letters, digits and "_", no digit first.
[[nodiscard]] bool is_variable_name(std::string_view text);

}  // namespace corsac::store_parts
