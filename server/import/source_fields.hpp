#pragma once

// One object of a source, field by field: types are checked, and what nobody takes is told.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <corsac/policy/setting.hpp>

#include "imported.hpp"
#include "source_value.hpp"

namespace corsac::server {

// How names of fields compare.
enum class FieldNames : unsigned char {
  Exact,
  Folded,  // case, "-" and "_" do not count: allowedOrigins, allowed-origins, AllowedOrigins
};

// What a list of texts may be written as.
enum class ListForm : unsigned char {
  List,
  ListOrCommas,  // or as one text, with commas between the elements
};

// A field of the wrong type is an error in `imported`, and read as absent; so is nothing else: null
// is absent. `object` and `imported` must outlive it.
class SourceFields {
 public:
  // `path`: how messages call the object; empty = the document.
  SourceFields(const SourceValue& object, std::string path, Imported& imported,
               FieldNames names = FieldNames::Exact);

  // Null when the field is absent or null. What was taken is known.
  [[nodiscard]] const SourceValue* take(std::string_view name);
  [[nodiscard]] Names texts(std::string_view name, ListForm form = ListForm::List);
  [[nodiscard]] Setting<bool> flag(std::string_view name);
  [[nodiscard]] Setting<std::int64_t> integer(std::string_view name);
  [[nodiscard]] Setting<std::string> text(std::string_view name);

  // Tells each field that nobody took, but for those that are null. `what` as a clause.
  void tell_unknown(std::string_view what, std::string_view fix);
  // The same of those whose name begins so.
  void tell_unknown(std::string_view what, std::string_view fix, std::string_view prefix);

  // The same of those whose name holds one of `words`, which are Folded.
  void tell_unknown_about(std::initializer_list<std::string_view> words, std::string_view what,
                          std::string_view fix);

  // A field that somebody took, null ones too; one that nobody did, but for null ones.
  [[nodiscard]] bool has_known() const noexcept { return !taken_.empty(); }
  [[nodiscard]] bool has_unknown() const;

  [[nodiscard]] std::string path_of(std::string_view name) const;
  // Where the name of the field stands.
  [[nodiscard]] Place place_of(std::string_view name) const;

 private:
  [[nodiscard]] const SourceValue* find(std::string_view name) const;
  [[nodiscard]] bool is_unknown(const SourceValue& member) const;
  void tell_unknown(const SourceValue& member, std::string_view what, std::string_view fix);
  void wrong_type(std::string_view name, const SourceValue& value, std::string_view wanted);

  const SourceValue& object_;
  std::string path_;
  Imported& imported_;
  FieldNames names_;
  std::vector<std::string_view> taken_ = {};  // names as the object has them
};

// The texts of a value; see ListForm. Elements that are no text are errors at `path`.
[[nodiscard]] Names to_names(const SourceValue& value, ListForm form, const std::string& path,
                             Imported& imported);

// "a, b" as two names at one place; empty parts are dropped.
[[nodiscard]] Names split_at_commas(std::string_view text, Place place);

// A name as Folded compares it.
[[nodiscard]] std::string to_folded(std::string_view name);

// The JSON of a source, which is an object; else an error in `imported`, and nothing.
[[nodiscard]] std::optional<SourceValue> read_object(std::string_view text, Imported& imported);

// The document is an object; else an error in `imported`, and false.
[[nodiscard]] bool is_object(const SourceValue& document, Imported& imported);

}  // namespace corsac::server
