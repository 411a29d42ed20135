// Loads a policy from a file as an application that embeds Corsac does, and ends. Entry:
// `load_policy FILE`; run by bench/load_origins. The plugin is looked for where the library looks.

#include <cstdio>
#include <memory>

#include "corsac/base/clock.hpp"
#include "corsac/runtime/supervisor.hpp"

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
  return 0;
}
