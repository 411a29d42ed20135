#pragma once

// The inside of a PolicyReader: a stack of open items and lists. Only reader.cpp and
// reader_problems.cpp include it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/policy/document_fields.hpp"
#include "corsac/policy/reader.hpp"
#include "corsac/policy/reader_messages.hpp"

namespace corsac {

struct PolicyReader::State {
  enum class Phase : unsigned char { Reading, Finished, Stopped };

  // An open item or list. The first is the document.
  struct Frame {
    enum class Kind : unsigned char { Item, ItemList, TextList, SkippedItem, SkippedList };
    Kind kind = Kind::Item;
    std::string_view name = {};            // of the field; empty for the document and elements
    const DocumentItem* item = nullptr;    // Item: its own; ItemList: of each element
    const DocumentField* field = nullptr;  // of lists
    void* owner = nullptr;                 // Item: what it fills; ItemList: what owns the list
    TextListTarget texts = {};             // TextList
    std::uint64_t seen = 0;                // Item: one bit for each field that was met
    std::size_t count = 0;                 // lists: elements met so far
    Place place = {};

    [[nodiscard]] bool is_list() const noexcept {
      return kind == Kind::ItemList || kind == Kind::TextList || kind == Kind::SkippedList;
    }
    [[nodiscard]] bool is_skipped() const noexcept {
      return kind == Kind::SkippedItem || kind == Kind::SkippedList;
    }
  };

  const ReaderKeeps keeps;
  Policy policy = {};
  std::vector<Problem> problems = {};
  std::vector<Frame> frames = {};  // never empty
  Phase phase = Phase::Reading;
  std::uint32_t source = 0;
  std::size_t values = 0;
  std::size_t bytes = 0;

  explicit State(ReaderKeeps what) : keeps(what) {
    frames.reserve(kNestingLimit);
    frames.push_back({.item = &policy_document(), .owner = &policy});
  }

  [[nodiscard]] Frame& top() noexcept { return frames.back(); }
  [[nodiscard]] bool is_reading() const noexcept { return phase == Phase::Reading; }

  // Problems.
  void add(Problem problem);
  void add_at(Place place, std::string path, std::string_view code, std::string value,
              std::string what, std::string fix);
  bool stop(std::string_view code, std::string what, std::string fix, Place place);
  bool misuse(std::string_view what);
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::string path_of(std::string_view field) const;

  // Calls.
  [[nodiscard]] bool may_go_on(std::string_view field);
  [[nodiscard]] Place placed(Place place) const noexcept;
  [[nodiscard]] bool count_value(std::size_t size, Place place);
  bool add_text(std::string_view value, Place place);
  bool single(std::string_view field, const DocumentValue& value, Place place);
  bool begin(std::string_view field, Place place, FoundShape found);
  bool end(bool is_list);
  bool finish(std::string_view revision);

  // Parts of them.
  [[nodiscard]] bool is_kept(std::string_view text, std::size_t limit, std::string_view code,
                             const std::string& path, Place place);
  [[nodiscard]] const DocumentField* field_of(std::string_view name, Place place);
  void add_unknown(std::string_view name, const DocumentItem& item, Place place);
  void put(const DocumentField& field, const DocumentValue& value, const std::string& path,
           void* owner, Place place);
  void put_unreadable(const DocumentField& field, void* owner, Place place);
  [[nodiscard]] Frame opened(std::string_view field, Place place, FoundShape found);
  [[nodiscard]] Frame opened_element(Place place, FoundShape found);
  [[nodiscard]] Frame opened_field(const DocumentField& field, Place place, FoundShape found);
  void put_bare(const DocumentValue& value, Place place);
  void add_missing();
};

}  // namespace corsac
