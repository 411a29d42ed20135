#pragma once

// Stores in this process, for plugins of tests: a plugin gets texts only, so they are found by
// name.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "corsac_store_plugin.h"

namespace corsac::test {

// One for each kind of store; safe from any thread.
template <class State>
class StoreRegistry {
 public:
  using StatePtr = std::shared_ptr<State>;

  // What the plugin's functions get as `store`.
  struct OpenStore {
    StatePtr state;
    const corsac_host* host;
  };

  static StoreRegistry& all() {
    static StoreRegistry registry;
    return registry;
  }
  void add(std::string name, StatePtr state) {
    const std::lock_guard lock(mutex_);
    stores_.emplace(std::move(name), std::move(state));
  }
  void remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    stores_.erase(name);
  }
  // That of the setting `name`; null when there is none.
  [[nodiscard]] StatePtr find(const corsac_settings& settings, std::string_view name) {
    for (std::size_t i = 0; i < settings.count; ++i) {
      const corsac_setting& entry = settings.entries[i];
      if (std::string_view(entry.name.data, entry.name.size) != name) continue;
      const std::lock_guard lock(mutex_);
      const auto found = stores_.find(std::string_view(entry.value.data, entry.value.size));
      if (found != stores_.end()) return found->second;
    }
    return nullptr;
  }

 private:
  std::mutex mutex_ = {};
  std::map<std::string, StatePtr, std::less<>> stores_ = {};
};

}  // namespace corsac::test
