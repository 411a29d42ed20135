// The program that bench/callgrind runs: `count_instructions CASE ROUNDS` decides one case that
// often; without arguments it prints every case with its bar, tab-separated.

#include <cstdio>
#include <cstdlib>

#include "corsac/stage/cors/evaluate.hpp"
#include "evaluate_cases.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    for (const auto& named : corsac::bench::evaluate_case_names()) {
      std::printf("%.*s\t%u\n", static_cast<int>(named.name.size()), named.name.data(), named.bar);
    }
    return 0;
  }
  const auto measured = corsac::bench::make_evaluate_case(argv[1]);
  if (!measured) {
    std::fprintf(stderr, "count_instructions: no case \"%s\"\n", argv[1]);
    return 1;
  }
  const long rounds = std::strtol(argv[2], nullptr, 10);
  for (long i = 0; i < rounds; ++i) {
    corsac::Decision decision;
    corsac::evaluate(measured->cors, measured->request, decision);
    // The compiler must believe that the decision is read.
    asm volatile("" : : "r"(&decision) : "memory");
  }
  return 0;
}
