#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <corsac/policy/policy.hpp>

namespace corsac::server {

// What one system says for some paths or hosts: a rule with `paths`, perhaps `hosts`, and all that
// it grants.
using Scope = CorsRule;

// The scopes as [cors] and its rules. One without hosts is [cors] itself, with included_paths when
// it is not for every path. Of several each is a rule, and where none of them speaks CORS is off;
// or, when one has hosts, nobody is granted anything.
void place_scopes(std::vector<Scope> scopes, CorsPolicy& cors);

}  // namespace corsac::server
