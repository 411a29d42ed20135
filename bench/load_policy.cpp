// Loads a policy from a file as an application that embeds Corsac does, and ends. Entry:
// `load_policy FILE`; run by bench/load_origins. The plugin is looked for where the library looks.
// Prints the most memory that it had, in KB: what getrusage tells of a program has that of the one
// in it that started it.

#include <cstdio>
#include <memory>
#include <utility>

#include "corsac/base/clock.hpp"
#include "corsac/runtime/supervisor.hpp"
#include "process_memory.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: load_policy FILE\n");
    return 2;
  }
  corsac::SnapshotPtr in_force;
  const auto started = corsac::Supervisor::start(
      {.plugin = "toml", .settings = {{"file", argv[1]}}}, std::make_shared<corsac::SystemClock>(),
      {.publish = [&](corsac::SnapshotPtr next) { in_force = std::move(next); }});
  if (!started) {
    std::fprintf(stderr, "%s\n", started.error().text().c_str());
    return 1;
  }
  const auto kilobytes = corsac::bench::memory_kilobytes("VmHWM");
  if (!kilobytes) {
    std::fprintf(stderr, "load_policy: /proc/self/status does not tell the memory\n");
    return 1;
  }
  std::printf("%ld\n", *kilobytes);
  return 0;
}
