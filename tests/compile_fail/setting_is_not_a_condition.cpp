// `if (policy.cors.enabled)` could mean "set" or "true"; one has to say which.
// error: deleted
#include "corsac/policy/policy.hpp"

int count(const corsac::Policy& policy) {
#ifdef WRONG
  return policy.cors.enabled ? 1 : 0;
#else
  return policy.cors.enabled.value_or(true) ? 1 : 0;
#endif
}
