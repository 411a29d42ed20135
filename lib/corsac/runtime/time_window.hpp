#pragma once

#include <chrono>
#include <optional>

namespace corsac {

// The moments of the wall clock for which a compiled policy is right. It is left at its end when
// the grant of a record ends, and at its begin when somebody sets the clock back: to before a
// moment at which a grant had ended already.
struct TimeWindow {
  using Moment = std::chrono::system_clock::time_point;

  std::optional<Moment> from = {};   // the first; empty = always was
  std::optional<Moment> until = {};  // the first no more; empty = always will be

  [[nodiscard]] bool contains(Moment moment) const noexcept {
    return (!from || moment >= *from) && (!until || moment < *until);
  }
  [[nodiscard]] bool is_endless() const noexcept { return !from && !until; }
};

}  // namespace corsac
