#pragma once

// All records in memory, with the indexes that searches need.

#include <array>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "corsac/authority/record.hpp"
#include "corsac/authority/record_key.hpp"

namespace corsac {

// Not safe from several threads; whoever shares one locks. A change costs what a search does.
class RecordTable {
 public:
  struct Row {
    RecordKey key = {};
    RecordPtr record = {};
    std::string lower_name = {};  // ASCII alone
    std::string lower_origin = {};
  };
  struct ByKey {
    using is_transparent = void;
    bool operator()(const Row* a, const Row* b) const noexcept { return a->key < b->key; }
    bool operator()(const Row* a, const RecordKey& b) const noexcept { return a->key < b; }
    bool operator()(const RecordKey& a, const Row* b) const noexcept { return a < b->key; }
  };
  using Rows = std::set<const Row*, ByKey>;

  // A name or an origin, lower-cased; the bytes are the row's.
  struct Text {
    std::string_view text = {};
    const Row* row = nullptr;
  };
  struct ByText {
    using is_transparent = void;
    bool operator()(const Text& a, const Text& b) const noexcept {
      return a.text != b.text ? a.text < b.text : a.row->key < b.row->key;
    }
    bool operator()(const Text& a, const TextPlace& b) const noexcept {
      return a.text != b.text ? a.text < b.text : a.row->key < b.key;
    }
    bool operator()(const TextPlace& a, const Text& b) const noexcept {
      return a.text != b.text ? std::string_view(a.text) < b.text : a.key < b.row->key;
    }
  };
  using Texts = std::set<Text, ByText>;

  // Adds the record, or puts it in the place of the one with its id. When memory runs out, neither
  // of the two is left in.
  void put(RecordPtr record);
  // Nothing happens without such a record.
  void remove(std::string_view id) noexcept;

  // Null without one.
  [[nodiscard]] RecordPtr find(std::string_view id) const;
  // In the order of the list.
  [[nodiscard]] const Rows& all() const noexcept { return all_; }
  // Those with exactly this value; null = none.
  [[nodiscard]] const Rows* equal(RecordAttribute attribute, std::string_view value) const;
  [[nodiscard]] const Texts& texts() const noexcept { return texts_; }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  template <class Value>
  using ByValue = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  void index(const Row& row);

  ByValue<std::unique_ptr<Row>> rows_ = {};  // by id; owns what the rest points to
  Rows all_ = {};
  std::array<ByValue<Rows>, kRecordAttributes> equal_ = {};  // no empty Rows in it
  Texts texts_ = {};
};

}  // namespace corsac
