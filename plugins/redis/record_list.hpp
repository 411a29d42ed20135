#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corsac::redis_store {

// One field of the hash of trusted origins.
struct Record {
  std::string id = {};    // the field
  std::string json = {};  // the value: an object, as an element of trusted_origins
};

// The fields of the hash, as a scan delivers them: in any order, and some twice.
class RecordList {
 public:
  // What the protocol adds to a record that is scanned: the lengths of two texts, and line ends.
  static constexpr std::size_t kBytesAround = 20;

  void add(std::string id, std::string json) {
    records_.push_back({std::move(id), std::move(json)});
  }
  // Takes out repeats and sorts by id, so that all servers, replicas and reads see one list.
  void settle();

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  [[nodiscard]] const Record& operator[](std::size_t index) const { return records_[index]; }
  // Of all records, in their order.
  [[nodiscard]] std::uint64_t hash(std::uint64_t basis) const noexcept;

 private:
  std::vector<Record> records_ = {};
};

}  // namespace corsac::redis_store
