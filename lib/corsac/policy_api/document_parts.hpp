#pragma once

// A store hands over one document, with what it keeps beside it in the same lists: records that an
// authority wrote, origins of a set. Whoever writes the document must not write those into it.

#include <string>
#include <vector>

#include "corsac/policy/policy.hpp"

namespace corsac {

// What a store keeps beside a document: elements of its lists that stand in another source than the
// document itself, whose name comes first (plugins/README.md).
struct BesideDocument {
  std::vector<TrustedOrigin> records = {};
  Names origins = {};                     // of cors.allowed_origins
  std::vector<std::string> sources = {};  // that their places count
};

// Takes it out of `whole`, which is the document alone then. Origins of an allowed_origins_file are
// the document's own.
[[nodiscard]] BesideDocument take_beside(Policy& whole);

// Adds it to a document of one source, behind the document's own elements.
void put_beside(const BesideDocument& beside, Policy& document);

}  // namespace corsac
