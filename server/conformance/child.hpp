#pragma once

#include <chrono>
#include <functional>

#include "conformance/call_note.hpp"
#include "conformance/outcome.hpp"

namespace corsac::conformance {

// Runs `check` in a process of its own, and gives its outcome; when that process crashes, is ended
// by the plugin or does not end within `limit`, a failure that names the call. It, and what it
// started, is gone then. `clean_up` runs in the calling process after that, with the last note.
//
// Precondition: the calling process has one thread and has loaded no plugin, so that a copy of it
// is as good as a new start: that is why it is copied (fork) and not started again with the same
// arguments (exec), which would need a hidden command and a text form of the outcome.
[[nodiscard]] Outcome run_in_child(std::chrono::steady_clock::duration limit,
                                   const std::function<Outcome(CallNote&)>& check,
                                   const std::function<void(const CallNote&)>& clean_up);

}  // namespace corsac::conformance
