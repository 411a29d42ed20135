#pragma once

namespace corsac {

// What the program around a policy says beside it.
struct ApplicationFacts {
  // Whoever decides knows the public origins, so that Host never proves a request to be own, and
  // the warning own-origin-by-host has no ground.
  bool has_public_origins = false;
  // A predicate says where CORS is, so that the document must not.
  bool has_applies_to = false;
};

}  // namespace corsac
