#pragma once

#include <string_view>

namespace corsac {

// What a store delivers to its supervisor.
enum class StoreRole : unsigned char {
  Policy,   // the document; [store] of the program's configuration
  Records,  // trusted origins that are added to it; [records]
};

// The section that describes it, in the paths of problems, log lines and labels: "store".
[[nodiscard]] constexpr std::string_view section_of(StoreRole role) noexcept {
  return role == StoreRole::Policy ? "store" : "records";
}

}  // namespace corsac
