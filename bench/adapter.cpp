// The adapter in process: both hooks around one request, without a socket, beside a hand-written
// hook with a std::set in the same run. Only the ratio of the two means something on another
// machine; most of either is the host's own header container.

#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "hook_pair.hpp"

namespace {

using corsac::bench::hook_origin;

// A request as Chromium sends it.
httplib::Request browser_request(const std::string& method, const std::string& from) {
  httplib::Request request;
  request.method = method;
  request.target = request.path = "/api/items";
  request.version = "HTTP/1.1";
  request.remote_addr = "127.0.0.1";
  const std::pair<const char*, const char*> lines[] = {
      {"Host", "api.example.com"},
      {"Connection", "keep-alive"},
      {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0"},
      {"Accept", "*/*"},
      {"Sec-Fetch-Site", "cross-site"},
      {"Sec-Fetch-Mode", "cors"},
      {"Sec-Fetch-Dest", "empty"},
      {"Referer", "https://app500.example.com/"},
      {"Accept-Encoding", "gzip, deflate, br"},
      {"Accept-Language", "en-GB,en;q=0.9"}};
  for (const auto& [name, value] : lines) request.headers.emplace(name, value);
  if (!from.empty()) request.headers.emplace("Origin", from);
  return request;
}

httplib::Request browser_preflight(const std::string& from) {
  httplib::Request request = browser_request("OPTIONS", from);
  request.headers.emplace("Access-Control-Request-Method", "PUT");
  request.headers.emplace("Access-Control-Request-Headers", "content-type,x-request-id");
  return request;
}

struct Case {
  const char* name;
  httplib::Request request;
};

std::vector<Case> cases() {
  return {{"allowed", browser_request("GET", hook_origin(500))},
          {"denied", browser_request("GET", "https://evil.example")},
          {"no_origin", browser_request("GET", "")},
          {"preflight", browser_preflight(hook_origin(500))}};
}

// The part that both have: making and dropping the response.
void bare(benchmark::State& state) {
  for (auto _ : state) {
    httplib::Response response;
    benchmark::DoNotOptimize(response);
  }
}

void hand_written(benchmark::State& state, const httplib::Request& request) {
  const corsac::bench::HandWrittenHook hook = corsac::bench::make_hand_written_hook();
  for (auto _ : state) {
    httplib::Response response;
    benchmark::DoNotOptimize(hook.before(request, response));
    benchmark::DoNotOptimize(response);
  }
}

void corsac_hooks(benchmark::State& state, const httplib::Request& request) {
  const corsac::Hooks hooks = corsac::bench::make_corsac_hooks();
  for (auto _ : state) {
    httplib::Response response;
    benchmark::DoNotOptimize(hooks.before(request, response));
    hooks.after(request, response);
    benchmark::DoNotOptimize(response);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("bare", bare);
  for (const Case& one : cases()) {
    const std::string name = one.name;
    benchmark::RegisterBenchmark((name + "/hand_written").c_str(), hand_written, one.request);
    benchmark::RegisterBenchmark((name + "/corsac").c_str(), corsac_hooks, one.request);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
