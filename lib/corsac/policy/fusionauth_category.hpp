#pragma once

#include <string_view>

#include "corsac/stage/decision.hpp"

namespace corsac {

// What FusionAuth's CORS filter calls the refusal, for events of the profile "fusionauth": one of
// its eight reasons. Empty for what that product has no name for (hosts, upgrades, ambiguous paths,
// a policy that is not there).
[[nodiscard]] std::string_view fusionauth_category(const Decision& decision) noexcept;

}  // namespace corsac
