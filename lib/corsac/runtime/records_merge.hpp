#pragma once

#include <optional>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/policy/policy.hpp"

namespace corsac {

// The policy of two stores: a document, and trusted origins of a store that delivers nothing else.

// Everything in `records` but trusted origins, each an error records-section with its place: a
// store that may only add origins must not open anything else.
[[nodiscard]] std::vector<Problem> foreign_sections(const Policy& records);

// `document` with the trusted origins of `records` behind its own. One that has the name of a
// record of the document, or its origin (in normal form), is INACTIVE there: the document speaks
// first, so that what it deactivates stays so. Places and sources of `records` come behind those of
// the document, and the revision is "7f+9a".
[[nodiscard]] Policy merged_policy(const Policy& document, const Policy& records);

// A document together with its records, if any; a copy only where there are some. `document`
// outlives it.
class WholePolicy {
 public:
  WholePolicy(const Policy& document, const Policy* records) : document_(document) {
    if (records != nullptr) merged_ = merged_policy(document, *records);
  }
  [[nodiscard]] const Policy& document() const noexcept { return document_; }
  [[nodiscard]] const Policy& get() const noexcept { return merged_ ? *merged_ : document_; }

 private:
  const Policy& document_;
  std::optional<Policy> merged_ = {};
};

// A warning record-in-document for each record that the document takes the word from, with its
// index in `records` and the place that it has in the merged policy.
[[nodiscard]] std::vector<Problem> overruled_records(const Policy& document, const Policy& records);

// The same rule inside of what one store hands over in one list: a document's own records, which
// lie in its first source, and those that the store keeps beside it (corsac_store_records.h), which
// lie in other ones. Kept ones that the document takes the word from become INACTIVE, and draw the
// warning; trust only gets less. Not for stores that keep none: their documents may have several
// sources.
[[nodiscard]] std::vector<Problem> overrule_kept_records(Policy& policy);

// Problems of `records` alone, as problems of the merged policy: their places count its sources.
[[nodiscard]] std::vector<Problem> with_merged_places(std::vector<Problem> problems,
                                                      const Policy& document);

// Problems of the merged policy that stand in its records get the index that the record has in its
// own store, and `is_of_records` tells them.
void restore_record_indices(const Policy& document, std::vector<Problem>& problems);
[[nodiscard]] bool is_of_records(const Problem& problem, const Policy& document) noexcept;

}  // namespace corsac
