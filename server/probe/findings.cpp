// From answers to faults, and what to change. Entry: judge. Spec: README, "Probe"; Fetch, 4.8, 4.9;
// RFC 9110, 12.5.5 (Vary); RFC 9111, 5.1 (Age). Test: tests/server/probe_test.py.

#include "findings.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <corsac/base/ascii.hpp>
#include <corsac/base/printable.hpp>

namespace corsac::server {
namespace {

constexpr std::string_view kAllowOrigin = "Access-Control-Allow-Origin";
constexpr std::string_view kAllowCredentials = "Access-Control-Allow-Credentials";
constexpr const char* kGrantErrors =
    "let error answers have the headers as well (nginx: add_header ... always); Corsac gives them "
    "to what its host answers, so that this one comes from something in front, or the path lies "
    "outside of the policy";

BrowserAnswer to_browser(const ProbeAnswer& answer) {
  return {.status = answer.status, .headers = answer.headers};
}

std::size_t count_lines(const ProbeAnswer& answer, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(answer.headers.begin(), answer.headers.end(),
                    [&](const auto& line) { return equals_ignoring_case(line.first, name); }));
}

bool has_element(std::string_view list, std::string_view element) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (equals_ignoring_case(trim_ows(list.substr(0, end)), element)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

// Fetch, 2.2.3 and 2.2.6: one without Location is an answer like any other.
bool is_redirect(const ProbeAnswer& answer) {
  const int status = answer.status;
  const bool redirects = (status >= 301 && status <= 303) || status == 307 || status == 308;
  return redirects && header_of(answer, "Location").has_value();
}

bool varies_by_origin(const ProbeAnswer& answer) {
  const std::string vary = header_of(answer, "Vary").value_or("");
  return has_element(vary, "origin") || has_element(vary, "*");
}

// Some cache stood between, as far as it says so.
bool is_from_cache(const ProbeAnswer& answer) {
  if (header_of(answer, "Age").value_or("0") != "0") return true;
  for (const std::string_view name :
       {"X-Cache", "X-Cache-Status", "CF-Cache-Status", "X-Proxy-Cache"}) {
    if (to_ascii_lower(header_of(answer, name).value_or("")).find("hit") != std::string::npos)
      return true;
  }
  return false;
}

bool may_be_cached(const ProbeAnswer& answer) {
  if (is_from_cache(answer)) return true;
  const std::string control = to_ascii_lower(header_of(answer, "Cache-Control").value_or(""));
  if (control.find("no-store") != std::string::npos || control.find("private") != std::string::npos)
    return false;
  return control.find("max-age=") != std::string::npos ||
         control.find("s-maxage=") != std::string::npos ||
         control.find("public") != std::string::npos || header_of(answer, "Expires").has_value();
}

class Judge {
 public:
  Judge(const ProbeQuestion& question, const ProbeAnswers& answers,
        const ExplainedExchange* expected)
      : question_(question),
        answers_(answers),
        expected_(expected),
        browser_(question.as_browser()) {}

  ProbeVerdict run() {
    verdict_.is_same_origin = question_.is_same_origin();
    if (!verdict_.is_same_origin) {  // nobody checks what a server's own page reads
      preflight();
      actual();
    }
    redirect();
    doubled();
    credentials();
    strangers();
    vary();
    caches();
    errors();
    host();
    if (expected_ != nullptr) compare();
    return std::move(verdict_);
  }

 private:
  void add(Severity severity, const char* code, const Asked& asked, std::string value,
           std::string what, std::string fix) {
    verdict_.findings.push_back({.severity = severity,
                                 .code = code,
                                 .path = asked.name,
                                 .value = std::move(value),
                                 .what = std::move(what),
                                 .fix = std::move(fix)});
  }
  void preflight();
  void actual();
  void redirect();
  void doubled();
  void credentials();
  void strangers();
  void vary();
  void caches();
  void errors();
  void host();
  void compare();
  void compare(const Asked& asked, const Explanation& expected);
  [[nodiscard]] std::string what_to_change(const Explanation* expected,
                                           const char* without_policy) const;
  [[nodiscard]] const Explanation* expected_preflight() const;
  [[nodiscard]] const Explanation* expected_actual() const;
  [[nodiscard]] bool passes(const Asked& asked) const {
    return check_answer(browser_, to_browser(asked.answer)).passes();
  }
  [[nodiscard]] static std::string allowed(const Asked& asked) {
    return header_of(asked.answer, kAllowOrigin).value_or("");
  }

  const ProbeQuestion& question_;
  const ProbeAnswers& answers_;
  const ExplainedExchange* expected_;
  const BrowserRequest browser_;
  ProbeVerdict verdict_ = {};
};

const Explanation* Judge::expected_preflight() const {
  return expected_ != nullptr && expected_->preflight ? &*expected_->preflight : nullptr;
}

// A method that writes is not asked.
const Explanation* Judge::expected_actual() const {
  const bool is_asked = question_.method == "GET" || question_.method == "HEAD";
  return is_asked && expected_ != nullptr && expected_->request ? &*expected_->request : nullptr;
}

// What the policy says of a refusal, where it is known.
std::string Judge::what_to_change(const Explanation* expected, const char* without_policy) const {
  if (expected == nullptr) return without_policy;
  std::string text = expected->text();
  text.resize(std::min(text.find('\n'), text.size()));
  if (!expected->place.empty()) text += " (" + expected->place + ")";
  text.insert(0, "the policy says: ");
  if (expected->is_allowed) {
    return text + "; something between strips the answer, or the server has another policy";
  }
  // Nearer than the hint, which says the same of every refusal.
  if (!expected->near_miss.empty()) return text + "; near miss: " + expected->near_miss;
  return expected->hint.empty() ? text : text + "; " + expected->hint;
}

void Judge::preflight() {
  const Asked& asked = answers_.preflight;
  const BrowserVerdict verdict = check_preflight(browser_, to_browser(asked.answer));
  if (verdict.passes()) return;
  // What is not sent does not stop anybody; an upload with a listener would.
  const bool is_sent = preflight_cause(browser_).has_value();
  if (is_sent) {
    verdict_.is_readable = false;
    verdict_.console = verdict.console;
  }
  const Severity severity = is_sent ? Severity::Error : Severity::Warning;
  const int status = asked.answer.status;
  const std::string value = std::to_string(status);
  const bool asks_for_login = header_of(asked.answer, "WWW-Authenticate").has_value();
  if (status == 401 || status == 407 || (status == 403 && asks_for_login)) {
    return add(severity, "preflight-authenticated", asked, value,
               "a preflight meets authentication, and browsers send it without credentials",
               "answer preflights (OPTIONS with Access-Control-Request-Method) before anybody is "
               "asked who he is: Corsac in front of the authentication, or an exception for them "
               "in the proxy");
  }
  if (status >= 300 && status < 400) {
    return add(severity, "preflight-redirected", asked, value,
               "a preflight is redirected, which browsers do not follow",
               "answer it at this address: no login page, no other scheme, no slash that is added; "
               "or let the page call the address that the redirect names");
  }
  if (status == 404 || status == 405 || status == 501) {
    return add(severity, "preflight-not-answered", asked, value, "nobody answers OPTIONS here",
               "let OPTIONS reach the server with the middleware: a proxy or a router in front "
               "knows no such method");
  }
  add(severity, "preflight-refused", asked, value, verdict.why,
      what_to_change(expected_preflight(),
                     "ask `corsac explain POLICY` with this origin, method and headers; where that "
                     "says it is allowed, something between strips the answer"));
}

void Judge::actual() {
  const Asked& asked = answers_.actual;
  const BrowserVerdict verdict = check_answer(browser_, to_browser(asked.answer));
  if (verdict.passes()) return;
  verdict_.is_readable = false;
  if (verdict_.console.empty()) verdict_.console = verdict.console;
  // A doubled line and a redirect have findings of their own.
  if (verdict.fault == BrowserFault::AllowOriginSeveral || is_redirect(asked.answer)) return;
  const int status = asked.answer.status;
  const bool is_missing = verdict.fault == BrowserFault::AllowOriginMissing;
  if (is_missing && status >= 400 &&
      check_preflight(browser_, to_browser(answers_.preflight.answer)).passes()) {
    return add(Severity::Error, "error-without-grant", asked, std::to_string(status),
               "the preflight is granted, and the error that answers the request has no grant",
               kGrantErrors);
  }
  add(Severity::Error, "answer-not-readable", asked, std::to_string(status), verdict.why,
      is_missing ? what_to_change(expected_actual(),
                                  "list the origin in allowed_origins; where `corsac explain` says "
                                  "that it is, something between strips the header")
      : verdict.fault == BrowserFault::CredentialsMissing
          ? "set allow_credentials = true on the rule, or let the page leave credentials out"
          : "let the policy name the origin itself, and nothing between write the header");
}

// Fetch, 4.4: a redirect is checked like any answer before it is followed. Its Location is not
// asked: it may be a server that nobody meant.
void Judge::redirect() {
  const Asked& asked = answers_.actual;
  if (!is_redirect(asked.answer)) return;
  std::string value = std::to_string(asked.answer.status) + " to " +
                      header_of(asked.answer, "Location").value_or("");
  if (verdict_.is_same_origin || passes(asked)) {
    verdict_.is_redirected = true;
    return add(Severity::Warning, "answer-redirected", asked, std::move(value),
               "the browser follows a redirect, and what stands there was not asked",
               "probe the address that it names, or let the page call that one; when it is of "
               "another server, that one is asked with Origin: null");
  }
  add(Severity::Error, "answer-redirected", asked, std::move(value),
      "the answer is a redirect without a grant, and browsers do not follow that",
      "let the page call the address that the redirect names, or answer at this one: no login "
      "page, no other scheme, no slash that is added");
}

// Both answers that a page meets are named; the others say the same.
void Judge::doubled() {
  for (const std::string_view name :
       {kAllowOrigin, kAllowCredentials, std::string_view("Access-Control-Max-Age")}) {
    const auto is_doubled = [&](const Asked& asked) {
      return count_lines(asked.answer, name) > 1 ||
             (name == kAllowOrigin && allowed(asked).find(',') != std::string::npos);
    };
    const auto all = answers_.all();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Asked* asked) { return is_doubled(*asked); });
    if (found == all.end()) continue;
    const Asked& first = **found;
    const bool is_list = count_lines(first.answer, name) == 1;
    add(Severity::Error, "header-doubled", first, header_of(first.answer, name).value_or(""),
        std::string(name) +
            (is_list ? " is one line with several values; browsers take one origin or \"*\""
                     : " is there twice; browsers refuse that"),
        is_list ? "let whoever writes the line name the one origin that asks, and send Vary: "
                  "Origin, as Corsac does; where nobody writes a list, two lines were joined on "
                  "the way"
                : "let one of them write it: take add_header out of the proxy, or hide what comes "
                  "from behind it (nginx: proxy_hide_header " +
                      std::string(name) + ")");
    if (&first == &answers_.preflight && is_doubled(answers_.actual)) {
      verdict_.findings.back().path += ", " + answers_.actual.name;
    }
    return;
  }
}

void Judge::credentials() {
  for (const Asked* asked : answers_.all()) {
    if (allowed(*asked) != "*") continue;
    if (header_of(asked->answer, kAllowCredentials).value_or("") != "true") continue;
    return add(Severity::Error, "any-origin-with-credentials", *asked, "*",
               "\"*\" and Access-Control-Allow-Credentials: true go together nowhere",
               "name the origins in allowed_origins, or take the credentials away");
  }
}

void Judge::strangers() {
  const auto judge = [&](const Asked& asked, std::string_view origin, const char* code,
                         const char* what, const char* fix) {
    if (allowed(asked) != origin) return;
    const bool has_credentials = header_of(asked.answer, kAllowCredentials).value_or("") == "true";
    add(has_credentials ? Severity::Error : Severity::Warning, code, asked, std::string(origin),
        has_credentials ? std::string(what) + ", with credentials" : what, fix);
  };
  judge(answers_.foreign, kForeignOrigin, "foreign-origin-allowed",
        "an origin that nobody has is allowed: the server echoes what it is sent",
        "list the origins that may call it; for what everybody may read write \"*\" without "
        "credentials");
  judge(answers_.null, "null", "null-origin-allowed",
        "null is allowed, which every sandboxed frame and file sends",
        "take allow_null_origin away, or null out of the proxy's list");
}

void Judge::vary() {
  const std::string origin = allowed(answers_.actual);
  // One answer for everybody needs no Vary.
  if (origin.empty() || origin == "*") return;
  if (allowed(answers_.foreign) == origin && allowed(answers_.none) == origin) return;
  for (const Asked* asked : {&answers_.actual, &answers_.foreign, &answers_.none}) {
    if (varies_by_origin(asked->answer) || asked->answer.status == 421) continue;
    const bool is_cached = may_be_cached(asked->answer);
    return add(is_cached ? Severity::Error : Severity::Warning, "vary-missing", *asked,
               header_of(asked->answer, "Vary").value_or("none"),
               is_cached ? "the answer depends on Origin and may be cached, and has no Vary: Origin"
                         : "the answer depends on Origin, and has no Vary: Origin",
               "send Vary: Origin with every answer of this address, those without Origin too; "
               "where Corsac sends it, something between takes it away");
  }
}

void Judge::caches() {
  const auto add_wrong = [&](const Asked& asked, std::string what) {
    std::string value = allowed(asked).empty() ? "none" : allowed(asked);
    if (const auto age = header_of(asked.answer, "Age")) value += "; Age: " + *age;
    if (const auto cache = header_of(asked.answer, "X-Cache")) value += "; X-Cache: " + *cache;
    add(Severity::Error, "cache-wrong-answer", asked, std::move(value), std::move(what),
        "make the cache keep answers apart by Origin (it must heed Vary; nginx: no "
        "proxy_ignore_headers Vary, or $http_origin in proxy_cache_key), or not keep these at all");
  };
  if (passes(answers_.actual)) {
    for (const Asked* asked : {&answers_.allowed_after_foreign, &answers_.allowed_after_none}) {
      if (passes(*asked)) continue;
      return add_wrong(*asked, "a cache gives the page an answer that was made for somebody else");
    }
  }
  const std::string origin = allowed(answers_.actual);
  if (origin.empty() || origin == "*") return;
  const bool is_constant =
      allowed(answers_.foreign) == origin && !is_from_cache(answers_.foreign.answer);
  if (is_constant) return;
  for (const Asked* asked : {&answers_.foreign, &answers_.foreign_after_allowed}) {
    if (allowed(*asked) != origin) continue;
    return add_wrong(*asked, "a cache gives a foreign origin the answer of the allowed one");
  }
}

void Judge::errors() {
  const Asked& asked = answers_.missing;
  if (!passes(answers_.actual) || asked.answer.status < 400 || passes(asked)) return;
  if (header_of(asked.answer, kAllowOrigin).value_or("").find(',') != std::string::npos) return;
  add(Severity::Warning, "error-without-grant", asked, std::to_string(asked.answer.status),
      "pages cannot read error answers: they have no grant", kGrantErrors);
}

void Judge::host() {
  const Asked& asked = answers_.other_host;
  const int status = asked.answer.status;
  if (status >= 400 || answers_.none.answer.status >= 400) return;
  if (status != answers_.none.answer.status) return;  // sent elsewhere
  add(Severity::Warning, "host-guard-missing", asked, std::to_string(status),
      "the server answers under a name that is not its own",
      "write [hosts] allowed = [\"" + question_.authority +
          "\"]; without it a page may rebind its own name to this server's address (not needed "
          "where only a proxy that checks the name can reach it)");
}

void Judge::compare() {
  if (const Explanation* expected = expected_preflight()) compare(answers_.preflight, *expected);
  if (const Explanation* expected = expected_actual()) compare(answers_.actual, *expected);
}

void Judge::compare(const Asked& asked, const Explanation& expected) {
  const auto is_of_cors = [](std::string_view name) {
    return to_ascii_lower(name).starts_with("access-control-");
  };
  for (const auto& [name, value] : expected.headers) {
    if (equals_ignoring_case(name, "Vary")) continue;  // others may add to it
    const auto seen = header_of(asked.answer, name);
    if (!is_of_cors(name) || seen == value) continue;
    add(Severity::Error, seen ? "header-changed" : "header-stripped", asked,
        name + ": " + seen.value_or("none"),
        std::string("the policy sends ").append(name).append(": ").append(value),
        "look at what stands between: a proxy, a gateway, a CDN; or the server has another policy");
  }
  for (const auto& sent : asked.answer.headers) {
    const std::string& name = sent.first;
    const auto is_expected = [&](const auto& line) {
      return equals_ignoring_case(line.first, name);
    };
    if (!is_of_cors(name) ||
        std::any_of(expected.headers.begin(), expected.headers.end(), is_expected)) {
      continue;
    }
    add(Severity::Error, "header-added", asked, name + ": " + sent.second,
        "the policy sends no such header",
        "take it out of what stands between, or out of the handler; or the server has another "
        "policy");
  }
}

}  // namespace

ProbeVerdict judge(const ProbeQuestion& question, const ProbeAnswers& answers,
                   const ExplainedExchange* expected) {
  return Judge(question, answers, expected).run();
}

}  // namespace corsac::server
