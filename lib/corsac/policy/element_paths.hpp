#pragma once

#include <vector>

#include "corsac/base/problem.hpp"

namespace corsac {

// What a reader could not take (a number in a list of texts) is not in the policy, so that
// compiling counts the elements behind it one too low. Makes the paths of `compiled`, the problems
// of compiling, those of the document again; `read` are the problems of the reader.
void restore_indices(const std::vector<Problem>& read, std::vector<Problem>& compiled);

}  // namespace corsac
