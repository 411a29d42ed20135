#pragma once

#include <string_view>

#include "corsac/adapter/admin_api.hpp"

namespace corsac {

// {"error": CODE, "message": TEXT}; the codes are in admin_api.hpp.
[[nodiscard]] AdminAnswer refusal(int status, std::string_view code, std::string_view message);

}  // namespace corsac
