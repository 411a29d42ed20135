#pragma once

#include <string>

namespace corsac::remote_store {

// The file of the program or library whose cpp-httplib stands before the one that this plugin was
// linked with, as a program's of another version may that exports its symbols: their classes
// differ, and the first request would end the program. Empty when there is none.
[[nodiscard]] std::string foreign_httplib();

}  // namespace corsac::remote_store
