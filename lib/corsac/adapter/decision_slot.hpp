#pragma once

// Carries a decision from the hook before routing to the hook after it, so that neither a reload
// nor a handler that changes the request can split one request in two (CVE-2023-35943 was a second
// look at a changed request). Hosts run both hooks of a request on one thread, so the place is the
// thread's own; request objects of one thread live at one address again and again, which is why a
// slot is taken out when it was used and overwritten by the next request.

#include <cstdint>
#include <string>

#include "corsac/runtime/gate.hpp"

namespace corsac {

struct DecisionSlot {
  std::uint64_t install = 0;      // 0 = free
  const void* request = nullptr;  // the host's request object
  GateDecision decided;           // its snapshot is null while the slot is free
  bool is_answered = false;       // the adapter answered; the handler did not run
  bool has_body = false;          // what the host leaves unread must not be taken for a request
  bool must_close = false;        // has_body, and the host leaves it unread behind an early answer
  // A body of exactly so many bytes in the host's memory was read to its end; 0 = none would prove
  // it.
  std::uint64_t body_bytes = 0;
  bool is_head = false;  // as it came: closing may have changed the host's object
  std::string origin;    // copy of what a grant shows of the request

  // Frees the slot and lets go of the snapshot.
  void clear() noexcept;
};

// A number that no other install of this process has; never 0. Any thread.
[[nodiscard]] std::uint64_t next_install_number() noexcept;

// The calling thread's slot for this request, empty. One left by an earlier request of the same
// install is taken over; when every slot is in use the oldest one is, whose request is then decided
// again. The reference is valid until the thread ends.
[[nodiscard]] DecisionSlot& open_slot(std::uint64_t install, const void* request) noexcept;

// The calling thread's slot for exactly this install and request, or null. The caller clears it.
[[nodiscard]] DecisionSlot* find_slot(std::uint64_t install, const void* request) noexcept;

// Copies what the grants show of the request's Origin into the slot: a handler may run before they
// are written, and it may change the request. `origin` is the request's own value.
void detach_grants(DecisionSlot& slot, std::string_view origin);

}  // namespace corsac
