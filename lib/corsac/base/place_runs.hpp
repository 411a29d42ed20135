#pragma once

// Places of the elements of a long list, of which most stand one a line.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "corsac/base/place.hpp"

namespace corsac {

// Where each element stands, in the memory of one place where each stands on the next line and in
// the same column as the one before, as in a file of origins; one and a half times that of a place
// for each where none does.
class PlaceRuns {
 public:
  // Of the element behind the last one. Throws std::bad_alloc; then nothing was added.
  void add(Place place) {
    if (!(expected() == place)) runs_.push_back({size_, place});
    ++size_;
  }
  // Not known behind the last one. By a binary search in the runs.
  [[nodiscard]] Place operator[](std::size_t i) const noexcept {
    if (i >= size_) return {};
    const auto after =
        std::upper_bound(runs_.begin(), runs_.end(), i,
                         [](std::size_t at, const Run& run) { return at < run.first; });
    return after == runs_.begin() ? Place{} : in_run(*(after - 1), i);
  }

 private:
  struct Run {
    std::uint32_t first = 0;  // element
    Place place = {};         // its own
  };

  // A place that is not known, or only its source, is that of all of a run.
  static Place in_run(const Run& run, std::size_t i) noexcept {
    Place place = run.place;
    if (place.is_known()) place.line += static_cast<std::uint32_t>(i - run.first);
    return place;
  }
  [[nodiscard]] Place expected() const noexcept {
    return runs_.empty() ? Place{} : in_run(runs_.back(), size_);
  }

  std::vector<Run> runs_ = {};  // before the first one no place is known
  std::uint32_t size_ = 0;
};

}  // namespace corsac
