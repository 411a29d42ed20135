// A subject of bench/run: Corsac's decision alone, by one compiled policy, on a request whose
// headers have been found, up to views of what is to be written. No host, no look at which policy
// is in force, no counters: httplib_peer.cpp has all of them. What goes over standard input and
// output: bench/peers/subject.py.

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "corsac/adapter/request_scan.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/policy/compile.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/stage/decision.hpp"
#include "cpp_subject.hpp"

namespace {

using corsac::bench::Json;

std::shared_ptr<const corsac::Snapshot> compile(const Json& policy) {
  auto compiled = corsac::compile_policy(corsac::bench::policy_of(policy), {});
  if (!compiled) {
    std::cerr << "decision_peer: the policy is refused: " << compiled.error().text();
    std::exit(1);
  }
  return compiled->snapshot;
}

// The header lines of one request, and what was found in them. Stays where it is: the view points
// into both.
struct Request {
  std::string method;
  std::vector<std::pair<std::string, std::string>> lines;
  corsac::RequestScan scan;

  Request(const Json& one_case, const std::string& origin) : method(one_case["method"]) {
    for (const auto& [name, value] : one_case["request_headers"].items()) {
      lines.emplace_back(name, value.get<std::string>());
    }
    if (!origin.empty()) lines.emplace_back("Origin", origin);
    for (const auto& [name, value] : lines) scan.add(name, value);
    scan.view().method = method;
    scan.view().target = scan.view().path = "/api/items";
  }
};

struct Subject {
  std::shared_ptr<const corsac::Snapshot> policy;
  std::unique_ptr<const corsac::OwnOrigin> own = std::make_unique<const corsac::OwnOrigin>();
  std::vector<std::unique_ptr<Request>> requests;

  explicit Subject(const Json& one_case) : policy(compile(one_case["policy"])) {
    for (const std::string origin : one_case["from"]) {
      requests.push_back(std::make_unique<Request>(one_case, origin));
      requests.back()->scan.view().own = own.get();  // as a gate does: refusals ask it
    }
  }

  [[nodiscard]] std::size_t size() const { return requests.size(); }

  [[nodiscard]] Json first_answer(std::size_t i) const {
    const corsac::Decision decision = policy->decide(requests[i]->scan.view());
    Json headers = Json::object();
    for (const auto& [name, value] : corsac::grant_headers(decision)) headers[name] = value;
    headers["Vary"] = corsac::vary_value(decision.vary);
    return headers;
  }

  void answer(std::size_t i) const {
    corsac::Decision decision;
    policy->decide(requests[i]->scan.view(), decision);
    asm volatile("" : : "r"(&decision) : "memory");  // the decision is read
  }

  void answer_bare(std::size_t i) const {
    asm volatile("" : : "r"(&requests[i]->scan.view()) : "memory");
  }
};

}  // namespace

int main() {
  corsac::bench::serve_lines([](const Json& one_case) { return Subject(one_case); });
  return 0;
}
