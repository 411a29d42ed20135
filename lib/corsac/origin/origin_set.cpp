// The compiled set of allowed origins: exact ones first, patterns on a miss.
// Entry: OriginSet::find. Spec: policy document, 2. Test: tests/origin/origin_set_test.cpp.

#include "corsac/origin/origin_set.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace corsac {

namespace {

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

OriginSet::OriginSet(ExactTable listed, ExactTable more, PatternTable patterns) noexcept
    : longest_match_bytes_(std::max(
          {listed.longest_key_bytes(), more.longest_key_bytes(), patterns.longest_match_bytes()})),
      listed_(std::move(listed)),
      has_more_(more.count() != 0),
      more_(std::move(more)),
      patterns_(std::move(patterns)) {}

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
  if (listed.offsets.empty()) listed = copied(std::exchange(all_exact, {}), ExactTable());
  ExactTable table(std::move(listed), seed);
  ExactTable more(copied(all_exact, table), seed);
  return std::shared_ptr<const OriginSet>(
      new OriginSet(std::move(table), std::move(more), PatternTable(others, seed)));
}

OriginMatch OriginSet::find(std::string_view origin) const noexcept {
  if (origin.size() > longest_match_bytes_) return {};
  const std::string_view stored = find_exact(origin);
  if (stored.data() != nullptr) return {OriginMatchKind::Exact, stored};
  if (!has_patterns() || !has_pattern_for(origin)) return {};
  return {OriginMatchKind::Pattern, origin};
}

bool OriginSet::is_empty() const noexcept { return exact_count() + pattern_count() == 0; }

std::size_t OriginSet::exact_count() const noexcept { return listed_.count() + more_.count(); }

std::size_t OriginSet::pattern_count() const noexcept { return patterns_.count(); }

std::size_t OriginSet::memory_bytes() const noexcept {
  return sizeof *this + listed_.memory_bytes() + more_.memory_bytes() + patterns_.memory_bytes();
}

std::size_t OriginSet::longest_run() const noexcept {
  return std::max({listed_.longest_run(), more_.longest_run(), patterns_.longest_run()});
}

std::uint64_t OriginSet::random_seed() {
  std::random_device source;
  static_assert(sizeof(std::random_device::result_type) == sizeof(std::uint32_t));
  return std::uint64_t{source()} << 32U | source();
}

}  // namespace corsac
