#pragma once

#include "corsac/origin/pattern.hpp"

namespace corsac {

// True: every origin that `narrow` matches `wide` matches too. False also says "not proved": only a
// wildcard inside a label that is another text is not looked into.
[[nodiscard]] bool covers(const OriginPattern& wide, const OriginPattern& narrow);

}  // namespace corsac
