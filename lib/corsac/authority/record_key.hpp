#pragma once

// Places among records, which stay right while records come and go.

#include <compare>
#include <cstdint>
#include <string>

namespace corsac {

// Where a record stands in the list: oldest first. It never changes.
struct RecordKey {
  std::int64_t created = 0;  // nanoseconds since 1970; 0 when the record tells no time
  std::string id = {};
  friend auto operator<=>(const RecordKey&, const RecordKey&) = default;
};

// Where a record stands among the results of a search.
struct TextPlace {
  std::string text = {};  // the lower-cased name or origin that matches
  RecordKey key = {};
};

}  // namespace corsac
