// From what one rule says to what deciding needs; the origins and the names have files of their own
// (compile_origins, compile_names), here stand the other fields and what they forbid together.
// Entry: compile_cors, with_all_denied. Spec: policy document, 1 to 3.
// Test: tests/stage/compile_test.cpp.

#include "corsac/stage/cors/compile.hpp"

#include <cassert>
#include <string>

#include "corsac/stage/cors/compile_names.hpp"
#include "corsac/stage/cors/compile_origins.hpp"
#include "corsac/stage/cors/field_path.hpp"

namespace corsac {
namespace {

// Browsers cap it at 86400 or lower: Firefox 86400, Chromium 7200, Safari 600.
constexpr std::int64_t kMaxAgeLimitSeconds = 86400;

void compile_max_age(const CorsRules& rules, CompiledCors& compiled,
                     std::vector<Problem>& problems) {
  if (!rules.max_age_seconds) return;
  const std::int64_t seconds = *rules.max_age_seconds;
  compiled.max_age = std::to_string(seconds);
  if (seconds >= 0 && seconds <= kMaxAgeLimitSeconds) return;
  problems.push_back({.severity = Severity::Error,
                      .code = "max-age-range",
                      .path = field_path(rules, rules.inherited.max_age_seconds, "max_age_seconds"),
                      .value = std::to_string(seconds),
                      .place = rules.max_age_place,
                      .what = "the range is 0 to 86400 seconds",
                      .fix = seconds < 0 ? "write 0, which says \"do not cache\"" : "write 86400"});
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
  compiled.preflight = rules.preflight;
  compiled.on_denied = rules.on_denied;
  compiled.handler_headers = rules.handler_headers;
  compiled.websocket = rules.websocket;
  compile_origins(rules, compiled, problems);
  compile_methods(rules, compiled, problems);
  compile_allowed_headers(rules, compiled, problems);
  compile_exposed_headers(rules, compiled, problems);
  compile_max_age(rules, compiled, problems);
  check_null_origin(rules, problems);
  check_private_network(rules, compiled.allows_any_origin, problems);
  warn_of_dangerous_switches(rules, problems);
  return compiled;
}

CompiledCors with_all_denied(const CompiledCors& cors, Reason reason) {
  assert(reason != Reason::None && "a refusal has a reason");
  CompiledCors denied = cors;
  denied.denies_all = reason;
  return denied;
}

}  // namespace corsac
