#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

#include "corsac/policy/report.hpp"
#include "corsac/runtime/store_status.hpp"

namespace corsac {

// The last documents of one store that were judged; bounded, whatever they hold. Not thread-safe.
class LoadHistory {
 public:
  static constexpr std::size_t kLoads = 10;
  static constexpr std::size_t kProblems = 5;        // of one load; the rest is counted
  static constexpr std::size_t kProblemBytes = 500;  // of one line

  // A document that is refused as the one before it was is the same load again: a store that is
  // read every second pushes nothing out.
  void note(std::string_view revision, bool is_taken, const Report& report,
            std::chrono::system_clock::time_point time);

  // Newest first.
  [[nodiscard]] const std::vector<LoadNote>& loads() const noexcept { return loads_; }

 private:
  std::vector<LoadNote> loads_ = {};
};

}  // namespace corsac
