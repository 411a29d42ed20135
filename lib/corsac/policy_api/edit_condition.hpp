#pragma once

// If-Match (RFC 9110, 13.1.1), and the tags that it names.

#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/result.hpp"

namespace corsac {

struct EditCondition {
  enum class Kind : unsigned char {
    None,  // there is no such header
    Any,   // `*`
    Tags,
  };
  Kind kind = Kind::None;
  std::vector<std::string> tags = {};  // with their quotation marks; weak ones are left out

  // Whether a document of this revision is meant.
  [[nodiscard]] bool holds_for(std::string_view revision) const;
};

// Of the header's value; the error side: it is no list of tags.
[[nodiscard]] Result<EditCondition, std::string> parse_if_match(std::string_view value);

// The ETag of a revision: itself where it may stand in one, else a hash of it. Empty without one.
[[nodiscard]] std::string etag_of(std::string_view revision);

}  // namespace corsac
