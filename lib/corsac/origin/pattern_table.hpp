#pragma once

// Internal to origin/: the wildcards, globs and port forms of a set. Not installed.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_hash.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/origin/slot_table.hpp"

namespace corsac {

// Immutable after construction. Patterns of http and https only, as parse_origin_pattern makes
// them.
//
// One look-up table for two kinds of keys, which never meet because only one begins with a dot: a
// whole host ("localhost", for port forms), and what is fixed to the right of a wildcard
// (".example.com", for subdomains and for globs). A bitmap for each scheme says which lengths of
// keys exist, so that a host is looked up only at dots where a key may end.
class PatternTable {
 public:
  PatternTable() = default;
  PatternTable(std::span<const OriginPattern* const> patterns, std::uint64_t seed);

  // True when `origin` is a serialised origin that a pattern covers. Parsed only when a key fits.
  // At most kWalkedLabels keys are looked up; the globs of one key are compared one after the
  // other.
  [[nodiscard]] bool covers(std::string_view origin) const noexcept;

  [[nodiscard]] bool is_empty() const noexcept { return entries_.empty(); }
  // Patterns that remain when those of one host are merged.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  // No longer origin can match.
  [[nodiscard]] std::size_t longest_match_bytes() const noexcept { return longest_match_bytes_; }
  [[nodiscard]] std::size_t longest_run() const noexcept { return slots_.longest_run(); }
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  enum class Scheme : std::uint8_t { Http, Https };

  // Elements of a vector of this table.
  struct Slice {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  struct Glob {
    Slice text = {};   // in texts_
    Slice ports = {};  // in ports_
  };
  struct Entry {
    Scheme scheme = Scheme::Http;
    Slice key = {};    // in texts_
    Slice ports = {};  // of the host or of all subdomains; empty = only the globs
    Slice globs = {};  // in globs_
  };
  // A bit for each length of a key, up to kHostLimitBytes.
  using Lengths = std::array<std::uint64_t, 4>;
  static_assert(kHostLimitBytes < 256);
  struct Draft;
  struct Candidate;

  void add(const Draft& draft);
  [[nodiscard]] Slice add_text(std::string_view text);
  [[nodiscard]] Slice add_ports(std::vector<PortRange> ports);
  [[nodiscard]] std::vector<SlotTable::Slot> sort_keys() const;

  [[nodiscard]] std::uint64_t hash(Scheme scheme, std::string_view key) const noexcept;
  [[nodiscard]] const Entry* find(Scheme scheme, std::string_view key) const noexcept;
  [[nodiscard]] bool covers_known_tail(std::string_view origin,
                                       std::string_view host) const noexcept;
  [[nodiscard]] bool covers_subdomain(Candidate& candidate) const noexcept;
  [[nodiscard]] bool covers_by_entry(const Entry& entry, Candidate& candidate) const noexcept;
  [[nodiscard]] std::string_view text_of(Slice text) const noexcept {
    return {texts_.data() + text.first, text.count};
  }
  [[nodiscard]] std::span<const PortRange> ports_of(Slice ports) const noexcept {
    return {ports_.data() + ports.first, ports.count};
  }

  HashSeed seed_ = {};
  SlotTable slots_ = {};  // payload: index in entries_, and 1
  std::vector<Entry> entries_ = {};
  std::vector<Glob> globs_ = {};
  std::vector<PortRange> ports_ = {};  // merged for each owner; the default port = none written
  std::string texts_ = {};
  std::array<Lengths, 2> host_lengths_ = {};    // by Scheme
  std::array<Lengths, 2> suffix_lengths_ = {};  // by Scheme
  // A bit for what the last bytes of each key hash to (tail_bit): most hosts that no pattern covers
  // are known by one look at it. All bits when a key is too short for that.
  std::uint64_t tails_ = 0;
  std::size_t count_ = 0;
  std::size_t longest_match_bytes_ = 0;
};

}  // namespace corsac
