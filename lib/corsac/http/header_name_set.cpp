// The header names that a policy allows, as a hash table of integers.
// Entry: HeaderNameSet. Test: tests/http/header_name_set_test.cpp.

#include "corsac/http/header_name_set.hpp"

#include <algorithm>
#include <bit>
#include <random>

#include "corsac/base/ascii.hpp"
#include "corsac/http/name_key.hpp"

namespace corsac {
namespace {

std::uint64_t make_seed() {
  std::random_device source;
  return (static_cast<std::uint64_t>(source()) << 32) | source();
}

HeaderNameSet::Element make_element(std::string_view name, std::size_t offset) {
  const auto word_of = [](std::string_view text, std::size_t from) {
    text = text.substr(std::min(from, text.size()), 8);
    return short_bytes::load_padded(text.data(), text.size());
  };
  const std::string text = std::string(name) + ',';
  const std::string mask(text.size(), '\xFF');
  return {word_of(text, 0),
          word_of(text, 8),
          word_of(mask, 0),
          word_of(mask, 8),
          static_cast<std::uint32_t>(name.size()),
          static_cast<std::uint32_t>(offset)};
}

}  // namespace

HeaderNameSet::HeaderNameSet() : seed_(make_seed()) {}

HeaderNameSet::HeaderNameSet(const std::vector<std::string>& names) : seed_(make_seed()) {
  std::vector<std::string> sorted;
  for (const std::string& name : names) {
    if (!name.empty()) sorted.push_back(to_ascii_lower(name));
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());

  slots_.resize(std::bit_ceil(sorted.size() * 4));
  slot_mask_ = slots_.size() - 1;
  for (const std::string& name : sorted) {
    const auto size = static_cast<std::uint32_t>(name.size());
    const auto rank = static_cast<std::uint32_t>(elements_.size());
    const NameKey key = name_key::of<false>(name);
    std::size_t i = key.hash & slot_mask_;
    while (slots_[i].size != 0) i = (i + 1) & slot_mask_;
    slots_[i] = {key.head, key.tail, size, rank};
    elements_.push_back(make_element(name, bytes_.size()));
    bytes_ += name;
    longest_ = std::max(longest_, name.size());
  }
}

// Linear probing; only the operator's names are in the table, so no client can make it slow.
template <bool kFoldCase>
std::uint32_t HeaderNameSet::find(std::string_view name) const noexcept {
  if (name.empty() || name.size() > longest_) return kNotFound;
  const NameKey key = name_key::of<kFoldCase>(name);
  for (std::size_t i = key.hash & slot_mask_; slots_[i].size != 0; i = (i + 1) & slot_mask_) {
    const Slot& slot = slots_[i];
    if (slot.head != key.head || slot.tail != key.tail || slot.size != name.size()) continue;
    if (name.size() <= kShortNameBytes) return slot.rank;
    const std::string_view stored = at(slot.rank);
    if (kFoldCase ? name_key::has_middle_of(name, stored) : name == stored) return slot.rank;
  }
  return kNotFound;
}

std::uint32_t HeaderNameSet::rank_of(std::string_view lower_case_name) const noexcept {
  return find<false>(lower_case_name);
}

std::uint32_t HeaderNameSet::rank_ignoring_case(std::string_view name) const noexcept {
  return find<true>(name);
}

std::string_view HeaderNameSet::at(std::uint32_t rank) const noexcept {
  return std::string_view(bytes_.data() + elements_[rank].offset, elements_[rank].size);
}

}  // namespace corsac
