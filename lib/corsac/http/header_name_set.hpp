#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corsac {

struct NameKey;

// The names that a policy allows: an immutable set of lower-case header names with their rank in
// sorted order. A look-up is a hash and, for names of up to 16 bytes, two integer compares. No
// allocation after construction; safe from any thread.
class HeaderNameSet {
 public:
  static constexpr std::uint32_t kNotFound = 0xFFFFFFFFU;

  HeaderNameSet();
  // `names` in any case and order, repeats allowed, empty ones left out; stored in lower case.
  explicit HeaderNameSet(const std::vector<std::string>& names);

  // The rank of the lower-case `name` among the sorted names, or kNotFound.
  [[nodiscard]] std::uint32_t rank_of(std::string_view lower_case_name) const noexcept;
  // The rank of `name`, written in any case.
  [[nodiscard]] std::uint32_t rank_ignoring_case(std::string_view name) const noexcept;
  // The same for whoever has read the name as integers already, in header_name_lookup.hpp: a name
  // of 1 to 16 bytes, no longer than the longest of the set.
  [[nodiscard]] std::uint32_t rank_of_short(const NameKey& key, std::size_t size) const noexcept;
  // The stored lower-case name at `rank`; the bytes live as long as the set.
  [[nodiscard]] std::string_view at(std::uint32_t rank) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t longest_name_bytes() const noexcept { return longest_; }
  // Random for each set. For hashing names that a client chose: it cannot make them collide.
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

 private:
  struct Entry {
    std::uint32_t offset;
    std::uint32_t size;
  };
  struct Slot {
    std::uint64_t head = 0;  // the first bytes of the name, and the last ones, as NameKey has them
    std::uint64_t tail = 0;
    std::uint32_t size = 0;  // 0 = free
    std::uint32_t rank = 0;
  };
  template <bool kFoldCase>
  [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept;

  std::string bytes_;           // all names, sorted, one after the other
  std::vector<Entry> entries_;  // by rank
  std::vector<Slot> slots_;     // open addressing, three of four free; a power of two
  std::size_t slot_mask_ = 0;   // slots_.size() - 1
  std::size_t longest_ = 0;
  std::uint64_t seed_;
};

}  // namespace corsac
