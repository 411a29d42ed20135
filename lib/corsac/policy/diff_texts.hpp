#pragma once

// What parts of a policy say, as texts: where they are equal, letter by letter, nothing needs to be
// compared.

#include <string>

#include "corsac/policy/policy.hpp"

namespace corsac {

// [cors] without its rules, and a rule without what it selects; neither with whom it lists, nor
// with what nobody is answered differently by.
[[nodiscard]] std::string text_of_cors(const CorsPolicy& cors);
[[nodiscard]] std::string text_of_rule(const CorsRule& rule);
// The guards, and the records that they trust.
[[nodiscard]] std::string text_of_guards(const Policy& policy);
// All that says whom CORS grants what.
[[nodiscard]] std::string text_of_grants(const Policy& policy);

}  // namespace corsac
