// Entry: KeptRecords. Tests: tests/plugins/redis_record_write_test.cpp, redis_record_hand_test.cpp.
//
// The hash is a sum, so that a change costs what it changes: 100,000 records are not hashed again,
// nor read again, for one that is written.

#include "kept_records.hpp"

#include "member_list.hpp"

namespace corsac::redis_store {
namespace {

std::uint64_t hash_of(std::string_view id, std::string_view json) noexcept {
  constexpr std::string_view kEnd("\0", 1);  // stands in no text of the two
  return hash_for_sum(content_hash(json, content_hash(kEnd, content_hash(id))));
}

}  // namespace

KeptRecords::KeptRecords(const RecordList& records) {
  for (std::size_t i = 0; i < records.size(); ++i) put(records[i].id, records[i].json);
}

void KeptRecords::apply(const plugin::RecordChanges& changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    remove(changes.id(i));
    if (!changes.record(i).empty()) put(changes.id(i), changes.record(i));
  }
}

std::size_t KeptRecords::json_bytes(std::string_view id) const {
  const auto mark = marks_.find(id);
  return mark == marks_.end() ? 0 : mark->second.json_bytes;
}

// Of an id that is not there.
void KeptRecords::put(std::string_view id, std::string_view json) {
  const Mark mark = {hash_of(id, json), json.size()};
  marks_.emplace(id, mark);
  bytes_ += id.size() + json.size() + RecordList::kBytesAround;
  hash_ += mark.hash;
}

void KeptRecords::remove(std::string_view id) noexcept {
  const auto found = marks_.find(id);
  if (found == marks_.end()) return;
  bytes_ -= id.size() + found->second.json_bytes + RecordList::kBytesAround;
  hash_ -= found->second.hash;
  marks_.erase(found);
}

}  // namespace corsac::redis_store
