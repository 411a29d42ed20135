// Searching events. Entry: matches. Spec: the server's documentation of /api/events. Test:
// tests/runtime/event_query_test.cpp.

#include "corsac/runtime/event_query.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"
#include "corsac/runtime/event_log.hpp"

namespace corsac {
namespace {

std::size_t find_ignoring_case(std::string_view text, std::string_view part,
                               std::size_t from) noexcept {
  const auto found =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), part.begin(),
                  part.end(), [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
  return found == text.end() && !part.empty() ? std::string_view::npos
                                              : static_cast<std::size_t>(found - text.begin());
}

bool has_text(const Event& event, std::string_view pattern) noexcept {
  const auto is_in = [pattern](std::string_view text) { return contains_pattern(text, pattern); };
  const auto is_in_optional = [&is_in](const std::optional<std::string>& text) {
    return text && is_in(*text);
  };
  return is_in(event.reason) || is_in(event.value) || is_in(event.rule) || is_in(event.place) ||
         is_in(event.own_origin) || is_in(event.method) || is_in(event.path) ||
         is_in(event.target) || is_in(event.client) || is_in(event.hint) ||
         is_in(event.near_miss) || is_in(event.category) || is_in(event.change) ||
         is_in(event.revision) || is_in_optional(event.content_type) ||
         is_in_optional(event.host) || is_in_optional(event.origin) ||
         is_in_optional(event.referer) ||
         std::any_of(event.header_names.begin(), event.header_names.end(), is_in);
}

}  // namespace

// Greedy from the left: the parts between the stars, each after the one before.
bool contains_pattern(std::string_view text, std::string_view pattern) noexcept {
  std::size_t from = 0;
  while (!pattern.empty()) {
    const std::size_t star = pattern.find('*');
    const std::string_view part = pattern.substr(0, star);
    const std::size_t at = find_ignoring_case(text, part, from);
    if (at == std::string_view::npos) return false;
    from = at + part.size();
    if (star == std::string_view::npos) break;
    pattern.remove_prefix(star + 1);
  }
  return true;
}

bool matches(const EventQuery& query, const Event& event) noexcept {
  if (query.type && event.type != *query.type) return false;
  if (query.after && event.seq <= *query.after) return false;
  if (!query.reason.empty() && event.reason != query.reason) return false;
  if (query.start && event.time < *query.start) return false;
  if (query.end && event.time > *query.end) return false;
  return query.message.empty() || has_text(event, query.message);
}

}  // namespace corsac
