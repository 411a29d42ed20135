// One decision after the other, against the number of origins: what a single request waits for. The
// rows "alone" have a fence behind each decision, so that the next one cannot begin before it ends;
// "nothing" is what the loop and the fence take. Compare within one run only.
//
// hot = one origin again and again; cold = a random one each time, so that a large set pays for its
// memory.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

#include "corsac/http/request_view.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/stage/cors/compile.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/cors/evaluate.hpp"

namespace {

using corsac::CompiledCors;
using corsac::RequestView;

constexpr std::uint64_t kSeed = 1;
// Enough different requests that their own bytes are no longer in the first cache.
constexpr std::size_t kColdRequests = std::size_t{1} << 14U;

enum class Pace : unsigned char { BackToBack, Alone };

// 40 bytes; `number` below ten million. Stored ones are "tenants-", others "unknown-".
std::string origin_text(std::string_view name, std::size_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 7 - digits.size(), '0');
  return "https://" + std::string(name) + digits + ".apps.example.org";
}

CompiledCors compile(std::size_t count) {
  std::vector<std::string> origins;
  origins.reserve(count);
  for (std::size_t i = 0; i < count; ++i) origins.push_back(origin_text("tenants-", i));
  const std::vector<std::string_view> views(origins.begin(), origins.end());
  const corsac::CorsRules rules = {
      .allowed_methods = {{"PUT"}},
      .allowed_headers = {{"authorization"}, {"content-type"}, {"x-request-id"}},
      .known_origins = corsac::OriginSet::build(views, {}, kSeed)};
  std::vector<corsac::Problem> problems;
  return corsac::compile_cors(rules, problems);
}

// The policy of `count` origins; the last one is kept, since benchmarks come in the order of their
// size.
const CompiledCors& policy_of(std::size_t count) {
  static CompiledCors policy;
  static std::size_t kept = 0;
  if (kept != count) policy = compile(kept = count);
  return policy;
}

void fence() noexcept {
#if defined(__x86_64__)
  _mm_lfence();
#endif
}

struct Asked {
  std::string_view origins;  // the first word of each
  bool is_cold = false;
  bool is_preflight = false;
};

void decide(benchmark::State& state, Asked asked, Pace pace) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const CompiledCors& policy = policy_of(count);
  std::mt19937_64 random(kSeed);
  std::vector<std::string> origins;
  for (std::size_t i = 0; i < (asked.is_cold ? kColdRequests : 1); ++i) {
    origins.push_back(origin_text(asked.origins, random() % count));
  }
  const std::string_view requested[] = {"content-type"};
  RequestView request;
  request.method = asked.is_preflight ? "OPTIONS" : "GET";
  request.target = request.path = "/api/items";
  request.host = {.value = "server.example", .lines = 1};
  if (asked.is_preflight) {
    request.requested_method = {.value = "PUT", .lines = 1};
    request.requested_headers = requested;
  }
  std::size_t i = 0;
  for (auto _ : state) {
    request.origin = {.value = origins[i++ % origins.size()], .lines = 1};
    corsac::Decision decision;
    corsac::evaluate(policy, request, decision);
    benchmark::DoNotOptimize(decision.grant_count);
    benchmark::ClobberMemory();
    if (pace == Pace::Alone) fence();
  }
}

void nothing(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::ClobberMemory();
    fence();
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("alone/nothing", nothing);
  struct Row {
    const char* name;
    Asked asked;
  };
  const Row rows[] = {
      {"hot/actual/yes", {"tenants-"}},
      {"hot/actual/no", {"unknown-"}},
      {"hot/preflight/yes", {"tenants-", false, true}},
      {"cold/actual/yes", {"tenants-", true}},
      {"cold/actual/no", {"unknown-", true}},
      {"cold/preflight/yes", {"tenants-", true, true}},
  };
  for (const std::int64_t count : {1, 1'000, 100'000, 1'000'000, 10'000'000}) {
    for (const Row& row : rows) {
      benchmark::RegisterBenchmark((std::string("back_to_back/") + row.name).c_str(), decide,
                                   row.asked, Pace::BackToBack)
          ->Arg(count);
      benchmark::RegisterBenchmark((std::string("alone/") + row.name).c_str(), decide, row.asked,
                                   Pace::Alone)
          ->Arg(count);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
