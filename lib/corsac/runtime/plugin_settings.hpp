#pragma once

#include <string>
#include <vector>

#include "corsac/runtime/c_text.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac_store_plugin.h"

namespace corsac {

// The settings of a store as its plugin gets them in open(). `config` outlives it.
class PluginSettings {
 public:
  explicit PluginSettings(const StoreConfig& config) : directory_(config.directory.string()) {
    for (const auto& [name, value] : config.settings) entries_.push_back({to_c(name), to_c(value)});
  }
  [[nodiscard]] corsac_settings table() const noexcept {
    return {sizeof(corsac_settings), to_c(directory_), entries_.data(), entries_.size()};
  }

 private:
  const std::string directory_;
  std::vector<corsac_setting> entries_ = {};
};

}  // namespace corsac
