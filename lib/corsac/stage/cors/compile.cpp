// From what one rule says to what deciding needs; the origins and the names have files of their own
// (compile_origins, compile_names), here stand the other fields and what they forbid together.
// Entry: compile_cors, with_all_denied. Spec: policy document, 1 to 3.
// Test: tests/stage/compile_test.cpp.

#include "corsac/stage/cors/compile.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "corsac/stage/cors/compile_names.hpp"
#include "corsac/stage/cors/compile_origins.hpp"
#include "corsac/stage/cors/compile_regexes.hpp"
#include "corsac/stage/cors/field_path.hpp"

namespace corsac {
namespace {

void compile_max_age(const CorsRules& rules, CompiledCors& compiled,
                     std::vector<Problem>& problems) {
  if (!rules.max_age_seconds) return;
  const std::int64_t seconds = *rules.max_age_seconds;
  const bool is_omitted = seconds == 0 && rules.behaviour.zero_max_age == ZeroMaxAge::Omit;
  if (!is_omitted) compiled.max_age = std::to_string(std::max<std::int64_t>(seconds, 0));
  const std::int64_t least = rules.profile->max_age_least;
  const std::int64_t most = rules.profile->max_age_most;
  if (seconds >= least && seconds <= most) return;
  problems.push_back({.severity = Severity::Error,
                      .code = "max-age-range",
                      .path = field_path(rules, rules.inherited.max_age_seconds, "max_age_seconds"),
                      .value = std::to_string(seconds),
                      .place = rules.max_age_place,
                      .what = seconds > most ? "the range is " + std::to_string(least) + " to " +
                                                   std::to_string(most) + " seconds"
                                             : "the least is " + std::to_string(least),
                      .fix = seconds > most
                                 ? "write " + std::to_string(most)
                                 : "write 0, which says \"do not cache\", or take it out"});
}

// An answer that echoes what was asked for grants it, so that somebody must have looked.
void check_unchecked_answers(const CorsRules& rules, std::vector<Problem>& problems) {
  const CorsBehaviour& behaviour = rules.behaviour;
  if (behaviour.checks_requested || (behaviour.methods_answer == AnswerList::List &&
                                     behaviour.headers_answer == AnswerList::List)) {
    return;
  }
  problems.push_back(
      {.severity = Severity::Error,
       .code = "unchecked-echo",
       .path = field_path(rules, rules.inherited.checks_requested, "check_requested"),
       .value = "false",
       .place = rules.checks_requested_place,
       .what = "an answer that names what was asked for grants everything when nothing is checked",
       .fix = "set methods_answer and headers_answer to \"list\", or check_requested = true"});
}

void check_echo(const CorsRules& rules, std::vector<Problem>& problems) {
  if (!rules.dangerously_echo_any_origin || rules.profile->may_echo_any_origin) return;
  problems.push_back({.severity = Severity::Error,
                      .code = "echo-not-available",
                      .path = field_path(rules, rules.inherited.dangerously_echo_any_origin,
                                         "dangerously_echo_any_origin"),
                      .value = "true",
                      .place = rules.dangerously_echo_any_origin_place,
                      .what = "only the profiles django, openedx and fusionauth have it, for "
                              "systems that did so before",
                      .fix = "list the origins"});
}

void check_null_origin(const CorsRules& rules, std::vector<Problem>& problems) {
  if (!rules.allow_null_origin || !rules.allow_credentials) return;
  const bool is_blamed_on_credentials =
      rules.inherited.allow_null_origin && !rules.inherited.allow_credentials;
  problems.push_back(
      {.severity = Severity::Error,
       .code = "null-credentials",
       .path = is_blamed_on_credentials
                   ? field_path(rules, false, "allow_credentials")
                   : field_path(rules, rules.inherited.allow_null_origin, "allow_null_origin"),
       .value = "true",
       .place = is_blamed_on_credentials ? rules.credentials_place : rules.null_place,
       .what = "anyone can send the origin null, so it never goes with allow_credentials",
       .fix = "set one of the two to false"});
}

void check_private_network(const CorsRules& rules, bool allows_any_origin,
                           std::vector<Problem>& problems) {
  if (!rules.allow_private_network || !allows_any_origin) return;
  problems.push_back(
      {.severity = Severity::Warning,
       .code = "private-network-any",
       .path = field_path(rules, rules.inherited.allow_private_network, "allow_private_network"),
       .value = "true",
       .place = rules.private_network_place,
       .what = "only origins that are listed exactly get this answer, so beside \"*\" it is never "
               "given",
       .fix = "list the origins, or take it out"});
}

void warn_of_dangerous_switches(const CorsRules& rules, std::vector<Problem>& problems) {
  const auto warn = [&](bool is_inherited, std::string_view name, Place place, std::string what) {
    problems.push_back({.severity = Severity::Warning,
                        .code = "dangerous-switch",
                        .path = field_path(rules, is_inherited, name),
                        .value = "true",
                        .place = place,
                        .what = std::move(what),
                        .fix = "take it out as soon as no origin needs it"});
  };
  if (rules.dangerously_allow_insecure_origins) {
    warn(rules.inherited.dangerously_allow_insecure_origins, "dangerously_allow_insecure_origins",
         rules.dangerously_allow_insecure_origins_place,
         "anyone on the network between can act as a plain http origin");
  }
  if (rules.dangerously_allow_public_suffixes) {
    warn(rules.inherited.dangerously_allow_public_suffixes, "dangerously_allow_public_suffixes",
         rules.dangerously_allow_public_suffixes_place,
         "anyone can get a name under a public suffix");
  }
  if (rules.dangerously_echo_any_origin) {
    warn(rules.inherited.dangerously_echo_any_origin, "dangerously_echo_any_origin",
         rules.dangerously_echo_any_origin_place,
         "every site can read what this server shows to its users");
  }
}

VaryOn vary_on(bool origin, bool requested) noexcept {
  if (!requested) return origin ? VaryOn::Origin : VaryOn::Nothing;
  return origin ? VaryOn::OriginRequestedMethodAndHeaders : VaryOn::RequestedMethodAndHeaders;
}

void set_vary(CompiledCors& compiled) noexcept {
  const CorsBehaviour& behaviour = compiled.behaviour;
  const bool is_constant = compiled.allows_any_origin && compiled.denies_all == Reason::None;
  const bool is_dynamic = behaviour.vary == VaryMode::Dynamic;
  const bool by_origin = behaviour.vary == VaryMode::Always || (is_dynamic && !is_constant);
  // Under `*` as well a knob may refuse what has an Origin and pass what has none.
  const bool is_judged_by_origin = is_dynamic && compiled.judges_actual;
  compiled.vary_of_actual = vary_on(by_origin || is_judged_by_origin, false);
  compiled.vary_of_preflight = vary_on(by_origin, behaviour.preflight_vary == PreflightVary::Full);
  compiled.adds_vary_to_grants = behaviour.vary == VaryMode::SpecificOnly && !is_constant;
}

}  // namespace

CompiledCors compile_cors(const CorsRules& rules, std::vector<Problem>& problems) {
  CompiledCors compiled;
  compiled.is_excluded = rules.is_excluded;
  compiled.allows_credentials = rules.allow_credentials;
  compiled.allows_null = rules.allow_null_origin;
  compiled.allows_private_network = rules.allow_private_network;
  compiled.sends_timing_allow_origin = rules.timing_allow_origin;
  compiled.is_report_only = rules.report_only;
  compiled.behaviour = rules.behaviour;
  compiled.judges_actual =
      rules.behaviour.enforces_methods ||
      rules.behaviour.post_without_content_type == PostWithoutContentType::Refuse;
  compiled.takes_file_origins = rules.profile->takes_opaque_origins;
  compile_origins(rules, compiled, problems);
  compile_origin_regexes(rules, compiled, problems);
  compile_methods(rules, compiled, problems);
  compile_allowed_headers(rules, compiled, problems);
  compile_exposed_headers(rules, compiled, problems);
  compile_max_age(rules, compiled, problems);
  check_null_origin(rules, problems);
  check_private_network(rules, compiled.allows_any_origin, problems);
  compiled.asks_further = compiled.takes_file_origins || compiled.echoes_any_origin ||
                          compiled.origin_regexes != nullptr;
  compiled.has_knobs = compiled.behaviour.has_knobs();
  check_unchecked_answers(rules, problems);
  check_echo(rules, problems);
  warn_of_dangerous_switches(rules, problems);
  set_vary(compiled);
  return compiled;
}

CompiledCors with_all_denied(const CompiledCors& cors, Reason reason) {
  assert(reason != Reason::None && "a refusal has a reason");
  CompiledCors denied = cors;
  denied.denies_all = reason;
  set_vary(denied);
  return denied;
}

}  // namespace corsac
