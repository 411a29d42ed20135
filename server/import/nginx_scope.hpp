#pragma once

#include "nginx_level.hpp"
#include "scopes.hpp"

namespace corsac::server {

// What the headers of one level grant, without paths and hosts. Where nginx answers preflights and
// leaves other answers to what is behind it, so does the scope.
[[nodiscard]] Scope to_scope(const NginxLevel& level, NginxVariables& variables,
                             Imported& imported);

}  // namespace corsac::server
