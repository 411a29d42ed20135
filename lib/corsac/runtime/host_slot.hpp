#pragma once

#include <atomic>
#include <shared_mutex>

#include "corsac_store_plugin.h"

namespace corsac {

class PluginHost;

// The address that a plugin gets as its host. It is never given back to the system: a plugin that
// breaks the contract and calls after close() finds nobody there, instead of freed memory. Slots
// serve one host after the other, so there are as many as hosts lived at the same time; such a late
// call may then reach the next host of the slot: `changed` costs a read, and what it says of
// revisions, pauses and lines counts there. Safe from any thread.
struct HostSlot {
  corsac_host table = {};        // its context is this slot; never changes
  std::shared_mutex mutex = {};  // shared while a call of a plugin runs
  PluginHost* host = nullptr;    // guarded by `mutex`; null = nobody is there
  // The host leaves: no new call takes the lock, which readers could keep for ever.
  std::atomic<bool> is_leaving{false};

  // A slot that serves `host` from now on. `calls` are the same for every host.
  [[nodiscard]] static HostSlot& take(PluginHost& host, const corsac_host& calls);
  // Waits for the calls that are under way; later ones find nobody.
  void give_back() noexcept;
};

}  // namespace corsac
