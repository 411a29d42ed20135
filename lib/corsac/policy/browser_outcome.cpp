// The Fetch standard's checks as a browser makes them, and Chromium's words for what fails.
// Entries: check_preflight, check_answer, browser_outcome. Spec: Fetch, 4.8 and 4.9; the words are
// those of Chromium 156. Tests: tests/policy/browser_outcome_test.cpp;
// tests/browser/console_test.js has them compared with a real Chromium.

#include "corsac/policy/browser_outcome.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/http/header_name.hpp"
#include "corsac/http/method.hpp"

namespace corsac {
namespace {

constexpr std::array<std::string_view, 4> kModes = {"cors", "no-cors", "navigate", "websocket"};
constexpr std::array<std::string_view, 3> kCredentials = {"omit", "same-origin", "include"};
constexpr std::array<std::string_view, 13> kFaults = {"none",
                                                      "preflight_redirect",
                                                      "allow_origin_missing",
                                                      "allow_origin_several",
                                                      "allow_origin_invalid",
                                                      "allow_origin_other",
                                                      "any_origin_with_credentials",
                                                      "credentials_missing",
                                                      "preflight_status",
                                                      "methods_malformed",
                                                      "headers_malformed",
                                                      "method_not_allowed",
                                                      "header_not_allowed"};

// Messages hold values of any answer: longer ones are cut.
constexpr std::size_t kShownLimitBytes = 500;

std::string shown(std::string_view text) { return to_one_line(text, kShownLimitBytes); }

template <std::size_t size>
std::optional<std::size_t> find(const std::array<std::string_view, size>& names,
                                std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

// Fetch, 2.2.2 "get": the lines of one name, joined; nothing when there is none.
std::optional<std::string> get(const BrowserAnswer& answer, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [key, value] : answer.headers) {
    if (!equals_ignoring_case(key, name)) continue;
    joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

// A comma list of tokens; nothing when an element is none.
std::optional<std::vector<std::string>> tokens(const BrowserAnswer& answer, std::string_view name) {
  std::vector<std::string> found;
  const std::string text = get(answer, name).value_or("");
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view element = trim_ows(std::string_view(text).substr(at, end - at));
    at = end + 1;
    if (element.empty()) continue;
    if (!is_header_name(element)) return std::nullopt;
    found.emplace_back(element);
  }
  return found;
}

bool has_any(const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), "*") != names.end();
}

// What a URL parser would take as absolute: Chromium has other words for the rest.
bool begins_with_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon != 0 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
           return is_ascii_alpha(c) || is_ascii_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

constexpr std::string_view kSendValid = " Have the server send the header with a valid value.";

BrowserVerdict fault(BrowserFault code, std::string why, std::string console) {
  return {code, std::move(why), std::move(console)};
}

BrowserVerdict cors_check(const BrowserRequest& request, const BrowserAnswer& answer) {
  const bool has_credentials = request.credentials == CredentialsMode::Include;
  const std::string header = "The 'Access-Control-Allow-Origin' header ";
  const auto origin = get(answer, "access-control-allow-origin");
  if (!origin) {
    return fault(BrowserFault::AllowOriginMissing, "the answer has no Access-Control-Allow-Origin",
                 "No 'Access-Control-Allow-Origin' header is present on the requested resource.");
  }
  const std::string value = shown(*origin);
  if (*origin == "*" && has_credentials) {
    return fault(
        BrowserFault::AnyOriginWithCredentials, "\"*\" does not serve a request with credentials",
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be "
        "the wildcard '*' when the request's credentials mode is 'include'.");
  }
  if (*origin != "*" && *origin != request.origin) {
    if (origin->find_first_of(" ,") != std::string::npos) {
      return fault(BrowserFault::AllowOriginSeveral,
                   "Access-Control-Allow-Origin has several values; one is allowed",
                   header + "contains multiple values '" + value + "', but only one is allowed." +
                       std::string(kSendValid));
    }
    if (*origin != "null" && !begins_with_scheme(*origin)) {
      return fault(
          BrowserFault::AllowOriginInvalid, "Access-Control-Allow-Origin is no origin",
          header + "contains the invalid value '" + value + "'." + std::string(kSendValid));
    }
    return fault(BrowserFault::AllowOriginOther,
                 "Access-Control-Allow-Origin names another origin than the page's",
                 header + "has a value '" + value + "' that is not equal to the supplied origin." +
                     std::string(kSendValid));
  }
  const std::string allows = get(answer, "access-control-allow-credentials").value_or("");
  if (has_credentials && allows != "true") {
    return fault(BrowserFault::CredentialsMissing,
                 "Access-Control-Allow-Credentials is not true, and the request has credentials",
                 "The value of the 'Access-Control-Allow-Credentials' header in the response is '" +
                     shown(allows) +
                     "' which must be 'true' when the request's credentials mode is 'include'.");
  }
  return {};
}

BrowserVerdict method_check(const BrowserRequest& request, const BrowserAnswer& answer) {
  const auto methods = tokens(answer, "access-control-allow-methods");
  if (!methods) {
    return fault(BrowserFault::MethodsMalformed,
                 "Access-Control-Allow-Methods is no list of methods",
                 "Cannot parse Access-Control-Allow-Methods response header field in preflight "
                 "response.");
  }
  const bool is_listed =
      std::find(methods->begin(), methods->end(), request.method) != methods->end();
  const bool is_any = request.credentials != CredentialsMode::Include && has_any(*methods);
  if (is_listed || is_any || is_safelisted_method(request.method)) return {};
  const std::string method = shown(request.method);
  return fault(BrowserFault::Method, "Access-Control-Allow-Methods does not name " + method,
               "Method " + method +
                   " is not allowed by Access-Control-Allow-Methods in preflight response.");
}

BrowserVerdict header_check(const BrowserRequest& request, const BrowserAnswer& answer) {
  const auto allowed = tokens(answer, "access-control-allow-headers");
  if (!allowed) {
    return fault(BrowserFault::HeadersMalformed,
                 "Access-Control-Allow-Headers is no list of header names",
                 "Cannot parse Access-Control-Allow-Headers response header field in preflight "
                 "response.");
  }
  const bool is_any = request.credentials != CredentialsMode::Include && has_any(*allowed);
  std::string_view left = request.requested_headers;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(','), left.size());
    const std::string_view name = trim_ows(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    const auto is_name = [&](const std::string& each) { return equals_ignoring_case(each, name); };
    if (name.empty() || std::any_of(allowed->begin(), allowed->end(), is_name)) continue;
    const bool is_authorization = equals_ignoring_case(name, "authorization");
    if (is_any && !is_authorization) continue;
    std::string why = "Access-Control-Allow-Headers does not name " + shown(name);
    if (is_any) why += "; \"*\" does not cover it (Chromium still lets it pass)";
    return fault(BrowserFault::Header, std::move(why),
                 is_any ? ""
                        : "Request header field " + shown(name) +
                              " is not allowed by Access-Control-Allow-Headers in preflight "
                              "response.");
  }
  return {};
}

void add_start(BrowserVerdict& verdict, const BrowserRequest& request, std::string_view between) {
  if (verdict.console.empty()) return;
  verdict.console = "Access to fetch at '" + shown(request.url) + "' from origin '" +
                    shown(request.origin) +
                    "' has been blocked by CORS policy: " + std::string(between) + verdict.console;
}

constexpr std::string_view kOfPreflight =
    "Response to preflight request doesn't pass access control check: ";

std::string status_text(int status) { return std::to_string(status); }

}  // namespace

std::string_view to_text(RequestMode mode) noexcept {
  return kModes[static_cast<std::size_t>(mode)];
}
std::string_view to_text(CredentialsMode mode) noexcept {
  return kCredentials[static_cast<std::size_t>(mode)];
}
std::string_view to_text(BrowserFault fault) noexcept {
  return kFaults[static_cast<std::size_t>(fault)];
}
std::string_view to_text(BrowserOutcome::Readable readable) noexcept {
  constexpr std::array<std::string_view, 3> kReadable = {"yes", "no", "application"};
  return kReadable[static_cast<std::size_t>(readable)];
}
std::optional<RequestMode> parse_request_mode(std::string_view text) noexcept {
  const auto found = find(kModes, text);
  return found ? std::optional(static_cast<RequestMode>(*found)) : std::nullopt;
}
std::optional<CredentialsMode> parse_credentials_mode(std::string_view text) noexcept {
  const auto found = find(kCredentials, text);
  return found ? std::optional(static_cast<CredentialsMode>(*found)) : std::nullopt;
}

BrowserVerdict check_answer(const BrowserRequest& request, const BrowserAnswer& answer) {
  if (request.is_own || request.mode != RequestMode::Cors) return {};
  BrowserVerdict verdict = cors_check(request, answer);
  add_start(verdict, request, "");
  return verdict;
}

// In Chromium's order: a redirect is not followed, the CORS check comes before the status, and the
// method before the headers.
BrowserVerdict check_preflight(const BrowserRequest& request, const BrowserAnswer& answer) {
  BrowserVerdict verdict;
  if (answer.status >= 300 && answer.status < 400 && get(answer, "location")) {
    verdict = fault(BrowserFault::Redirect,
                    "the preflight is redirected, and browsers follow no redirect there",
                    "Redirect is not allowed for a preflight request.");
  } else {
    verdict = cors_check(request, answer);
    if (verdict.passes() && (answer.status < 200 || answer.status > 299)) {
      verdict =
          fault(BrowserFault::Status,
                "the preflight is answered with " + status_text(answer.status) + " instead of 2xx",
                "It does not have HTTP ok status.");
    }
  }
  std::string_view between = kOfPreflight;
  if (verdict.passes()) {
    between = "";
    verdict = method_check(request, answer);
    if (verdict.passes()) verdict = header_check(request, answer);
  }
  add_start(verdict, request, between);
  return verdict;
}

std::optional<std::string> preflight_cause(const BrowserRequest& request) {
  if (request.is_own || request.mode != RequestMode::Cors) return std::nullopt;
  std::string cause;
  if (!is_safelisted_method(request.method)) {
    cause = "the method " + shown(request.method) + " is not safelisted";
  }
  if (!request.requested_headers.empty()) {
    if (!cause.empty()) cause += ", and ";
    cause += "the page sets " + shown(request.requested_headers);
  }
  return cause.empty() ? std::nullopt : std::optional(cause);
}

namespace {

std::string no_preflight(const BrowserRequest& request) {
  if (request.is_own) return "none: the page is of this server's own origin";
  if (request.mode != RequestMode::Cors) {
    return "none: mode " + std::string(to_text(request.mode)) + " has no preflight";
  }
  return "none: " + shown(request.method) + " and every header are safelisted";
}

void tell_cookies(const BrowserRequest& request, BrowserOutcome& outcome) {
  if (request.mode == RequestMode::WebSocket) {
    outcome.sends_cookies = true;
    outcome.cookies = "sent: a WebSocket always brings those with SameSite=None; Secure";
  } else if (request.mode == RequestMode::Navigate) {
    outcome.sends_cookies = true;
    outcome.cookies =
        "sent: those with SameSite=None; Secure, and with GET those with SameSite=Lax";
  } else if (request.credentials == CredentialsMode::Omit) {
    outcome.cookies = "not sent: credentials \"omit\"";
  } else if (request.is_own) {
    outcome.sends_cookies = true;
    outcome.cookies = "sent: the page is of this server's own origin";
  } else if (request.credentials == CredentialsMode::SameOrigin) {
    outcome.cookies =
        "not sent, and not taken: credentials \"same-origin\", and this is another origin";
  } else {
    outcome.sends_cookies = true;
    outcome.cookies =
        "sent: those of the same site, and those with SameSite=None; Secure where the browser "
        "blocks no third-party cookies";
  }
  if (!outcome.sends_request) {
    outcome.sends_cookies = false;
    outcome.cookies = "not sent: a preflight has none, and it failed";
  }
}

std::string reading(const BrowserVerdict& verdict, const BrowserAnswer& answer) {
  if (!verdict.passes()) return "not readable: " + verdict.why;
  return "readable, whatever its status (" + status_text(answer.status) + ")";
}

void tell_other_mode(const BrowserRequest& request, const BrowserAnswer& answer,
                     BrowserOutcome& outcome) {
  using Readable = BrowserOutcome::Readable;
  const bool is_refused = answer.status >= 400;
  const std::string status = status_text(answer.status);
  if (request.mode == RequestMode::WebSocket) {
    outcome.is_readable = is_refused ? Readable::No : Readable::Yes;
    outcome.answer = is_refused ? "the connection fails with " + status : "the connection opens";
    if (!is_refused) return;
    std::string url = shown(request.url);
    if (url.starts_with("http")) url.replace(0, 4, "ws");
    outcome.console =
        "WebSocket connection to '" + url +
        "' failed: Error during WebSocket handshake: Unexpected response code: " + status;
  } else if (request.mode == RequestMode::NoCors) {
    outcome.is_readable = Readable::No;
    outcome.answer = is_refused ? "opaque, and refused with " + status
                                : "opaque: it is used (an image, a script), and never read";
  } else {
    outcome.is_readable = is_refused ? Readable::No : Readable::Yes;
    outcome.answer = is_refused ? "the user sees the empty page of a " + status
                                : "the user sees it; a page reads nothing of a navigation";
  }
}

void tell_answer(const BrowserRequest& request, const BrowserAnswer& answer,
                 BrowserOutcome& outcome) {
  using Readable = BrowserOutcome::Readable;
  if (!request.is_own && request.mode != RequestMode::Cors) {
    return tell_other_mode(request, answer, outcome);
  }
  const BrowserVerdict verdict = check_answer(request, answer);
  if (request.is_own) {
    outcome.answer = "readable: the page is of this server's own origin";
  } else if (!verdict.passes() && answer.is_of_application) {
    outcome.is_readable = Readable::Application;
    outcome.answer =
        "up to the application: Corsac adds no grant here, and without one that the "
        "application writes itself the answer is not readable";
    outcome.console = verdict.console;
  } else {
    outcome.is_readable = verdict.passes() ? Readable::Yes : Readable::No;
    outcome.answer = reading(verdict, answer);
    outcome.console = verdict.console;
  }
}

// False: the request is not sent.
bool tell_preflight(const BrowserRequest& request, const BrowserAnswer& answer,
                    BrowserOutcome& outcome) {
  const BrowserVerdict verdict = check_preflight(request, answer);
  outcome.sends_preflight = true;
  outcome.preflight = "sent: " + preflight_cause(request).value_or("it was asked for");
  if (verdict.passes()) {
    outcome.preflight += "; it passes";
    return true;
  }
  outcome.console = verdict.console;
  if (answer.is_of_application) {
    outcome.preflight += "; the application answers it";
    outcome.is_readable = BrowserOutcome::Readable::Application;
    outcome.answer = "up to the application, which answers the preflight";
    return true;
  }
  outcome.preflight += "; it fails: " + verdict.why;
  outcome.sends_request = false;
  outcome.is_readable = BrowserOutcome::Readable::No;
  outcome.answer = "none: the request is never sent";
  return false;
}

}  // namespace

BrowserOutcome browser_outcome(const BrowserRequest& request, const BrowserAnswer* preflight,
                               const BrowserAnswer* answer) {
  BrowserOutcome outcome;
  outcome.preflight = no_preflight(request);
  const bool is_sent = preflight == nullptr || tell_preflight(request, *preflight, outcome);
  tell_cookies(request, outcome);
  if (!is_sent || answer == nullptr) {
    if (is_sent && outcome.answer.empty()) outcome.answer = "not asked here";
    return outcome;
  }
  const bool is_left = outcome.is_readable == BrowserOutcome::Readable::Application;
  if (is_left && check_answer(request, *answer).passes()) return outcome;
  tell_answer(request, *answer, outcome);
  return outcome;
}

}  // namespace corsac
