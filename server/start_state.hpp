#pragma once

#include <string>
#include <string_view>

#include <corsac/runtime/store_status.hpp>

namespace corsac::server {

// What whoever started the program must know of a store that gave no policy of its own: that the
// one of the cache is in force, or that none is, and why not. Lines that end in a line break; empty
// when there is nothing to say. `section` is "store" or "records".
[[nodiscard]] std::string describe_start(const StoreStatus& status, std::string_view section);

}  // namespace corsac::server
