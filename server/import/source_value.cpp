// The tree of a source. Entries: SourceBuilder, SourceValue::find. Test:
// tests/import/hostile_test.py.

#include "source_value.hpp"

#include <algorithm>
#include <utility>

namespace corsac::server {
namespace {

std::size_t count_of(const SourceValue& value) {
  std::size_t count = 1;
  for (const SourceValue& item : value.items) count += count_of(item);
  for (const SourceValue& member : value.members) count += count_of(member);
  return count;
}

// The second of two members of one name; null = no name stands twice.
const SourceValue* find_repeated(const std::vector<SourceValue>& members) {
  std::vector<const SourceValue*> sorted;
  sorted.reserve(members.size());
  for (const SourceValue& member : members) sorted.push_back(&member);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->name < b->name; });
  const auto same =
      std::adjacent_find(sorted.begin(), sorted.end(),
                         [](const auto* a, const auto* b) { return a->name == b->name; });
  return same == sorted.end() ? nullptr : *(same + 1);
}

}  // namespace

const SourceValue* SourceValue::find(std::string_view wanted) const noexcept {
  for (const SourceValue& member : members) {
    if (member.name == wanted) return &member;
  }
  return nullptr;
}

std::string_view kind_text(SourceValue::Kind kind) noexcept {
  switch (kind) {
    case SourceValue::Kind::Null:
      return "null";
    case SourceValue::Kind::Flag:
      return "true or false";
    case SourceValue::Kind::Integer:
    case SourceValue::Kind::Real:
      return "a number";
    case SourceValue::Kind::Text:
      return "a text";
    case SourceValue::Kind::List:
      return "a list";
    case SourceValue::Kind::Object:
      return "an object";
  }
  return "";
}

bool SourceBuilder::fail_with(std::string_view code, Place place, std::string what,
                              std::string fix) {
  if (!has_problem_) {
    problem_ = {.code = code, .place = place, .what = std::move(what), .fix = std::move(fix)};
  }
  has_problem_ = true;
  return false;
}

bool SourceBuilder::count(std::size_t values, Place place) {
  count_ += values;
  if (count_ <= kSourceValueLimit) return true;
  return fail_with("too-many-values", place, "the file has more than 2,000,000 values",
                   "take out what is not about CORS");
}

bool SourceBuilder::open(SourceValue::Kind kind, Place place, std::size_t anchor) {
  if (open_.size() >= kSourceNestingLimit) {
    return fail_with("nesting-too-deep", place, "lists and objects nest deeper than 200 levels",
                     "take out what is not about CORS");
  }
  if (!count(1, place)) return false;
  open_.push_back({.value = {.kind = kind, .place = place}, .anchor = anchor});
  return true;
}

bool SourceBuilder::expects_key() const noexcept {
  return !open_.empty() && open_.back().value.is(SourceValue::Kind::Object) &&
         !open_.back().has_key;
}

bool SourceBuilder::key(std::string name, Place place) {
  open_.back().has_key = true;
  open_.back().value.members.push_back({.name = std::move(name), .name_place = place});
  return true;
}

bool SourceBuilder::close() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  if (const SourceValue* repeated = find_repeated(closed.value.members)) {
    return fail_with("field-repeated", repeated->name_place, "the field stands here a second time",
                     "take one of them out: systems differ in which one counts");
  }
  return put(std::move(closed.value), closed.anchor);
}

bool SourceBuilder::value(SourceValue value, std::size_t anchor) {
  return count(1, value.place) && put(std::move(value), anchor);
}

bool SourceBuilder::alias(std::size_t anchor, Place place) {
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    return fail_with("yaml-alias", place, "the alias stands inside of what it stands for",
                     "write the value out");
  }
  return count(count_of(found->second), place) && put(found->second, 0);
}

bool SourceBuilder::put(SourceValue value, std::size_t anchor) {
  if (anchor != 0) anchors_[anchor] = value;
  if (open_.empty()) {
    root_ = std::move(value);
    return true;
  }
  Open& parent = open_.back();
  if (parent.value.is(SourceValue::Kind::List)) {
    parent.value.items.push_back(std::move(value));
  } else {
    SourceValue& member = parent.value.members.back();
    value.name = std::move(member.name);
    value.name_place = member.name_place;
    member = std::move(value);
    parent.has_key = false;
  }
  return true;
}

Result<SourceValue, Problem> SourceBuilder::take() {
  if (has_problem_) return fail(std::move(problem_));
  return std::move(root_);
}

}  // namespace corsac::server
