// The compiled set of allowed origins: exact ones first, patterns on a miss.
// Entry: OriginSet::find. Spec: policy document, 2. Test: tests/origin/origin_set_test.cpp.

#include "corsac/origin/origin_set.hpp"

#include <algorithm>
#include <cassert>
#include <random>
#include <utility>
#include <vector>

namespace corsac {

namespace {

// Of a set that may change: each change copies them.
constexpr std::size_t kCopiedPatterns = 1000;

// Copies what `table` has not.
ExactKeys copied(std::span<const std::string_view> exact, const ExactTable& table) {
  TextList list;
  ExactKeys keys;
  for (const std::string_view origin : exact) {
    if (table.find(origin).data() != nullptr) continue;
    list.add(origin);
    keys.offsets.push_back(list.offset(list.size() - 1));
  }
  keys.bytes = list.bytes();
  return keys;
}

}  // namespace

OriginSet::~OriginSet() = default;

std::shared_ptr<const OriginSet> OriginSet::build(std::span<const std::string_view> exact,
                                                  std::span<const OriginPattern> patterns,
                                                  std::uint64_t seed) {
  return build(ExactKeys(), exact, patterns, seed);
}

std::shared_ptr<const OriginSet> OriginSet::build(ExactKeys listed,
                                                  std::span<const std::string_view> exact,
                                                  std::span<const OriginPattern> patterns,
                                                  std::uint64_t seed) {
  const std::size_t room = kOriginLimit - std::min(listed.offsets.size(), kOriginLimit);
  if (listed.offsets.size() > kOriginLimit || exact.size() > room ||
      patterns.size() > room - exact.size()) {
    return nullptr;
  }
  std::vector<std::string_view> all_exact(exact.begin(), exact.end());
  std::vector<const OriginPattern*> others;
  for (const OriginPattern& pattern : patterns) {
    if (pattern.is_exact()) {
      all_exact.push_back(pattern.text);
    } else {
      others.push_back(&pattern);
    }
  }
  const bool is_one_list = !listed.offsets.empty() && all_exact.empty();
  if (listed.offsets.empty()) listed = copied(std::exchange(all_exact, {}), ExactTable());
  std::shared_ptr<OriginSet> set(new OriginSet);
  set->listed_ = ExactTable(std::move(listed), seed);
  set->more_ = ExactTable(copied(all_exact, set->listed_), seed);
  set->has_more_ = set->more_.count() != 0;
  set->patterns_ = PatternTable(others, seed);
  set->may_change_ = is_one_list && set->listed_.repeats() == 0 && others.size() <= kCopiedPatterns;
  set->longest_match_bytes_ =
      std::max({set->listed_.longest_key_bytes(), set->more_.longest_key_bytes(),
                set->patterns_.longest_match_bytes()});
  return set;
}

std::shared_ptr<const OriginSet> OriginSet::change(const OriginSet& base, ExactKeys added,
                                                   ExactKeys removed, std::uint64_t seed) {
  assert(base.may_change() && "what stands in several places cannot be removed from one");
  std::shared_ptr<OriginSet> set(new OriginSet);
  set->has_removed_ = !removed.offsets.empty();
  (set->has_removed_ ? set->base_ : set->listed_) = base.listed_;
  set->removed_ = ExactTable(std::move(removed), seed);
  set->more_ = ExactTable(std::move(added), seed);
  set->has_more_ = set->has_removed_ || set->more_.count() != 0;
  set->patterns_ = base.patterns_;
  set->longest_match_bytes_ = std::max(base.longest_match_bytes_, set->more_.longest_key_bytes());
  return set;
}

std::string_view OriginSet::find_further(std::string_view origin) const noexcept {
  const std::string_view more = more_.find(origin);
  if (more.data() != nullptr || !has_removed_) return more;
  const std::string_view found = base_.find(origin);
  if (found.data() == nullptr || removed_.find(origin).data() != nullptr) return {};
  return found;
}

OriginMatch OriginSet::find(std::string_view origin) const noexcept {
  if (origin.size() > longest_match_bytes_) return {};
  const std::string_view stored = find_exact(origin);
  if (stored.data() != nullptr) return {OriginMatchKind::Exact, stored};
  if (!has_patterns() || !has_pattern_for(origin)) return {};
  return {OriginMatchKind::Pattern, origin};
}

bool OriginSet::is_empty() const noexcept { return exact_count() + pattern_count() == 0; }

std::size_t OriginSet::exact_count() const noexcept {
  return listed_.count() + more_.count() + base_.count() - removed_.count();
}

std::size_t OriginSet::pattern_count() const noexcept { return patterns_.count(); }

std::size_t OriginSet::memory_bytes() const noexcept {
  return sizeof *this + listed_.memory_bytes() + more_.memory_bytes() + base_.memory_bytes() +
         removed_.slot_bytes() + patterns_.memory_bytes();
}

std::size_t OriginSet::longest_run() const noexcept {
  return std::max({listed_.longest_run(), more_.longest_run(), base_.longest_run(),
                   removed_.longest_run(), patterns_.longest_run()});
}

std::uint64_t OriginSet::random_seed() {
  std::random_device source;
  static_assert(sizeof(std::random_device::result_type) == sizeof(std::uint32_t));
  return std::uint64_t{source()} << 32U | source();
}

}  // namespace corsac
