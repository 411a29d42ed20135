// Entry: with_nested_names. Spec: Spring Boot, "Relaxed binding". Test:
// tests/import/import_test.py.

#include "spring_names.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source_fields.hpp"

namespace corsac::server {
namespace {

using Kind = SourceValue::Kind;

// Real names have less than ten; a longer one is left as it is, and means nothing.
constexpr std::size_t kPartLimit = 32;

// "cors-configurations[/a.b/**].max-age": the parts between dots; one in brackets is one whatever
// is in it.
std::vector<std::string> parts_of(const std::string& name) {
  std::vector<std::string> parts;
  std::string_view rest = name;
  while (!rest.empty() && parts.size() <= kPartLimit) {
    const bool is_bracket = rest.starts_with('[') && rest.find(']') != std::string_view::npos;
    const std::size_t end =
        is_bracket ? rest.find(']') + 1 : std::min(rest.find_first_of(".[", 1), rest.size());
    parts.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end);
    if (rest.starts_with('.')) rest.remove_prefix(1);
  }
  if (parts.size() > kPartLimit || parts.empty()) return {name};
  return parts;
}

// What names of one field have in common. Keys of a map are no such names: "[/API]" is not
// "[/api]".
std::string key_of(const std::string& name) {
  return name.starts_with('[') ? name : to_folded(name);
}

// A level of names, which finds one of many at once.
struct Level {
  std::string name = {};
  Place place = {};
  SourceValue value = {};  // without members: those are `levels`
  std::vector<Level> levels = {};
  std::map<std::string, std::size_t> index = {};  // into levels, by key_of
};

class NameNester {
 public:
  explicit NameNester(Imported& imported) : imported_(imported) {}

  void add_members(Level& level, SourceValue object) {
    for (SourceValue& member : object.members) add(level, std::move(member));
  }

 private:
  void add(Level& level, SourceValue member) {
    Level* at = &level;
    bool is_new = false;
    for (const std::string& part : parts_of(member.name)) {
      const auto [found, is_first] = at->index.try_emplace(key_of(part), at->levels.size());
      if (is_first) {
        at->levels.push_back({.name = part,
                              .place = member.name_place,
                              .value = {.kind = Kind::Object, .place = member.name_place}});
      }
      at = &at->levels[found->second];
      is_new = is_first;
    }
    if (member.is(Kind::Object) && at->value.is(Kind::Object)) {
      at->value.place = member.place;
      add_members(*at, std::move(member));
    } else if (is_new) {
      at->value = std::move(member);
    } else {
      imported_.refuse("field-repeated", member.name, member.name_place,
                       "the field stands here in two spellings", "take one of them out");
    }
  }

  Imported& imported_;
};

SourceValue to_value(Level level) {
  SourceValue value = std::move(level.value);
  for (Level& inner : level.levels) {
    std::string name = std::move(inner.name);
    const Place place = inner.place;
    value.members.push_back(to_value(std::move(inner)));
    value.members.back().name = std::move(name);
    value.members.back().name_place = place;
  }
  return value;
}

}  // namespace

SourceValue with_nested_names(SourceValue document, Imported& imported) {
  Level root = {.value = {.kind = Kind::Object, .place = document.place}};
  NameNester(imported).add_members(root, std::move(document));
  return to_value(std::move(root));
}

}  // namespace corsac::server
