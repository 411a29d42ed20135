// The adapter in process: both hooks around one request, without a socket, beside a hand-written
// hook with a std::set in the same run. Only the ratio of the two means something on another
// machine; most of either is the host's own header container.

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <corsac/httplib.hpp>

namespace {

constexpr int kOrigins = 1000;

std::string origin(int number) { return "https://app" + std::to_string(number) + ".example.com"; }

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

// What many applications have: one look-up, a few headers.
class HandWrittenHook {
 public:
  HandWrittenHook() {
    for (int i = 0; i < kOrigins; ++i) origins_.insert(origin(i));
  }
  bool before(const httplib::Request& request, httplib::Response& response) const {
    const std::string from = request.get_header_value("Origin");
    response.set_header("Vary", "Origin");
    if (from.empty()) return false;
    if (origins_.find(from) == origins_.end()) {
      response.status = 403;
      return true;
    }
    response.set_header("Access-Control-Allow-Origin", from);
    response.set_header("Access-Control-Allow-Credentials", "true");
    if (request.method != "OPTIONS" || !request.has_header("Access-Control-Request-Method")) {
      return false;
    }
    response.set_header("Access-Control-Allow-Methods", "GET,POST,PUT");
    response.set_header("Access-Control-Allow-Headers", "content-type,x-request-id");
    response.set_header("Access-Control-Max-Age", "600");
    response.status = 204;
    return true;
  }

 private:
  std::set<std::string> origins_;
};

corsac::Hooks make_hooks() {
  corsac::Policy policy = {.cors = {.allowed_methods = {"PUT"},
                                    .allowed_headers = {"content-type", "x-request-id"},
                                    .allow_credentials = true,
                                    .max_age_seconds = 600}};
  std::vector<std::string> origins;
  for (int i = 0; i < kOrigins; ++i) origins.push_back(origin(i));
  policy.cors.allowed_origins = corsac::Names(std::move(origins));
  return corsac::Hooks(corsac::make_gate(std::move(policy)).value());
}

struct Case {
  const char* name;
  httplib::Request request;
};

std::vector<Case> cases() {
  return {{"allowed", browser_request("GET", origin(500))},
          {"denied", browser_request("GET", "https://evil.example")},
          {"no_origin", browser_request("GET", "")},
          {"preflight", browser_preflight(origin(500))}};
}

// The part that both have: making and dropping the response.
void bare(benchmark::State& state) {
  for (auto _ : state) {
    httplib::Response response;
    benchmark::DoNotOptimize(response);
  }
}

void hand_written(benchmark::State& state, const httplib::Request& request) {
  const HandWrittenHook hook;
  for (auto _ : state) {
    httplib::Response response;
    benchmark::DoNotOptimize(hook.before(request, response));
    benchmark::DoNotOptimize(response);
  }
}

void corsac_hooks(benchmark::State& state, const httplib::Request& request) {
  const corsac::Hooks hooks = make_hooks();
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
