#pragma once

// The middleware for cpp-httplib: two hooks, header-only, compiled in the application's own
// translation unit, for 0.11.4 (Debian) and 0.53 alike. No httplib type crosses into libcorsac: the
// layout of its classes changes with its macros and versions.
//
// Include <corsac/httplib.hpp>. Everything here may be called from any thread.

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "corsac/adapter/decision_slot.hpp"
#include "corsac/adapter/httplib_body.hpp"
#include "corsac/adapter/httplib_host.hpp"
#include "corsac/adapter/request_scan.hpp"
#include "corsac/adapter/response_pass.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

// What `Hooks::before` did, so that the application's own checks know what is left to do.
enum class Before : unsigned char {
  Answered,  // the response is complete: return HandlerResponse::Handled
  // A preflight that the application answers itself (`preflight = "pass_through"`). Browsers send
  // preflights without credentials, so whoever challenges it breaks the page (Fetch, 4.8). Anybody
  // can send one: a handler of OPTIONS that does more than answer it checks by itself who asks.
  // Never for `Sec-Fetch-Site: same-origin`, with which no browser sends a preflight.
  PreflightDoNotChallenge,
  Pass,
};

// The two hooks as an object, for applications that have hooks of their own:
//
//   corsac::Hooks cors(gate);
//   server.set_pre_routing_handler([cors](const httplib::Request& req, httplib::Response& res) {
//     const auto before = cors.before(req, res);
//     if (before == corsac::Before::Answered) return httplib::Server::HandlerResponse::Handled;
//     if (before == corsac::Before::Pass && !is_signed_in(req)) { ... }
//     return httplib::Server::HandlerResponse::Unhandled;
//   });
//   server.set_post_routing_handler([cors](const httplib::Request& req, httplib::Response& res) {
//     res.set_header("X-Served-By", "me");
//     cors.after(req, res);  // last: it must see every header that goes out
//   });
//
// Copies share one gate and count as the same install. Both hooks are needed, on every request.
class Hooks {
 public:
  // `gate` is never null; the hooks share its ownership.
  explicit Hooks(std::shared_ptr<Gate> gate, InstallOptions options = {})
      : gate_(std::move(gate)), options_(options), number_(next_install_number()) {
    assert(gate_ != nullptr && "Hooks need a gate");
  }

  // Decides, and answers preflights and refusals. Before anything else that may answer:
  // authentication, rate limits, redirects.
  [[nodiscard]] Before before(const httplib::Request& request,
                              httplib::Response& response) const noexcept;

  // Writes the decision into the response, also into those that never saw `before` (400, 414, 416,
  // a failed Expect).
  void after(const httplib::Request& request, httplib::Response& response) const noexcept;

 private:
  void decide_late(const httplib::Request& request, httplib::Response& response) const;
  // True when headers of the handler's had to give way to ours.
  bool finish(const DecisionSlot& slot, httplib::Response& response) const;
  void note(const httplib::Request& request, const httplib::Response& response,
            const GateDecision& decided, bool is_replaced) const noexcept;
  bool refuses_location(const httplib::Request& request, httplib::Response& response,
                        GateDecision& decided) const noexcept;

  std::shared_ptr<Gate> gate_;
  InstallOptions options_;
  std::uint64_t number_;
};

// Gate::may_upgrade for a handler of cpp-httplib that keeps a connection for a page, as with
// server-sent events.
[[nodiscard]] inline bool may_upgrade(Gate& gate, const httplib::Request& request) noexcept;

// Puts the middleware in front of every route of `server`. Call it before `listen`.
//
// cpp-httplib has one slot for each hook: `set_pre_routing_handler` or `set_post_routing_handler`
// called after `install` silently replaces ours, and `install` replaces what was set before it.
// Applications with hooks of their own call Hooks::before and Hooks::after inside them instead.
// `self_check` (adapter/self_check.hpp) asks the running server and tells when a hook is missing.
inline void install(httplib::Server& server, std::shared_ptr<Gate> gate,
                    InstallOptions options = {}) {
  const Hooks hooks(std::move(gate), options);
  server.set_pre_routing_handler(
      [hooks](const httplib::Request& request, httplib::Response& response) {
        return hooks.before(request, response) == Before::Answered
                   ? httplib::Server::HandlerResponse::Handled
                   : httplib::Server::HandlerResponse::Unhandled;
      });
  server.set_post_routing_handler(
      [hooks](const httplib::Request& request, httplib::Response& response) {
        hooks.after(request, response);
      });
}

namespace adapter {

// A refusal by status alone: what is said in headers is added after routing.
inline void answer(httplib::Response& response, int status) noexcept {
  response.status = status;
  if (status < 400) return;
  try {
    replace_line(response.headers, "Content-Type", "text/plain");
  } catch (...) {  // no memory: the status says enough
  }
}

inline void add_frame_ancestors(httplib::Response& response, const GateDecision& decided) {
  const Gate::FrameDirective directive = Gate::frame_directive(decided);
  corsac::add_frame_ancestors(response.headers, directive.text, directive.is_report_only);
}

// In the place of the handler's answer, behind it: nothing of what it said goes out.
inline void answer_nothing(httplib::Response& response, int status) noexcept {
  response.status = status;
  response.body.clear();
  response.content_provider_ = nullptr;
  response.content_length_ = 0;
  response.is_chunked_content_provider_ = false;
  erase_lines(response.headers, [](std::string_view name) {
    for (const std::string_view handlers :
         {"Location", "Set-Cookie", "Content-Type", "Content-Length", "Transfer-Encoding",
          "Content-Encoding", "Content-Range", "Trailer"}) {
      if (equals_ignoring_case(name, handlers)) return true;
    }
    return false;
  });
  try {
    response.headers.emplace("Content-Type", "text/plain");
    response.headers.emplace("Content-Length", "0");
  } catch (...) {  // no memory: the end of the connection ends the answer
  }
}

// With what the application says of its server.
inline void scan_request(const httplib::Request& request, const HttplibHeaders& headers,
                         const InstallOptions& options, RequestScan& scan) {
  scan_request(request, headers, scan);
  if (options.has_no_mount_points) scan.view().mounts_by_raw_prefix = false;
}

// No browser sends a preflight to the page's own origin, nor two answers of its own: whoever says
// so would pass the application's login with it.
[[nodiscard]] inline bool claims_own_page(const RequestView& request) noexcept {
  const HeaderField& site = request.sec_fetch_site;
  return site.is_repeated() || site.value == "same-origin";
}

// The status that is answered before routing; 0 = none. A preflight's body is left to must_close.
[[nodiscard]] constexpr int status_before_routing(std::string_view method,
                                                  const RequestFraming& framing,
                                                  const InstallOptions& options,
                                                  const Decision& decision) noexcept {
  if (decision.outcome == Outcome::Refuse) return decision.status;
  if (decision.outcome == Outcome::Answer && !framing.is_ambiguous) return decision.status;
  return refuse_framing(method, framing, options);
}

}  // namespace adapter

inline Before Hooks::before(const httplib::Request& request,
                            httplib::Response& response) const noexcept {
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, options_, scan);
  const bool is_second_time =
      scan.view().is_websocket_upgrade && adapter::is_passed_upgrade(response, number_);
  if (is_second_time) scan.view().is_websocket_upgrade = false;
  DecisionSlot& slot = open_slot(number_, &request);
  adapter::note_body(request, scan, slot);
  if (is_second_time) {
    gate_->decide_again(scan.view(), slot.decided);
  } else {
    gate_->decide(scan.view(), slot.decided);
  }

  const Decision& decision = slot.decided.decision;
  const int status =
      adapter::status_before_routing(request.method, scan.framing(), options_, decision);
  if (status != 0) {
    slot.is_answered = true;
    adapter::answer(response, status);
    // Here as well as after routing: another hook may stand there.
    if (slot.must_close) adapter::close_after_answer(request, response, slot.is_head);
    return Before::Answered;
  }
  const bool is_preflight = decision.is_preflight && !adapter::claims_own_page(scan.view());
  if (scan.view().is_websocket_upgrade) {
    slot.clear();  // an accepted upgrade never comes to `after`; its slot would wait for another
    adapter::note_passed_upgrade(response, number_);
  } else {
    try {
      detach_grants(slot, scan.view().origin.value);
    } catch (...) {
      slot.decided.decision.grant_count = 0;
      gate_->counters().count_response_without_decision();
    }
  }
  return is_preflight ? Before::PreflightDoNotChallenge : Before::Pass;
}

inline void Hooks::after(const httplib::Request& request,
                         httplib::Response& response) const noexcept {
  DecisionSlot* const slot = find_slot(number_, &request);
  if (slot != nullptr && refuses_location(request, response, slot->decided)) {
    slot->is_answered = true;
  }
  bool has_memory = true;
  try {
    if (slot != nullptr) {
      const bool is_replaced = finish(*slot, response);
      note(request, response, slot->decided, is_replaced);
    } else {
      decide_late(request, response);
    }
  } catch (...) {
    has_memory = false;
    erase_cors_lines(response.headers);
    // Nor may a page go out that anybody may frame.
    const bool is_guarded = slot != nullptr && !Gate::frame_directive(slot->decided).text.empty();
    if (is_guarded) adapter::answer_nothing(response, 500);
    gate_->counters().count_response_without_decision();
  }
  // The end of the connection goes first: it may need the place of the line that is taken below,
  // and the host reads on behind a body of which a part is left where nothing says that it ends.
  const bool has_body = slot == nullptr || slot->has_body;
  if (slot == nullptr) {
    adapter::close_where_unread(request, response);
  } else {
    adapter::close_where_unread(*slot, request, response);
    slot->clear();
  }
  if (!has_memory) vary_by_everything(response.headers, has_body);
}

// A request that `before` has seen.
inline bool Hooks::finish(const DecisionSlot& slot, httplib::Response& response) const {
  const Decision& decision = slot.decided.decision;
  // A request refused for its framing alone is answered in the host's place, as by the host.
  const bool is_ours = slot.is_answered && decision.outcome != Outcome::Pass;
  const bool is_replaced = write_decision(response.headers, decision, slot.decided.extra_vary,
                                          is_ours ? AnsweredBy::Adapter : AnsweredBy::Handler);
  if (!is_ours) adapter::add_frame_ancestors(response, slot.decided);
  if (!slot.is_answered) return is_replaced;
  keep_last_line(response.headers, "Content-Type");  // ours, and that of an error handler's stream
  if (slot.must_close && response.status < 400) {
    // The host thinks that what ends the connection (close_after_answer) is a body.
    erase_named(response.headers, "Content-Type");
  }
  if (response.status == 204 && !slot.must_close) {
    // The host has added one. RFC 9110, 8.6: none in a 204.
    erase_named(response.headers, "Content-Length");
  }
  if (response.status >= 400) replace_line(response.headers, "Cache-Control", "no-store");
  if (decision.outcome == Outcome::Refuse && slot.decided.shows_reason) {
    replace_line(response.headers, "X-Corsac-Reason", reason_info(decision.reason).code);
  }
  return is_replaced;
}

// Diagnostics of a finished answer, which stays as it is.
inline void Hooks::note(const httplib::Request& request, const httplib::Response& response,
                        const GateDecision& decided, bool is_replaced) const noexcept {
  const Decision& decision = decided.decision;
  const bool may_redirect = decision.outcome == Outcome::Pass && decision.has_grant() &&
                            response.status >= 300 && response.status < 400;
  if (!is_replaced && !may_redirect) return;
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, options_, scan);
  if (is_replaced) {
    gate_->note_handler_headers(scan.view(), adapter::matched_route(request),
                                std::max(response.status, 0), decided);
  }
  if (!may_redirect) return;
  for (const auto& [name, value] : response.headers) {
    if (!equals_ignoring_case(name, "Location")) continue;
    return gate_->note_redirect(scan.view(), value, response.status, decided);
  }
}

// A request that `before` has not seen, since the host refused it while reading, or that it let
// pass as an upgrade. None of them became one: they are decided as plain requests.
inline void Hooks::decide_late(const httplib::Request& request, httplib::Response& response) const {
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, options_, scan);
  const bool is_counted = adapter::is_passed_upgrade(response, number_);
  scan.view().is_websocket_upgrade = false;
  GateDecision late;
  if (request.target.empty() || request.path.empty()) {
    gate_->decide_unparsed(late);
    gate_->counters().count_response_without_decision();
  } else if (is_counted) {
    gate_->decide_again(scan.view(), late);
  } else {
    gate_->decide(scan.view(), late);
  }
  const bool is_refused = refuses_location(request, response, late);
  write_decision(response.headers, late.decision, late.extra_vary,
                 is_refused ? AnsweredBy::Adapter : AnsweredBy::Handler);
  if (is_refused) return replace_line(response.headers, "Cache-Control", "no-store");
  adapter::add_frame_ancestors(response, late);
}

// Statuses below 300 and from 400 on send no browser anywhere.
inline bool Hooks::refuses_location(const httplib::Request& request, httplib::Response& response,
                                    GateDecision& decided) const noexcept {
  const bool is_judged = decided.decision.judges_location &&
                         decided.decision.outcome == Outcome::Pass && response.status >= 300 &&
                         response.status < 400;
  if (!is_judged) return false;
  for (const auto& [name, value] : response.headers) {
    if (!equals_ignoring_case(name, "Location") || gate_->allows_location(decided, value)) continue;
    const adapter::HttplibHeaders headers(request.headers);
    RequestScan scan;
    adapter::scan_request(request, headers, options_, scan);
    gate_->refuse_location(scan.view(), value, decided);
    adapter::answer_nothing(response, decided.decision.status);
    return true;
  }
  return false;
}

inline bool may_upgrade(Gate& gate, const httplib::Request& request) noexcept {
  const adapter::HttplibHeaders headers(request.headers);
  RequestScan scan;
  adapter::scan_request(request, headers, scan);
  return gate.may_upgrade(scan.view());
}

}  // namespace corsac
