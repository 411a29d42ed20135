// The time of one decision, for every case of evaluate_cases.cpp.

#include <benchmark/benchmark.h>

#include "corsac/stage/cors/evaluate.hpp"
#include "evaluate_cases.hpp"

namespace {

void decide(benchmark::State& state, std::string_view name) {
  const auto measured = corsac::bench::make_evaluate_case(name);
  for (auto _ : state) {
    corsac::Decision decision;
    corsac::evaluate(measured->cors, measured->request, decision);
    benchmark::DoNotOptimize(decision.grant_count);
    benchmark::ClobberMemory();
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& named : corsac::bench::evaluate_case_names()) {
    benchmark::RegisterBenchmark(("evaluate/" + std::string(named.name)).c_str(), decide,
                                 named.name);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
