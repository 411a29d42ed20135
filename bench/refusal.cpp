// What seeing why costs: one decision of a gate, refused and granted, without debug, with it, and
// beside a candidate. Target: a refused request under debug within 3 microseconds.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include <benchmark/benchmark.h>

#include "corsac/runtime/gate.hpp"

namespace corsac {
namespace {

constexpr const char* kApp = "https://app.example.com";

std::shared_ptr<Gate> make(bool debug, const std::string& shadow_file = "") {
  Policy policy = {.cors = {.allowed_origins = {kApp}, .debug = debug}};
  if (!shadow_file.empty()) policy.shadow.file = shadow_file;
  GateOptions options;
  options.event_sink = [](std::string_view line) { benchmark::DoNotOptimize(line.data()); };
  auto gate = make_gate(policy, options);
  if (!gate) std::abort();
  return *gate;
}

// Headers as a browser sends them: their names stand in the event.
class BrowserHeaders final : public HeaderFields {
 public:
  void visit(Visitor visitor, void* context) const override {
    for (const char* name : {"Host", "Connection", "Accept", "Origin", "Sec-Fetch-Site",
                             "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Referer", "Accept-Encoding",
                             "Accept-Language", "User-Agent", "Cookie"}) {
      visitor(context, name, "value");
    }
  }
};

void decide(benchmark::State& state, Gate& gate, bool is_new_each_time, std::string origin) {
  const BrowserHeaders headers;
  RequestView request{.method = "GET", .target = "/api/items", .path = "/api/items"};
  request.host = {.value = "api.example.com", .lines = 1};
  request.sec_fetch_site = {.value = "cross-site", .lines = 1};
  request.referer = {.value = "https://evil.example/page", .lines = 1};
  request.headers = &headers;
  GateDecision decided;
  std::uint32_t number = 0;
  for (auto _ : state) {
    if (is_new_each_time) {
      std::uint32_t rest = number++;
      for (std::size_t i = 8; i < 16; ++i, rest >>= 4U) origin[i] = "0123456789abcdef"[rest & 15U];
    }
    request.origin = {.value = origin, .lines = 1};
    gate.decide(request, decided);
    benchmark::DoNotOptimize(decided.decision.outcome);
  }
}

void refused_without_debug(benchmark::State& state) {
  decide(state, *make(false), false, "https://evil.example");
}
void refused_with_debug(benchmark::State& state) {
  decide(state, *make(true), false, "https://evil.example");
}
void refused_with_debug_new_origins(benchmark::State& state) {
  decide(state, *make(true), true, "https://00000000.evil.example");
}
void granted_without_debug(benchmark::State& state) { decide(state, *make(false), false, kApp); }
void granted_with_debug(benchmark::State& state) { decide(state, *make(true), false, kApp); }

// With another policy beside it, which says otherwise each time. CORSAC_PLUGIN_PATH names the
// folder of the plugin toml.
void granted_beside_a_candidate(benchmark::State& state) {
  const auto file = std::filesystem::temp_directory_path() / "corsac-bench-next.toml";
  std::ofstream(file) << "version = 1\n[cors]\nallowed_origins = [\"https://new.example\"]\n";
  const auto gate = make(false, file.string());
  for (int i = 0; i < 5000 && gate->shadow_status()->store.state != StoreState::Fresh; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (gate->shadow_status()->store.state != StoreState::Fresh) {
    return state.SkipWithError("no candidate: set CORSAC_PLUGIN_PATH");
  }
  decide(state, *gate, false, kApp);
}

BENCHMARK(refused_without_debug);
BENCHMARK(refused_with_debug);
BENCHMARK(refused_with_debug_new_origins);
BENCHMARK(granted_without_debug);
BENCHMARK(granted_with_debug);
BENCHMARK(granted_beside_a_candidate);

}  // namespace
}  // namespace corsac

BENCHMARK_MAIN();
