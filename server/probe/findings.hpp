#pragma once

// What is wrong with a server's answers. Pure. The codes stand in README, "Probe".

#include <string>
#include <vector>

#include <corsac/base/problem.hpp>
#include <corsac/policy/explain_exchange.hpp>

#include "asks.hpp"

namespace corsac::server {

struct ProbeVerdict {
  bool is_readable = true;             // the page may send the request and read the answer
  bool is_same_origin = false;         // a page of the server itself: nothing is checked
  bool is_redirected = false;          // is_readable, and the browser goes elsewhere
  std::string console = {};            // Chromium's line when it may not; escaped
  std::vector<Problem> findings = {};  // an Error: requests fail, or data is given away
};

// `expected`: what a policy would answer; null = none is known.
[[nodiscard]] ProbeVerdict judge(const ProbeQuestion& question, const ProbeAnswers& answers,
                                 const ExplainedExchange* expected);

}  // namespace corsac::server
