#pragma once

// Puts records into their file.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "file_exchange.hpp"
#include "file_watch.hpp"
#include "settings.hpp"

namespace corsac::toml_store {

// Replaces what the records file holds (settings.records_path, not empty) by `all`, a document of
// records in TOML, when its revision is `expected`; `written` is what it is then. Fault Conflict:
// it has another revision. Fault Invalid: the file cannot be read, or the new one could not be read
// again: it goes beyond a limit of documents. Neither has a change of the file, nor has any other
// fault that does not say so.
[[nodiscard]] ExchangeFault write_records(const TomlSettings& settings, std::string_view all,
                                          std::string_view expected,
                                          std::chrono::steady_clock::time_point deadline,
                                          const std::function<bool()>& is_wanted,
                                          FileState& written);

}  // namespace corsac::toml_store
