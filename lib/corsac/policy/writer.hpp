#pragma once

#include <string>

#include "corsac/policy/policy.hpp"

namespace corsac {

// A policy as a document that reads and compiles to the same decisions: for writing back what was
// changed, moving it to another store, and importers. What is not set is left out, and so is what
// says nothing but its default. Places, sources, the revision and comments are not kept.
//
// The document stands alone: the origins of an allowed_origins_file that a store has read become
// elements of allowed_origins. Never throws but for memory; texts that are no UTF-8 (a policy made
// in code may hold them, and none that was read) become U+FFFD.
[[nodiscard]] std::string policy_to_toml(const Policy& policy);

// The same, for people who compare it with where it comes from: behind each value whose place is
// known stands a comment that names source and line, `# from nginx.conf:12`.
[[nodiscard]] std::string policy_to_toml_with_places(const Policy& policy);

// The same as policy_to_toml as one JSON object, two blanks a level, with a line break at the end.
[[nodiscard]] std::string policy_to_json(const Policy& policy);

// One record as it stands in trusted_origins of policy_to_json, without line breaks.
[[nodiscard]] std::string record_to_json(const TrustedOrigin& record);

}  // namespace corsac
