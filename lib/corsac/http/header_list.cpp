// Access-Control-Request-Headers, judged in two tiers that share one budget. The second goes on
// where the first one stopped, so that no byte is read twice for the same question.
// Entry: judge_requested_headers. Follows Fetch, 3.3.4 and 4.8 (what browsers send) and RFC 9110,
// 5.6.1 (what a recipient must take). Test: tests/http/header_list_test.cpp.

#include "corsac/http/header_list.hpp"

#include <cstring>

#include "corsac/base/ascii.hpp"
#include "corsac/http/comma_scan.hpp"
#include "corsac/http/header_name_set.hpp"
#include "corsac/http/name_key.hpp"
#include "corsac/http/short_bytes.hpp"

namespace corsac {
namespace {

constexpr std::string_view kAuthorization = "authorization";

// Under "*" the first tier leaves a longer name to the second one, which would have to read it
// again if it turned out to be wrong.
constexpr std::size_t kLongestQuickName = 128;

// A longer line is left to the second tier whole: what browsers send for the names of real pages is
// below it.
constexpr std::size_t kLongestQuickLine = 256;

enum class Case : unsigned char { Lower, Any };

// For each byte whether a name may hold it.
template <Case kCase>
constexpr std::array<std::uint32_t, 256> make_name_bytes() {
  std::array<std::uint32_t, 256> is_name_byte = {};
  for (std::size_t i = 0; i < is_name_byte.size(); ++i) {
    const char c = static_cast<char>(static_cast<unsigned char>(i));
    is_name_byte[i] = is_token_char(c) && (kCase == Case::Any || !is_ascii_upper(c)) ? 1 : 0;
  }
  return is_name_byte;
}

template <Case kCase>
constexpr std::array<std::uint32_t, 256> kNameBytes = make_name_bytes<kCase>();

// Without an early exit: eight table look-ups for each turn, on texts whose length is bounded.
template <Case kCase>
bool is_name(std::string_view text) noexcept {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = bytes + text.size();
  const std::uint32_t* const table = kNameBytes<kCase>.data();
  std::uint32_t all = text.empty() ? 0 : 1;
  for (; end - bytes >= 8; bytes += 8) {
    all &= table[bytes[0]] & table[bytes[1]] & table[bytes[2]] & table[bytes[3]] & table[bytes[4]] &
           table[bytes[5]] & table[bytes[6]] & table[bytes[7]];
  }
  for (; bytes != end; ++bytes) all &= table[*bytes];
  return all != 0;
}

bool is_over_byte_budget(std::span<const std::string_view> lines) noexcept {
  // Each line is a name or an empty element at least, so more of them need not be added up.
  if (lines.size() > kRequestedHeadersLimitNames + kRequestedHeadersLimitEmpty) return true;
  std::size_t bytes = lines.size() - 1;
  for (const std::string_view line : lines) bytes += line.size();
  return bytes > kRequestedHeadersLimitBytes;
}

// The first eight bytes of the element of `line` from `begin` to `end`, zero-padded.
inline std::uint64_t head_of(std::string_view line, std::size_t begin, std::size_t end) noexcept {
  const std::size_t size = end - begin;
  if (line.size() - begin < 8) return short_bytes::load_padded(line.data() + begin, size);
  const std::uint64_t word = short_bytes::load8(line.data() + begin);
  return size >= 8 ? word : word & ((std::uint64_t{1} << (size * 8)) - 1);
}

// A line with a comma after its last element too, and bytes to read beyond that.
struct EndedLine {
  std::array<char, kLongestQuickLine + 1 + kShortNameBytes> bytes;  // filled as far as it is read

  explicit EndedLine(std::string_view line) noexcept {
    line.copy(bytes.data(), line.size());
    bytes[line.size()] = ',';
    std::memset(bytes.data() + line.size() + 1, 0, kShortNameBytes);
  }
};

// `at` is in an EndedLine.
inline bool begins_with(const char* at, const HeaderNameSet::Element& element) noexcept {
  return ((short_bytes::load8(at) ^ element.head) & element.head_mask) == 0 &&
         ((short_bytes::load8(at + 8) ^ element.tail) & element.tail_mask) == 0;
}

// What begins_with does not see of a name of kShortNameBytes or more.
[[gnu::noinline]] bool has_element(std::string_view line, std::string_view name) noexcept {
  return line.starts_with(name) && (line.size() == name.size() || line[name.size()] == ',');
}

// The first tier for a list of allowed names: both are sorted, so each of these is compared once
// with the element that comes next. Returns where it stopped: the size of the line plus one when it
// took it whole, else the start of the element that it leaves to the second tier. The names before
// that are in `result`, as bytes of the request. More allowed names than a list may hold are not
// walked through: then the hash of the second tier is ahead.
std::size_t take_listed(std::string_view line, const HeaderNameSet& names,
                        RequestedHeaders& result) noexcept {
  const auto elements = names.elements();
  if (line.size() > kLongestQuickLine || elements.size() > kRequestedHeadersLimitNames) return 0;
  const EndedLine ended(line);
  std::uint32_t count = 0;
  std::size_t begin = 0;
  for (const HeaderNameSet::Element& element : elements) {
    if (!begins_with(ended.bytes.data() + begin, element)) continue;
    const std::string_view name(line.data() + begin, element.size);
    if (name.size() >= kShortNameBytes) {
      const auto rank = static_cast<std::uint32_t>(&element - elements.data());
      if (!has_element(line.substr(begin), names.at(rank))) continue;
    }
    result.names[count++] = BytesRef::of(name);
    begin += name.size() + 1;
    if (begin > line.size()) break;
  }
  result.count = count;
  return begin;
}

// The same under "*". Words compare as texts do once their first byte is the highest one.
std::size_t take_any(std::string_view line, const HeaderNameSet& names,
                     RequestedHeaders& result) noexcept {
  std::string_view previous = {};
  std::uint64_t previous_head = 0;
  std::uint32_t count = 0;
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const std::size_t end = comma_scan::end_of_element(line, begin);
    const std::string_view name(line.data() + begin, end - begin);
    const std::uint64_t head = short_bytes::swap_bytes(head_of(line, begin, end));
    if (head < previous_head || (head == previous_head && name <= previous)) break;
    if (name.size() > kLongestQuickName || !is_name<Case::Lower>(name)) break;
    if (name == kAuthorization && names.rank_of(name) == HeaderNameSet::kNotFound) break;
    if (count == kRequestedHeadersLimitNames) break;
    result.names[count++] = BytesRef::of(name);
    previous = name;
    previous_head = head;
    begin = end + 1;
  }
  result.count = count;
  return begin;
}

// The distinct names taken so far, each with a number that stands for it.
class SeenNames {
 public:
  // True when one of them has `number` and `is_it(index)` holds for its index.
  template <class IsIt>
  [[nodiscard]] bool has(std::uint32_t number, const IsIt& is_it) const noexcept {
    for (std::size_t i = number % slots_.size(); slots_[i] != 0; i = (i + 1) % slots_.size()) {
      const std::uint32_t index = slots_[i] - 1U;
      if (numbers_[index] == number && is_it(index)) return true;
    }
    return false;
  }

  // At most kRequestedHeadersLimitNames times.
  void add(std::uint32_t number) noexcept {
    std::size_t i = number % slots_.size();
    while (slots_[i] != 0) i = (i + 1) % slots_.size();
    numbers_[count_] = number;
    slots_[i] = static_cast<std::uint8_t>(++count_);
  }

 private:
  std::array<std::uint8_t, 2 * kRequestedHeadersLimitNames> slots_ = {};  // index + 1; 0 = free
  std::array<std::uint32_t, kRequestedHeadersLimitNames> numbers_;
  std::uint32_t count_ = 0;
};

// The second tier.
class TolerantReader {
 public:
  // `result` may hold distinct allowed names that were taken already.
  TolerantReader(const AllowedHeaders& allowed, RequestedHeaders& result) noexcept
      : allowed_(allowed), result_(result), elements_(result.count) {
    for (std::uint32_t i = 0; i < result.count; ++i) {
      const std::string_view name = result.names[i].view();
      if (allowed.allow_any) {
        seen_.add(hash_of(name));
      } else {
        const std::uint32_t rank = allowed.names->rank_of(name);
        result.names[i] = BytesRef::of(allowed.names->at(rank));
        seen_.add(rank);
      }
    }
  }

  // Takes the elements of one line from `begin` on. False when the verdict is final.
  bool take_line(std::string_view line, std::size_t begin) noexcept {
    while (begin <= line.size()) {
      const std::size_t end = comma_scan::end_of_element(line, begin);
      const std::string_view element = trim_ows(line.substr(begin, end - begin));
      if (!(element.empty() ? take_empty() : take_element(element))) return false;
      begin = end + 1;
    }
    return true;
  }

 private:
  bool stop(HeaderListVerdict verdict, std::string_view offending) noexcept {
    result_.verdict = verdict;
    result_.offending = offending;
    return false;
  }

  bool take_empty() noexcept {
    return ++empty_elements_ <= kRequestedHeadersLimitEmpty ||
           stop(HeaderListVerdict::OverBudget, {});
  }

  bool take_element(std::string_view element) noexcept {
    if (++elements_ > kRequestedHeadersLimitNames) return stop(HeaderListVerdict::OverBudget, {});
    return allowed_.allow_any ? take_any_name(element) : take_listed_name(element);
  }

  bool take_listed_name(std::string_view element) noexcept {
    const std::uint32_t rank = allowed_.names->rank_ignoring_case(element);
    if (rank == HeaderNameSet::kNotFound) {
      return stop(is_name<Case::Any>(element) ? HeaderListVerdict::NotAllowed
                                              : HeaderListVerdict::Malformed,
                  element);
    }
    const auto is_it = [](std::uint32_t) { return true; };  // a rank is one name
    if (!seen_.has(rank, is_it)) add(allowed_.names->at(rank), rank);
    return true;
  }

  bool take_any_name(std::string_view element) noexcept {
    const std::uint32_t hash = hash_of(element);
    const auto is_it = [this, element](std::uint32_t index) {
      return name_key::are_equal(result_.names[index].view(), element);
    };
    if (seen_.has(hash, is_it)) return true;
    if (!is_name<Case::Any>(element)) return stop(HeaderListVerdict::Malformed, element);
    if (equals_ignoring_case(element, kAuthorization) &&
        allowed_.names->rank_of(kAuthorization) == HeaderNameSet::kNotFound) {
      return stop(HeaderListVerdict::NotAllowed, element);
    }
    add(element, hash);
    return true;
  }

  void add(std::string_view name, std::uint32_t number) noexcept {
    result_.names[result_.count++] = BytesRef::of(name);
    seen_.add(number);
  }

  // The client chooses these names, so the hash has a seed: it cannot make them collide.
  [[nodiscard]] std::uint32_t hash_of(std::string_view name) const noexcept {
    return static_cast<std::uint32_t>(name_key::of<true>(name, allowed_.names->seed()).hash);
  }

  const AllowedHeaders& allowed_;
  RequestedHeaders& result_;  // names and seen_ have the same order
  SeenNames seen_;
  std::size_t elements_;  // repeats counted
  std::size_t empty_elements_ = 0;
};

// Goes on in the first line at `begin`; the names before that are in `result`.
void judge_tolerantly_from(std::size_t begin, std::span<const std::string_view> lines,
                           const AllowedHeaders& allowed, RequestedHeaders& result) noexcept {
  TolerantReader reader(allowed, result);
  for (const std::string_view line : lines) {
    if (!reader.take_line(line, begin)) {
      result.count = 0;
      return;
    }
    begin = 0;
  }
  result.verdict = result.count == 0 ? HeaderListVerdict::Empty : HeaderListVerdict::Allowed;
}

// Clears `result`. False when there is nothing to read: no line, or more bytes than the budget.
bool begin_judging(std::span<const std::string_view> lines, RequestedHeaders& result) noexcept {
  result.verdict = HeaderListVerdict::Empty;
  result.offending = {};
  result.whole = {};
  result.count = 0;
  if (lines.empty()) return false;
  if (!is_over_byte_budget(lines)) return true;
  result.verdict = HeaderListVerdict::OverBudget;
  return false;
}

}  // namespace

void judge_requested_headers(std::span<const std::string_view> lines, const AllowedHeaders& allowed,
                             RequestedHeaders& result) noexcept {
  if (!begin_judging(lines, result)) return;
  std::size_t begin = 0;
  if (lines.size() == 1) {
    const std::string_view line = lines.front();
    begin = allowed.allow_any ? take_any(line, *allowed.names, result)
                              : take_listed(line, *allowed.names, result);
    if (begin > line.size()) {
      result.verdict = HeaderListVerdict::Allowed;
      result.whole = line;
      result.count = 0;
      return;
    }
  }
  judge_tolerantly_from(begin, lines, allowed, result);
}

void judge_requested_headers_tolerantly(std::span<const std::string_view> lines,
                                        const AllowedHeaders& allowed,
                                        RequestedHeaders& result) noexcept {
  if (begin_judging(lines, result)) judge_tolerantly_from(0, lines, allowed, result);
}

}  // namespace corsac
