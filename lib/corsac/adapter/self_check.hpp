#pragma once

// Asks the running server itself whether the middleware is in its place. Header-only, like
// adapter/httplib.hpp.

#include <chrono>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "corsac/adapter/httplib_host.hpp"
#include "corsac/adapter/self_check_probe.hpp"
#include "corsac/base/result.hpp"

namespace corsac {

namespace adapter {

// The answer, or why there is none.
[[nodiscard]] inline Result<SelfCheckAnswer, std::string> send_probe(const std::string& address,
                                                                     const SelfCheckProbe& probe) {
  constexpr std::chrono::seconds kPatience{2};
  httplib::Request request;
  request.method = probe.method;
  request.path = probe.path;
  request.headers.emplace("Host", probe.host);
  if (!probe.origin.empty()) request.headers.emplace("Origin", probe.origin);
  if (probe.is_preflight) request.headers.emplace("Access-Control-Request-Method", "GET");
  try {
    httplib::Client client(address);
    client.set_connection_timeout(kPatience);
    client.set_read_timeout(kPatience);
    client.set_write_timeout(kPatience);
    const auto result = client.send(request);
    if (!result) return fail(to_string(result.error()));
    SelfCheckAnswer answer;
    answer.status = result->status;
    for (const auto& [name, value] : result->headers) answer.headers.emplace_back(name, value);
    return answer;
  } catch (const std::exception& error) {  // a scheme that this build of the host does not speak
    return fail(std::string(error.what()));
  }
}

}  // namespace adapter

// Call it when the server listens, from another thread than the one in `listen`:
//
//   for (const auto& problem : corsac::self_check("http://127.0.0.1:8080", *gate)) ...
//
// `address` is scheme, host and port. The address under which browsers come works as well, and then
// the proxies in between are checked with it. Blocks for up to two seconds for each step of each
// request; there are at most five for each path, and they are counted like any others. An empty
// answer means that every probe got what the policy in force decides about it. Codes:
// self-check-unreachable (an error), and those of judge_self_check and inconclusive_paths.
[[nodiscard]] inline std::vector<Problem> self_check(const std::string& address, const Gate& gate,
                                                     const SelfCheckOptions& options = {}) {
  const std::size_t scheme_end = address.find("://");
  const std::string host =
      scheme_end == std::string::npos ? address : address.substr(scheme_end + 3);
  const std::vector<SelfCheckProbe> probes = self_check_probes(gate, options, host);
  std::vector<Problem> problems;
  for (const SelfCheckProbe& probe : probes) {
    const auto answer = adapter::send_probe(address, probe);
    if (!answer) {
      problems.push_back({.code = "self-check-unreachable",
                          .path = probe.method + " " + probe.path,
                          .value = address,
                          .what = "the server did not answer: " + answer.error(),
                          .fix = "call self_check when the server listens"});
      return problems;
    }
    for (Problem& problem : judge_self_check(gate, probe, *answer)) {
      problems.push_back(std::move(problem));
    }
  }
  for (Problem& problem : inconclusive_paths(gate, probes)) problems.push_back(std::move(problem));
  return problems;
}

}  // namespace corsac
