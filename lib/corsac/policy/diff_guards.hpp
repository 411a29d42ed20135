#pragma once

#include "corsac/policy/diff.hpp"
#include "corsac/policy/diff_changes.hpp"
#include "corsac/policy/diff_samples.hpp"

namespace corsac {

// What two policies answer differently whatever the rule is: hosts, targets of redirects, what only
// the application asks, when records end, and lists of which samples are no proof.
// `has_same_guards`: the sections are equal as texts.
void compare_guards(const DiffSide& old_side, const DiffSide& new_side, const DiffSamples& samples,
                    bool has_same_guards, DiffChanges& changes);

}  // namespace corsac
