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

  struct Load {
    std::string_view revision = {};
    bool is_taken = false;
    bool is_changes = false;  // of single origins, and no document
    std::chrono::system_clock::time_point time = {};
  };
  // A document that is refused as the one before it was is the same load again, and changes behind
  // changes are: a store that is read every second pushes nothing out.
  void note(const Load& load, const Report& report);

  // Newest first.
  [[nodiscard]] const std::vector<LoadNote>& loads() const noexcept { return loads_; }

 private:
  std::vector<LoadNote> loads_ = {};
  bool is_front_changes_ = false;
};

}  // namespace corsac
