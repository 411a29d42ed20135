#pragma once

#include <string>
#include <vector>

namespace corsac::redis_store {

// One answer of Redis (protocol RESP2).
struct Reply {
  enum class Kind : unsigned char { Nil, Text, Status, Integer, Error, List };

  Kind kind = Kind::Nil;
  std::string text = {};             // of Text, Status and Error
  long long integer = 0;             // of Integer
  std::vector<Reply> elements = {};  // of List

  [[nodiscard]] bool is_text() const { return kind == Kind::Text; }
  [[nodiscard]] bool is_list_of_at_least(std::size_t count) const {
    return kind == Kind::List && elements.size() >= count;
  }
};

}  // namespace corsac::redis_store
