#pragma once

#include <string_view>

#include "corsac_store_plugin.h"

namespace corsac {

// `text` as the plugin contract passes it: borrowed for the call.
[[nodiscard]] inline corsac_text to_c(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

}  // namespace corsac
