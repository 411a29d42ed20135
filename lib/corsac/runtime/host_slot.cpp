// Addresses for plugins that outlive what they stand for. Entry: HostSlot::take. Test:
// tests/runtime/store_worker_test.cpp, tests/faults/fault_table.py.

#include "corsac/runtime/host_slot.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace corsac {
namespace {

struct Slots {
  std::mutex mutex = {};
  std::vector<std::unique_ptr<HostSlot>> all = {};
  std::vector<HostSlot*> free = {};
};

// Never destroyed: a thread of a plugin may call while the process ends.
Slots& slots() {
  static Slots& only = *new Slots;
  return only;
}

}  // namespace

HostSlot& HostSlot::take(PluginHost& host, const corsac_host& calls) {
  Slots& known = slots();
  HostSlot* slot = nullptr;
  {
    const std::lock_guard lock(known.mutex);
    if (known.free.empty()) {
      known.free.reserve(known.all.size() + 1);  // so that giving back needs no memory
      known.all.push_back(std::make_unique<HostSlot>());
      slot = known.all.back().get();
      slot->table = calls;
      slot->table.context = slot;
    } else {
      slot = known.free.back();
      known.free.pop_back();
    }
  }
  const std::lock_guard lock(slot->mutex);
  slot->host = &host;
  slot->is_leaving = false;
  return *slot;
}

void HostSlot::give_back() noexcept {
  is_leaving = true;
  {
    const std::lock_guard lock(mutex);
    host = nullptr;
  }
  Slots& known = slots();
  const std::lock_guard lock(known.mutex);
  known.free.push_back(this);
}

}  // namespace corsac
