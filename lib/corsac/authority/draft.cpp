// A table with changes laid over it. Entry: Draft. Test: tests/authority/authority_test.cpp.

#include "corsac/authority/draft.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace corsac {

const RecordChange* Draft::last_change(std::string_view id) const noexcept {
  const auto found = std::find_if(changes_.rbegin(), changes_.rend(),
                                  [id](const RecordChange& change) { return change.id == id; });
  return found == changes_.rend() ? nullptr : &*found;
}

RecordPtr Draft::find(std::string_view id) const {
  const RecordChange* const change = last_change(id);
  return change != nullptr ? change->record : table_.find(id);
}

bool Draft::is_taken(RecordAttribute attribute, std::string_view value,
                     std::string_view except_id) const {
  if (const RecordTable::Rows* const rows = table_.equal(attribute, value)) {
    for (const RecordTable::Row* const row : *rows) {
      if (row->key.id != except_id && last_change(row->key.id) == nullptr) return true;
    }
  }
  return std::any_of(changes_.begin(), changes_.end(), [&](const RecordChange& change) {
    return change.record != nullptr && change.id != except_id &&
           values_of(*change.record, attribute).texts[0] == value &&
           last_change(change.id) == &change;
  });
}

std::vector<RecordPtr> Draft::all() const {
  std::unordered_map<std::string_view, RecordPtr> last;
  for (const RecordChange& change : changes_) last[change.id] = change.record;
  std::vector<RecordPtr> records;
  records.reserve(table_.size() + last.size());
  for (const RecordTable::Row* const row : table_.all()) {
    const auto changed = last.find(row->key.id);
    const RecordPtr& now = changed != last.end() ? changed->second : row->record;
    if (now != nullptr) records.push_back(now);
  }
  for (const RecordChange& change : changes_) {
    const auto added = last.find(change.id);
    if (added == last.end() || table_.find(change.id) != nullptr) continue;
    if (added->second != nullptr) records.push_back(added->second);
    last.erase(added);
  }
  return records;
}

void Draft::put(RecordPtr record) {
  std::string id = record->id;
  RecordPtr before = find(id);
  changes_.push_back({std::move(id), std::move(record), std::move(before)});
}

void Draft::remove(std::string id) {
  RecordPtr before = find(id);
  changes_.push_back({std::move(id), nullptr, std::move(before)});
}

}  // namespace corsac
