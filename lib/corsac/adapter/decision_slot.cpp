// The thread's slots for decisions on their way between two hooks. A thread serves one request at a
// time, so one slot for each install that takes part in it is enough; four allow for chained gates.
// Entry: open_slot, find_slot. Test: tests/adapter/decision_slot_test.cpp.

#include "corsac/adapter/decision_slot.hpp"

#include <array>
#include <atomic>
#include <functional>

namespace corsac {
namespace {

constexpr std::size_t kSlotsOfThread = 4;

struct ThreadSlots {
  std::array<DecisionSlot, kSlotsOfThread> slots;
  std::size_t next = 0;  // the one to take over when none is free
};

ThreadSlots& thread_slots() noexcept {
  thread_local ThreadSlots slots;
  return slots;
}

DecisionSlot& choose(std::uint64_t install) noexcept {
  auto& [slots, next] = thread_slots();
  for (DecisionSlot& slot : slots) {
    if (slot.install == install) return slot;
  }
  for (DecisionSlot& slot : slots) {
    if (slot.install == 0) return slot;
  }
  next = (next + 1) % slots.size();
  return slots[next];
}

}  // namespace

void DecisionSlot::clear() noexcept {
  install = 0;
  request = nullptr;
  decided.snapshot.reset();
}

std::uint64_t next_install_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

DecisionSlot& open_slot(std::uint64_t install, const void* request) noexcept {
  DecisionSlot& slot = choose(install);
  slot.install = install;
  slot.request = request;
  slot.decided.decision.reset();
  slot.decided.snapshot.reset();
  slot.decided.extra_vary = {};
  slot.is_answered = slot.is_head = slot.has_body = slot.must_close = false;
  slot.body_bytes = 0;
  return slot;
}

DecisionSlot* find_slot(std::uint64_t install, const void* request) noexcept {
  for (DecisionSlot& slot : thread_slots().slots) {
    if (slot.install == install && slot.request == request) return &slot;
  }
  return nullptr;
}

void detach_grants(DecisionSlot& slot, std::string_view origin) {
  const std::less_equal<const char*> not_after;
  Decision& decision = slot.decided.decision;
  for (std::size_t i = 0; i < decision.grant_count; ++i) {
    BytesRef& value = decision.grants[i].value;
    if (value.size == 0 || !not_after(origin.data(), value.data) ||
        !not_after(value.data + value.size, origin.data() + origin.size())) {
      continue;
    }
    slot.origin.assign(value.view());  // two grants may show it; both show the same bytes
    value = BytesRef::of(slot.origin);
  }
}

}  // namespace corsac
