// OriginSet::find against one comparison after the other, and the comparison against the policy
// document. The lines of the input before the first
// empty one are what an operator lists, those behind it are values of `Origin`.

#include "corsac/origin/origin_set.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "corsac/origin/pattern.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_pattern.hpp"

namespace corsac::fuzz {
namespace {

// For each origin a comparison with each pattern.
constexpr std::size_t kLineLimit = 64;

struct Input {
  std::vector<OriginPattern> patterns = {};
  std::vector<PatternReading> readings = {};  // one for each pattern
  std::vector<std::string> origins = {};
};

// Something that the pattern may cover, so that not all of the search is for a match.
std::string example_of(const OriginPattern& pattern) {
  std::string host = pattern.host;
  if (pattern.host_form == HostForm::Subdomain) host.insert(0, "a.b");
  if (const std::size_t star = host.find('*'); star != std::string::npos)
    host.replace(star, 1, "x");
  std::string origin = pattern.scheme + "://" + host;
  if (!pattern.ports.empty()) origin += ':' + std::to_string(pattern.ports.back().last);
  return origin;
}

Input read_input(std::string_view text) {
  Input input;
  bool is_listed = true;
  std::vector<std::string_view> lines = lines_of(text);
  lines.resize(std::min(lines.size(), kLineLimit));
  for (const std::string_view line : lines) {
    if (line.empty()) is_listed = false;
    if (!is_listed) {
      input.origins.emplace_back(line);
    } else if (const auto pattern = parse_origin_pattern(line)) {
      const auto reading = read_pattern_plainly(line);
      if (!reading) fail_with("takes", shown("pattern", line));
      input.patterns.push_back(*pattern);
      input.readings.push_back(*reading);
      input.origins.push_back(example_of(*pattern));
    }
  }
  return input;
}

OriginMatchKind find_plainly(const Input& input, std::string_view origin) {
  auto found = OriginMatchKind::None;
  for (std::size_t i = 0; i < input.patterns.size(); ++i) {
    const OriginPattern& pattern = input.patterns[i];
    const bool matches = matches_plainly(pattern, origin);
    if (matches != covers_plainly(input.readings[i], origin)) {
      fail_with(matches ? "matches too much" : "matches too little", shown("pattern", pattern.text),
                shown("origin", origin));
    }
    if (!matches) continue;
    if (pattern.is_exact()) return OriginMatchKind::Exact;
    found = OriginMatchKind::Pattern;
  }
  return found;
}

void compare(const OriginSet& set, const Input& input, std::string_view text) {
  for (const std::string& origin : input.origins) {
    const OriginMatch match = set.find(origin);
    const OriginMatchKind expected = find_plainly(input, origin);
    if (match.kind == expected &&
        (expected == OriginMatchKind::None ? match.bytes.empty() : match.bytes == origin)) {
      continue;
    }
    fail_with("the set and a scan differ", shown("input", text), shown("origin", origin),
              "kind = " + std::to_string(static_cast<int>(match.kind)) + ", expected " +
                  std::to_string(static_cast<int>(expected)),
              shown("bytes", match.bytes));
  }
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  const std::string_view text = to_text(data, size);
  const Input input = read_input(text);
  const std::uint64_t seed = size * 0x9E3779B97F4A7C15U;
  // Exact ones may come as patterns, as themselves, in a list of which they are not all, or both.
  compare(*OriginSet::build({}, input.patterns, seed), input, text);
  std::vector<std::string_view> exact;
  std::vector<OriginPattern> others;
  for (const OriginPattern& pattern : input.patterns) {
    if (pattern.is_exact()) {
      exact.push_back(pattern.text);
    } else {
      others.push_back(pattern);
    }
  }
  const auto set = OriginSet::build(exact, others, seed);
  compare(*set, input, text);
  TextList list;
  ExactKeys listed;
  for (const std::string_view origin : exact) {
    list.add(origin);
    listed.offsets.push_back(list.offset(list.size() - 1));
    list.add("https://other.example");
  }
  listed.bytes = list.bytes();
  compare(*OriginSet::build(listed, {}, others, seed), input, text);
  const auto some = std::span(exact).first(exact.size() / 2);
  listed.offsets.erase(listed.offsets.begin(),
                       listed.offsets.begin() + static_cast<std::ptrdiff_t>(some.size()) / 2);
  compare(*OriginSet::build(listed, some, others, seed), input, text);
  std::sort(exact.begin(), exact.end());
  exact.erase(std::unique(exact.begin(), exact.end()), exact.end());
  if (set->exact_count() != exact.size() || set->is_empty() != input.patterns.empty()) {
    fail_with("counts", shown("input", text), std::to_string(set->exact_count()));
  }
  return 0;
}
