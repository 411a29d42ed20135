#pragma once

// The compiled set of allowed origins.
//
// Exact origins: open addressing with 8-byte slots {tag, offset}, linear probing at a load of one
// half, the keys in the bytes of the list that they came from, a random seed for each build, and a
// rebuild with another seed when the longest run passes kLongestRun: a tenant who may add origins
// must not be able to make look-up slow. Wildcards and port forms: a table by (scheme, host
// suffix), a bitmap of suffix lengths, and a walk over those dots of the request's host where a
// suffix may begin.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "corsac/origin/exact_table.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/origin/pattern_table.hpp"

namespace corsac {

// Labels of a request's host that a wildcard look-up walks; an Origin with more matches no
// wildcard.
inline constexpr std::size_t kWalkedLabels = 32;
// A longer run of occupied slots makes the build start again with another seed.
inline constexpr std::size_t kLongestRun = 128;
// Origins of one set; above it, build() gives none.
inline constexpr std::size_t kOriginLimit = 10'000'000;

enum class OriginMatchKind : std::uint8_t { None, Exact, Pattern };

struct OriginMatch {
  OriginMatchKind kind = OriginMatchKind::None;
  // The bytes to answer with: the stored ones for Exact (they live as long as the set), the
  // request's own for Pattern (they were proved to be a serialised origin that a pattern covers).
  std::string_view bytes = {};
};

// Immutable; safe from any thread. find() neither allocates nor locks.
class OriginSet {
 public:
  // `exact` are serialised origins that parse_origin or parse_origin_pattern has accepted, in a
  // form of their own because there may be ten million of them; `patterns` are all others (an exact
  // pattern among them counts as exact). Everything is copied; repeats are merged. `seed` makes
  // tests repeatable; pass random_seed() otherwise. Null when there are more than kOriginLimit.
  [[nodiscard]] static std::shared_ptr<const OriginSet> build(
      std::span<const std::string_view> exact, std::span<const OriginPattern> patterns,
      std::uint64_t seed);
  // The same with the origins of a long list besides, whose bytes are shared instead of copied.
  [[nodiscard]] static std::shared_ptr<const OriginSet> build(
      ExactKeys listed, std::span<const std::string_view> exact,
      std::span<const OriginPattern> patterns, std::uint64_t seed);
  // `base` with some exact origins more and some less, without any work in the size of it: it must
  // have been built (may_change), not changed. `added` are none of its own, `removed` are, and lie
  // in list_bytes(). What it takes of the base is shared with it.
  [[nodiscard]] static std::shared_ptr<const OriginSet> change(const OriginSet& base,
                                                               ExactKeys added, ExactKeys removed,
                                                               std::uint64_t seed);
  ~OriginSet();
  OriginSet(const OriginSet&) = delete;
  OriginSet& operator=(const OriginSet&) = delete;

  // The whole value first, byte for byte; parsed only on a miss, and only when a pattern may cover
  // it. Longer than anything that can match: None without being read.
  [[nodiscard]] OriginMatch find(std::string_view origin) const noexcept;
  // The two halves of find(), for whoever has no use for a match as a value. The stored bytes;
  // without data when no exact origin is equal.
  [[nodiscard, gnu::always_inline]] std::string_view find_exact(
      std::string_view origin) const noexcept {
    const std::string_view found = listed_.find(origin);
    return found.data() != nullptr || !has_more_ ? found : find_further(origin);
  }
  [[nodiscard]] bool has_patterns() const noexcept { return !patterns_.is_empty(); }
  [[nodiscard]] bool has_pattern_for(std::string_view origin) const noexcept {
    return origin.size() <= longest_match_bytes_ && patterns_.covers(origin);
  }

  [[nodiscard]] bool is_empty() const noexcept;
  [[nodiscard]] std::size_t exact_count() const noexcept;    // different ones
  [[nodiscard]] std::size_t pattern_count() const noexcept;  // after those of one host are merged
  [[nodiscard]] std::size_t memory_bytes() const noexcept;   // everything counted
  [[nodiscard]] std::size_t longest_run() const noexcept;
  // All exact origins stand in the long list and each stands there once, so that one which is taken
  // out of the list is gone; and the patterns are so few that they may be copied.
  [[nodiscard]] bool may_change() const noexcept { return may_change_; }
  // Of a set that may change: the bytes of its long list, and where in them an origin lies, as
  // TextList::offset() has it; 0 = it is none of the list.
  [[nodiscard]] const std::shared_ptr<const std::string>& list_bytes() const noexcept {
    return listed_.bytes();
  }
  [[nodiscard]] TextList::Offset list_offset(std::string_view origin) const noexcept {
    const std::string_view found = listed_.find(origin);
    return found.data() == nullptr ? 0 : listed_.offset_of(found);
  }
  // A longer origin matches nothing.
  [[nodiscard]] std::size_t longest_match_bytes() const noexcept { return longest_match_bytes_; }

  // From the system's random source.
  [[nodiscard]] static std::uint64_t random_seed();

 private:
  OriginSet() = default;
  // In what find_exact asks when the first table has nothing.
  [[nodiscard]] std::string_view find_further(std::string_view origin) const noexcept;

  std::size_t longest_match_bytes_ = 0;
  // All exact origins, but when there is a long list and something besides; empty when some were
  // removed. So only what is not found pays for changes.
  ExactTable listed_ = {};
  bool has_more_ = false;     // some stand in what follows
  bool has_removed_ = false;  // => listed_ is empty; of the base, all but the removed ones count
  bool may_change_ = false;
  ExactTable more_ = {};
  ExactTable base_ = {};
  ExactTable removed_ = {};  // over the bytes of base_
  PatternTable patterns_ = {};
};

}  // namespace corsac
