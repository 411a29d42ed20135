#pragma once

// What may be wrong with the body of a request before anybody asks what it means.

#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"

namespace corsac {

// Empty when `body` is a JSON object in UTF-8. Else all of: json-root, nesting-too-deep
// (kNestingLimit), key-too-long (kKeyLimitBytes) and field-repeated (one reader takes the first,
// another the last), or json-syntax alone. Places are those of the body; at most kProblemLimit,
// each with a path of a few hundred bytes, however long the names of the body are.
[[nodiscard]] std::vector<Problem> check_json_body(std::string_view body);

struct MergedPatch {
  std::string document = {};  // empty = there is none, and `problems` say why
  std::vector<Problem> problems = {};
};

// `document`, a policy as JSON, changed by `patch` (RFC 7396): objects are merged, null takes a
// field away, everything else replaces what is there, whole lists too. The problems: what
// check_json_body finds wrong with the patch, without a document then; or field-unknown where null
// takes away what a policy does not have, since that would change nothing and say nothing, beside
// the document that the rest of the patch makes.
[[nodiscard]] MergedPatch merge_patch(const std::string& document, std::string_view patch);

}  // namespace corsac
