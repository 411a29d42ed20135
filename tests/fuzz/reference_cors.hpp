#pragma once

// What the policy document, 3 and 4, says about one request under one CORS rule. Written from that
// text alone; one question after the other, with strings and vectors.

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/method.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "corsac/stage/decision.hpp"
#include "fuzz/reference_header_list.hpp"
#include "fuzz/reference_origin.hpp"

namespace corsac::fuzz {

using Grant = std::map<std::string, std::string>;

struct CorsReading {
  Outcome outcome = Outcome::Pass;
  std::uint16_t status = 0;
  Reason reason = Reason::None;
  std::string offending = {};  // what of the request the reason is about
  std::string vary = {};
  HandlerHeaders handler_headers = HandlerHeaders::Untouched;
  Grant grant = {};
};

class CorsModel {
 public:
  // Both must outlive the model. `denies_all` as in with_all_denied.
  CorsModel(const CorsRules& rule, Reason denies_all) : rule_(rule), denies_all_(denies_all) {}

  [[nodiscard]] CorsReading decide(const RequestView& request) const {
    CorsReading reading = decide_any(request);
    reading.offending = offending_of(reading.reason, request);
    // `keep` is about what the handler set; in our own answer nothing but ours may stand.
    if (reading.outcome != Outcome::Pass) reading.handler_headers = HandlerHeaders::Replace;
    return reading;
  }

 private:
  [[nodiscard]] CorsReading decide_any(const RequestView& request) const {
    const bool is_own = request.own != nullptr && request.own->is_same_origin(request);
    if (knobs().same_origin == SameOrigin::ExemptFirst && is_own && request.origin.is_present()) {
      return {};
    }
    const bool is_exempt = knobs().same_origin != SameOrigin::Judge && is_own;
    if (rule_.is_excluded && request.is_websocket_upgrade) {
      return request.origin.is_present() && !is_own ? refused_upgrade(Reason::OriginNotAllowed)
                                                    : CorsReading{};
    }
    if (rule_.is_excluded) return decide_excluded(request, is_exempt);
    if (request.is_websocket_upgrade) return decide_upgrade(request, is_own);
    if (is_judged_as_preflight(request)) return decide_preflight(request, is_exempt);
    return decide_actual(request, is_exempt);
  }

  [[nodiscard]] const CorsBehaviour& knobs() const { return rule_.behaviour; }

  static bool lists(const TextList& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  }
  [[nodiscard]] bool lists_any_origin() const { return lists(rule_.allowed_origins, "*"); }
  // `*` as a constant: no Origin is looked at.
  [[nodiscard]] bool is_constant() const {
    return lists_any_origin() && !rule_.allow_credentials && denies_all_ == Reason::None;
  }

  // What the Origin of a request is worth.
  struct OriginVerdict {
    bool is_there = false;
    Reason refused = Reason::None;  // => is_there
    std::string grant = {};         // the value of Access-Control-Allow-Origin; empty = no grant
    bool is_exact = false;
    bool is_specific = false;  // not a constant `*`
  };

  [[nodiscard]] bool takes_file_origins() const { return rule_.profile->takes_opaque_origins; }

  [[nodiscard]] bool is_well_formed(std::string_view origin) const {
    return read_origin_plainly(origin).has_value() ||
           (takes_file_origins() && origin.starts_with("file://"));
  }

  [[nodiscard]] OriginVerdict judge_origin(const RequestView& request) const {
    if (is_constant()) return {request.origin.is_present(), Reason::None, "*", false, false};
    if (!request.origin.is_present()) return {};
    const auto refused = [](Reason reason) { return OriginVerdict{true, reason}; };
    const std::string origin(request.origin.value);
    const auto granted = [&](bool is_exact) {
      return OriginVerdict{true, Reason::None, origin, is_exact, true};
    };
    if (denies_all_ != Reason::None) return refused(denies_all_);
    if (request.origin.is_repeated()) return refused(Reason::OriginRepeated);
    if (origin == "null") {
      return rule_.allow_null_origin ? granted(false) : refused(Reason::OriginNull);
    }
    if (!is_well_formed(origin)) return refused(Reason::OriginMalformed);
    if (lists(rule_.allowed_origins, origin)) return granted(true);
    for (const std::string_view entry : rule_.allowed_origins) {
      const auto pattern = parse_origin_pattern(entry);
      if (pattern && matches_plainly(*pattern, origin)) return granted(false);
    }
    // Taken byte for byte as listed, and in no other way: nothing proves its bytes.
    if (origin.starts_with("file://")) return refused(Reason::OriginNotAllowed);
    if (lists_any_origin() && rule_.dangerously_echo_any_origin) return granted(false);
    if (request.is_allowed_by_application) return granted(false);
    return refused(Reason::OriginNotAllowed);
  }

  static bool is_malformed(Reason reason) {
    return reason == Reason::OriginMalformed || reason == Reason::OriginRepeated;
  }

  // `malformed_origin = "ignore"`: as if there was none. (What is a preflight stays one: a handler
  // could take it for an ordinary request.)
  [[nodiscard]] OriginVerdict judge_origin_or_ignore(const RequestView& request) const {
    const OriginVerdict verdict = judge_origin(request);
    const bool is_ignored = knobs().malformed_origin == MalformedOrigin::Ignore;
    return is_ignored && is_malformed(verdict.refused) ? OriginVerdict{} : verdict;
  }

  [[nodiscard]] bool is_judged_as_preflight(const RequestView& request) const {
    if (request.method != "OPTIONS" || !request.requested_method.is_present()) return false;
    if (knobs().preflight_needs_origin && !request.origin.is_present()) return false;
    return !(request.requested_method.value.empty() &&
             knobs().empty_requested_method == EmptyRequestedMethod::Actual);
  }

  [[nodiscard]] std::string vary_of(bool is_preflight, bool is_specific_grant) const {
    bool by_origin = true;
    // Some knobs refuse an actual request for nothing but having an Origin.
    const bool judges_actual = knobs().enforces_methods ||
                               knobs().post_without_content_type == PostWithoutContentType::Refuse;
    if (knobs().vary == VaryMode::Dynamic) {
      by_origin = !is_constant() || (judges_actual && !is_preflight);
    }
    if (knobs().vary == VaryMode::SpecificOnly) by_origin = is_specific_grant;
    const bool is_full = is_preflight && knobs().preflight_vary == PreflightVary::Full;
    std::string vary = by_origin ? "Origin" : "";
    if (!is_full) return vary;
    if (by_origin) vary += ", ";
    return vary + "Access-Control-Request-Method, Access-Control-Request-Headers";
  }

  [[nodiscard]] CorsReading judged(bool is_preflight) const {
    CorsReading reading;
    reading.vary = vary_of(is_preflight, false);
    reading.handler_headers = knobs().handler_headers == HandlerWins::Keep
                                  ? HandlerHeaders::Keep
                                  : HandlerHeaders::Replace;
    return reading;
  }

  [[nodiscard]] std::string offending_of(Reason reason, const RequestView& request) const {
    switch (reason) {
      case Reason::None:
      case Reason::ContentTypeMissing:
      case Reason::RequestedHeadersOverBudget:
        return {};
      case Reason::PreflightOnExcludedPath:
        return std::string(request.path);
      case Reason::MethodUnknown:
      case Reason::MethodNotAllowed:
        return std::string(request.method);
      case Reason::PreflightRejected:
      case Reason::RequestedMethodMalformed:
      case Reason::RequestedMethodNotAllowed:
        return std::string(request.requested_method.value);
      case Reason::RequestedHeaderNotAllowed:
      case Reason::RequestedHeadersMalformed:
        return requested_headers(request).offending;
      default:
        return std::string(request.origin.value);
    }
  }

  // --- excluded paths ---

  [[nodiscard]] CorsReading decide_excluded(const RequestView& request, bool is_exempt) const {
    CorsReading reading;
    const bool is_refused = is_judged_as_preflight(request) &&
                            knobs().preflight != PreflightMode::PassThrough &&
                            knobs().preflight_outside_paths == OutsidePaths::Refuse && !is_exempt;
    if (!is_refused) return reading;
    reading.reason = Reason::PreflightOnExcludedPath;
    if (rule_.report_only) return reading;
    reading.outcome = Outcome::Refuse;
    reading.status = knobs().refused_preflight_status;
    return reading;
  }

  // --- upgrades ---

  [[nodiscard]] CorsReading decide_upgrade(const RequestView& request, bool is_own) const {
    CorsReading reading;  // an accepted one gets no headers
    const OriginVerdict origin = judge_origin(request);
    Reason reason = origin.refused;
    const bool carries = request.has_cookie || request.has_authorization;
    if (reason == Reason::None && origin.is_there && !rule_.allow_credentials && carries) {
      reason = Reason::UpgradeNotAllowed;
    }
    if (reason == Reason::None || is_own) return reading;
    return refused_upgrade(reason);
  }

  [[nodiscard]] CorsReading refused_upgrade(Reason reason) const {
    CorsReading reading;
    reading.reason = reason;
    const bool blocks =
        knobs().websocket == WebSocketMode::Block || knobs().on_denied == OnDenied::Block;
    if (rule_.report_only || !blocks) return reading;
    reading.vary = vary_of(false, false);
    reading.outcome = Outcome::Refuse;
    reading.status = 403;
    return reading;
  }

  // --- preflights ---

  [[nodiscard]] CorsReading refused_preflight(Reason reason, std::uint16_t status,
                                              bool is_exempt) const {
    CorsReading reading = judged(true);
    if (is_exempt) return reading;
    reading.reason = reason;
    if (rule_.report_only) return reading;
    reading.outcome = Outcome::Refuse;
    reading.status = status;
    return reading;
  }

  [[nodiscard]] CorsReading decide_preflight(const RequestView& request, bool is_exempt) const {
    if (knobs().preflight == PreflightMode::PassThrough) return {};
    if (knobs().preflight == PreflightMode::Reject) {
      return refused_preflight(Reason::PreflightRejected, 403, is_exempt);
    }
    if (request.requested_method.value.empty() &&
        knobs().empty_requested_method == EmptyRequestedMethod::Refuse) {
      return refused_preflight(Reason::RequestedMethodMalformed, knobs().refused_preflight_status,
                               is_exempt);
    }
    const OriginVerdict origin = judge_origin_or_ignore(request);
    if (!origin.is_there && !is_constant()) {  // nobody asked for a grant
      CorsReading reading = judged(true);
      reading.outcome = Outcome::Answer;
      reading.status = knobs().preflight_status;
      return reading;
    }
    Reason reason = origin.refused;
    if (reason == Reason::None) reason = judge_requested_method(request);
    if (reason == Reason::None) reason = judge_requested_headers(request);
    if (reason != Reason::None) {
      return refused_preflight(reason, knobs().refused_preflight_status, is_exempt);
    }
    CorsReading reading = judged(true);
    reading.outcome = Outcome::Answer;
    reading.status = knobs().preflight_status;
    if (origin.grant.empty()) return reading;
    reading.vary = vary_of(true, origin.is_specific);
    reading.grant = origin_grant(origin);
    add(reading.grant, "Access-Control-Allow-Methods", methods_answer(request));
    add(reading.grant, "Access-Control-Allow-Headers", headers_answer(request));
    add_max_age(reading.grant);
    if (rule_.allow_private_network && origin.is_exact &&
        request.requested_private_network.lines == 1 &&
        request.requested_private_network.value == "true") {
      reading.grant["Access-Control-Allow-Private-Network"] = "true";
    }
    if (knobs().exposes_on_preflight) add_exposed(reading.grant);
    return reading;
  }

  static bool equals_as(MethodCase method_case, std::string_view a, std::string_view b) {
    return method_case == MethodCase::Fold ? reference_lower(a) == reference_lower(b) : a == b;
  }

  [[nodiscard]] std::vector<std::string> methods() const {
    std::vector<std::string> methods;
    for (const PlacedText& entry : rule_.allowed_methods) {
      std::string method(entry.text);
      for (const char* common : {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}) {
        if (reference_lower(method) == reference_lower(common)) method = common;
      }
      for (const char* verb : {"CONNECT", "PATCH", "TRACE"}) {  // the rest of the nine
        if (!rule_.profile->takes_all_verbs) break;
        if (reference_lower(method) == reference_lower(verb)) method = verb;
      }
      const bool is_there = std::any_of(methods.begin(), methods.end(), [&](const auto& other) {
        return equals_as(knobs().requested_method_case, method, other);
      });
      if (!is_there) methods.push_back(method);
    }
    return methods;
  }
  [[nodiscard]] bool allows_any_method() const { return contains(methods(), "*"); }

  // The listed one, or the method itself when it needs no listing; nothing when it is not allowed.
  [[nodiscard]] std::optional<std::string> find_method(std::string_view method,
                                                       MethodCase method_case) const {
    const auto equals = [&](std::string_view a) { return equals_as(method_case, a, method); };
    for (const std::string& listed : methods()) {
      if (equals(listed)) return listed;
    }
    if (!knobs().has_exact_methods) {
      for (const char* safelisted : {"GET", "HEAD", "POST"}) {
        if (equals(safelisted)) return safelisted;
      }
    }
    const std::string lower = reference_lower(method);
    const bool is_forbidden = lower == "connect" || lower == "trace" || lower == "track";
    if (!allows_any_method() || is_forbidden) return std::nullopt;
    return std::string(method);
  }

  // Where methods are not compared and `*` may not be printed, they are compared all the same.
  [[nodiscard]] bool checks_method() const {
    return knobs().checks_requested || (allows_any_method() && rule_.allow_credentials);
  }
  [[nodiscard]] bool checks_headers() const {
    return knobs().checks_requested || (allows_any_header() && rule_.allow_credentials);
  }

  [[nodiscard]] Reason judge_requested_method(const RequestView& request) const {
    const HeaderField& field = request.requested_method;
    if (!checks_method()) return Reason::None;
    if (field.is_repeated()) return Reason::RequestedMethodMalformed;
    if (field.value.size() > 32 || !is_reference_token(field.value)) {
      return Reason::RequestedMethodMalformed;
    }
    return find_method(field.value, knobs().requested_method_case)
               ? Reason::None
               : Reason::RequestedMethodNotAllowed;
  }

  [[nodiscard]] std::vector<std::string> listed_headers() const {
    std::vector<std::string> names;
    for (const PlacedText& entry : rule_.allowed_headers) {
      const bool is_there = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return reference_lower(name) == reference_lower(entry.text);
      });
      if (!is_there) names.emplace_back(entry.text);
    }
    return names;
  }
  [[nodiscard]] bool allows_any_header() const { return contains(listed_headers(), "*"); }

  [[nodiscard]] HeaderListReading requested_headers(const RequestView& request) const {
    std::vector<std::string> allowed;
    for (const std::string& name : listed_headers()) {
      if (name != "*") allowed.push_back(reference_lower(name));
    }
    return read_header_list_plainly(
        {request.requested_headers.begin(), request.requested_headers.end()}, allowed,
        allows_any_header());
  }

  [[nodiscard]] Reason judge_requested_headers(const RequestView& request) const {
    if (!checks_headers()) return Reason::None;
    switch (requested_headers(request).verdict) {
      case HeaderListVerdict::Empty:
      case HeaderListVerdict::Allowed:
        return Reason::None;
      case HeaderListVerdict::NotAllowed:
        return Reason::RequestedHeaderNotAllowed;
      case HeaderListVerdict::Malformed:
        return Reason::RequestedHeadersMalformed;
      case HeaderListVerdict::OverBudget:
        return Reason::RequestedHeadersOverBudget;
    }
    return Reason::None;
  }

  // --- grants ---

  [[nodiscard]] Grant origin_grant(const OriginVerdict& origin) const {
    Grant grant = {{"Access-Control-Allow-Origin", origin.grant}};
    if (rule_.allow_credentials) grant["Access-Control-Allow-Credentials"] = "true";
    return grant;
  }

  [[nodiscard]] std::string joined(const std::vector<std::string>& texts) const {
    std::string text;
    for (const std::string& each : texts) {
      if (!text.empty()) text += knobs().list_separator == ListSeparator::Comma ? "," : ", ";
      text += each;
    }
    return text;
  }

  static void add(Grant& grant, const char* name, const std::string& value) {
    if (!value.empty()) grant[name] = value;
  }

  void add_exposed(Grant& grant) const {
    std::vector<std::string> names;
    for (const PlacedText& entry : rule_.exposed_headers) names.emplace_back(entry.text);
    add(grant, "Access-Control-Expose-Headers", joined(names));
  }

  // Whole lists, but for a `*` that browsers would not read.
  [[nodiscard]] bool prints_methods() const {
    return knobs().methods_answer == AnswerList::List &&
           !(allows_any_method() && rule_.allow_credentials);
  }
  [[nodiscard]] bool prints_headers() const {
    return knobs().headers_answer == AnswerList::List &&
           !(allows_any_header() && rule_.allow_credentials);
  }

  [[nodiscard]] std::string methods_answer(const RequestView& request) const {
    if (prints_methods()) return joined(methods());
    const std::string method =
        find_method(request.requested_method.value, knobs().requested_method_case).value_or("");
    const bool is_safelisted = method == "GET" || method == "HEAD" || method == "POST";
    return is_safelisted && !knobs().has_exact_methods ? "" : method;
  }

  [[nodiscard]] std::string headers_answer(const RequestView& request) const {
    if (prints_headers()) return joined(listed_headers());
    std::string text;
    for (const std::string& name : requested_headers(request).names) {
      text += (text.empty() ? "" : ",") + name;
    }
    return text;
  }

  void add_max_age(Grant& grant) const {
    if (!rule_.max_age_seconds) return;
    const std::int64_t seconds = std::max<std::int64_t>(*rule_.max_age_seconds, 0);
    if (*rule_.max_age_seconds == 0 && knobs().zero_max_age == ZeroMaxAge::Omit) return;
    grant["Access-Control-Max-Age"] = std::to_string(seconds);
  }

  // --- actual requests ---

  [[nodiscard]] bool is_known_method(std::string_view method) const {
    for (const char* known :
         {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}) {
      if (method == known) return true;
    }
    return find_method(method, MethodCase::Exact).has_value();
  }

  [[nodiscard]] Reason judge_actual(const RequestView& request, const OriginVerdict& origin) const {
    if (!origin.is_there) return Reason::None;  // not a page of another origin
    if (knobs().enforces_methods && !is_known_method(request.method)) {
      return Reason::MethodUnknown;
    }
    if (knobs().post_without_content_type == PostWithoutContentType::Refuse &&
        request.method == "POST" && request.content_type.value.empty()) {
      return Reason::ContentTypeMissing;
    }
    if (origin.refused != Reason::None) return origin.refused;
    if (knobs().enforces_methods && !find_method(request.method, MethodCase::Exact)) {
      return Reason::MethodNotAllowed;
    }
    return Reason::None;
  }

  [[nodiscard]] CorsReading decide_actual(const RequestView& request, bool is_exempt) const {
    // Of what is left to the application the origin is judged, where a refusal would block it.
    const bool is_left = knobs().actual_answers == ActualAnswers::Leave;
    if (is_left && knobs().on_denied == OnDenied::Mark) return {};
    CorsReading reading = is_left ? CorsReading{} : judged(false);
    const OriginVerdict origin = judge_origin_or_ignore(request);
    const Reason reason = is_left ? origin.refused : judge_actual(request, origin);
    if (reason != Reason::None) {
      if (is_exempt) return reading;
      reading.reason = reason;
      if (rule_.report_only || knobs().on_denied == OnDenied::Mark) return reading;
      reading.vary = vary_of(false, false);  // our own answer, of what is left as well
      reading.outcome = Outcome::Refuse;
      reading.status = 403;
      return reading;
    }
    if (origin.grant.empty() || is_left) return reading;
    reading.vary = vary_of(false, origin.is_specific);
    reading.grant = origin_grant(origin);
    add_exposed(reading.grant);
    if (rule_.timing_allow_origin) reading.grant["Timing-Allow-Origin"] = origin.grant;
    if (request.method == "OPTIONS" && knobs().has_preflight_headers_on_options) {
      // It asked for nothing, so that only whole lists can be said.
      if (prints_methods()) add(reading.grant, "Access-Control-Allow-Methods", joined(methods()));
      if (prints_headers()) {
        add(reading.grant, "Access-Control-Allow-Headers", joined(listed_headers()));
      }
      add_max_age(reading.grant);
    }
    return reading;
  }

  const CorsRules& rule_;
  Reason denies_all_;
};

}  // namespace corsac::fuzz
