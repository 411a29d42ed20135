#pragma once

#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

// What the options say about our own origin. Everything wrong is appended to `problems`
// (option-public-origin, option-trusted-proxy, at "options.public_origins[1]"); the answer must not
// be used then.
[[nodiscard]] OwnOrigin::Config own_origin_config(const GateOptions& options,
                                                  std::vector<Problem>& problems);

}  // namespace corsac
