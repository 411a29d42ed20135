// A request made of an event, and decided again. Entry: judge_again. Spec: README, "Replay". Test:
// tests/server/replay_test.py.

#include "replay_judge.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <corsac/base/ascii.hpp>
#include <corsac/http/own_origin.hpp>
#include <corsac/origin/origin.hpp>
#include <corsac/policy/guards.hpp>
#include <corsac/policy/path_table.hpp>

namespace corsac::server {
namespace {

bool has_header(const ReplayedEvent& event, std::string_view name) {
  return std::any_of(
      event.header_names.begin(), event.header_names.end(),
      [name](const std::string& other) { return equals_ignoring_case(name, other); });
}

HeaderField field_of(const std::optional<std::string>& value) {
  return value ? HeaderField{.value = *value, .lines = 1} : HeaderField();
}

OwnOrigin own_of(const ReplayedEvent& event) {
  OwnOrigin::Config config;
  if (parse_origin(event.own_origin)) config.public_origins.push_back(event.own_origin);
  return OwnOrigin(std::move(config));
}

// The preflight's own headers, as far as the refusal names them.
class Preflight {
 public:
  Preflight(const ReplayedEvent& event, RequestView& request) {
    if (event.method != "OPTIONS" || !has_header(event, "Access-Control-Request-Method")) return;
    is_partly_known_ = true;
    request.requested_method = {.value = "GET", .lines = 1};
    switch (event.reason) {
      case Reason::RequestedMethodNotAllowed:
      case Reason::RequestedMethodMalformed:
        request.requested_method.value = event.value;
        break;
      case Reason::RequestedHeaderNotAllowed:
      case Reason::RequestedHeadersMalformed:
        requested_ = {event.value};
        request.requested_headers = requested_;
        break;
      default:
        break;
    }
  }
  Preflight(const Preflight&) = delete;
  Preflight& operator=(const Preflight&) = delete;
  [[nodiscard]] bool is_partly_known() const { return is_partly_known_; }

 private:
  std::vector<std::string_view> requested_ = {};
  bool is_partly_known_ = false;
};

std::string_view shown_target(const ReplayedEvent& event) {
  return event.target.empty() ? event.path : event.target;
}

// What made the target ambiguous may be what the event does not hold: it was cut, or an older
// version told the decoded path alone. What is there looks harmless.
bool lacks_ambiguous_part(const ReplayedEvent& event) {
  return event.reason == Reason::PathAmbiguous && (event.target.empty() || event.is_target_cut) &&
         !is_ambiguous_target(shown_target(event));
}

void repeat_what_was_repeated(const ReplayedEvent& event, RequestView& request) {
  if (event.reason == Reason::OriginRepeated) request.origin.lines = 2;
}

// Redirects are judged by where they lead, behind the handler.
void judge_location(const Snapshot& policy, const ReplayedEvent& event, const OwnOrigin& own,
                    Decision& decision) {
  if (event.reason != Reason::RedirectNotAllowed || decision.reason != Reason::None ||
      !decision.judges_location) {
    return;
  }
  const PageScheme page = decision.is_https_page ? PageScheme::Https : PageScheme::Http;
  if (policy.guards().redirects->allows(event.value, page, &own)) return;
  decision.outcome = Outcome::Refuse;
  decision.reason = Reason::RedirectNotAllowed;
}

}  // namespace

ReplayedDecision judge_again(const Snapshot& policy, const ReplayedEvent& event) {
  const OwnOrigin own = own_of(event);
  RequestView request;
  request.method = event.method;
  constexpr std::string_view kAmbiguousTarget = "//";  // all such ones are judged alike
  const bool is_target_unknown = lacks_ambiguous_part(event);
  request.target = is_target_unknown ? kAmbiguousTarget : shown_target(event);
  request.path = event.path;
  request.origin = field_of(event.origin);
  request.host = field_of(event.host);
  request.content_type = field_of(event.content_type);
  request.referer = field_of(event.referer);
  if (has_header(event, "Sec-Fetch-Site")) {
    request.sec_fetch_site = {.value = "cross-site", .lines = 1};
  }
  request.has_cookie = has_header(event, "Cookie");
  request.has_authorization = has_header(event, "Authorization");
  request.is_websocket_upgrade = event.method == "GET" && has_header(event, "Upgrade") &&
                                 has_header(event, "Sec-WebSocket-Key");
  request.is_tls = event.own_origin.starts_with("https://");
  request.own = &own;
  const Preflight preflight(event, request);
  repeat_what_was_repeated(event, request);

  Decision decision = policy.decide(request);
  judge_location(policy, event, own, decision);
  ReplayedDecision again{.is_allowed = decision.reason == Reason::None,
                         .outcome = "allowed",
                         .reason = decision.reason,
                         .rule = policy.rule(decision.rule).name,
                         .is_partly_known = preflight.is_partly_known() || event.is_cut,
                         .is_target_unknown = is_target_unknown};
  if (!again.is_allowed) again.outcome = decision.outcome == Outcome::Pass ? "marked" : "blocked";
  return again;
}

}  // namespace corsac::server
