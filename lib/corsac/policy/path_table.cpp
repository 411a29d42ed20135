// Finds the rule for a request in the tree that path_table_build.cpp made, and tells ambiguous
// targets. Entries: PathTable::find, is_ambiguous_target. Spec: policy document, 2 "Paths".
// Tests: tests/policy/path_table_test.cpp, path_table_plain_test.cpp (against a plain search).

#include "corsac/policy/path_table.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"
#include "corsac/policy/host_overlap.hpp"

namespace corsac {
namespace {

// Below 0, 0, above 0: `lower` before, the same as, after `text` once that is lower-cased.
[[nodiscard]] int compare_folded(std::string_view lower, std::string_view text) noexcept {
  const std::size_t common = std::min(lower.size(), text.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto a = static_cast<unsigned char>(lower[i]);
    const auto b = static_cast<unsigned char>(ascii_lower(text[i]));
    if (a != b) return a < b ? -1 : 1;
  }
  if (lower.size() == text.size()) return 0;
  return lower.size() < text.size() ? -1 : 1;
}

// `rest` begins with "/": what stands before the next one.
[[nodiscard]] std::string_view first_segment(std::string_view rest) noexcept {
  return rest.substr(1, rest.find('/', 1) - 1);
}

// `text` begins with "%": one of the escapes that a router and a policy read differently.
[[nodiscard]] bool is_ambiguous_escape(std::string_view text) noexcept {
  if (text.size() < 2) return false;
  if (ascii_lower(text[1]) == 'u') return true;
  if (text.size() < 3) return false;
  const char second = ascii_lower(text[2]);
  switch (text[1]) {
    case '0':
    case '1':
      return is_hex_digit(second);
    case '2':
      return second == 'f' || second == 'e';
    case '5':
      return second == 'c';
    default:
      return false;
  }
}

}  // namespace

// A request, as the groups are asked about it.
struct PathTable::Query {
  std::string_view method;
  ParsedHost host = {};
  bool has_host = false;  // false: no selector that names hosts matches
};

std::uint32_t PathTable::find(std::string_view path, std::string_view method, std::string_view host,
                              bool is_tls) const noexcept {
  if (is_trivial()) return default_rule_;
  const Match match = find_match(path, method, host, is_tls);
  return match.rule == kNone ? default_rule_ : match.rule;
}

PathTable::Match PathTable::find_match(std::string_view path, std::string_view method,
                                       std::string_view host, bool is_tls) const noexcept {
  Query query{.method = method};
  query.has_host = !hosts_.empty() && parse_host(host, is_tls, query.host);
  if (path.starts_with('/')) return find_below(0, path, query);
  return match_of(nodes_.front().below, query);
}

// `rest` is what the segments down to `node` have left over: nothing, or "/" and more. Asks in the
// order of precedence, so the first answer is the right one. As deep as the longest pattern; the
// number of calls was bounded by build.
PathTable::Match PathTable::find_below(std::uint32_t node, std::string_view rest,
                                       const Query& query) const noexcept {
  const Node& here = nodes_[node];
  if (rest.empty()) {
    const Match match = match_of(here.exact, query);
    if (match.rule != kNone) return match;
  } else {
    const std::string_view segment = first_segment(rest);
    const std::string_view next = rest.substr(1 + segment.size());
    const std::uint32_t literal = find_literal(here, segment);
    if (literal != kNone) {
      const Match match = find_below(literal, next, query);
      if (match.rule != kNone) return match;
    }
    const Match raw = find_raw(here, segment, query);
    if (raw.rule != kNone) return raw;
    if (here.any != kNone) {
      const Match match = find_below(here.any, next, query);
      if (match.rule != kNone) return match;
    }
  }
  return match_of(here.below, query);
}

bool PathTable::has_segments(std::string_view prefix) const noexcept {
  return !is_trivial() && prefix.starts_with('/') && has_segments_below(0, prefix);
}

bool PathTable::has_segments_below(std::uint32_t node, std::string_view rest) const noexcept {
  const Node& here = nodes_[node];
  const std::string_view segment = first_segment(rest);
  const std::string_view next = rest.substr(1 + segment.size());
  const std::uint32_t literal = find_literal(here, segment);
  if (next.empty()) return literal != kNone;
  return (literal != kNone && has_segments_below(literal, next)) ||
         (here.any != kNone && has_segments_below(here.any, next));
}

std::uint32_t PathTable::find_literal(const Node& node, std::string_view segment) const noexcept {
  const auto begin = literals_.begin() + node.first_literal;
  const auto end = begin + node.literal_count;
  const auto found = std::lower_bound(
      begin, end, segment,
      [](const Literal& literal, std::string_view text) { return literal.text < text; });
  return found != end && found->text == segment ? found->node : kNone;
}

// Every beginning of `segment` sorts before it, and what stands between the longest of them and
// `segment` begins with that one too: so it is found by going from the last entry that is not
// behind `segment` to ever shorter ones.
PathTable::Match PathTable::find_raw(const Node& node, std::string_view segment,
                                     const Query& query) const noexcept {
  const auto begin = raws_.begin() + node.first_raw;
  const auto end = begin + node.raw_count;
  const auto behind = std::upper_bound(
      begin, end, segment,
      [](std::string_view text, const Raw& raw) { return text < std::string_view(raw.text); });
  if (behind == begin) return {};
  for (auto at = static_cast<std::uint32_t>(behind - raws_.begin() - 1); at != kNone;
       at = raws_[at].shorter) {
    if (!segment.starts_with(raws_[at].text)) continue;
    const Match match = match_of(raws_[at].group, query);
    if (match.rule != kNone) return match;
  }
  return {};
}

PathTable::Match PathTable::match_of(std::uint32_t group, const Query& query) const noexcept {
  if (group == kNone) return {};
  const Group& rules = groups_[group];
  const auto begin = methods_.begin() + rules.first_method;
  const auto end = begin + rules.method_count;
  const auto named = std::lower_bound(
      begin, end, query.method,
      [](const MethodChoice& a, std::string_view method) { return a.method < method; });
  if (named != end && named->method == query.method) {
    const std::uint32_t rule = rule_of(named->choice, query);
    if (rule != kNone) return {.rule = rule, .group = group};
  }
  return {.rule = rule_of(rules.any_method, query), .group = group};
}

// No two rules of a choice match one host (rule-tie), so the order within it does not matter.
std::uint32_t PathTable::rule_of(const HostChoice& choice, const Query& query) const noexcept {
  if (!query.has_host) return choice.any_host_rule;
  const std::string_view host = query.host.host;
  if (choice.exact_count != 0) {
    const std::uint32_t rule = rule_among(choice.first_exact, choice.exact_count, host, query);
    if (rule != kNone) return rule;
  }
  if (choice.wildcard_count != 0) {
    // No pattern's host is longer than 253 bytes (RFC 1035, 2.3.4, as text), so what is left of a
    // longer Host is not looked up: a long run of dots costs nothing.
    constexpr std::size_t kLongestKey = 254;
    for (std::size_t dot = host.find('.', host.size() - std::min(host.size(), kLongestKey));
         dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
      const std::uint32_t rule =
          rule_among(choice.first_wildcard, choice.wildcard_count, host.substr(dot), query);
      if (rule != kNone) return rule;
    }
  }
  return choice.any_host_rule;
}

// The rule of the first entry of a run that is filed under `key` and matches the host.
std::uint32_t PathTable::rule_among(std::uint32_t first, std::uint32_t count, std::string_view key,
                                    const Query& query) const noexcept {
  const auto begin = host_entries_.begin() + first;
  const auto end = begin + count;
  auto at =
      std::lower_bound(begin, end, key, [this](const HostEntry& entry, std::string_view text) {
        return compare_folded(host_key(hosts_[entry.host]), text) < 0;
      });
  for (; at != end && compare_folded(host_key(hosts_[at->host]), key) == 0; ++at) {
    if (matches_host(hosts_[at->host], query.host, HostForMatching::PortIfWritten)) return at->rule;
  }
  return kNone;
}

bool is_ambiguous_target(std::string_view target) noexcept {
  const std::string_view path = target.substr(0, target.find('?'));
  if (!path.starts_with('/')) return true;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string_view rest = path.substr(i);
    if (rest.front() == '\\') return true;
    if (rest.front() == '%' && is_ambiguous_escape(rest)) return true;
    if (rest.front() != '/') continue;
    const std::string_view segment = first_segment(rest);
    if (segment == "." || segment == "..") return true;
    if (segment.empty() && rest.size() > 1) return true;  // "//"
  }
  return false;
}

}  // namespace corsac
