// Marks of origin lists, and the sets made from them. Entries: mark_of_origins, KnownOriginSets.
// Test: tests/policy/known_origin_sets_test.cpp.

#include "corsac/policy/known_origin_sets.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace corsac {
namespace {

void add_number(std::uint64_t number, std::string& bytes) {
  for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xFFU);
}

// The bytes of a list hold the length of each text before it, so that {"ab", "c"} and {"a", "bc"}
// differ.
void add_list(const TextList& list, std::string& bytes) {
  add_number(list.size(), bytes);
  if (list.empty()) return;
  const Sha256 digest = sha256(*list.bytes());
  bytes.append(digest.begin(), digest.end());
}

}  // namespace

OriginInputMark mark_of_origins(const CorsRules& rules) {
  std::string bytes;
  add_number((rules.allow_credentials ? 1U : 0U) |
                 (rules.dangerously_allow_insecure_origins ? 2U : 0U) |
                 (rules.dangerously_allow_public_suffixes ? 4U : 0U),
             bytes);
  add_list(rules.allowed_origins, bytes);
  add_list(rules.allowed_origins_from_file, bytes);
  TextList records;
  for (const auto& record : rules.record_origins) records.add(record.origin);
  add_list(records, bytes);
  return sha256(bytes);
}

std::shared_ptr<const OriginSet> KnownOriginSets::find(const OriginInputMark& mark) const {
  const auto found = sets_.find(mark);
  return found == sets_.end() ? nullptr : found->second;
}

void KnownOriginSets::add(const OriginInputMark& mark, std::shared_ptr<const OriginSet> set) {
  sets_.emplace(mark, std::move(set));
}

}  // namespace corsac
