// A text for a switch is a mistake that must not become `true`.
// error: could not convert|no matching|cannot convert|no viable conversion
#include "corsac/policy/policy.hpp"

corsac::Policy make() {
#ifdef WRONG
  return {.cors = {.enabled = "no"}};
#else
  return {.cors = {.enabled = false}};
#endif
}
