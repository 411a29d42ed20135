// Records and their indexes. Entry: RecordTable. Test: tests/authority/page_test.cpp.

#include "corsac/authority/record_table.hpp"

#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/rfc3339.hpp"

namespace corsac {
namespace {

constexpr std::array<RecordAttribute, kRecordAttributes> kEveryAttribute = {
    RecordAttribute::Id, RecordAttribute::Name, RecordAttribute::Origin, RecordAttribute::Status,
    RecordAttribute::Type};

std::int64_t nanoseconds_of(std::string_view created) noexcept {
  const auto time = parse_time(created);
  if (!time) return 0;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time->time_since_epoch()).count();
}

}  // namespace

void RecordTable::put(RecordPtr record) {
  remove(record->id);
  auto made = std::make_unique<Row>();
  made->key = {nanoseconds_of(record->created), record->id};
  made->lower_name = to_ascii_lower(record->name);
  made->lower_origin = to_ascii_lower(record->origin);
  made->record = std::move(record);
  const Row& row = *made;
  rows_.emplace(row.key.id, std::move(made));
  try {
    index(row);
  } catch (...) {
    remove(row.key.id);
    throw;
  }
}

void RecordTable::index(const Row& row) {
  all_.insert(&row);
  for (const RecordAttribute attribute : kEveryAttribute) {
    ByValue<Rows>& by_value = equal_[static_cast<std::size_t>(attribute)];
    for (const std::string_view value : values_of(*row.record, attribute)) {
      by_value[std::string(value)].insert(&row);
    }
  }
  texts_.insert({row.lower_name, &row});
  texts_.insert({row.lower_origin, &row});
}

void RecordTable::remove(std::string_view id) noexcept {
  const auto found = rows_.find(id);
  if (found == rows_.end()) return;
  const Row& row = *found->second;
  all_.erase(&row);
  for (const RecordAttribute attribute : kEveryAttribute) {
    ByValue<Rows>& by_value = equal_[static_cast<std::size_t>(attribute)];
    for (const std::string_view value : values_of(*row.record, attribute)) {
      const auto rows = by_value.find(value);
      if (rows == by_value.end()) continue;
      rows->second.erase(&row);
      if (rows->second.empty()) by_value.erase(rows);
    }
  }
  texts_.erase({row.lower_name, &row});
  texts_.erase({row.lower_origin, &row});
  rows_.erase(found);
}

RecordPtr RecordTable::find(std::string_view id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : found->second->record;
}

const RecordTable::Rows* RecordTable::equal(RecordAttribute attribute,
                                            std::string_view value) const {
  const ByValue<Rows>& by_value = equal_[static_cast<std::size_t>(attribute)];
  const auto found = by_value.find(value);
  return found == by_value.end() ? nullptr : &found->second;
}

}  // namespace corsac
