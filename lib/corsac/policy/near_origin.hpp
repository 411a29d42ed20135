#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {

// Entries of a list that are compared for a near miss. A hint costs a scan, so there is a cap;
// origins beyond it are near only by their spelling.
inline constexpr std::size_t kNearMissPatterns = 1000;

// The list that an origin was not in. Both are borrowed for the call, both may be null.
struct MissedList {
  const OriginSet* set = nullptr;
  // Plain forms of its first kNearMissPatterns entries.
  const std::vector<OriginPattern>* patterns = nullptr;
};

// Whose origin it is.
enum class OriginOf : unsigned char { Page, Target };

// How `origin` misses the nearest of the list: by its spelling, port, scheme, by being the apex or
// a subdomain, or by a label too many for a `*` inside a label. Tells what to write. Empty when
// nothing is near. Everything from the request is escaped and cut.
[[nodiscard]] std::string near_origin(const MissedList& listed, std::string_view origin,
                                      OriginOf whose = OriginOf::Page);

}  // namespace corsac
