// The compiled set of allowed origins: exact ones first, patterns on a miss.
// Entry: OriginSet::find. Spec: policy document, 2. Test: tests/origin/origin_set_test.cpp.

#include "corsac/origin/origin_set.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace corsac {

OriginSet::OriginSet(ExactTable exact, PatternTable patterns) noexcept
    : longest_match_bytes_(std::max(exact.longest_key_bytes(), patterns.longest_match_bytes())),
      exact_(std::move(exact)),
      patterns_(std::move(patterns)) {}

OriginSet::~OriginSet() = default;

std::shared_ptr<const OriginSet> OriginSet::build(std::span<const std::string_view> exact,
                                                  std::span<const OriginPattern> patterns,
                                                  std::uint64_t seed) {
  if (exact.size() > kOriginLimit || patterns.size() > kOriginLimit - exact.size()) return nullptr;
  std::vector<std::string_view> all_exact;
  std::vector<const OriginPattern*> others;
  for (const OriginPattern& pattern : patterns) {
    if (!pattern.is_exact()) {
      others.push_back(&pattern);
      continue;
    }
    if (all_exact.empty()) all_exact.assign(exact.begin(), exact.end());
    all_exact.push_back(pattern.text);
  }
  if (!all_exact.empty()) exact = all_exact;
  return std::shared_ptr<const OriginSet>(
      new OriginSet(ExactTable(exact, seed), PatternTable(others, seed)));
}

OriginMatch OriginSet::find(std::string_view origin) const noexcept {
  if (origin.size() > longest_match_bytes_) return {};
  const std::string_view stored = find_exact(origin);
  if (stored.data() != nullptr) return {OriginMatchKind::Exact, stored};
  if (!has_patterns() || !has_pattern_for(origin)) return {};
  return {OriginMatchKind::Pattern, origin};
}

bool OriginSet::is_empty() const noexcept { return exact_count() + pattern_count() == 0; }

std::size_t OriginSet::exact_count() const noexcept { return exact_.count(); }

std::size_t OriginSet::pattern_count() const noexcept { return patterns_.count(); }

std::size_t OriginSet::memory_bytes() const noexcept {
  return sizeof *this + exact_.memory_bytes() + patterns_.memory_bytes();
}

std::size_t OriginSet::longest_run() const noexcept {
  return std::max(exact_.longest_run(), patterns_.longest_run());
}

std::uint64_t OriginSet::random_seed() {
  std::random_device source;
  static_assert(sizeof(std::random_device::result_type) == sizeof(std::uint32_t));
  return std::uint64_t{source()} << 32U | source();
}

}  // namespace corsac
