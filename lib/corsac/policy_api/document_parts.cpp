// Entries: take_beside, put_beside. Test: tests/policy_api/document_parts_test.cpp.

#include "corsac/policy_api/document_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace corsac {
namespace {

bool is_beside(Place place) noexcept { return place.source != 0; }

// The elements of `all` that stand beside the document, taken out of it.
Names take_beside(Names& all) {
  Names own;
  Names beside;
  for (std::size_t i = 0; i < all.size(); ++i) {
    (is_beside(all.place(i)) ? beside : own).add(all.values()[i], all.place(i));
  }
  if (!beside.is_set()) return beside;
  // A list that only the store made is none of the document's; `[]` is.
  const bool has_stood = all.place().is_known() && !is_beside(all.place());
  if (!own.is_set() && has_stood) own.set_empty(all.place());
  all = std::move(own);
  return beside;
}

}  // namespace

BesideDocument take_beside(Policy& whole) {
  BesideDocument beside;
  auto& records = whole.trusted_origins;
  const auto first =
      std::stable_partition(records.begin(), records.end(),
                            [](const TrustedOrigin& record) { return !is_beside(record.place); });
  beside.records.assign(std::make_move_iterator(first), std::make_move_iterator(records.end()));
  records.erase(first, records.end());
  beside.origins = take_beside(whole.cors.allowed_origins);
  beside.sources = whole.sources;
  return beside;
}

void put_beside(const BesideDocument& beside, Policy& document) {
  document.trusted_origins.insert(document.trusted_origins.end(), beside.records.begin(),
                                  beside.records.end());
  for (std::size_t i = 0; i < beside.origins.size(); ++i) {
    document.cors.allowed_origins.add(beside.origins.values()[i], beside.origins.place(i));
  }
  for (std::size_t i = document.sources.size(); i < beside.sources.size(); ++i) {
    document.sources.push_back(beside.sources[i]);
  }
}

}  // namespace corsac
