#pragma once

#include <string_view>

namespace corsac {

// True when an Accept with this value takes application/json (RFC 9110, 12.5.1): one of its ranges
// is application/json, application/* or */*, and the most specific of them has no weight of 0.
[[nodiscard]] bool accepts_json(std::string_view accept) noexcept;

// True for application/json, whatever its parameters, but for a charset other than UTF-8.
[[nodiscard]] bool is_json_type(std::string_view content_type) noexcept;

// The same for application/merge-patch+json (RFC 7396).
[[nodiscard]] bool is_merge_patch_type(std::string_view content_type) noexcept;

}  // namespace corsac
