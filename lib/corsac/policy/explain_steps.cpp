// The steps of a decision in words, in the order of stage/cors. They decide nothing:
// what a step says follows from the decision's own reason. Entry: explain_steps.
// Test: tests/policy/explain_test.cpp.

#include "corsac/policy/explain_steps.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "corsac/base/printable.hpp"
#include "corsac/http/method.hpp"
#include "corsac/policy/near_miss.hpp"
#include "corsac/stage/cors/evaluate.hpp"
#include "corsac/stage/trusted_cross_site.hpp"

namespace corsac {
namespace {

std::string with_place(std::string text, std::string_view place) {
  if (!place.empty()) text += " (" + std::string(place) + ')';
  return text;
}

bool is_about_origin(Reason reason) noexcept {
  switch (reason) {
    case Reason::OriginNotAllowed:
    case Reason::OriginMalformed:
    case Reason::OriginNull:
    case Reason::OriginRepeated:
    case Reason::PathAmbiguous:
    case Reason::PolicyUnavailable:
      return true;
    default:
      return false;
  }
}

bool is_about_method(Reason reason) noexcept {
  return reason == Reason::RequestedMethodNotAllowed || reason == Reason::RequestedMethodMalformed;
}

// Of these the origin does not matter: what was sent is no request that the rule knows.
bool is_about_form(const Decision& decision) noexcept {
  return decision.reason == Reason::MethodUnknown ||
         decision.reason == Reason::ContentTypeMissing ||
         (decision.reason == Reason::RequestedMethodMalformed && decision.offending.empty());
}

// Each step answers whether there is a next one.
class Steps {
 public:
  Steps(const Snapshot& snapshot, const RequestView& request, const Decision& decision)
      : snapshot_(snapshot),
        request_(request),
        decided_(decision),
        rule_(snapshot.rule(decision.rule)),
        decision_(cors_decision(snapshot, request, decision)) {}

  std::vector<Explanation::Step> run() {
    if (hosts()) {
      cors();
      if (decision_.outcome == Outcome::Pass) guards();
    }
    outcome();
    return std::move(steps_);
  }

 private:
  bool pass(const char* name, std::string text) {
    steps_.push_back({.name = name, .outcome = std::move(text)});
    return true;
  }
  bool end(const char* name, std::string text) {
    pass(name, std::move(text));
    return false;
  }
  bool refuse(const char* name, std::string text) {
    steps_.push_back({.name = name, .has_passed = false, .outcome = std::move(text)});
    return false;
  }
  // `subject`: the decision's reason (its place)
  [[nodiscard]] std::string reason_of(std::string_view subject) const {
    return reason_of(decision_, subject);
  }
  [[nodiscard]] std::string reason_of(const Decision& decision, std::string_view subject) const {
    return with_place(to_quoted(subject) + ": " + std::string(reason_info(decision.reason).code),
                      place_of_refusal(snapshot_, decision));
  }

  // What CORS alone decided: a guard behind it puts its own reason over that of a marked request.
  static Decision cors_decision(const Snapshot& snapshot, const RequestView& request,
                                const Decision& decision);

  void cors() {
    if (path() && form() && origin() && upgrade() && sent_method() && preflight_mode() &&
        method()) {
      headers();
    }
  }
  void guards() {
    referer();
    if (csrf() && redirects()) frames();
  }
  void referer();
  bool csrf();
  bool redirects();
  void frames();

  bool hosts();
  bool path();
  bool form();
  bool origin();
  bool sent_method();
  bool upgrade();
  bool preflight_mode();
  bool method();
  void headers();
  void outcome();
  [[nodiscard]] std::string origin_match() const;
  // actual_answers = "leave", and nothing was refused.
  [[nodiscard]] bool is_left() const {
    return rule_.cors->behaviour.actual_answers == ActualAnswers::Leave &&
           !decision_.is_preflight && !request_.is_websocket_upgrade &&
           decision_.reason == Reason::None;
  }

  const Snapshot& snapshot_;
  const RequestView& request_;
  const Decision& decided_;  // in the end
  const RuleInfo& rule_;
  const Decision decision_;  // by CORS
  std::vector<Explanation::Step> steps_ = {};
};

Decision Steps::cors_decision(const Snapshot& snapshot, const RequestView& request,
                              const Decision& decision) {
  const RuleInfo& rule = snapshot.rule(decision.rule);
  const bool is_of_guard =
      decision.reason == Reason::CrossSiteWrite || decision.reason == Reason::RedirectNotAllowed;
  if (!is_of_guard) return decision;
  if (!rule.cors) return {};
  const bool is_ambiguous = snapshot.route(request).is_ambiguous;
  return evaluate(is_ambiguous ? *rule.cors_if_ambiguous : *rule.cors, request);
}

// Nothing is refused for it here: the application asks.
void Steps::referer() {
  const RefererRules& rules = snapshot_.guards().csrf_referer;
  if (!rules.is_on) return;
  const CrossSiteTrust trust = trusted_cross_site(rules, snapshot_.csrf_trust(request_), request_);
  std::string text = "trusted_cross_site says " + std::string(to_text(trust));
  if (trust == CrossSiteTrust::NotTls) {
    text += ": public_origins (--public-origin) name no https, and no trusted proxy does";
  }
  pass("referer", std::move(text));
}

bool Steps::csrf() {
  if (!snapshot_.guards().has_csrf) return true;
  if (decided_.reason == Reason::CrossSiteWrite) {
    return refuse("csrf", reason_of(decided_, decided_.offending));
  }
  return pass("csrf", "no cross-site write");
}

bool Steps::redirects() {
  if (!snapshot_.guards().has_redirects) return true;
  if (decided_.reason == Reason::RedirectNotAllowed) {
    return refuse("redirects", reason_of(decided_, decided_.offending));
  }
  return pass("redirects", "no parameter leads elsewhere; a Location is judged behind the handler");
}

void Steps::frames() {
  if (!snapshot_.guards().frames) return;
  pass("frames", decided_.frames == FrameList::None    ? "any page may frame this one"
                 : decided_.frames == FrameList::Pages ? "under frames.paths"
                                                       : "under frames.enduser_paths");
}

bool Steps::hosts() {
  if (snapshot_.hosts().empty()) return true;
  if (decision_.reason != Reason::HostNotAllowed) {
    return request_.host.is_present()
               ? pass("hosts", to_quoted(request_.host.value) + " is allowed")
               : pass("hosts", "not asked");
  }
  if (!request_.host.is_present()) return refuse("hosts", "the request has no Host");
  if (request_.host.is_repeated()) return refuse("hosts", "the request has several Host lines");
  return refuse("hosts", reason_of(request_.host.value));
}

bool Steps::path() {
  // No rule looks at a query, and tokens stand in some.
  const std::size_t query = request_.target.find('?');
  std::string target(request_.target.substr(0, query));
  if (query != std::string_view::npos) target += "?...";
  target = request_.target.empty() ? "no path" : to_quoted(target);
  const std::string rule = with_place(to_quoted(rule_.name), rule_.place);
  if (!rule_.cors) return end("path", target + ": no CORS, everything passes untouched");
  if (snapshot_.route(request_).is_ambiguous) {
    return pass("path", target + " can be read in two ways: no grant, under " + rule);
  }
  if (!rule_.cors->is_excluded) return pass("path", target + " is under " + rule);
  const std::string text = target + " is under " + rule + ": no CORS here";
  return decision_.reason == Reason::None ? end("path", text) : refuse("path", text);
}

// The entry that the origin matches; empty when it is not among those kept for hints.
std::string Steps::origin_match() const {
  if (!rule_.patterns) return {};
  for (const OriginPattern& pattern : *rule_.patterns) {
    if (matches_plainly(pattern, request_.origin.value)) return to_quoted(pattern.text);
  }
  return {};
}

bool Steps::form() {
  if (!is_about_form(decision_)) return true;
  if (decision_.reason == Reason::ContentTypeMissing) {
    return refuse("headers", "a POST without Content-Type: " +
                                 std::string(reason_info(decision_.reason).code));
  }
  return refuse("method", reason_of(decision_.offending));
}

// enforce_methods: the method of an actual request.
bool Steps::sent_method() {
  if (decision_.reason != Reason::MethodNotAllowed) return true;
  return refuse("method", reason_of(request_.method));
}

bool Steps::origin() {
  if (!request_.origin.is_present()) {
    const std::string text = "no Origin: not a request of another origin";
    // Where preflights need none, one may still be refused, or answered under `*`.
    const bool goes_on = decision_.reason != Reason::None || decision_.outcome == Outcome::Answer;
    return goes_on ? pass("origin", text) : end("origin", text);
  }
  if (decision_.is_own_origin) {
    return end("origin", to_quoted(request_.origin.value) + " is this server's own");
  }
  if (is_about_origin(decision_.reason)) {
    return refuse("origin", reason_of(request_.origin.value));
  }
  const CompiledCors& cors = *rule_.cors;
  if (is_left()) return end("origin", "not asked: actual answers are the application's");
  const bool is_judged = !decision_.is_preflight || request_.is_websocket_upgrade ||
                         cors.behaviour.preflight == PreflightMode::Answer;
  if (!is_judged) return true;
  const std::string origin = to_quoted(request_.origin.value);
  if (cors.allows_any_origin) return pass("origin", origin + ": any is allowed");
  if (cors.echoes_any_origin) return pass("origin", origin + ": any is echoed, with credentials");
  const std::string match = origin_match();
  return pass("origin", match.empty() ? origin + " is allowed" : origin + " matches " + match);
}

bool Steps::upgrade() {
  if (!request_.is_websocket_upgrade) return true;
  if (decision_.reason == Reason::None) return end("upgrade", "may connect");
  return refuse("upgrade", reason_of(request_.origin.value));
}

bool Steps::preflight_mode() {
  if (!decision_.is_preflight) return false;
  if (rule_.cors->behaviour.preflight == PreflightMode::Answer) return true;
  if (rule_.cors->behaviour.preflight == PreflightMode::PassThrough) {
    return end("method", "preflights go to the application");
  }
  return refuse("method", reason_of(request_.requested_method.value));
}

bool Steps::method() {
  const std::string_view method = request_.requested_method.value;
  if (is_about_method(decision_.reason)) {
    const std::string listed = rule_.methods.empty() ? "nothing" : to_printable(rule_.methods);
    return refuse("method", reason_of(method) + "; allowed_methods has " + listed);
  }
  if (!rule_.cors->behaviour.checks_requested) {
    return pass("method", to_quoted(method) + " is not compared: the answer lists what is allowed");
  }
  const bool is_always = !rule_.cors->behaviour.has_exact_methods && is_safelisted_method(method);
  return pass("method",
              to_quoted(method) + (is_always ? " always passes" : " is in allowed_methods"));
}

void Steps::headers() {
  if (decision_.reason != Reason::None) {
    refuse("headers", reason_of(decision_.offending));
  } else if (!rule_.cors->behaviour.checks_requested && !request_.requested_headers.empty()) {
    pass("headers", "are not compared: the answer lists what is allowed");
  } else if (decision_.requested.verdict == HeaderListVerdict::Empty) {
    pass("headers", "none are asked for");
  } else {
    pass("headers", to_quoted(allow_headers_value(decision_.requested)) + " are allowed");
  }
}

void Steps::outcome() {
  const std::string status = std::to_string(decided_.status);
  if (decided_.outcome == Outcome::Answer) {
    pass("decision", "answer with " + status + " and a grant");
  } else if (decided_.outcome == Outcome::Refuse) {
    refuse("decision", "refuse with " + status + "; the handler does not run");
  } else if (decided_.reason != Reason::None) {
    const bool is_only_counted = rule_.cors && rule_.cors->is_report_only;
    refuse("decision", is_only_counted
                           ? "no grant; the handler runs: under report_only refusals are counted"
                           : "no grant; the handler runs");
  } else {
    pass("decision", decided_.has_grant() ? "the handler runs, with a grant"
                                          : "the handler runs, nothing is granted");
  }
}

}  // namespace

std::vector<Explanation::Step> explain_steps(const Snapshot& snapshot, const RequestView& request,
                                             const Decision& decision) {
  return Steps(snapshot, request, decision).run();
}

}  // namespace corsac
