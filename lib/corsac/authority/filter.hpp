#pragma once

// The filter expressions of the list, as Okta's Core API describes them, with what Trusted Origins
// support of it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/authority/record.hpp"
#include "corsac/base/result.hpp"

namespace corsac {

// A request line has room for less in most servers.
inline constexpr std::size_t kFilterLimitBytes = 16'384;
// Parentheses and `not` inside one another.
inline constexpr std::size_t kFilterLimitDepth = 32;

// A filter that was read. Plain data; `or` and `and` have two or more children, `not` has one.
struct Filter {
  enum class Kind : unsigned char { Equal, And, Or, Not };
  Kind kind = Kind::Equal;
  RecordAttribute attribute = RecordAttribute::Id;  // Equal only, with value
  std::string value = {};
  std::vector<Filter> children = {};
};

struct FilterError {
  std::size_t position = 0;  // byte, from 1
  std::string what = {};     // shows what stands there escaped and cut
};

//   or    = and *( "or" and )
//   and   = unary *( "and" unary )
//   unary = "not" unary / "(" or ")" / attribute "eq" string
//
// attribute = id | name | origin | status | type (of any scope), in this case; words in any case;
// string = a JSON string. The first error ends the reading. An operator other than eq is an error
// that names eq; so is a status or a type that there is not, since it could only match nothing.
[[nodiscard]] Result<Filter, FilterError> parse_filter(std::string_view text);

// Values compare byte for byte.
[[nodiscard]] bool matches(const Filter& filter, const TrustedOrigin& record) noexcept;

}  // namespace corsac
