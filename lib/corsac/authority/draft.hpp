#pragma once

// Changes that are planned one upon the other and not yet written.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/authority/record_store.hpp"
#include "corsac/authority/record_table.hpp"

namespace corsac {

// Shows the table as it will be. The table outlives it and does not change meanwhile.
class Draft {
 public:
  explicit Draft(const RecordTable& table) noexcept : table_(table) {}

  // Null without one.
  [[nodiscard]] RecordPtr find(std::string_view id) const;
  // True when a record other than `except_id` has exactly this name or origin.
  [[nodiscard]] bool is_taken(RecordAttribute attribute, std::string_view value,
                              std::string_view except_id) const;
  void put(RecordPtr record);
  void remove(std::string id);

  // In the order in which they were made; an id may stand in several.
  [[nodiscard]] std::span<const RecordChange> changes() const noexcept { return changes_; }
  // Those of the table in its order, then the new ones.
  [[nodiscard]] std::vector<RecordPtr> all() const;

 private:
  [[nodiscard]] const RecordChange* last_change(std::string_view id) const noexcept;

  const RecordTable& table_;
  std::vector<RecordChange> changes_ = {};  // few: it is searched from end to begin
};

}  // namespace corsac
