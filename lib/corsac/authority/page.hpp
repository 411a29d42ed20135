#pragma once

// One page of the list.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "corsac/authority/filter.hpp"
#include "corsac/authority/record.hpp"
#include "corsac/authority/record_key.hpp"

namespace corsac {

class RecordTable;  // authority/record_table.hpp

inline constexpr std::size_t kPageDefaultRecords = 20;
inline constexpr std::size_t kPageLimitRecords = 200;
// A page ends early, with a cursor to go on, when it looked at so many records: a filter such as
// `status eq "ACTIVE" and type eq "REDIRECT"` may have few matches among many records.
inline constexpr std::size_t kPageLimitLooks = 10'000;

// Behind which record a page begins: the key of one of a filter's list, the text of one of a
// search. The record itself may be gone by now.
using PagePlace = std::variant<RecordKey, TextPlace>;

struct PageQuery {
  // Not empty: name or origin begin with it, ASCII in any case; by the text that matches, each
  // record once. Empty: oldest first.
  std::string q = {};
  std::optional<Filter> filter = {};  // not beside q
  std::optional<PagePlace> after = {};
  std::size_t limit = kPageDefaultRecords;  // 1 to kPageLimitRecords
};

struct Page {
  std::vector<RecordPtr> records = {};
  std::optional<PagePlace> next = {};  // nothing = the list ends here
  std::size_t looked_at = 0;           // records, matches or not
};

// A record that is there all the while stands on exactly one of the pages that follow each other by
// `next`, whatever comes and goes meanwhile, unless its own name, origin or state change. An `eq`,
// an `or` of them and a search look at about as many records as the page has; `not` and `and` at up
// to kPageLimitLooks. An `after` of the other kind of list is as none.
[[nodiscard]] Page find_page(const RecordTable& table, const PageQuery& query);

// A place as text of letters and digits, and back; nothing for what is no such text.
[[nodiscard]] std::string to_cursor(const PagePlace& place);
[[nodiscard]] std::optional<PagePlace> parse_cursor(std::string_view text);

// True when the place is one of a search by `q`.
[[nodiscard]] inline bool is_place_of_search(const PagePlace& place) noexcept {
  return std::holds_alternative<TextPlace>(place);
}

}  // namespace corsac
