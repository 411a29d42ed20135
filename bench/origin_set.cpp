// The origin set against the number of origins, beside the standard library's sets in the same run;
// wildcards, parsing, building. Compare within one run only.
//
// hot = one origin again and again; cold = a random one each time, so that a large set pays for its
// memory.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/pattern.hpp"
#include "origin_texts.hpp"

namespace {

using corsac::OriginMatchKind;
using corsac::OriginPattern;
using corsac::OriginSet;
using corsac::bench::origin_text;
using corsac::bench::stored_origins;

constexpr std::uint64_t kSeed = 1;
// Enough different requests that their own bytes are no longer in the first cache.
constexpr std::size_t kColdQueries = std::size_t{1} << 14U;

std::shared_ptr<const OriginSet> build_set(const std::vector<std::string>& origins) {
  const std::vector<std::string_view> views(origins.begin(), origins.end());
  return OriginSet::build(views, {}, kSeed);
}

// The set of `count` origins; the last one is kept, since benchmarks come in the order of their
// size.
const OriginSet& set_of(std::size_t count) {
  static std::shared_ptr<const OriginSet> set;
  if (set == nullptr || set->exact_count() != count) set = build_set(stored_origins(count));
  return *set;
}

std::vector<std::string> queries(std::string_view name, std::size_t count, std::size_t wanted) {
  std::mt19937_64 random(kSeed);
  std::vector<std::string> origins;
  for (std::size_t i = 0; i < wanted; ++i) origins.push_back(origin_text(name, random() % count));
  return origins;
}

void find(benchmark::State& state, std::string_view name, std::size_t wanted) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const OriginSet& set = set_of(count);
  const std::vector<std::string> origins = queries(name, count, wanted);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(set.find(origins[i++ % wanted]));
  }
  state.counters["bytes_per_origin"] =
      static_cast<double>(set.memory_bytes()) / static_cast<double>(count);
}

template <class Set>
void find_in_standard_set(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<std::string> stored = stored_origins(count);
  const Set set(stored.begin(), stored.end());
  const std::vector<std::string> origins = queries("tenants-", count, kColdQueries);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(set.find(origins[i++ % kColdQueries]));
  }
}

void find_by_pattern(benchmark::State& state, const std::vector<std::string>& texts,
                     const std::string& origin, OriginMatchKind expected) {
  std::vector<OriginPattern> patterns;
  for (const std::string& text : texts)
    patterns.push_back(corsac::parse_origin_pattern(text).value());
  const auto set = OriginSet::build({}, patterns, kSeed);
  if (set->find(origin).kind != expected) {
    state.SkipWithError("not the outcome that is to be measured");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(set->find(origin));
  }
}

void parse(benchmark::State& state, const std::string& origin) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(corsac::parse_origin(origin));
  }
}

void parse_patterns(benchmark::State& state) {
  const std::string text = origin_text("tenants-", 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(corsac::parse_origin_pattern(text));
  }
}

void build(benchmark::State& state) {
  const std::vector<std::string> origins = stored_origins(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(build_set(origins));
  }
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string repeated;
  for (std::size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

// A suffix at each dot of the longest host: what costs most.
std::vector<std::string> many_suffixes() {
  std::vector<std::string> texts;
  for (std::size_t labels = 1; labels <= 120; ++labels) {
    texts.push_back("https://*." + repeat("a.", labels) + "b");
  }
  return texts;
}

void register_patterns() {
  const std::vector<std::string> three = {"https://*.example.com", "https://*.preview.example.net",
                                          "https://pr-*.a.example.org"};
  const auto add = [](const char* name, const std::vector<std::string>& texts,
                      const std::string& origin, OriginMatchKind expected) {
    benchmark::RegisterBenchmark(name, [texts, origin, expected](benchmark::State& state) {
      find_by_pattern(state, texts, origin, expected);
    });
  };
  add("pattern/subdomain_hit", three, "https://x.example.com", OriginMatchKind::Pattern);
  add("pattern/seven_labels_hit", three, "https://a.b.c.d.e.f.g.example.com",
      OriginMatchKind::Pattern);
  add("pattern/glob_hit", three, "https://pr-42.a.example.org", OriginMatchKind::Pattern);
  add("pattern/any_port_hit", {"http://localhost:*"}, "http://localhost:5173",
      OriginMatchKind::Pattern);
  add("pattern/miss", three, "https://www.evil.test", OriginMatchKind::None);
  add("pattern/miss_119_labels", three, "https://" + repeat("a.", 118) + "b",
      OriginMatchKind::None);
  add("pattern/worst_miss", many_suffixes(), "https://" + repeat("a.", 120) + "c",
      OriginMatchKind::None);
  add("pattern/worst_hit", many_suffixes(), "https://x." + repeat("a.", 30) + "b",
      OriginMatchKind::Pattern);
  add("pattern/8_kb", three, "https://" + std::string(8192, 'a') + ".example.com",
      OriginMatchKind::None);
}

void register_sizes() {
  for (const std::int64_t count : {1, 10, 1'000, 100'000, 1'000'000, 10'000'000}) {
    benchmark::RegisterBenchmark("hot/hit", find, "tenants-", std::size_t{1})->Arg(count);
    benchmark::RegisterBenchmark("hot/miss", find, "unknown-", std::size_t{1})->Arg(count);
    benchmark::RegisterBenchmark("cold/hit", find, "tenants-", kColdQueries)->Arg(count);
    benchmark::RegisterBenchmark("cold/miss", find, "unknown-", kColdQueries)->Arg(count);
  }
  for (const std::int64_t count : {1, 1'000, 100'000}) {
    benchmark::RegisterBenchmark("cold/hit/std_unordered_set",
                                 find_in_standard_set<std::unordered_set<std::string>>)
        ->Arg(count);
    benchmark::RegisterBenchmark("cold/hit/std_set", find_in_standard_set<std::set<std::string>>)
        ->Arg(count);
  }
}

}  // namespace

int main(int argc, char** argv) {
  register_sizes();
  register_patterns();
  benchmark::RegisterBenchmark("parse/20_bytes", parse, "https://a.example.co");
  benchmark::RegisterBenchmark("parse/longest_host", parse,
                               "https://" + repeat(std::string(60, 'a') + '.', 4) + "example");
  benchmark::RegisterBenchmark("parse/ipv6", parse, "http://[2001:db8::1]:8080");
  benchmark::RegisterBenchmark("parse_origin_pattern", parse_patterns);
  benchmark::RegisterBenchmark("build", build)
      ->Arg(1'000)
      ->Arg(1'000'000)
      ->Arg(10'000'000)
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
