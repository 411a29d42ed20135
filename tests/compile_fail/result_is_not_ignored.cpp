// A refused policy is a value; dropping it would run without one.
// error: nodiscard
#include "corsac/runtime/gate.hpp"

void start() {
#ifdef WRONG
  corsac::make_gate({});
#else
  const auto gate = corsac::make_gate({});
  static_cast<void>(gate);
#endif
}
