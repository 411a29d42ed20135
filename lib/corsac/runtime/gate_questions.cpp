// What the host asks of a gate beside a decision, and tells it behind one: redirects, upgrades,
// CSRF, frames, forwards, the handler's headers. Spec: policy document, 3 and 4. Test:
// tests/runtime/gate_test.cpp.

#include <algorithm>
#include <string>
#include <string_view>

#include "corsac/runtime/gate_state.hpp"
#include "corsac/stage/cors/evaluate.hpp"
#include "corsac/stage/redirect_taint.hpp"

namespace corsac {

CsrfTrust Gate::State::csrf_trust(const Snapshot& snapshot, const RequestView& request) noexcept {
  std::string_view looked_at;
  const bool applies = !applies_to || ask(applies_to, request, looked_at) == Answer::Yes;
  return applies ? snapshot.csrf_trust(request) : snapshot.csrf_trust_excluded();
}

bool Gate::may_redirect(std::string_view url) const noexcept {
  const auto& own = state_->own.public_origins();
  const SnapshotPtr snapshot = state_->slot.read();
  const auto may = [&](PageScheme page) {
    return snapshot->guards().redirects->allows(url, page, &state_->own);
  };
  const auto has = [&own](std::string_view scheme) {
    return own.empty() || std::any_of(own.begin(), own.end(), [scheme](const std::string& origin) {
             return origin.starts_with(scheme);
           });
  };
  const bool is_https = has("https://");
  const bool is_http = has("http://") || !is_https;
  return (!is_https || may(PageScheme::Https)) && (!is_http || may(PageScheme::Http));
}

bool Gate::may_upgrade(RequestView request) noexcept {
  GateDecision result;
  request.is_websocket_upgrade = true;
  const State::Begun begun = state_->begin(result);
  static_cast<void>(state_->decide_plainly(request, result));
  Decision& decision = result.decision;
  if (decision.outcome == Outcome::Pass && !result.snapshot->rule(decision.rule).cors) {
    static const CompiledCors nobody = {.is_excluded = true};
    evaluate(nobody, request, decision);
  }
  state_->count(result, begun.beside);
  State::record(state_, request, result);
  return decision.outcome == Outcome::Pass;
}

CrossSiteTrust Gate::trusted_cross_site(RequestView request) noexcept {
  request.own = &state_->own;
  const SnapshotPtr snapshot = state_->slot.read();
  return corsac::trusted_cross_site(snapshot->guards().csrf_referer,
                                    state_->csrf_trust(*snapshot, request), request);
}

CsrfVerdict Gate::check_csrf(RequestView request, CsrfSubmission submission) noexcept {
  request.own = &state_->own;
  const SnapshotPtr snapshot = state_->slot.read();
  const Guards& guards = snapshot->guards();
  if (submission.cookie_name.empty() && guards.csrf_cookie) {
    submission.cookie_name = guards.csrf_cookie->app_cookie_name;
  }
  std::string_view looked_at;
  state_->ask_for_origin(request, looked_at);
  return corsac::check_csrf(guards.csrf_referer, state_->csrf_trust(*snapshot, request), request,
                            submission);
}

CrossDomainCookie Gate::cross_domain_cookie(RequestView request,
                                            const CrossDomainCookieFacts& facts) {
  request.own = &state_->own;
  const SnapshotPtr snapshot = state_->slot.read();
  const Guards& guards = snapshot->guards();
  const CrossSiteTrust trust = corsac::trusted_cross_site(
      guards.csrf_referer, state_->csrf_trust(*snapshot, request), request);
  return corsac::cross_domain_cookie(guards.csrf_cookie.get(), trust, facts);
}

Gate::FrameDirective Gate::frame_directive(const GateDecision& decided) noexcept {
  const Guards& guards = decided.snapshot->guards();
  return {.text = guards.directive_of(decided.decision.frames),
          .is_report_only = guards.frames_are_report_only};
}

bool Gate::allows_location(const GateDecision& decided, std::string_view location) const noexcept {
  const PageScheme page = decided.decision.is_https_page ? PageScheme::Https : PageScheme::Http;
  return decided.snapshot->guards().redirects->allows(location, page, &state_->own);
}

void Gate::refuse_location(RequestView& request, std::string_view location,
                           GateDecision& decided) noexcept {
  Decision& decision = decided.decision;
  request.own = &state_->own;
  decision.outcome = Outcome::Refuse;
  decision.status = 403;
  decision.reason = Reason::RedirectNotAllowed;
  decision.offending = shown_target(location);
  state_->counters.count_late_reason(decision.reason);
  State::record(state_, request, decided);
  decision.offending = {};  // the caller takes the header away
}

void Gate::State::note(const std::shared_ptr<State>& state, const RequestView& request,
                       std::string_view value, Reason reason, int status,
                       const GateDecision& decided) noexcept {
  GateDecision noted = decided;
  noted.decision.reason = reason;
  noted.decision.offending = value;
  noted.decision.status = static_cast<std::uint16_t>(status);
  record(state, request, noted);
}

void Gate::note_redirect(RequestView& request, std::string_view location, int status,
                         const GateDecision& decided) noexcept {
  request.own = &state_->own;
  try {
    if (!taints_origin(request, location)) return;
  } catch (...) {
    return state_->counters.count_event_failure();
  }
  state_->counters.count_late_reason(Reason::RedirectToOtherOrigin);
  State::note(state_, request, shown_target(location), Reason::RedirectToOtherOrigin, status,
              decided);
}

void Gate::note_handler_headers(RequestView& request, std::string_view route, int status,
                                const GateDecision& decided) noexcept {
  request.own = &state_->own;
  state_->counters.count_handler_headers_replaced();
  if (!decided.snapshot->has_debug()) return;
  const RuleInfo& rule = decided.snapshot->rule(decided.decision.rule);
  if (route.empty()) route = rule.has_paths ? std::string_view(rule.field) : request.path;
  if (!state_->replaced.is_new(decided.snapshot->revision(), route)) return;
  State::note(state_, request, {}, Reason::HandlerHeadersReplaced, status, decided);
}

bool Gate::is_proved_own(const RequestView& request) const noexcept {
  if (request.origin.is_repeated()) return false;
  const HeaderField& site = request.sec_fetch_site;
  if (!request.origin.is_present() && site.lines == 1 && site.value == "none") return true;
  if (state_->own.is_same_origin_whatever_host(request)) return true;
  const bool has_host_guard = state_->slot.read()->guards().host_guard != nullptr;
  return has_host_guard && state_->own.is_origin_of_host(request);
}

void Gate::refuse_forward(RequestView& request, GateDecision& decided) noexcept {
  state_->begin(decided);
  request.own = &state_->own;
  decided.snapshot->decide(request, decided.decision);  // which rule, for the event
  Decision& decision = decided.decision;
  decision.outcome = Outcome::Refuse;
  decision.status = 403;
  decision.reason = Reason::ForwardNotAllowed;
  decision.offending =
      request.origin.is_present() ? request.origin.value : request.sec_fetch_site.value;
  decision.grant_count = 0;
  state_->counters.count_late_reason(decision.reason);
  State::record(state_, request, decided);
  decision.offending = {};  // the request may go before the decision
}

}  // namespace corsac
