// What two decisions differ in. Entry: DiffChanges. Spec: policy document, 3 and 4; Fetch, 4.8
// "CORS-preflight fetch" (what a browser reads in a preflight's answer). Test:
// tests/policy/diff_test.cpp, tests/properties/diff_property_test.cpp.

#include "corsac/policy/diff_changes.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/http/header_name.hpp"
#include "corsac/http/method.hpp"

namespace corsac {
namespace {

// Different examples of one change that are told apart; beyond it the count is of requests.
constexpr std::size_t kToldApart = 1000;
// Fetch, 4.9 "CORS-preflight cache": without the header.
constexpr std::int64_t kDefaultMaxAge = 5;

std::string_view grant_of(const Decision& decision, GrantHeader header) noexcept {
  for (std::size_t i = 0; i < decision.grant_count; ++i) {
    if (decision.grants[i].header == header) return decision.grants[i].value.view();
  }
  return {};
}

bool has_origin_grant(const Decision& decision) noexcept {
  return !grant_of(decision, GrantHeader::AllowOrigin).empty();
}

bool has_credentials(const Decision& decision) noexcept {
  return !grant_of(decision, GrantHeader::AllowCredentials).empty();
}

std::set<std::string> names_of(std::string_view list) {
  std::set<std::string> names;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view name = trim_ows(list.substr(0, comma));
    if (!name.empty()) names.insert(to_ascii_lower(name));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

std::set<std::string> minus(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(rest, rest.begin()));
  return rest;
}

bool has_method(std::string_view list, std::string_view method) noexcept {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (trim_ows(list.substr(0, comma)) == method) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// The requested method is one that a browser sends after this answer.
bool lets_method(const Decision& decision, std::string_view method) noexcept {
  const std::string_view list = grant_of(decision, GrantHeader::AllowMethods);
  return is_safelisted_method(method) || has_method(list, method) ||
         (!has_credentials(decision) && has_method(list, "*"));
}

std::string allowed_headers_of(const Decision& decision) {
  for (std::size_t i = 0; i < decision.grant_count; ++i) {
    if (decision.grants[i].header != GrantHeader::AllowHeaders) continue;
    const BytesRef& value = decision.grants[i].value;
    return value.view().data() != nullptr ? std::string(value.view())
                                          : allow_headers_value(decision.requested);
  }
  return {};
}

// Likewise the requested names that are none of it.
std::set<std::string> missing_headers(const Decision& decision, const RequestView& request) {
  std::set<std::string> asked;
  for (const std::string_view line : request.requested_headers) asked.merge(names_of(line));
  const std::set<std::string> listed = names_of(allowed_headers_of(decision));
  std::set<std::string> missing = minus(asked, listed);
  if (has_credentials(decision) || !listed.contains("*")) return missing;
  std::erase_if(missing, [](const std::string& name) { return name != "authorization"; });
  return missing;
}

std::int64_t max_age_of(const Decision& decision) noexcept {
  const std::string_view text = grant_of(decision, GrantHeader::MaxAge);
  std::int64_t seconds = kDefaultMaxAge;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds;
}

// How much of what the handler sets itself reaches the page.
int freedom_of(const Decision& decision) noexcept {
  switch (decision.handler_headers) {
    case HandlerHeaders::Replace:
      return 0;
    case HandlerHeaders::Keep:
      return 1;
    case HandlerHeaders::Untouched:
      return 2;
  }
  return 0;
}

const char* freedom_text(int freedom) noexcept {
  return freedom == 0 ? "replaced" : freedom == 1 ? "kept" : "untouched";
}

std::string request_text(const RequestView& request) {
  const std::string target = to_printable(request.target);
  if (request.is_websocket_upgrade) return "a WebSocket at " + target;
  if (request.requested_method.is_present()) {
    return "a preflight for " + to_printable(request.requested_method.value) + ' ' + target;
  }
  return to_printable(request.method) + ' ' + target;
}

// Accepted upgrades get no headers, so that to go on is all that they can be granted.
constexpr std::string_view kUpgrades = "WebSockets";
constexpr std::string_view kUpgradesWithCookies = "WebSockets with cookies";

}  // namespace

std::string DiffChanges::origin_example(const RequestView& request) const {
  if (!request.origin.is_present()) return "requests without Origin";
  if (request.origin.is_repeated()) return "several Origin lines";
  const std::string_view origin = request.origin.value;
  if (origin == kStrangeOrigin) return "every origin that is not listed";
  if (origin.empty()) return "an empty Origin";
  std::string text = to_printable(origin);
  if (shown_ == nullptr) return text;
  for (const OriginPattern* pattern : *shown_) {
    if (matches_plainly(*pattern, origin))
      return text + " (of " + to_printable(pattern->text) + ')';
  }
  return text;
}

// What the side that refuses, or grants nothing, says it was. A page of our own is never told, so
// that it is asked as if it was none.
DiffChanges::Cause DiffChanges::cause_of(const Pair& pair, bool is_of_old) const {
  const RequestView& request = pair.request;
  Decision without = is_of_old ? pair.before : pair.after;
  if (without.is_own_origin) {
    RequestView strange = request;
    strange.own = nullptr;
    without = (is_of_old ? old_ : new_).decide(strange);
  }
  const bool is_preflight = request.requested_method.is_present();
  const std::string_view method = is_preflight ? request.requested_method.value : request.method;
  switch (without.reason) {
    case Reason::OriginNotAllowed:
    case Reason::OriginMalformed:
    case Reason::OriginNull:
    case Reason::OriginRepeated:
      return {"origins", origin_example(request)};
    case Reason::MethodNotAllowed:
    case Reason::MethodUnknown:
    case Reason::RequestedMethodNotAllowed:
    case Reason::RequestedMethodMalformed:
      return {"methods", method.empty() ? "an empty method" : to_printable(method)};
    case Reason::RequestedHeaderNotAllowed:
    case Reason::RequestedHeadersMalformed:
    case Reason::RequestedHeadersOverBudget:
      return {"request headers", to_printable(without.offending)};
    case Reason::PreflightOnExcludedPath:
    case Reason::PreflightRejected:
      return {"preflights", request_text(request)};
    case Reason::PathAmbiguous:
      return {"ambiguous paths", to_printable(request.target)};
    case Reason::CrossSiteWrite:
      return {"cross-site writes", origin_example(request)};
    case Reason::RedirectNotAllowed:
      return {"redirect targets", to_printable(shown_target(without.offending))};
    case Reason::HostNotAllowed:
      return {"hosts", request.host.is_present() ? to_printable(request.host.value)
                                                 : "requests without Host"};
    case Reason::UpgradeNotAllowed:
      return {kUpgradesWithCookies, origin_example(request)};
    case Reason::ContentTypeMissing:
      return {"POST without Content-Type", origin_example(request)};
    default:
      return {"CORS", origin_example(request)};
  }
}

namespace {

std::string arrow(std::string_view before, std::string_view after) {
  const auto shown = [](std::string_view text) {
    return text.empty() ? std::string("none") : to_printable(text);
  };
  return shown(before) + " -> " + shown(after);
}

// Who may frame what the answer shows; nothing said = everybody.
bool frames_more(std::string_view before, std::string_view after) {
  if (after.empty()) return !before.empty();
  if (before.empty()) return false;
  const auto words = [](std::string_view directive) {
    std::string text(directive);
    std::replace(text.begin(), text.end(), ' ', ',');
    return names_of(text);
  };
  return !minus(words(after), words(before)).empty();
}

std::string rule_text(const Snapshot& snapshot, std::uint32_t index) {
  const RuleInfo& rule = snapshot.rule(index);
  const std::string name = to_printable(rule.name);
  return rule.place.empty() ? name : name + " (" + rule.place + ')';
}

}  // namespace

void DiffChanges::note(std::uint32_t old_rule, std::uint32_t new_rule, std::string_view aspect,
                       DiffEffect effect, std::string example, const RequestView& request) {
  widens_ = widens_ || effect == DiffEffect::Wider;
  narrows_ = narrows_ || effect == DiffEffect::Narrower;
  Kept& kept = kept_[Key(old_rule, new_rule, aspect, effect)];
  if (kept.change.aspect.empty()) {
    kept.change = {.old_rule = rule_text(old_, old_rule),
                   .new_rule = rule_text(new_, new_rule),
                   .aspect = std::string(aspect),
                   .effect = effect,
                   .request = request_text(request)};
  }
  if (kept.examples.contains(example)) return;
  ++kept.change.count;
  if (kept.examples.size() >= kToldApart) return;
  kept.examples.insert(example);
  if (kept.change.examples.size() < kDiffExampleLimit) {
    kept.change.examples.push_back(std::move(example));
  }
}

void DiffChanges::note_limit(bool widens, bool narrows, std::string sentence) {
  widens_ = widens_ || widens;
  narrows_ = narrows_ || narrows;
  limits_.insert(std::move(sentence));
}

void DiffChanges::note(const Pair& pair, std::string_view aspect, bool is_wider,
                       std::string example) {
  note(pair.before.rule, pair.after.rule, aspect,
       is_wider ? DiffEffect::Wider : DiffEffect::Narrower, std::move(example), pair.request);
}

void DiffChanges::note_neutral(const Pair& pair, std::string_view aspect, std::string example) {
  note(pair.before.rule, pair.after.rule, aspect, DiffEffect::Neutral, std::move(example),
       pair.request);
}

// Whether the request goes on at all, and whether the page may read the answer.
void DiffChanges::compare_outcomes(const Pair& pair) {
  const bool goes_on_before = pair.before.outcome != Outcome::Refuse;
  const bool goes_on = pair.after.outcome != Outcome::Refuse;
  const bool granted_before = has_origin_grant(pair.before);
  const bool granted = has_origin_grant(pair.after);
  if (granted != granted_before) {
    Cause cause = cause_of(pair, granted);
    note(pair, cause.aspect, granted, std::move(cause.example));
  }
  if (goes_on == goes_on_before) return;
  // A refusal that became a grant is one change, told above.
  if (granted != granted_before && granted == goes_on) return;
  Cause cause = cause_of(pair, goes_on);
  if (pair.request.is_websocket_upgrade && cause.aspect == "origins") cause.aspect = kUpgrades;
  const bool is_own_stage = cause.aspect == "hosts" || cause.aspect == "redirect targets" ||
                            cause.aspect == "cross-site writes" || cause.aspect == kUpgrades ||
                            cause.aspect == kUpgradesWithCookies;
  if (is_own_stage) return note(pair, cause.aspect, goes_on, std::move(cause.example));
  const bool is_about_origin = cause.aspect == "origins";
  note(pair, "requests without a grant that go on", goes_on,
       is_about_origin ? cause.example : std::string(cause.aspect) + ": " + cause.example);
}

void DiffChanges::compare_grants(const Pair& pair) {
  const auto compare_flag = [&](GrantHeader header, std::string_view aspect) {
    const bool before = !grant_of(pair.before, header).empty();
    const bool after = !grant_of(pair.after, header).empty();
    if (before != after) note(pair, aspect, after, origin_example(pair.request));
  };
  compare_flag(GrantHeader::AllowCredentials, "credentials");
  compare_flag(GrantHeader::AllowPrivateNetwork, "private network");
  compare_flag(GrantHeader::TimingAllowOrigin, "timing");
  if (pair.after.outcome == Outcome::Answer) return;  // browsers look for it elsewhere
  const auto exposed_before = names_of(grant_of(pair.before, GrantHeader::ExposeHeaders));
  const auto exposed = names_of(grant_of(pair.after, GrantHeader::ExposeHeaders));
  for (const std::string& name : minus(exposed, exposed_before)) {
    note(pair, "exposed headers", true, to_printable(name));
  }
  for (const std::string& name : minus(exposed_before, exposed)) {
    note(pair, "exposed headers", false, to_printable(name));
  }
}

// Of two preflights that are granted: what a browser then sends.
void DiffChanges::compare_answers(const Pair& pair) {
  const std::string_view method = pair.request.requested_method.value;
  const bool lets_before = lets_method(pair.before, method);
  const bool lets = lets_method(pair.after, method);
  if (lets != lets_before) note(pair, "methods", lets, to_printable(method));
  const auto compare_text = [&](std::string_view before, std::string_view after,
                                std::string_view name) {
    if (before != after) note_neutral(pair, name, arrow(before, after));
  };
  if (lets == lets_before) {
    compare_text(grant_of(pair.before, GrantHeader::AllowMethods),
                 grant_of(pair.after, GrantHeader::AllowMethods), "methods in answers");
  }
  const auto missing_before = missing_headers(pair.before, pair.request);
  const auto missing = missing_headers(pair.after, pair.request);
  for (const std::string& name : minus(missing_before, missing)) {
    note(pair, "request headers", true, to_printable(name));
  }
  for (const std::string& name : minus(missing, missing_before)) {
    note(pair, "request headers", false, to_printable(name));
  }
  if (missing == missing_before) {
    compare_text(allowed_headers_of(pair.before), allowed_headers_of(pair.after),
                 "request headers in answers");
  }
  const std::int64_t before = max_age_of(pair.before);
  const std::int64_t after = max_age_of(pair.after);
  if (before == after) return;
  note(
      pair, "max-age", after > before,
      arrow(grant_of(pair.before, GrantHeader::MaxAge), grant_of(pair.after, GrantHeader::MaxAge)));
}

void DiffChanges::compare_frames(const Pair& pair) {
  const Guards& guards_before = old_.guards();
  const Guards& guards = new_.guards();
  const auto directive = [](const Guards& of, FrameList list) {
    return of.frames_are_report_only ? std::string_view() : of.directive_of(list);
  };
  const std::string_view before = directive(guards_before, pair.before.frames);
  const std::string_view after = directive(guards, pair.after.frames);
  if (before != after) {
    const bool is_wider = frames_more(before, after);
    const bool is_narrower = frames_more(after, before);
    if (is_wider) note(pair, "frames", true, arrow(before, after));
    if (is_narrower) note(pair, "frames", false, arrow(before, after));
  }
  if (pair.before.judges_location != pair.after.judges_location) {
    note(pair, "redirects of the application", pair.before.judges_location,
         pair.after.judges_location ? "judged now" : "not judged any more");
  }
}

void DiffChanges::compare_neutral(const Pair& pair) {
  const Decision& before = pair.before;
  const Decision& after = pair.after;
  if (before.outcome != after.outcome) return;
  if (before.vary != after.vary) {
    note_neutral(pair, "Vary", arrow(vary_value(before.vary), vary_value(after.vary)));
  }
  if (before.status != after.status) {
    note_neutral(pair, "status",
                 arrow(std::to_string(before.status), std::to_string(after.status)));
  }
}

void DiffChanges::compare(const RequestView& request) {
  ++compared_;
  const Decision before = old_.decide(request);
  const Decision after = new_.decide(request);
  const Pair pair = {request, before, after};
  compare_outcomes(pair);
  compare_neutral(pair);
  if (has_origin_grant(before) && has_origin_grant(after)) {
    compare_grants(pair);
    if (before.outcome == Outcome::Answer && after.outcome == Outcome::Answer) {
      compare_answers(pair);
    }
  }
  if (before.outcome != Outcome::Pass || after.outcome != Outcome::Pass) return;
  compare_frames(pair);
  const int freedom_before = freedom_of(before);
  const int freedom = freedom_of(after);
  if (freedom == freedom_before) return;
  note(pair, "CORS headers of the handler", freedom > freedom_before,
       arrow(freedom_text(freedom_before), freedom_text(freedom)));
}

bool DiffChanges::is_different(const RequestView& request) const {
  const Decision before = old_.decide(request);
  const Decision after = new_.decide(request);
  return (before.outcome == Outcome::Refuse) != (after.outcome == Outcome::Refuse) ||
         has_origin_grant(before) != has_origin_grant(after);
}

void DiffChanges::assume(bool widens, bool narrows, std::string sentence) {
  assumptions_.push_back({widens, narrows, std::move(sentence)});
}

void DiffChanges::take_assumptions() {
  const bool widens = widens_;
  const bool narrows = narrows_;
  for (Assumption& assumed : assumptions_) {
    const bool is_shown = (widens || !assumed.widens) && (narrows || !assumed.narrows);
    if (!is_shown) note_limit(assumed.widens, assumed.narrows, std::move(assumed.sentence));
  }
}

// Who may connect is who may read, mostly; then it is said once.
void DiffChanges::drop_repeated_upgrades() {
  for (auto at = kept_.begin(); at != kept_.end();) {
    const auto& [old_rule, new_rule, aspect, effect] = at->first;
    bool is_repeated = false;
    if (aspect == kUpgrades || aspect == kUpgradesWithCookies) {
      for (const char* said : {"origins", "credentials"}) {
        const auto other = kept_.find(Key(old_rule, new_rule, said, effect));
        is_repeated = is_repeated || (other != kept_.end() &&
                                      minus(at->second.examples, other->second.examples).empty());
      }
    }
    at = is_repeated ? kept_.erase(at) : std::next(at);
  }
}

PolicyDiff DiffChanges::take() {
  drop_repeated_upgrades();
  take_assumptions();
  PolicyDiff diff = {.widens = widens_, .narrows = narrows_, .compared = compared_};
  for (auto& [key, kept] : kept_) diff.changes.push_back(std::move(kept.change));
  diff.limits.assign(limits_.begin(), limits_.end());
  return diff;
}

}  // namespace corsac
