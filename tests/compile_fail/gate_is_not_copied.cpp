// Hooks share a gate; a copy would be a second policy that nobody reloads.
// error: deleted|private
#include "corsac/runtime/gate.hpp"

#ifdef WRONG
corsac::Gate copy(const corsac::Gate& gate) { return gate; }
#else
std::shared_ptr<corsac::Gate> share(const std::shared_ptr<corsac::Gate>& gate) { return gate; }
#endif
