#pragma once

#include <string>

namespace corsac {

// The JSON Schema (draft 7, which editors know best) of a policy: every field that policy_document
// has, with what may stand in it and what it means. Generated from the tables that the reader reads
// by, so that it can neither lack a field nor have one too many.
//
// It takes every policy that loads, and refuses what the reader refuses (unknown fields, wrong
// types, missing fields, unknown words) and some of what compiling refuses. What needs more than
// one field (`*` with credentials, rules that tie) only `corsac check` says. Two blanks a level,
// with a line break at the end.
[[nodiscard]] std::string policy_schema();

}  // namespace corsac
