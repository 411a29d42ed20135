// The compiled set of allowed origins: exact ones first, patterns on a miss.
// Entry: OriginSet::find. Spec: policy document, 2. Test: tests/origin/origin_set_test.cpp.

#include "corsac/origin/origin_set.hpp"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "corsac/origin/exact_table.hpp"
#include "corsac/origin/pattern_table.hpp"

namespace corsac {

struct OriginSet::Tables {
  ExactTable exact;
  PatternTable patterns;
};

OriginSet::OriginSet(std::unique_ptr<const Tables> tables) noexcept
    : longest_match_bytes_(
          std::max(tables->exact.longest_key_bytes(), tables->patterns.longest_match_bytes())),
      tables_(std::move(tables)) {}

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
  auto tables =
      std::make_unique<const Tables>(Tables{ExactTable(exact, seed), PatternTable(others, seed)});
  return std::shared_ptr<const OriginSet>(new OriginSet(std::move(tables)));
}

// Flattened: the look-up in the exact table is one straight run, and saving registers for calls
// inside it would cost a fifth of it.
[[gnu::flatten]] OriginMatch OriginSet::find(std::string_view origin) const noexcept {
  if (origin.size() > longest_match_bytes_) return {};
  const std::string_view stored = tables_->exact.find(origin);
  if (stored.data() != nullptr) return {OriginMatchKind::Exact, stored};
  if (tables_->patterns.is_empty() || !tables_->patterns.covers(origin)) return {};
  return {OriginMatchKind::Pattern, origin};
}

bool OriginSet::is_empty() const noexcept { return exact_count() + pattern_count() == 0; }

std::size_t OriginSet::exact_count() const noexcept { return tables_->exact.count(); }

std::size_t OriginSet::pattern_count() const noexcept { return tables_->patterns.count(); }

std::size_t OriginSet::memory_bytes() const noexcept {
  return sizeof *this + sizeof(Tables) + tables_->exact.memory_bytes() +
         tables_->patterns.memory_bytes();
}

std::size_t OriginSet::longest_run() const noexcept {
  return std::max(tables_->exact.longest_run(), tables_->patterns.longest_run());
}

std::uint64_t OriginSet::random_seed() {
  std::random_device source;
  static_assert(sizeof(std::random_device::result_type) == sizeof(std::uint32_t));
  return std::uint64_t{source()} << 32U | source();
}

}  // namespace corsac
