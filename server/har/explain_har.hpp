#pragma once

#include <corsac/http/own_origin.hpp>
#include <corsac/policy/snapshot.hpp>

#include "commands/commands.hpp"

namespace corsac::server {

// Prints what became of every exchange of other origins in options.har, and what the policy would
// have made of it. Which servers: options.host or the public origin, else all. The exit status of
// explain_request.
[[nodiscard]] int explain_har(const ExplainOptions& options, const Snapshot& snapshot,
                              const OwnOrigin& own);

}  // namespace corsac::server
