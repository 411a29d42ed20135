#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace corsac {

// The names that a policy allows: an immutable set of lower-case header names with their rank in
// sorted order. A look-up is a hash and, for names of up to 16 bytes, two integer compares. No
// allocation after construction; safe from any thread.
class HeaderNameSet {
 public:
  static constexpr std::uint32_t kNotFound = 0xFFFFFFFFU;

  // A name and the comma after it, as an element of a list begins: its first sixteen bytes as two
  // words (short_bytes.hpp), which bits of them count, how long the name is, and where it stands
  // among the bytes of all.
  struct Element {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::uint64_t head_mask = 0;
    std::uint64_t tail_mask = 0;
    std::uint32_t size = 0;
    std::uint32_t offset = 0;
  };

  HeaderNameSet();
  // `names` in any case and order, repeats allowed, empty ones left out; stored in lower case.
  explicit HeaderNameSet(const std::vector<std::string>& names);

  // The rank of the lower-case `name` among the sorted names, or kNotFound.
  [[nodiscard]] std::uint32_t rank_of(std::string_view lower_case_name) const noexcept;
  // The rank of `name`, written in any case.
  [[nodiscard]] std::uint32_t rank_ignoring_case(std::string_view name) const noexcept;
  // The stored lower-case name at `rank`; the bytes live as long as the set.
  [[nodiscard]] std::string_view at(std::uint32_t rank) const noexcept;
  // By rank; for readers of lists.
  [[nodiscard]] std::span<const Element> elements() const noexcept { return elements_; }
  [[nodiscard]] std::size_t size() const noexcept { return elements_.size(); }
  // Random for each set. For hashing names that a client chose: it cannot make them collide.
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

 private:
  struct Slot {
    std::uint64_t head = 0;  // the first bytes of the name, and the last ones (name_key.hpp)
    std::uint64_t tail = 0;
    std::uint32_t size = 0;  // 0 = free
    std::uint32_t rank = 0;
  };
  template <bool kFoldCase>
  [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept;

  std::string bytes_;              // all names, sorted, one after the other
  std::vector<Element> elements_;  // by rank
  std::vector<Slot> slots_;        // open addressing, three of four free; a power of two
  std::size_t slot_mask_ = 0;      // slots_.size() - 1
  std::size_t longest_ = 0;
  std::uint64_t seed_;
};

}  // namespace corsac
