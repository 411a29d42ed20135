// corsac explain --har: prints what became of each exchange, and what the policy makes of it.
// Entry: explain_har. Test: tests/server/explain_har_test.py.

#include "explain_har.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/base/ascii.hpp>
#include <corsac/base/printable.hpp>
#include <corsac/policy/explain_line.hpp>
#include <corsac/policy/report.hpp>

#include "har_exchange.hpp"
#include "read_har.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kUrlLimitBytes = 300;
constexpr std::size_t kMethodLimitBytes = 100;

// What the policy would have made of it.
struct Judged {
  Explanation explanation;
  BrowserVerdict verdict = {};
  bool would_fail = false;
  bool is_of_application = false;
  bool is_of_preflight = false;  // that goes before the request
};

Judged judge(const HarExchange& exchange, const RequestView& view, const BrowserRequest& asked,
             const Snapshot& snapshot) {
  Judged judged{.explanation = explain(snapshot, view)};
  const BrowserAnswer answer = to_browser_answer(judged.explanation);
  judged.is_of_application = answer.is_of_application;
  if (exchange.browser.mode == RequestMode::Cors) {
    BrowserRequest browser = asked;
    browser.is_own = judged.explanation.decision.is_own_origin;
    judged.verdict = view.requested_method.is_present() && !browser.is_own
                         ? check_preflight(browser, answer)
                         : check_answer(browser, answer);
  }
  if (exchange.is_navigation()) {  // no page reads it, so that it needs no grant
    judged.would_fail = judged.explanation.decision.outcome == Outcome::Refuse;
    return judged;
  }
  judged.would_fail =
      !judged.explanation.is_allowed || (!judged.verdict.passes() && !judged.is_of_application);
  return judged;
}

// What the policy says of the preflight that a browser sends before the request, whether or not the
// file has it: a request that was never sent is judged by it.
Judged judge(const HarExchange& exchange, const Snapshot& snapshot) {
  if (!exchange.is_preflight && preflight_cause(exchange.browser)) {
    const std::string_view names = exchange.browser.requested_headers;
    RequestView preflight = exchange.view;
    preflight.method = "OPTIONS";
    preflight.requested_method = {exchange.view.method, 1};
    preflight.requested_headers = std::span(&names, names.empty() ? 0 : 1);
    preflight.has_cookie = preflight.has_authorization = false;
    preflight.content_type = {};
    Judged judged = judge(exchange, preflight, exchange.browser, snapshot);
    judged.is_of_preflight = true;
    if (judged.would_fail) return judged;
  }
  return judge(exchange, exchange.view, exchange.browser, snapshot);
}

std::string entry_name(const HarEntry& entry) {
  return "entry " + std::to_string(entry.index) + " (line " + std::to_string(entry.line) + ")";
}

// What follows from both; empty = nothing that they do not say themselves.
const char* conclusion(const HarRecorded& recorded, const Judged& judged) {
  if (!recorded.is_by_cors || judged.would_fail || !judged.verdict.passes()) return "";
  return "this policy would grant it: something in front strips or doubles the header, or another "
         "policy ran; ask the server with `corsac probe`";
}

// Prints each exchange as it comes: a file may have any number of them.
class Rows {
 public:
  explicit Rows(bool is_json) : is_json_(is_json) {}

  void add(const HarExchange& exchange, const HarRecorded& recorded, const Judged& judged) {
    ++exchanges_;
    failed_ += recorded.has_failed ? 1 : 0;
    would_fail_ += judged.would_fail ? 1 : 0;
    if (!is_json_ && !recorded.has_failed && !recorded.is_unknown && !judged.would_fail) return;
    const std::string row = is_json_
                                ? (has_begun_ ? "," : kBegin) + json(exchange, recorded, judged)
                                : text(exchange, recorded, judged);
    has_begun_ = true;
    std::fputs(row.c_str(), stdout);
  }
  void leave_out(const HarEntry& entry) {
    if (unreadable_++ == 0) first_unreadable_ = entry_name(entry);
  }
  // What goes behind the rows. `is_complete`: the whole file was read; else rows that were printed
  // are still made one JSON document.
  void finish(bool is_complete) const;
  [[nodiscard]] bool has_failures() const noexcept { return failed_ + would_fail_ != 0; }
  [[nodiscard]] std::size_t unreadable() const noexcept { return unreadable_; }

 private:
  static std::string text(const HarExchange& exchange, const HarRecorded& recorded,
                          const Judged& judged);
  static std::string json(const HarExchange& exchange, const HarRecorded& recorded,
                          const Judged& judged);

  static constexpr const char* kBegin = "{\"exchanges\":[";

  const bool is_json_;
  bool has_begun_ = false;
  std::size_t exchanges_ = 0;
  std::size_t failed_ = 0;
  std::size_t would_fail_ = 0;
  std::size_t unreadable_ = 0;
  std::string first_unreadable_ = {};
};

std::string policy_line(const Judged& judged) {
  const Explanation& explanation = judged.explanation;
  std::string text = explanation.text();
  text.resize(text.find('\n'));
  if (judged.is_of_preflight) text.insert(0, "its preflight: ");
  if (!explanation.place.empty()) text += " (" + explanation.place + ")";
  if (explanation.decision.reason != Reason::None) return text;
  if (judged.is_of_application && !judged.verdict.passes()) {
    return text + ": the application's own headers decide";
  }
  return judged.verdict.passes() ? text
                                 : text + ", and the browser refuses it: " + judged.verdict.why;
}

std::string Rows::text(const HarExchange& exchange, const HarRecorded& recorded,
                       const Judged& judged) {
  const HarEntry& entry = *exchange.entry;
  std::string lines = entry_name(entry) + ": " + to_one_line(entry.method, kMethodLimitBytes) +
                      " " + to_one_line(to_shown_url(entry.url), kUrlLimitBytes) + "\n";
  add_explained_line(lines, "from",
                     exchange.origin.empty() ? "a page of another origin, which is not told"
                                             : to_one_line(exchange.origin, kUrlLimitBytes));
  if (exchange.is_preflight) {
    add_explained_line(
        lines, "preflight",
        "for " + to_one_line(exchange.browser.method, kMethodLimitBytes) +
            (exchange.browser.requested_headers.empty()
                 ? ""
                 : " with " + to_one_line(exchange.browser.requested_headers, kUrlLimitBytes)));
  }
  if (exchange.is_navigation()) {
    add_explained_line(lines, "mode", "navigate: a link or a form, which needs no grant");
  }
  const std::string status = recorded.is_answered ? std::to_string(entry.status) + ", " : "";
  add_explained_line(lines, "recorded",
                     recorded.has_failed        ? "FAILED: " + status + recorded.why
                     : recorded.is_unknown      ? "cannot be told: " + status + recorded.why
                     : exchange.is_navigation() ? "passed: " + status + recorded.why
                                                : "passed: " + status + "readable");
  if (recorded.is_answered && recorded.headers.empty() && !exchange.is_navigation())
    add_explained_line(lines, "had", "no header of CORS");
  std::string_view name = "had";
  for (const std::string& header : recorded.headers) {
    add_explained_line(lines, std::exchange(name, ""), header);
  }
  add_explained_line(lines, "cut", recorded.cut);
  add_explained_line(lines, "console", recorded.console);
  add_explained_line(lines, "policy", policy_line(judged));
  add_explained_line(lines, "so", conclusion(recorded, judged));
  add_explained_line(lines, "near miss", judged.explanation.near_miss);
  add_explained_line(lines, "hint", judged.explanation.hint);
  return lines + "\n";
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string Rows::json(const HarExchange& exchange, const HarRecorded& recorded,
                       const Judged& judged) {
  const HarEntry& entry = *exchange.entry;
  Json json;
  json["entry"] = entry.index;
  json["line"] = entry.line;
  json["method"] = to_one_line(entry.method, kMethodLimitBytes);
  json["url"] = to_one_line(to_shown_url(entry.url), kUrlLimitBytes);
  json["origin"] = text_or_null(to_one_line(exchange.origin, kUrlLimitBytes));
  json["mode"] = std::string(to_text(exchange.browser.mode));
  json["is_preflight"] = exchange.is_preflight;
  json["recorded"] = {{"failed", recorded.has_failed},
                      {"by_cors", recorded.is_by_cors},
                      {"unknown", recorded.is_unknown},
                      {"status", recorded.is_answered ? Json(entry.status) : Json(nullptr)},
                      {"why", text_or_null(recorded.why)},
                      {"console", text_or_null(recorded.console)},
                      {"headers", recorded.headers},
                      {"cut", text_or_null(recorded.cut)}};
  json["would_fail"] = judged.would_fail;
  json["conclusion"] = text_or_null(conclusion(recorded, judged));
  json["browser"] = text_or_null(judged.verdict.why);
  json["is_of_preflight"] = exchange.is_preflight || judged.is_of_preflight;
  json["policy"] = Json::parse(judged.explanation.json());
  return json.dump();
}

void Rows::finish(bool is_complete) const {
  if (!is_complete && !has_begun_) return;
  if (is_json_) {
    std::printf(
        "%s],\"is_complete\":%s,\"cross_origin\":%zu,\"failed\":%zu,\"would_fail\":%zu,"
        "\"unreadable\":%zu}\n",
        has_begun_ ? "" : kBegin, is_complete ? "true" : "false", exchanges_, failed_, would_fail_,
        unreadable_);
    return;
  }
  if (unreadable_ != 0) {
    std::printf(
        "%zu without a method or an address that can be read, or with a value of a wrong type, the "
        "first: %s\n",
        unreadable_, first_unreadable_.c_str());
  }
  if (!is_complete) std::printf("the file could not be read to its end; as far as it was: ");
  std::printf("%zu exchanges of other origins; %zu failed; this policy would fail %zu\n",
              exchanges_, failed_, would_fail_);
}

// Of all servers in there, the policy is about the one that was named.
bool is_asked_about(const HarExchange& exchange, const ExplainOptions& options,
                    const OwnOrigin& own) {
  if (!options.host.empty()) return equals_ignoring_case(options.host, exchange.authority);
  return own.public_origins().empty() || own.is_public_origin(exchange.server);
}

// Which servers a file has entries for. Bounded: a file may name any number of them.
class Servers {
 public:
  void add(const HarExchange& exchange, bool is_asked_about) {
    has_asked_ = has_asked_ || is_asked_about;
    if (has_asked_ || std::find(shown_.begin(), shown_.end(), exchange.server) != shown_.end())
      return;
    if (shown_.size() < kShown) {
      shown_.push_back(exchange.server);
    } else {
      has_more_ = true;
    }
  }
  // An entry went to the server that the policy is about.
  [[nodiscard]] bool has_asked() const noexcept { return has_asked_; }
  [[nodiscard]] bool is_empty() const noexcept { return shown_.empty() && !has_asked_; }
  [[nodiscard]] std::string text() const {
    std::string names;
    for (const std::string& server : shown_) {
      names += (names.empty() ? "" : ", ") + to_one_line(server, kServerLimitBytes);
    }
    return names + (has_more_ ? ", and more" : "");
  }

 private:
  static constexpr std::size_t kShown = 10;
  static constexpr std::size_t kServerLimitBytes = 100;

  bool has_asked_ = false;
  bool has_more_ = false;
  std::vector<std::string> shown_ = {};
};

// Why nothing in the file could be judged, which must not pass for "nothing failed"; else none.
std::vector<Problem> nothing_judged(const ExplainOptions& options, const Servers& servers,
                                    std::size_t unreadable) {
  if (servers.is_empty()) {
    if (unreadable == 0) return {};
    return {{.code = "har-unreadable",
             .what = "none of its " + std::to_string(unreadable) +
                     " entries has a method and an address that can be read, and values of the "
                     "types that a HAR file has",
             .fix = "export it from the browser again"}};
  }
  if (servers.has_asked()) return {};
  const bool is_host = !options.host.empty();
  return {{.code = "har-no-host",
           .path = is_host ? "--host" : "--public-origin",
           .value = without_userinfo(is_host ? options.host : options.public_origin),
           .what = "no entry of the file is of this server",
           .fix = "name one of those in the file: " + servers.text()}};
}

}  // namespace

int explain_har(const ExplainOptions& options, const Snapshot& snapshot, const OwnOrigin& own) {
  Rows rows(options.as_json);
  Servers servers;
  const auto read = read_har(options.har, [&](const HarEntry& entry) {
    if (is_unreadable(entry)) return rows.leave_out(entry);
    HarExchange exchange;
    const bool is_of_other = make_exchange(entry, own, exchange);
    if (exchange.server.empty()) return;  // neither http nor https
    const bool is_asked = is_asked_about(exchange, options, own);
    servers.add(exchange, is_asked);
    if (is_asked && is_of_other)
      rows.add(exchange, judge_recorded(exchange), judge(exchange, snapshot));
  });
  if (read) {
    if (const Report nothing(nothing_judged(options, servers, rows.unreadable()), {options.har});
        nothing.has_errors()) {
      std::fputs(nothing.text().c_str(), stderr);
      return 1;
    }
  }
  rows.finish(read.has_value());
  if (!read) {
    std::fputs(read.error().text().c_str(), stderr);
    return 1;
  }
  return rows.has_failures() ? 2 : 0;
}

}  // namespace corsac::server
