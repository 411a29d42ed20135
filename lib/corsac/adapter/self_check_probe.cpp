// The questions of the self-check and the judgement of their answers. A doubled
// Access-Control-Allow-Origin is the most common way in which two CORS layers break a page; a
// missing one mostly means that another hook took the slot. Entries: self_check_probes,
// judge_self_check, inconclusive_paths. Test: tests/adapter/self_check_test.cpp.

#include "corsac/adapter/self_check_probe.hpp"

#include <algorithm>

#include "corsac/base/ascii.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/http/response_edits.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac {
namespace {

// What the middleware decides about the probe.
Decision decide(const Gate& gate, const Snapshot& snapshot, const SelfCheckProbe& probe) {
  RequestView view;
  view.method = probe.method;
  view.target = view.path = probe.path;
  view.host = {probe.host, 1};
  if (!probe.origin.empty()) view.origin = {probe.origin, 1};
  if (probe.is_preflight) view.requested_method = {"GET", 1};
  view.own = &gate.own_origin();
  return snapshot.decide(view);
}

// An origin that the rule of this path lists as it is.
std::string plain_origin(const Snapshot& snapshot, const std::string& path,
                         const std::string& host) {
  RequestView view;
  view.method = "GET";
  view.target = view.path = path;
  view.host = {host, 1};
  const auto& patterns = snapshot.rule(snapshot.route(view).rule).patterns;
  if (patterns == nullptr) return {};
  for (const OriginPattern& pattern : *patterns) {
    if (pattern.host_form == HostForm::Exact && pattern.port_form == PortForm::Exact) {
      return pattern.text;
    }
  }
  return {};
}

bool has_element(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim_ows(list.substr(0, comma));
    if (element == "*" || equals_ignoring_case(element, name)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

class Judge {
 public:
  Judge(const SelfCheckProbe& probe, const SelfCheckAnswer& answer)
      : answer_(answer),
        path_(probe.method + " " + probe.path +
              (probe.origin.empty() ? "" : " from " + probe.origin)) {}

  void expect_status(int status) {
    if (answer_.status == status) return;
    add(Severity::Error, "self-check-missing", std::to_string(answer_.status),
        "the policy answers this request with " + std::to_string(status), kHooks);
  }

  void expect_header(std::string_view name, std::string_view value) {
    const std::vector<std::string_view> lines = values(name);
    if (lines.empty()) {
      add(Severity::Error, "self-check-missing", std::string(name),
          "the decision has this header, the answer has not", kHooks);
    } else if (lines.size() == 1 && lines[0] != value) {
      add(Severity::Error, "self-check-differs", std::string(lines[0]),
          "the decision has " + std::string(name) + ": " + std::string(value),
          "look for another CORS layer, here or in a proxy");
    }
  }

  void expect_vary(std::string_view names) {
    while (!names.empty()) {
      const std::size_t comma = names.find(',');
      const std::string_view name = trim_ows(names.substr(0, comma));
      const auto lines = values("Vary");
      if (std::none_of(lines.begin(), lines.end(),
                       [name](std::string_view line) { return has_element(line, name); })) {
        return add(Severity::Error, "self-check-missing", "Vary",
                   "the answer does not say that it varies by " + std::string(name), kHooks);
      }
      if (comma == std::string_view::npos) return;
      names.remove_prefix(comma + 1);
    }
  }

  // No header stands on two lines; without a grant none stands at all.
  void expect_no_other(const Decision& decision) {
    std::vector<std::string> seen;
    for (const auto& [name, value] : answer_.headers) {
      if (!is_cors_response_header(name) && !equals_ignoring_case(name, "Vary")) continue;
      const std::string lower = to_ascii_lower(name);
      if (std::find(seen.begin(), seen.end(), lower) != seen.end()) continue;
      seen.push_back(lower);
      if (values(name).size() > 1) {
        add(Severity::Error, "self-check-doubled", name, "the header stands on several lines",
            "look for another CORS layer, here or in a proxy, and keep one");
      }
    }
    if (decision.has_grant() || decision.handler_headers != HandlerHeaders::Replace) return;
    if (values("Access-Control-Allow-Origin").empty()) return;
    add(Severity::Error, "self-check-differs", "Access-Control-Allow-Origin",
        "the answer grants what the policy does not", kHooks);
  }

  [[nodiscard]] bool has(std::string_view name) const { return !values(name).empty(); }

  std::vector<Problem> problems = {};

 private:
  static constexpr const char* kHooks =
      "call install after every other set_pre_routing_handler and set_post_routing_handler, or "
      "call Hooks::before and Hooks::after inside them";

  [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& [known, value] : answer_.headers) {
      if (equals_ignoring_case(known, name)) found.push_back(value);
    }
    return found;
  }

  void add(Severity severity, const char* code, std::string value, std::string what,
           const char* fix) {
    problems.push_back({.severity = severity,
                        .code = code,
                        .path = path_,
                        .value = std::move(value),
                        .what = std::move(what),
                        .fix = fix});
  }

  const SelfCheckAnswer& answer_;
  std::string path_;
};

}  // namespace

std::vector<SelfCheckProbe> self_check_probes(const Gate& gate, const SelfCheckOptions& options,
                                              const std::string& host) {
  const SnapshotPtr snapshot = gate.snapshot();
  std::vector<SelfCheckProbe> probes;
  for (const std::string& path : options.paths) {
    probes.push_back({.method = "GET", .path = path, .host = host});
    const std::string allowed =
        options.origin.empty() ? plain_origin(*snapshot, path, host) : options.origin;
    for (const std::string& origin : {allowed, std::string(kSelfCheckStranger)}) {
      if (origin.empty()) continue;
      probes.push_back({.method = "GET", .path = path, .host = host, .origin = origin});
      probes.push_back({.method = "OPTIONS",
                        .path = path,
                        .host = host,
                        .origin = origin,
                        .is_preflight = true});
    }
  }
  return probes;
}

std::vector<Problem> judge_self_check(const Gate& gate, const SelfCheckProbe& probe,
                                      const SelfCheckAnswer& answer) {
  const SnapshotPtr snapshot = gate.snapshot();
  const Decision decision = decide(gate, *snapshot, probe);
  Judge judge(probe, answer);
  const bool is_handlers = decision.outcome == Outcome::Pass &&
                           decision.handler_headers == HandlerHeaders::Keep &&
                           judge.has("Access-Control-Allow-Origin");
  if (decision.outcome != Outcome::Pass) judge.expect_status(decision.status);
  if (decision.outcome == Outcome::Refuse && decision.status >= 400) {
    judge.expect_header("Cache-Control", "no-store");  // all that the second hook adds to some
  }
  if (!is_handlers) {
    for (const auto& [name, value] : grant_headers(decision)) judge.expect_header(name, value);
  }
  judge.expect_vary(vary_value(decision.vary));
  judge.expect_no_other(decision);
  return std::move(judge.problems);
}

std::vector<Problem> inconclusive_paths(const Gate& gate,
                                        const std::vector<SelfCheckProbe>& probes) {
  const SnapshotPtr snapshot = gate.snapshot();
  std::vector<Problem> problems;
  for (auto probe = probes.begin(); probe != probes.end();) {
    const std::string& path = probe->path;
    bool shows_something = false;
    for (; probe != probes.end() && probe->path == path; ++probe) {
      const Decision decision = decide(gate, *snapshot, *probe);
      shows_something |= decision.outcome != Outcome::Pass || decision.vary != VaryOn::Nothing ||
                         decision.has_grant();
    }
    if (shows_something) continue;
    problems.push_back({.severity = Severity::Warning,
                        .code = kSelfCheckInconclusive,
                        .path = path,
                        .what = "the policy adds nothing to any answer here, so nothing shows the "
                                "middleware",
                        .fix = "name a path that the policy speaks about in "
                               "SelfCheckOptions::paths"});
  }
  return problems;
}

}  // namespace corsac
