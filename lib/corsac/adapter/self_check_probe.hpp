#pragma once

// What the start-up self-check asks and how it judges the answers, without a socket.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

struct SelfCheckOptions {
  // What is asked for. The first one exists nowhere, so that no handler runs: the host's own 404
  // goes through the hooks like any answer. Add a path whose handler may be called to see what the
  // handler does to the headers. Needed where the policy speaks about some paths only.
  std::vector<std::string> paths = {"/corsac-self-check"};
  // An origin that the policy allows. Empty = the first one that stands in it as it is; without any
  // the checks that need a grant for one origin are left out.
  std::string origin = {};
};

struct SelfCheckProbe {
  std::string method = {};
  std::string path = {};
  std::string host = {};
  std::string origin = {};  // empty = none
  bool is_preflight = false;
};

struct SelfCheckAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers = {};  // every line
};

// What no policy names: top-level domain `invalid` belongs to nobody (RFC 2606, 2).
inline constexpr std::string_view kSelfCheckStranger = "https://corsac-self-check.invalid";

// For each path a GET without Origin, a GET and a preflight from an origin that nobody has, and,
// with an allowed origin, the two from that one. The stranger's show the hook before routing under
// every policy: what the hook after routing adds is there without it. `host` is the value of Host.
[[nodiscard]] std::vector<SelfCheckProbe> self_check_probes(const Gate& gate,
                                                            const SelfCheckOptions& options,
                                                            const std::string& host);

// Compares the answer with what the policy in force decides about the probe, predicates aside.
// Codes: self-check-missing (something that the decision has is not in the answer),
// self-check-differs (it has another value), self-check-doubled (a header stands on two lines: a
// second CORS layer), all errors.
[[nodiscard]] std::vector<Problem> judge_self_check(const Gate& gate, const SelfCheckProbe& probe,
                                                    const SelfCheckAnswer& answer);

inline constexpr std::string_view kSelfCheckInconclusive = "self-check-inconclusive";

// A warning (kSelfCheckInconclusive) for each path where nothing in any answer would show the
// middleware. That some answers show nothing is what some policies say: under the profile
// `cloudflare` only those to preflights do.
[[nodiscard]] std::vector<Problem> inconclusive_paths(const Gate& gate,
                                                      const std::vector<SelfCheckProbe>& probes);

}  // namespace corsac
