#pragma once

// Why a page may or may not call the server: the requests that a browser sends for one fetch(),
// decided by a policy, and what the browser does with the answers. One implementation for the
// command, the admin listener (GET /api/explain) and C++ (runtime/explain_gate.hpp).

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/policy/browser_outcome.hpp"
#include "corsac/policy/explain.hpp"

namespace corsac {

class OwnOrigin;

struct ExplainQuestion {
  std::optional<std::string> origin = {};  // of the page; empty = not a page of another origin
  std::string method = "GET";
  std::string path = "/";  // may have a query
  // What the page sets: a name, whatever its value, or "Name: value". What only a browser sets
  // ("Sec-Fetch-Site: cross-site", "Referer: ...") is part of the request as it stands, and so is a
  // preflight's Access-Control-Request-Method: then it is the preflight that is explained.
  std::vector<std::string> headers = {};
  // Host of the request; empty = of a header "Host: ...", else of the first public origin, else one
  // that hosts.allowed takes.
  std::string host = {};
  RequestMode mode = RequestMode::Cors;
  CredentialsMode credentials = CredentialsMode::SameOrigin;
};

// What no browser sends. A problem's path is the field's name ("method"). An Origin and a Host may
// be anything: that they are wrong is what is explained.
[[nodiscard]] std::vector<Problem> question_problems(const ExplainQuestion& question);

struct ExplainedExchange {
  // Nothing is refused, and the page reads the answer, or the application's own headers decide. Of
  // what no page reads (NoCors, Navigate): the handler runs.
  bool is_allowed = false;
  std::string host = {};            // asked with; empty = none
  std::string_view host_from = {};  // whose choice it is: "as asked", "of the public origin"
  std::string server = {};          // "https://api.example.com", as in the browser's messages
  // Null: none is sent. The decisions in there point into what `keeps` holds.
  std::optional<Explanation> preflight = {};
  std::optional<Explanation> request = {};
  BrowserOutcome browser = {};
  // Names of headers that the page sets and mode no-cors drops, escaped.
  std::vector<std::string> dropped_headers = {};
  // On a host that compares mount points as raw prefixes (cpp-httplib before 0.53) the request is
  // refused as path_ambiguous, unless the application says that it mounts nothing. What is
  // explained knows no host.
  bool is_ambiguous_with_mounts = false;
  std::shared_ptr<const void> keeps = {};

  // Lines for a terminal, without colour. Ends in a line break.
  [[nodiscard]] std::string text() const;
  // One JSON object: allowed, host, server, preflight and request (as Explanation::json; null for
  // none), and browser: sends_preflight, preflight, sends_request, sends_cookies, cookies, readable
  // ("yes", "no", "application"), answer, console (null for none), dropped_headers (a list); and
  // ambiguous_with_mounts.
  [[nodiscard]] std::string json() const;
};

// The answer that a browser gets, as far as Corsac writes it.
[[nodiscard]] BrowserAnswer to_browser_answer(const Explanation& explanation);

// `question` has no problem. `snapshot` outlives the answer. `own` is not kept.
[[nodiscard]] ExplainedExchange explain_exchange(const Snapshot& snapshot, const OwnOrigin& own,
                                                 const ExplainQuestion& question);

}  // namespace corsac
