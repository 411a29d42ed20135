#pragma once

// Requests for tests of the policy layer, and decisions as one line that shows every header.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/request_view.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac::testing {

// A request of plain HTTP/1.1. Keep it alive while its view is used.
struct Asked {
  std::string method = "GET";
  std::string target = "/";
  std::optional<std::string> origin = {};
  std::optional<std::string> requested_method = {};  // with OPTIONS and an origin: a preflight
  std::vector<std::string> requested_headers = {};
  std::string host = "api.example.com";  // empty = no Host line
  std::string sec_fetch_site = {};       // empty = absent
  bool has_cookie = false;
  bool is_websocket_upgrade = false;
  bool mounts_by_raw_prefix = false;
  const OwnOrigin* own = nullptr;
  // Filled by view().
  std::vector<std::string_view> requested_lines = {};
  RequestView filled = {};

  [[nodiscard]] const RequestView& view() {
    filled = {};
    filled.method = method;
    filled.target = target;
    filled.path = std::string_view(target).substr(0, target.find('?'));
    if (origin) filled.origin = {*origin, 1};
    if (requested_method) filled.requested_method = {*requested_method, 1};
    requested_lines.assign(requested_headers.begin(), requested_headers.end());
    filled.requested_headers = requested_lines;
    if (!host.empty()) filled.host = {host, 1};
    if (!sec_fetch_site.empty()) filled.sec_fetch_site = {sec_fetch_site, 1};
    filled.has_cookie = has_cookie;
    filled.is_websocket_upgrade = is_websocket_upgrade;
    filled.mounts_by_raw_prefix = mounts_by_raw_prefix;
    filled.own = own;
    return filled;
  }
};

[[nodiscard]] inline Asked get(std::string origin, std::string target = "/") {
  Asked asked;
  asked.origin = std::move(origin);
  asked.target = std::move(target);
  return asked;
}

[[nodiscard]] inline Asked preflight(std::string origin, std::string method,
                                     std::string target = "/",
                                     std::vector<std::string> headers = {}) {
  Asked asked = get(std::move(origin), std::move(target));
  asked.method = "OPTIONS";
  asked.requested_method = std::move(method);
  asked.requested_headers = std::move(headers);
  return asked;
}

// "cors: refuse 403 origin_not_allowed; Vary: Origin". A Pass shows what becomes of the handler's
// own headers: "cors: pass (replace); Access-Control-Allow-Origin: https://a.example; Vary:
// Origin".
[[nodiscard]] inline std::string told(const Snapshot& snapshot, const Decision& decision) {
  std::string text = snapshot.rule(decision.rule).name + ": ";
  switch (decision.outcome) {
    case Outcome::Pass:
      text += decision.handler_headers == HandlerHeaders::Untouched ? "pass (untouched)"
              : decision.handler_headers == HandlerHeaders::Replace ? "pass (replace)"
                                                                    : "pass (keep)";
      break;
    case Outcome::Answer:
      text += "answer " + std::to_string(decision.status);
      break;
    case Outcome::Refuse:
      text += "refuse " + std::to_string(decision.status);
      break;
  }
  if (decision.reason != Reason::None) {
    text += ' ' + std::string(reason_info(decision.reason).code);
  }
  for (const auto& [name, value] : grant_headers(decision)) text += "; " + name + ": " + value;
  const std::string_view vary = vary_value(decision.vary);
  if (!vary.empty()) text += "; Vary: " + std::string(vary);
  return text;
}

[[nodiscard]] inline std::string ask(const Snapshot& snapshot, Asked asked) {
  return told(snapshot, snapshot.decide(asked.view()));
}

}  // namespace corsac::testing
