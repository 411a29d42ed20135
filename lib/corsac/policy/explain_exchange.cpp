// One fetch() of a page, explained from the preflight to what the page reads. Entries:
// question_problems, explain_exchange. Test: tests/policy/explain_exchange_test.cpp.

#include "corsac/policy/explain_exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/http/header_name.hpp"
#include "corsac/http/method.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/policy/self_test.hpp"
#include "corsac/policy/sent_requests.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {
namespace {

struct ChosenHost {
  std::string value = {};  // empty = no Host
  std::string_view from = {};
};

std::string_view behind_scheme(std::string_view origin) {
  const std::size_t scheme_end = origin.find("://");
  return scheme_end == std::string_view::npos ? origin : origin.substr(scheme_end + 3);
}

ChosenHost choose_host(const ExplainQuestion& question, const OwnOrigin& own,
                       const Snapshot& snapshot) {
  if (!question.host.empty()) return {question.host, "as asked"};
  if (std::string host = host_of_headers(question.headers); !host.empty()) {
    return {std::move(host), "of a header"};
  }
  if (!own.public_origins().empty()) {
    return {std::string(behind_scheme(own.public_origins().front())), "of the public origin"};
  }
  if (snapshot.hosts().empty()) return {};
  return {host_of_tests(snapshot), "of hosts.allowed; another can be asked for"};
}

// The server as browsers name it. Without anything that is known: https, and a name that nobody
// has.
std::string server_of(const ChosenHost& host, const OwnOrigin& own) {
  for (const std::string& origin : own.public_origins()) {
    if (host.value.empty() || equals_ignoring_case(behind_scheme(origin), host.value))
      return origin;
  }
  if (host.value.empty()) return "https://your-server.example";
  std::string_view name = host.value;
  if (!name.starts_with('[')) name = name.substr(0, name.find(':'));
  if (name.starts_with('[')) name = name.substr(0, name.find(']') + 1);
  return (is_loopback_host(name) ? "http://" : "https://") + host.value;
}

// RFC 9112, 3.2.1: what a browser writes into a request line. The rest it escapes or keeps back.
bool is_sent_in_target(char c) noexcept { return c > ' ' && c < 0x7f && c != '#'; }

bool is_problem_of_mode(const ExplainQuestion& question) {
  const std::string& method = question.method;
  switch (question.mode) {
    case RequestMode::Cors:
      return false;
    case RequestMode::NoCors:
      return !is_safelisted_method(method);
    case RequestMode::Navigate:
      return method != "GET" && method != "POST";
    case RequestMode::WebSocket:
      return method != "GET";
  }
  return false;
}

// What no page reads needs no grant, only a handler that runs.
bool is_allowed(const ExplainedExchange& told, RequestMode mode) {
  if (told.preflight && !told.preflight->is_allowed) return false;
  if (!told.request) return false;
  if (mode == RequestMode::NoCors || mode == RequestMode::Navigate) {
    return told.request->decision.outcome != Outcome::Refuse;
  }
  return told.request->is_allowed && told.browser.is_readable != BrowserOutcome::Readable::No;
}

bool is_ambiguous_with_mounts(const Snapshot& snapshot, RequestView request) {
  request.mounts_by_raw_prefix = true;
  return snapshot.decide(request).reason == Reason::PathAmbiguous;
}

}  // namespace

// Of what Corsac leaves to the application its headers alone tell nothing.
BrowserAnswer to_browser_answer(const Explanation& explanation) {
  const Decision& decision = explanation.decision;
  BrowserAnswer answer;
  answer.status = decision.outcome == Outcome::Pass ? 200 : decision.status;
  answer.headers = explanation.headers;
  answer.is_of_application =
      decision.outcome == Outcome::Pass &&
      (decision.handler_headers != HandlerHeaders::Replace || decision.is_preflight);
  return answer;
}

std::vector<Problem> question_problems(const ExplainQuestion& question) {
  std::vector<Problem> problems;
  if (!is_method(question.method)) {
    problems.push_back({.code = "option-value",
                        .path = "method",
                        .value = question.method,
                        .what = "this is no method",
                        .fix = "write one word, like PUT"});
  } else if (is_forbidden_method(question.method)) {
    problems.push_back({.code = "option-value",
                        .path = "method",
                        .value = question.method,
                        .what = "browsers let no page send this method",
                        .fix = "ask for one that fetch() sends, like PUT"});
  } else if (is_problem_of_mode(question)) {
    problems.push_back(
        {.code = "option-value",
         .path = "method",
         .value = question.method,
         .what = "browsers send no such method in mode " + std::string(to_text(question.mode)),
         .fix = "leave the mode out for a fetch()"});
  }
  if (!question.path.starts_with('/')) {
    problems.push_back({.code = "option-value",
                        .path = "path",
                        .value = without_userinfo(question.path),
                        .what = "a path begins with /",
                        .fix = "write it like /api/users, without scheme and host"});
  } else if (!std::all_of(question.path.begin(), question.path.end(), is_sent_in_target)) {
    problems.push_back({.code = "option-value",
                        .path = "path",
                        .value = question.path,
                        .what = "browsers send no such bytes in a path",
                        .fix = "leave out # and what is behind it; write a space as %20, and other "
                               "bytes the same way"});
  }
  for (const std::string& header : question.headers) {
    const HeaderLine line = split_header(header);
    if (!is_header_name(line.name)) {
      problems.push_back({.code = "option-value",
                          .path = "header",
                          .value = std::string(line.name),
                          .what = "this is no name of a header",
                          .fix = "write a name, like X-Custom, or \"Name: value\""});
    } else if (line.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      problems.push_back({.code = "option-value",
                          .path = "header",
                          .value = std::string(line.name),
                          .what = "a header's value has no line break and no NUL",
                          .fix = "write one line for each header"});
    } else if (header.find(':') == std::string::npos && is_forbidden_request_header(line.name)) {
      problems.push_back({.code = "option-value",
                          .path = "header",
                          .value = std::string(line.name),
                          .what = "browsers let no page set this header",
                          .fix = "leave it out, or write \"Name: value\" for one that the browser "
                                 "sends itself"});
    }
  }
  return problems;
}

ExplainedExchange explain_exchange(const Snapshot& snapshot, const OwnOrigin& own,
                                   const ExplainQuestion& question) {
  ExplainedExchange told;
  ChosenHost host = choose_host(question, own, snapshot);
  told.server = to_one_line(server_of(host, own));
  told.host_from = host.from;
  told.host = to_printable(host.value);
  const auto sent = std::make_shared<const SentRequests>(question, own, std::move(host.value));
  told.keeps = sent;
  for (const std::string_view name : sent->dropped_headers()) {
    told.dropped_headers.push_back(to_one_line(name));
  }
  BrowserRequest browser = sent->as_browser();
  browser.url = told.server + question.path;

  BrowserAnswer preflight;
  if (sent->preflight()) {
    told.preflight = explain(snapshot, *sent->preflight());
    preflight = to_browser_answer(*told.preflight);
  }
  // A browser whose preflight failed sends nothing more.
  const bool is_sent = !told.preflight || preflight.is_of_application ||
                       check_preflight(browser, preflight).passes();
  BrowserAnswer answer;
  if (is_sent) {
    told.request = explain(snapshot, sent->actual());
    answer = to_browser_answer(*told.request);
    told.is_ambiguous_with_mounts = told.request->decision.reason != Reason::PathAmbiguous &&
                                    is_ambiguous_with_mounts(snapshot, sent->actual());
  }
  const bool is_preflight_alone = sent->actual().requested_method.is_present() &&
                                  sent->actual().method == "OPTIONS" && !browser.is_own;
  told.browser = is_preflight_alone
                     ? browser_outcome(browser, &answer, nullptr)
                     : browser_outcome(browser, told.preflight ? &preflight : nullptr,
                                       is_sent ? &answer : nullptr);
  told.is_allowed = is_allowed(told, browser.mode);
  return told;
}

}  // namespace corsac
