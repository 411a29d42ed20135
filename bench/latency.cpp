// One decision after the other, against the number of origins: what a single request waits for. The
// rows "alone" have a fence behind each decision, so that the next one cannot begin before it ends;
// "nothing" is the loop with the fence alone. Compare within one run only. The largest set takes
// 600 MB, and 2 GB while it is built. Exits with 1 when an outcome is wrong.
//
// hot = one origin again and again; cold = 2^20 of them in turn, at random. Of 10,000,000 origins
// that is more than a third cache holds; a refusal touches slots alone, which are 16 MB of
// 1,000,000 origins.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
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
#include "origin_texts.hpp"

namespace {

using corsac::CompiledCors;
using corsac::RequestView;
using corsac::bench::kOriginBytes;
using corsac::bench::origin_text;
using corsac::bench::stored_origins;

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kColdRequests = std::size_t{1} << 20U;  // a power of two: see ask()

enum class Pace : unsigned char { BackToBack, Alone };

CompiledCors compile(std::size_t count) {
  const std::vector<std::string> origins = stored_origins(count);
  const std::vector<std::string_view> views(origins.begin(), origins.end());
  const corsac::CorsRules rules = {
      .allowed_methods = {{"PUT"}},
      .allowed_headers = {{"authorization"}, {"content-type"}, {"x-request-id"}},
      .known_origins = corsac::OriginSet::build(views, {}, kSeed)};
  std::vector<corsac::Problem> problems;
  CompiledCors compiled = corsac::compile_cors(rules, problems);
  if (!problems.empty()) {
    std::fprintf(stderr, "latency: %s\n", problems[0].what.c_str());
    std::exit(1);
  }
  return compiled;
}

// The policy of `count` origins; the last one is kept, since benchmarks come in the order of their
// size.
const CompiledCors& policy_of(std::size_t count) {
  static CompiledCors policy;
  static std::size_t kept = 0;
  if (kept != count) {
    policy = {};
    policy = compile(count);
    kept = count;
  }
  return policy;
}

#if defined(__x86_64__)
constexpr bool kHasFence = true;
void fence() noexcept { _mm_lfence(); }
#else
constexpr bool kHasFence = false;
void fence() noexcept {}
#endif

struct Asked {
  std::string_view origins;  // the first word of each
  bool is_granted = false;
  bool is_cold = false;
  bool is_preflight = false;
};

// The origins that are asked for, one behind the other.
std::string asked_origins(const Asked& asked, std::size_t count) {
  std::mt19937_64 random(kSeed);
  std::string origins;
  for (std::size_t i = 0; i < (asked.is_cold ? kColdRequests : 1); ++i) {
    origins += origin_text(asked.origins, random() % count);
  }
  return origins;
}

// `decide` gets a request after the other.
template <class Decide>
void ask(benchmark::State& state, const Asked& asked, Decide decide) {
  const std::string origins = asked_origins(asked, static_cast<std::size_t>(state.range(0)));
  const std::size_t mask = origins.size() / kOriginBytes - 1;
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
    request.origin = {.value = {origins.data() + (i++ & mask) * kOriginBytes, kOriginBytes},
                      .lines = 1};
    corsac::Decision decision;
    decide(request, decision);
    benchmark::DoNotOptimize(decision.grant_count);
    benchmark::ClobberMemory();
  }
}

bool has_wrong_outcome = false;

void decide(benchmark::State& state, const Asked& asked, Pace pace) {
  const CompiledCors& policy = policy_of(static_cast<std::size_t>(state.range(0)));
  bool is_wrong = false;
  ask(state, asked, [&](const RequestView& request, corsac::Decision& decision) {
    corsac::evaluate(policy, request, decision);
    is_wrong = is_wrong || (decision.reason == corsac::Reason::None) != asked.is_granted;
    if (pace == Pace::Alone) fence();
  });
  if (!is_wrong) return;
  state.SkipWithError("not the outcome that is to be measured");
  has_wrong_outcome = true;
}

void nothing(benchmark::State& state, const Asked& asked) {
  ask(state, asked, [](const RequestView& request, corsac::Decision& decision) {
    benchmark::DoNotOptimize(&request);
    benchmark::DoNotOptimize(&decision);
    fence();
  });
}

}  // namespace

int main(int argc, char** argv) {
  struct Row {
    const char* name;
    Asked asked;
  };
  const Row rows[] = {
      {"hot/actual/yes", {.origins = "tenants-", .is_granted = true}},
      {"hot/actual/no", {.origins = "unknown-"}},
      {"hot/preflight/yes", {.origins = "tenants-", .is_granted = true, .is_preflight = true}},
      {"cold/actual/yes", {.origins = "tenants-", .is_granted = true, .is_cold = true}},
      {"cold/actual/no", {.origins = "unknown-", .is_cold = true}},
      {"cold/preflight/yes",
       {.origins = "tenants-", .is_granted = true, .is_cold = true, .is_preflight = true}},
  };
  const auto add = [](const std::string& name, auto&&... arguments) {
    return benchmark::RegisterBenchmark(name.c_str(), arguments...);
  };
  for (const std::int64_t count : {1, 1'000, 100'000, 1'000'000, 10'000'000}) {
    if (kHasFence) add("alone/nothing", nothing, rows[0].asked)->Arg(count);
    for (const Row& row : rows) {
      const std::string name = row.name;
      add("back_to_back/" + name, decide, row.asked, Pace::BackToBack)->Arg(count);
      if (!kHasFence) continue;
      add("alone/" + name, decide, row.asked, Pace::Alone)->Arg(count);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return has_wrong_outcome ? 1 : 0;
}
