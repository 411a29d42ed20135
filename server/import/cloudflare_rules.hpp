#pragma once

#include <cstddef>
#include <vector>

#include "imported.hpp"
#include "scopes.hpp"

namespace corsac::server {

// What an application says, for one of its hosts and one path.
struct CloudflareScope {
  Scope scope = {};
  std::size_t application = 0;  // which; those of one say the same
};

// The rules of Access applications. At the edge the most specific host counts; of two rules of a
// policy the longer path does, and two of one path are an error. Where the rule of a wider host
// would so decide for the application of a narrower one, it is left out and told. `granting`: what
// applications say; `rejecting`: those that say nothing, of which only those stay whom a wider host
// would grant something.
[[nodiscard]] std::vector<Scope> cloudflare_rules(const std::vector<CloudflareScope>& granting,
                                                  const std::vector<CloudflareScope>& rejecting,
                                                  Imported& imported);

}  // namespace corsac::server
