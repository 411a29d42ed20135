#pragma once

#include <string>

#include "document.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// The document that a revision of the key named first. What was changed by hand under a revision
// that stayed shows by it: then the core, which looks at nothing else, would miss the change.
struct KnownDocument {
  std::string revision = {};  // of the key; empty = none is known yet
  DocumentMark mark = {};
  Time read_at = {};  // when all of it was read last, and was as `mark` says
};

}  // namespace corsac::redis_store
