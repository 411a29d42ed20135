// Entry: RecordList. Test: tests/plugins/redis_records_test.cpp.

#include "record_list.hpp"

#include <algorithm>

#include "member_list.hpp"

namespace corsac::redis_store {

void RecordList::settle() {
  std::stable_sort(records_.begin(), records_.end(),
                   [](const Record& a, const Record& b) { return a.id < b.id; });
  const auto end = std::unique(records_.begin(), records_.end(),
                               [](const Record& a, const Record& b) { return a.id == b.id; });
  records_.erase(end, records_.end());
}

std::uint64_t RecordList::hash(std::uint64_t basis) const noexcept {
  // The zero byte stands in no JSON, and ends each text: no two lists hash the same bytes.
  constexpr std::string_view kEnd("\0", 1);
  for (const Record& record : records_) {
    for (const std::string_view part :
         {std::string_view(record.id), std::string_view(record.json)}) {
      basis = content_hash(kEnd, content_hash(part, basis));
    }
  }
  return basis;
}

}  // namespace corsac::redis_store
