#pragma once

#include <chrono>
#include <string>

namespace corsac::conformance {

// Runs `command` with /bin/sh in the current folder and waits for its end. What it prints is left
// out of the way of the results: its output goes to standard error. Empty = it ended with 0;
// otherwise what went wrong, as a clause.
[[nodiscard]] std::string run_shell(const std::string& command,
                                    std::chrono::steady_clock::duration limit);

}  // namespace corsac::conformance
