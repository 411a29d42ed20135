#pragma once

#include <fstream>
#include <optional>
#include <string>

namespace corsac::bench {

// A number of /proc/self/status, as "VmRSS", what this process has in memory, and "VmHWM", the most
// that it had; nothing when it does not stand there.
inline std::optional<long> memory_kilobytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != name + ":") {
  }
  long kilobytes = 0;
  return status >> kilobytes ? std::optional(kilobytes) : std::nullopt;
}

}  // namespace corsac::bench
