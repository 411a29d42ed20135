// Entries: parse_if_match, etag_of. Spec: RFC 9110, 8.8.3 and 13.1.1. Test:
// tests/policy_api/edit_condition_test.cpp.

#include "corsac/policy_api/edit_condition.hpp"

#include <algorithm>
#include <cstddef>

#include "corsac/base/ascii.hpp"
#include "corsac/base/sha256.hpp"

namespace corsac {
namespace {

// What a tag may hold, but `%`: cpp-httplib 0.11.4 decodes it in header values.
bool may_stand_in_tag(char byte) noexcept {
  return byte > ' ' && byte < 127 && byte != '"' && byte != '%';
}

// The tag at the front, which is taken away; empty = there is none.
std::string take_tag(std::string_view& list) {
  if (!list.starts_with('"')) return {};
  const std::size_t end = list.find('"', 1);
  if (end == std::string_view::npos) return {};
  std::string tag(list.substr(0, end + 1));
  list.remove_prefix(end + 1);
  return tag;
}

}  // namespace

bool EditCondition::holds_for(std::string_view revision) const {
  if (kind != Kind::Tags) return true;
  const std::string tag = etag_of(revision);
  return !tag.empty() && std::find(tags.begin(), tags.end(), tag) != tags.end();
}

Result<EditCondition, std::string> parse_if_match(std::string_view value) {
  std::string_view list = trim_ows(value);
  if (list == "*") return EditCondition{.kind = EditCondition::Kind::Any};
  EditCondition condition{.kind = EditCondition::Kind::Tags};
  while (!list.empty()) {
    const bool is_weak = list.starts_with("W/");
    if (is_weak) list.remove_prefix(2);
    std::string tag = take_tag(list);
    list = trim_ows(list);
    if (tag.empty() || !(list.empty() || list.starts_with(','))) {
      return fail(std::string("If-Match is no list of tags in quotation marks, and not *"));
    }
    if (!is_weak) condition.tags.push_back(std::move(tag));
    if (!list.empty()) list = trim_ows(list.substr(1));
  }
  return condition;
}

std::string etag_of(std::string_view revision) {
  if (revision.empty()) return {};
  const bool is_plain = std::all_of(revision.begin(), revision.end(), may_stand_in_tag);
  return '"' + (is_plain ? std::string(revision) : to_text(sha256(revision))) + '"';
}

}  // namespace corsac
