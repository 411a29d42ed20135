// Fields of a source. Entry: SourceFields. Test: tests/import/import_test.py.

#include "source_fields.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <corsac/base/ascii.hpp>

#include "read_json.hpp"

namespace corsac::server {
namespace {

using Kind = SourceValue::Kind;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The value itself may be a secret that stands in the wrong place.
void wrong_type_at(const std::string& path, const SourceValue& value, std::string_view wanted,
                   Imported& imported) {
  imported.refuse(
      "field-type", path, value.place,
      std::string(wanted) + " is wanted, and this is " + std::string(kind_text(value.kind)),
      "write " + std::string(wanted));
}

}  // namespace

std::string to_folded(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c != '-' && c != '_') folded += ascii_lower(c);
  }
  return folded;
}

Names split_at_commas(std::string_view text, Place place) {
  Names names;
  names.set_empty(place);
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view part = trimmed(text.substr(0, comma));
    if (!part.empty()) names.add(std::string(part), place);
    if (comma == std::string_view::npos) return names;
    text.remove_prefix(comma + 1);
  }
}

Names to_names(const SourceValue& value, ListForm form, const std::string& path,
               Imported& imported) {
  if (value.is(Kind::Text) && form == ListForm::ListOrCommas) {
    return split_at_commas(value.text, value.place);
  }
  Names names;
  if (!value.is(Kind::List)) {
    wrong_type_at(path, value, "a list of texts", imported);
    return names;
  }
  names.set_empty(value.place);
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const SourceValue& item = value.items[i];
    if (item.is(Kind::Text)) {
      names.add(item.text, item.place);
    } else {
      wrong_type_at(path + '[' + std::to_string(i) + ']', item, "a text", imported);
    }
  }
  return names;
}

std::optional<SourceValue> read_object(std::string_view text, Imported& imported) {
  auto document = read_json(text);
  if (!document) {
    imported.problems.push_back(std::move(document.error()));
    return std::nullopt;
  }
  if (!is_object(*document, imported)) return std::nullopt;
  return *std::move(document);
}

bool is_object(const SourceValue& document, Imported& imported) {
  if (document.is(Kind::Object)) return true;
  wrong_type_at("", document, "an object", imported);
  return false;
}

SourceFields::SourceFields(const SourceValue& object, std::string path, Imported& imported,
                           FieldNames names)
    : object_(object), path_(std::move(path)), imported_(imported), names_(names) {
  if (names_ == FieldNames::Exact) return;
  // Two spellings of one name: systems differ in which one counts.
  std::set<std::string> seen;
  for (const SourceValue& member : object_.members) {
    if (seen.insert(to_folded(member.name)).second) continue;
    imported_.refuse("field-repeated", path_of(member.name), member.name_place,
                     "the field stands here in two spellings", "take one of them out");
  }
}

const SourceValue* SourceFields::find(std::string_view name) const {
  const std::string wanted = names_ == FieldNames::Folded ? to_folded(name) : std::string(name);
  for (const SourceValue& member : object_.members) {
    const bool is_it =
        names_ == FieldNames::Folded ? to_folded(member.name) == wanted : member.name == wanted;
    if (is_it) return &member;
  }
  return nullptr;
}

const SourceValue* SourceFields::take(std::string_view name) {
  const SourceValue* member = find(name);
  if (member == nullptr) return nullptr;
  taken_.push_back(member->name);
  return member->is(Kind::Null) ? nullptr : member;
}

std::string SourceFields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + '.' + std::string(name);
}

Place SourceFields::place_of(std::string_view name) const {
  const SourceValue* member = find(name);
  return member != nullptr ? member->name_place : object_.place;
}

void SourceFields::wrong_type(std::string_view name, const SourceValue& value,
                              std::string_view wanted) {
  wrong_type_at(path_of(name), value, wanted, imported_);
}

Names SourceFields::texts(std::string_view name, ListForm form) {
  const SourceValue* value = take(name);
  return value != nullptr ? to_names(*value, form, path_of(name), imported_) : Names();
}

Setting<bool> SourceFields::flag(std::string_view name) {
  const SourceValue* value = take(name);
  if (value == nullptr) return {};
  if (value->is(Kind::Flag)) return {value->flag, value->place};
  wrong_type(name, *value, "true or false");
  return {};
}

Setting<std::int64_t> SourceFields::integer(std::string_view name) {
  const SourceValue* value = take(name);
  if (value == nullptr) return {};
  if (value->is(Kind::Integer)) return {value->integer, value->place};
  wrong_type(name, *value, "a whole number");
  return {};
}

Setting<std::string> SourceFields::text(std::string_view name) {
  const SourceValue* value = take(name);
  if (value == nullptr) return {};
  if (value->is(Kind::Text)) return {value->text, value->place};
  wrong_type(name, *value, "a text");
  return {};
}

bool SourceFields::is_unknown(const SourceValue& member) const {
  // The second spelling of a name is told as that.
  return !member.is(Kind::Null) &&
         std::none_of(taken_.begin(), taken_.end(), [&](std::string_view name) {
           return names_ == FieldNames::Folded ? to_folded(name) == to_folded(member.name)
                                               : name == member.name;
         });
}

bool SourceFields::has_unknown() const {
  return std::any_of(object_.members.begin(), object_.members.end(),
                     [this](const SourceValue& member) { return is_unknown(member); });
}

void SourceFields::tell_unknown(std::string_view what, std::string_view fix) {
  tell_unknown(what, fix, {});
}

void SourceFields::tell_unknown(std::string_view what, std::string_view fix,
                                std::string_view prefix) {
  for (const SourceValue& member : object_.members) {
    if (is_unknown(member) && member.name.starts_with(prefix)) tell_unknown(member, what, fix);
  }
}

void SourceFields::tell_unknown_about(std::initializer_list<std::string_view> words,
                                      std::string_view what, std::string_view fix) {
  for (const SourceValue& member : object_.members) {
    const std::string name = to_folded(member.name);
    const bool is_meant = std::any_of(words.begin(), words.end(), [&name](std::string_view word) {
      return name.find(word) != std::string::npos;
    });
    if (is_meant && is_unknown(member)) tell_unknown(member, what, fix);
  }
}

void SourceFields::tell_unknown(const SourceValue& member, std::string_view what,
                                std::string_view fix) {
  imported_.leave_out("field-unknown", path_of(member.name), {}, member.name_place,
                      std::string(what), std::string(fix));
}

}  // namespace corsac::server
