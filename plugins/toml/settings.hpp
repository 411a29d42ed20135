#pragma once

// [store] of a server's configuration, as far as it is this plugin's.

#include <chrono>
#include <optional>
#include <string>

#include <corsac_store_plugin.hpp>

namespace corsac::toml_store {

struct TomlSettings {
  std::string path = {};  // absolute
  std::string name = {};  // as the operator wrote it: what messages call the file
  // Where the records are kept that the authority writes, likewise; empty = nowhere.
  std::string records_path = {};
  std::string records_name = {};
  // How often files are looked at besides the notices of the system, which network and overlay file
  // systems do not give.
  std::chrono::seconds poll_interval{5};
};

// Nothing after every wrong setting was reported to `host`: setting-unknown (with the nearest known
// name), setting-missing, setting-value, setting-repeated.
[[nodiscard]] std::optional<TomlSettings> read_settings(const plugin::Host& host,
                                                        const plugin::Settings& settings);

}  // namespace corsac::toml_store
