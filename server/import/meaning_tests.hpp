#pragma once

#include <corsac/policy/policy.hpp>

namespace corsac::server {

// `[[test]]` cases that say what the source means, in its own words: for [cors] and each rule an
// origin that is listed, a method, a header; and an origin, a method and a header that are not.
// Made from the lists alone, not from what compiling makes of them, so that they can fail; of the
// records only those whose origin can be granted. `policy` holds what is carried over.
void add_meaning_tests(Policy& policy);

}  // namespace corsac::server
