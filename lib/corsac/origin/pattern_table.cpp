// Wildcards, globs and port forms: a look-up by what is fixed on the right of a host.
// Entry: PatternTable::covers. Spec: policy document, 2. Test: tests/origin/origin_set_test.cpp,
// against matches_plainly.

#include "corsac/origin/pattern_table.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/host_match.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/port_text.hpp"

namespace corsac {
namespace {

constexpr unsigned kSeedTries = 16;  // as in exact_table.cpp
constexpr PortRange kAnyPort = {1, 65535};

// The key that `pattern` is found by.
std::string_view key_of(const OriginPattern& pattern) noexcept {
  const std::string_view host = pattern.host;
  return pattern.host_form == HostForm::Glob ? host.substr(host.find('.', host.find('*'))) : host;
}

// "None written" is the default port: browsers never write that one.
std::vector<PortRange> port_ranges(const OriginPattern& pattern) {
  if (pattern.port_form == PortForm::Any) return {kAnyPort};
  if (!pattern.ports.empty()) return pattern.ports;
  const auto port = static_cast<std::uint16_t>(default_port(pattern.scheme));
  return {{port, port}};
}

void append(std::vector<PortRange>& ports, const std::vector<PortRange>& more) {
  ports.insert(ports.end(), more.begin(), more.end());
}

constexpr std::size_t kTailBytes = 8;

// Of the kTailBytes before `end`. Without a seed: whoever wants to get past it ends in a real key.
std::uint64_t tail_bit(const char* end) noexcept {
  const auto tail = origin_hash_detail::load<std::uint64_t>(end - kTailBytes);
  return std::uint64_t{1} << (tail * 0x9E3779B97F4A7C15U >> 58U);
}

bool is_set(const std::array<std::uint64_t, 4>& lengths, std::size_t length) noexcept {
  return length < 256 && (lengths[length / 64] >> (length % 64) & 1U) != 0;
}

}  // namespace

// Everything that one key leads to, while the table is built.
struct PatternTable::Draft {
  Scheme scheme = Scheme::Http;
  std::string_view key = {};
  std::vector<PortRange> ports = {};
  std::map<std::string_view, std::vector<PortRange>> globs = {};
};

// One origin on its way through the table.
struct PatternTable::Candidate {
  std::string_view origin;
  Scheme scheme;
  std::string_view host;  // cut off, not judged
  std::int32_t port = 0;  // 0 = not judged yet

  // Judges when that was not done yet; false = no pattern covers it.
  [[nodiscard]] bool is_well_formed() noexcept {
    if (port != 0) return true;
    if (!is_origin(origin)) return false;
    port = scheme == Scheme::Https ? 443 : 80;
    const char* digit = host.data() + host.size() + 1;  // after the colon, where there is one
    const char* const end = origin.data() + origin.size();
    if (digit < end) port = 0;
    for (; digit < end; ++digit) port = port * 10 + (*digit - '0');
    return true;
  }
};

PatternTable::PatternTable(std::span<const OriginPattern* const> patterns, std::uint64_t seed) {
  std::map<std::pair<Scheme, std::string_view>, Draft> drafts;
  for (const OriginPattern* const pattern : patterns) {
    const Scheme scheme = pattern->scheme == "https" ? Scheme::Https : Scheme::Http;
    const std::string_view key = key_of(*pattern);
    Draft& draft = drafts[{scheme, key}];
    draft.scheme = scheme;
    draft.key = key;
    append(pattern->host_form == HostForm::Glob ? draft.globs[pattern->host] : draft.ports,
           port_ranges(*pattern));
    const std::size_t host_bytes =
        pattern->host_form == HostForm::Exact ? pattern->host.size() : kHostLimitBytes;
    longest_match_bytes_ = std::max(longest_match_bytes_,
                                    pattern->scheme.size() + sizeof "://:65535" - 1 + host_bytes);
  }
  for (const auto& [key, draft] : drafts) add(draft);
  entries_.shrink_to_fit();
  globs_.shrink_to_fit();
  ports_.shrink_to_fit();
  texts_.shrink_to_fit();

  seed_ = HashSeed::from(seed);
  auto slots = sort_keys();
  for (unsigned tries = 1; SlotTable::longest_run_of(slots) > kLongestRun && tries <= kSeedTries;
       ++tries) {
    seed_ = HashSeed::from(seed + tries);
    slots = sort_keys();
  }
  slots_ = SlotTable(slots);
}

void PatternTable::add(const Draft& draft) {
  Entry entry = {};
  entry.scheme = draft.scheme;
  entry.key = add_text(draft.key);
  entry.ports = add_ports(draft.ports);
  entry.globs.first = static_cast<std::uint32_t>(globs_.size());
  entry.globs.count = static_cast<std::uint32_t>(draft.globs.size());
  for (const auto& [glob, ports] : draft.globs) {
    globs_.push_back({add_text(glob), add_ports(ports)});
  }
  entries_.push_back(entry);
  count_ += draft.globs.size() + (draft.ports.empty() ? 0U : 1U);
  auto& lengths = draft.key.starts_with('.') ? suffix_lengths_ : host_lengths_;
  lengths[static_cast<std::size_t>(draft.scheme)][draft.key.size() / 64] |=
      std::uint64_t{1} << (draft.key.size() % 64);
  tails_ |= draft.key.size() < kTailBytes ? ~std::uint64_t{0}
                                          : tail_bit(draft.key.data() + draft.key.size());
}

PatternTable::Slice PatternTable::add_text(std::string_view text) {
  const Slice slice = {static_cast<std::uint32_t>(texts_.size()),
                       static_cast<std::uint32_t>(text.size())};
  texts_ += text;
  return slice;
}

PatternTable::Slice PatternTable::add_ports(std::vector<PortRange> ports) {
  merge_ports(ports);
  const Slice slice = {static_cast<std::uint32_t>(ports_.size()),
                       static_cast<std::uint32_t>(ports.size())};
  append(ports_, ports);
  return slice;
}

std::vector<SlotTable::Slot> PatternTable::sort_keys() const {
  std::vector<SlotTable::Slot> slots;
  slots.reserve(entries_.size());
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    slots.push_back({SlotTable::tag_of(hash(entry.scheme, text_of(entry.key))), i + 1});
  }
  std::sort(slots.begin(), slots.end());
  return slots;
}

inline std::uint64_t PatternTable::hash(Scheme scheme, std::string_view key) const noexcept {
  return hash_bytes(key, {seed_.state + static_cast<std::uint64_t>(scheme), seed_.secret});
}

// Inlined by force: a hostile host has it looked up at each dot.
[[gnu::always_inline]] inline const PatternTable::Entry* PatternTable::find(
    Scheme scheme, std::string_view key) const noexcept {
  const std::uint32_t payload = slots_.find(hash(scheme, key), [&](std::uint32_t at) {
    const Entry& entry = entries_[at - 1];
    return entry.scheme == scheme && text_of(entry.key) == key;
  });
  return payload == 0 ? nullptr : &entries_[payload - 1];
}

bool PatternTable::covers(std::string_view origin) const noexcept {
  const bool is_https = origin.starts_with("https://");
  if (!is_https && !origin.starts_with("http://")) return false;
  const std::size_t host_begin = is_https ? 8 : 7;
  // The "/" of "://" ends the loop at the latest.
  std::size_t host_end = origin.size();
  while (is_ascii_digit(origin[host_end - 1])) --host_end;
  host_end = origin[host_end - 1] == ':' ? host_end - 1 : origin.size();
  // A host of one byte has "http://" before it, which are kTailBytes together.
  if (host_end <= host_begin || (tails_ & tail_bit(origin.data() + host_end)) == 0) return false;
  return covers_known_tail(origin, origin.substr(host_begin, host_end - host_begin));
}

// Out of line: most hosts do not come here.
[[gnu::noinline]] bool PatternTable::covers_known_tail(std::string_view origin,
                                                       std::string_view host) const noexcept {
  Candidate candidate = {origin, origin[4] == 's' ? Scheme::Https : Scheme::Http, host};
  const auto scheme = static_cast<std::size_t>(candidate.scheme);
  if (is_set(host_lengths_[scheme], candidate.host.size())) {
    const Entry* const entry = find(candidate.scheme, candidate.host);
    if (entry != nullptr && candidate.is_well_formed() &&
        contains_port(ports_of(entry->ports), candidate.port)) {
      return true;
    }
  }
  return covers_subdomain(candidate);
}

// From the shortest key to the longest, that is, from the right to the left of the host.
bool PatternTable::covers_subdomain(Candidate& candidate) const noexcept {
  const std::string_view host = candidate.host;
  const Lengths& lengths = suffix_lengths_[static_cast<std::size_t>(candidate.scheme)];
  std::size_t looked_up = 0;
  for (std::size_t word = 0; word < lengths.size(); ++word) {
    for (std::uint64_t bits = lengths[word]; bits != 0; bits &= bits - 1) {
      const std::size_t length = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      if (length >= host.size()) return false;
      if (host[host.size() - length] != '.') continue;
      // So many dots are more labels than a wildcard covers.
      if (++looked_up > kWalkedLabels) return false;
      const Entry* const entry = find(candidate.scheme, host.substr(host.size() - length));
      if (entry == nullptr) continue;
      if (!candidate.is_well_formed() || has_too_many_labels(host)) return false;
      if (covers_by_entry(*entry, candidate)) return true;
    }
  }
  return false;
}

bool PatternTable::covers_by_entry(const Entry& entry, Candidate& candidate) const noexcept {
  if (contains_port(ports_of(entry.ports), candidate.port)) return true;
  for (std::uint32_t i = 0; i < entry.globs.count; ++i) {
    const Glob& glob = globs_[entry.globs.first + i];
    if (covers_glob(text_of(glob.text), candidate.host) &&
        contains_port(ports_of(glob.ports), candidate.port)) {
      return true;
    }
  }
  return false;
}

std::size_t PatternTable::memory_bytes() const noexcept {
  return slots_.memory_bytes() + entries_.capacity() * sizeof(Entry) +
         globs_.capacity() * sizeof(Glob) + ports_.capacity() * sizeof(PortRange) +
         texts_.capacity();
}

}  // namespace corsac
