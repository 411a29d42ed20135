#pragma once

// From the bytes of a TOML file to the calls of a sink. No header of toml++ stands here: its .cpp
// is the only unit that includes it.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <corsac_store_plugin.hpp>

#include "long_lists.hpp"

namespace corsac::toml_store {

// Called for each `allowed_origins_file = "name"` of [cors] and [[cors.rules]], inside that item,
// after the field itself was handed over. Hands over the list `allowed_origins_from_file`; leaves
// the sink's source as it was. `place` is that of the name in the document.
using OriginsFileField = std::function<void(std::string_view name, plugin::Place place)>;

// Called at the end of the document's trusted_origins, inside the list, which is opened for it
// where the document has none. Hands over more elements; leaves the sink's source as it was. Empty
// = there are none. A field of that name that is no list stays as it is, and is an error of the
// reader's.
using MoreRecords = std::function<void()>;

// Called now and then with a part of a long list that was handed over; nobody looks at its bytes
// again. Empty = they stay.
using AfterUse = std::function<void(std::string_view bytes)>;
// About so many at a time.
inline constexpr std::size_t kAfterUseBytes = std::size_t{1} << 20;

// Why bytes are no document.
struct DocumentProblem {
  std::string_view code = {};  // toml-syntax, key-too-long, nesting-too-deep, too-many-values
  std::string what = {};
  std::string fix = {};
  plugin::Place place = {};
};

// A TOML document in memory. Nothing of it is handed over before the files that it names are known:
// what was handed over cannot be taken back.
class Document {
 public:
  // Parses. `bytes` must outlive the object. `is_wanted` is asked until the parser begins, which
  // takes a second at most; when it says no, there is a problem() that means nothing. Plain lists
  // of origins from `long_list_from` elements are read without the parser, and mean the same.
  Document(std::string_view bytes, const std::function<bool()>& is_wanted,
           std::size_t long_list_from = kLongListFrom);
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // Set when the bytes are no TOML or go beyond a limit: then there is nothing else.
  [[nodiscard]] const std::optional<DocumentProblem>& problem() const noexcept { return problem_; }
  // The names that hand_over() will call OriginsFileField with, in the order of the document.
  [[nodiscard]] std::vector<std::string> origins_files() const;
  // Hands over the whole document but source() and finish(). Every value has the line and the
  // column, in bytes from 1, where it begins; a table that of its header. False when it names a
  // field that only the store may fill, after that problem (field-unknown) was handed over. Only
  // without a problem(), and with `after_use` only once.
  [[nodiscard]] bool hand_over(plugin::Sink& sink, const OriginsFileField& on_origins_file,
                               const MoreRecords& more_records,
                               const AfterUse& after_use = {}) const;

  // Why this is no document of records, which has `version = 1`, trusted_origins, and nothing else:
  // problem(), or field-unknown, field-type, field-missing, version-unknown. The records themselves
  // are not looked at. Empty = it is one.
  [[nodiscard]] std::vector<DocumentProblem> problems_of_records() const;
  // Whether it has any. Only without a problem(), as the next.
  [[nodiscard]] bool has_records() const;
  // Their elements, inside a list that is open.
  void hand_over_records(plugin::Sink& sink) const;

 private:
  struct Parsed;
  // `text` is the document, or what is left of it without its long lists.
  void parse(std::string_view text, const std::function<bool()>& is_wanted);

  std::string_view bytes_;
  ShortenedDocument shortened_ = {};
  std::optional<DocumentProblem> problem_ = std::nullopt;
  std::unique_ptr<Parsed> parsed_;  // null <=> problem_
};

}  // namespace corsac::toml_store
