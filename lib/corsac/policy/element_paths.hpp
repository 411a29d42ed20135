#pragma once

#include <vector>

#include "corsac/base/problem.hpp"

namespace corsac {

// What a reader could not take (a number in a list of texts) is not in the policy, so that
// compiling counts the elements behind it one too low. Makes the paths of `compiled`, the problems
// of compiling, those of the document again; `read` are the problems of the reader.
void restore_indices(const std::vector<Problem>& read, std::vector<Problem>& compiled);

// A field that a reader could not take (it is missing, or a number stands where a text belongs) is
// empty in the policy. Takes out of `compiled` what compiling says about such a field: the error of
// the reader says it better. Call behind restore_indices.
void leave_out_consequences(const std::vector<Problem>& read, std::vector<Problem>& compiled);

}  // namespace corsac
