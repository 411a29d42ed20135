// error: could not convert|no matching|cannot convert|no viable conversion
#include "corsac/policy/policy.hpp"

corsac::Policy make() {
#ifdef WRONG
  return {.cors = {.allow_credentials = 1}};
#else
  return {.cors = {.allow_credentials = true}};
#endif
}
