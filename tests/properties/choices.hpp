#pragma once

// Where generated tests take their decisions from: a list of numbers. A generator asks it "which of
// n?" as often as it likes; whoever shortens or lowers the list gets a simpler case of the same
// generator, which is all that shrinking needs. A list that has ended answers 0, so generators put
// what is simplest first.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace corsac::testing {

class Choices {
 public:
  // New ones are drawn with `random` and remembered.
  explicit Choices(std::mt19937& random) : random_(&random) {}
  // A list to go through again; then zeros.
  explicit Choices(std::vector<std::uint32_t> list) : list_(std::move(list)) {}

  // 0 to n - 1.
  std::size_t of(std::size_t n) {
    if (at_ == list_.size()) {
      if (random_ == nullptr) return 0;
      list_.push_back((*random_)());
    }
    return list_[at_++] % n;
  }
  bool coin() { return of(2) == 1; }
  // True once in n.
  bool rarely(std::size_t n) { return of(n) == n - 1; }
  template <class T>
  const T& from(const std::vector<T>& pool) {
    return pool[of(pool.size())];
  }

  [[nodiscard]] const std::vector<std::uint32_t>& list() const noexcept { return list_; }

 private:
  std::mt19937* random_ = nullptr;
  std::vector<std::uint32_t> list_ = {};
  std::size_t at_ = 0;
};

// What is wrong with the case that these choices make; empty = nothing.
using Property = std::function<std::string(Choices&)>;

// Shorter and lower lists for which the property still fails, until none is found or `tries` are
// over.
inline std::vector<std::uint32_t> shrink(std::vector<std::uint32_t> list, const Property& property,
                                         std::size_t tries = 3000) {
  const auto still_fails = [&](const std::vector<std::uint32_t>& candidate) {
    if (tries == 0) return false;
    --tries;
    Choices choices(candidate);
    return !property(choices).empty();
  };
  bool has_changed = true;
  while (has_changed && tries != 0) {
    has_changed = false;
    for (std::size_t size = std::max<std::size_t>(list.size() / 2, 1); size != 0; size /= 2) {
      for (std::size_t at = 0; at + size <= list.size();) {
        std::vector<std::uint32_t> shorter = list;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at),
                      shorter.begin() + static_cast<std::ptrdiff_t>(at + size));
        if (still_fails(shorter)) {
          list = std::move(shorter);
          has_changed = true;
        } else {
          at += size;
        }
      }
    }
    for (std::uint32_t& number : list) {
      if (number == 0) continue;
      const std::uint32_t before = std::exchange(number, 0);
      if (still_fails(list)) {
        has_changed = true;
      } else {
        number = before;
      }
    }
  }
  return list;
}

// How many cases to generate: `usual`, or $CORSAC_PROPERTY_ROUNDS for a longer search.
inline std::size_t property_rounds(std::size_t usual) {
  const char* const wanted = std::getenv("CORSAC_PROPERTY_ROUNDS");
  return wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : usual;
}

// Runs the property over `rounds` generated cases. The answer is what the simplest failing case
// says; empty when none failed. The seed is fixed, so that a failure can be run again.
inline std::string check_property(const Property& property, std::size_t rounds,
                                  std::uint32_t seed = 20261128) {
  std::mt19937 random(seed);
  for (std::size_t round = 0; round < rounds; ++round) {
    Choices choices(random);
    if (property(choices).empty()) continue;
    Choices simplest(shrink(choices.list(), property));
    return "round " + std::to_string(round) + ":\n" + property(simplest);
  }
  return {};
}

}  // namespace corsac::testing
