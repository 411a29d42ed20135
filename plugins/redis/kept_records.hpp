#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <corsac_store_records.hpp>

#include "record_list.hpp"

namespace corsac::redis_store {

// What a writer knows of the records that are kept, without their texts: as they were read last,
// and with what it has written since.
class KeptRecords {
 public:
  explicit KeptRecords(const RecordList& records);

  // As write_records has written them. After an exception it is of no more use.
  void apply(const plugin::RecordChanges& changes);

  // Of the record's JSON; 0 without a record.
  [[nodiscard]] std::size_t json_bytes(std::string_view id) const;
  // What a scan of all receives.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  // The same for the same records, however they came about.
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }

 private:
  struct Mark {
    std::uint64_t hash = 0;
    std::size_t json_bytes = 0;
  };
  void put(std::string_view id, std::string_view json);
  void remove(std::string_view id) noexcept;

  std::map<std::string, Mark, std::less<>> marks_ = {};
  std::size_t bytes_ = 0;
  std::uint64_t hash_ = 0;  // the sum of those of all marks
};

}  // namespace corsac::redis_store
