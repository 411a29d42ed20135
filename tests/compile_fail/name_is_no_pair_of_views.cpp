// {{"a", "b"}} is two names; a list of string_views could read it as one range.
// error: could not convert|no matching|cannot convert|no viable conversion
#include <string_view>

#include "corsac/policy/policy.hpp"

corsac::Names make() {
#ifdef WRONG
  const std::string_view a = "a", b = "b";
  return {{a, b}};
#else
  return {{"a", "b"}};
#endif
}
