#pragma once

// What one rule of a document says after inheritance.

#include <cstddef>
#include <vector>

#include "corsac/policy/policy.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/stage/cors/rules.hpp"

namespace corsac {

struct EffectiveRule {
  // Views into the policy, which must outlive it.
  CorsRules rules = {};
  // Where the lists stand that a refusal is about: their first entries; unknown when not written.
  Place origins_place = {};
  Place methods_place = {};
  Place headers_place = {};
};

// The profile that the document names; "fetch" when it names none, or one that there is not (an
// error of check_document).
[[nodiscard]] const Profile& profile_of(const CorsPolicy& cors) noexcept;

// `excluded_paths`, or those of the profile. The document's own value wins, and so do its
// included_paths.
[[nodiscard]] Names excluded_paths_of(const CorsPolicy& cors);

// [cors] itself, without records. Adds value-unknown and origins-file-unread to `problems`.
[[nodiscard]] EffectiveRule effective_cors(const CorsPolicy& cors, ProblemList& problems);

// [[cors.rules]] number `index`, field by field: what it does not set is [cors]'s. The lists
// of origins and their regexes are one field: a rule that sets one of them inherits none, so that
// it never grants more than it shows.
//
// A rule that inherits origins (rules.inherited.allowed_origins) is answered with empty origin
// lists: there may be ten thousand such rules and a million origins, so the caller shares what it
// made of [cors], or calls inherit_origins.
[[nodiscard]] EffectiveRule effective_rule(const CorsPolicy& cors, std::size_t index,
                                           ProblemList& problems);

// Copies the origins and records of `cors` into a rule that inherits them.
void inherit_origins(const EffectiveRule& cors, EffectiveRule& rule);

}  // namespace corsac
