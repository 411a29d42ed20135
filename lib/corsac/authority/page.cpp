// Pages from indexes. Entries: find_page, to_cursor, parse_cursor. Spec: Okta Core API,
// "Pagination". Test: tests/authority/page_test.cpp, with the plain way beside it.
//
// A filter is driven by the sets of rows of some of its comparisons, which together hold every
// match and all stand in the order of the list: they are walked side by side, and each row is asked
// the whole filter. So no filter needs code of its own, and any may be cut off at any row.

#include "corsac/authority/page.hpp"

#include <algorithm>
#include <utility>

#include "corsac/authority/record_table.hpp"
#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

using Row = RecordTable::Row;
using Rows = RecordTable::Rows;

// Sets that together hold every match of a filter.
struct Drivers {
  std::vector<const Rows*> sets = {};
  std::size_t rows = 0;
};

Drivers drivers_of(const RecordTable& table, const Filter& filter) {
  Drivers drivers;
  const auto add = [&drivers](const Rows* rows) {
    if (rows == nullptr) return;
    drivers.rows += rows->size();
    if (std::find(drivers.sets.begin(), drivers.sets.end(), rows) == drivers.sets.end()) {
      drivers.sets.push_back(rows);
    }
  };
  switch (filter.kind) {
    case Filter::Kind::Equal:
      add(table.equal(filter.attribute, filter.value));
      break;
    case Filter::Kind::Not:
      add(&table.all());
      break;
    case Filter::Kind::Or:
      for (const Filter& child : filter.children) {
        for (const Rows* rows : drivers_of(table, child).sets) add(rows);
      }
      break;
    case Filter::Kind::And:  // the one with the fewest rows is enough
      for (bool is_first = true; const Filter& child : filter.children) {
        Drivers other = drivers_of(table, child);
        if (is_first || other.rows < drivers.rows) drivers = std::move(other);
        is_first = false;
      }
      break;
  }
  return drivers;
}

// Several sets as one, in order, each row once.
class Walk {
 public:
  Walk(const std::vector<const Rows*>& sets, const std::optional<PagePlace>& after) {
    const RecordKey* const behind = after ? std::get_if<RecordKey>(&*after) : nullptr;
    for (const Rows* rows : sets) {
      ranges_.push_back({behind == nullptr ? rows->begin() : rows->upper_bound(*behind),  //
                         rows->end()});
    }
  }
  // Null at the end.
  const Row* next() {
    const Row* first = nullptr;
    for (const auto& [at, end] : ranges_) {
      if (at != end && (first == nullptr || (*at)->key < first->key)) first = *at;
    }
    for (auto& [at, end] : ranges_) {
      if (at != end && *at == first) ++at;
    }
    return first;
  }

 private:
  std::vector<std::pair<Rows::const_iterator, Rows::const_iterator>> ranges_ = {};
};

// Takes matches until the page is full and one more is known. `place_of_last` is where the last row
// stands that was looked at and is on the page or is no match.
class Filler {
 public:
  explicit Filler(std::size_t limit) noexcept : limit_(limit) {}
  // False when the page ends before this row.
  template <class MakePlace>
  bool take(const Row& row, bool is_match, MakePlace make_place) {
    if (page_.looked_at == kPageLimitLooks || (is_match && page_.records.size() == limit_)) {
      page_.next = std::move(last_);
      return false;
    }
    ++page_.looked_at;
    if (is_match) page_.records.push_back(row.record);
    last_ = make_place();
    return true;
  }
  Page done() { return std::move(page_); }

 private:
  const std::size_t limit_;
  PagePlace last_ = {};
  Page page_ = {};
};

Page find_by_filter(const RecordTable& table, const PageQuery& query) {
  Filler filler(query.limit);
  Walk walk(query.filter ? drivers_of(table, *query.filter).sets : std::vector{&table.all()},
            query.after);
  while (const Row* row = walk.next()) {
    const bool is_match = !query.filter || matches(*query.filter, *row->record);
    if (!filler.take(*row, is_match, [row] { return row->key; })) break;
  }
  return filler.done();
}

// A record whose name and origin both match stands at the smaller of the two.
bool is_first_match(const RecordTable::Text& text, std::string_view prefix) {
  const std::string_view name = text.row->lower_name;
  const std::string_view origin = text.row->lower_origin;
  const std::string_view other = text.text == name ? origin : name;
  return text.text <= other || !other.starts_with(prefix);
}

Page find_by_text(const RecordTable& table, const PageQuery& query) {
  Filler filler(query.limit);
  const std::string prefix = to_ascii_lower(query.q);
  const auto& texts = table.texts();
  const TextPlace* const behind = query.after ? std::get_if<TextPlace>(&*query.after) : nullptr;
  const TextPlace begin{prefix, {}};
  // A place before the prefix would walk through texts that cannot match.
  const bool is_within = behind != nullptr && behind->text >= prefix;
  for (auto at = is_within ? texts.upper_bound(*behind) : texts.lower_bound(begin);
       at != texts.end() && at->text.starts_with(prefix); ++at) {
    const auto place = [&at] { return TextPlace{std::string(at->text), at->row->key}; };
    if (!filler.take(*at->row, is_first_match(*at, prefix), place)) break;
  }
  return filler.done();
}

constexpr std::string_view kDigits = "0123456789abcdef";

void add_hex(std::string& text, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
}

std::optional<std::string> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = kDigits.find(text[i]);
    const std::size_t low = kDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4U | low);
  }
  return bytes;
}

constexpr std::size_t kTimeBytes = 8;

std::string time_bytes(std::int64_t time) {
  std::string bytes;
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    bytes += static_cast<char>(static_cast<std::uint64_t>(time) >> (56U - 8U * i) & 0xFFU);
  }
  return bytes;
}

std::int64_t time_of(std::string_view bytes) {
  std::uint64_t time = 0;
  for (const char c : bytes.substr(0, kTimeBytes)) {
    time = time << 8U | static_cast<unsigned char>(c);
  }
  return static_cast<std::int64_t>(time);
}

}  // namespace

Page find_page(const RecordTable& table, const PageQuery& query) {
  return query.q.empty() ? find_by_filter(table, query) : find_by_text(table, query);
}

// k TIME ID, or t TIME ID "x" TEXT, the parts in hex.
std::string to_cursor(const PagePlace& place) {
  const auto* const text = std::get_if<TextPlace>(&place);
  const RecordKey& key = text != nullptr ? text->key : std::get<RecordKey>(place);
  std::string cursor = text != nullptr ? "t" : "k";
  add_hex(cursor, time_bytes(key.created) + key.id);
  if (text == nullptr) return cursor;
  cursor += 'x';
  add_hex(cursor, text->text);
  return cursor;
}

std::optional<PagePlace> parse_cursor(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const bool is_of_search = text.front() == 't';
  if (!is_of_search && text.front() != 'k') return std::nullopt;
  text.remove_prefix(1);
  const std::size_t mark = text.find('x');
  if (is_of_search != (mark != std::string_view::npos)) return std::nullopt;
  const auto key_bytes = parse_hex(text.substr(0, mark));
  if (!key_bytes || key_bytes->size() < kTimeBytes) return std::nullopt;
  RecordKey key{time_of(*key_bytes), key_bytes->substr(kTimeBytes)};
  if (!is_of_search) return key;
  auto found = parse_hex(text.substr(mark + 1));
  if (!found) return std::nullopt;
  return TextPlace{std::move(*found), std::move(key)};
}

}  // namespace corsac
