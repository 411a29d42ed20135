#pragma once

// Internal to origin/: the exact origins of a set. Not installed.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/text_list.hpp"
#include "corsac/origin/origin_hash.hpp"
#include "corsac/origin/slot_table.hpp"

namespace corsac {

// Exact origins that lie in a list of texts: of which of its bytes a table is made.
struct ExactKeys {
  std::shared_ptr<const std::string> bytes = {};  // TextList::bytes(); null = no keys
  std::vector<TextList::Offset> offsets = {};     // TextList::offset() of each key
};

// Immutable after construction. The bytes of the keys are shared with their list, not copied, and
// the slots with each copy of the table; repeats are merged.
class ExactTable {
 public:
  ExactTable() = default;
  // Keys of at most kOriginLimitBytes, at most kOriginLimit of them. Starts again with another seed
  // while the longest run is over kLongestRun.
  ExactTable(ExactKeys keys, std::uint64_t seed);

  // The stored bytes; without data when `key` is not in the table.
  [[nodiscard]] std::string_view find(std::string_view key) const noexcept;

  // The bytes of the list, and where in them the length of a key lies that find() gave.
  [[nodiscard]] const std::shared_ptr<const std::string>& bytes() const noexcept { return owner_; }
  [[nodiscard]] TextList::Offset offset_of(std::string_view found) const noexcept {
    return static_cast<TextList::Offset>(found.data() - bytes_) - sizeof(TextList::Length);
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t longest_key_bytes() const noexcept { return longest_key_bytes_; }
  [[nodiscard]] std::size_t longest_run() const noexcept { return slots_.longest_run(); }
  // The bytes of the keys counted, whoever has them besides; not what their list had reserved for
  // more of them, which nobody ever touched.
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    return slot_bytes() + (owner_ ? owner_->size() : 0);
  }
  [[nodiscard]] std::size_t slot_bytes() const noexcept { return slots_.memory_bytes(); }
  // Keys that stood there already, and were merged.
  [[nodiscard]] std::size_t repeats() const noexcept { return repeats_; }
  // How often the build started again.
  [[nodiscard]] unsigned rebuilds() const noexcept { return rebuilds_; }

 private:
  using Slots = std::vector<SlotTable::Slot>;
  [[nodiscard]] Slots sorted_slots(const std::vector<TextList::Offset>& offsets) const;
  void drop_repeats(Slots& slots) const;
  [[nodiscard]] std::string_view key_at(std::uint32_t offset) const noexcept {
    return TextList::text_at(bytes_ + offset);
  }

  HashSeed seed_ = {};
  SlotTable slots_ = {};         // payload: where in bytes_ the length of a key stands; never 0
  const char* bytes_ = nullptr;  // of *owner_
  std::shared_ptr<const std::string> owner_ = {};
  std::size_t count_ = 0;
  std::size_t repeats_ = 0;
  std::size_t longest_key_bytes_ = 0;
  unsigned rebuilds_ = 0;
};

// Here, and inlined by force: deciding about an allowed origin is little else.
[[gnu::always_inline]] inline std::string_view ExactTable::find(
    std::string_view key) const noexcept {
  const char* stored = nullptr;
  const std::uint32_t offset = slots_.find(hash_bytes(key, seed_), [&](std::uint32_t at) {
    const std::string_view candidate = key_at(at);
    stored = candidate.data();
    return candidate.size() == key.size() && has_equal_bytes(stored, key.data(), key.size());
  });
  return offset == 0 ? std::string_view() : std::string_view(stored, key.size());
}

}  // namespace corsac
