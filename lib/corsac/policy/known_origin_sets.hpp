#pragma once

// Origin sets by what they were made from, so that a reload which changes one rule does not build
// the others' million origins again.

#include <map>
#include <memory>

#include "corsac/base/sha256.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

// Of all that decides what is in an origin set: entries and their order, records, credentials and
// the two dangerous switches. A collision-resistant digest stands for its input; to keep the input
// itself would double the memory of every origin, and a fast hash could be met on purpose by
// whoever may add origins.
using OriginInputMark = Sha256;

[[nodiscard]] OriginInputMark mark_of_origins(const CorsRules& rules);

// Filled while a snapshot is compiled, then read by the compilation of the next one. Not
// thread-safe while it is filled.
class KnownOriginSets {
 public:
  // The set that was made from the input of `mark`; null when there is none.
  [[nodiscard]] std::shared_ptr<const OriginSet> find(const OriginInputMark& mark) const;
  void add(const OriginInputMark& mark, std::shared_ptr<const OriginSet> set);

 private:
  std::map<OriginInputMark, std::shared_ptr<const OriginSet>> sets_ = {};
};

}  // namespace corsac
