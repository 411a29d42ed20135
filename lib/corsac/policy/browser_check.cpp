// The Fetch standard's checks as a browser makes them, and Chromium's words for what fails.
// Entries: check_preflight, check_answer, browser_outcome. Spec: Fetch, 4.8 and 4.9; the words are
// those of Chromium 156. Tests: tests/policy/browser_outcome_test.cpp;
// tests/browser/console_test.js has them compared with a real Chromium.

#include "corsac/policy/browser_check.hpp"

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

std::string shown(std::string_view text) { return to_one_line(text, kBrowserTextLimitBytes); }

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
      verdict = fault(
          BrowserFault::Status,
          "the preflight is answered with " + std::to_string(answer.status) + " instead of 2xx",
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

}  // namespace corsac
