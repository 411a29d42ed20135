// Warnings about one section of the CORS policy that need more than one of its fields.
// Entries: warn_of_cors, warn_of_rule. Spec: policy document, 1 and 5.
// Test: tests/policy/compile_test.cpp.

#include "corsac/policy/compile_warnings.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/http/method.hpp"

namespace corsac {
namespace {

bool has_body(std::string_view method) noexcept {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool names_method_with_body(const Names& methods) {
  const auto& values = methods.values();
  return std::any_of(values.begin(), values.end(),
                     [](std::string_view method) { return has_body(normalize_method(method)); });
}

void warn(ProblemList& problems, std::string_view code, std::string path, Place place,
          std::string what, std::string fix) {
  problems.add({.severity = Severity::Warning,
                .code = code,
                .path = std::move(path),
                .place = place,
                .what = std::move(what),
                .fix = std::move(fix)});
}

// POST always passes, so only a list that names a method with a body shows that bodies are meant.
void warn_of_content_type(const EffectiveRule& effective, const CompiledCors& compiled,
                          ProblemList& problems) {
  const CorsRules& rules = effective.rules;
  if (rules.behaviour.preflight != PreflightMode::Answer || compiled.allows_any_header) return;
  if (compiled.headers.rank_of("content-type") != HeaderNameSet::kNotFound) return;
  const bool means_bodies = std::any_of(
      rules.allowed_methods.begin(), rules.allowed_methods.end(), [](const PlacedText& method) {
        return method.text == "*" || has_body(normalize_method(method.text));
      });
  if (!means_bodies) return;
  const std::string& field = rules.inherited.allowed_headers ? rules.inherited_field : rules.field;
  const bool has_list = effective.headers_place.is_known();
  warn(problems, "content-type-missing", field + ".allowed_headers",
       has_list ? effective.headers_place : effective.methods_place,
       "a method with a body is allowed and Content-Type is not: JSON bodies will fail",
       "add \"Content-Type\" to allowed_headers");
}

// Fields of a preflight's answer where no preflight is answered.
template <class Section>
void warn_of_unused_lists(const Section& own, const EffectiveRule& effective,
                          ProblemList& problems) {
  if (effective.rules.behaviour.preflight == PreflightMode::Answer) return;
  const auto warn_of = [&](bool is_set, const char* name, Place place) {
    if (!is_set) return;
    warn(problems, "setting-has-no-effect", effective.rules.field + '.' + name, place,
         "preflights are not answered here, and only their answers use it",
         "take it out, or set preflight = \"answer\"");
  };
  warn_of(own.allowed_methods.is_set(), "allowed_methods", own.allowed_methods.place());
  warn_of(own.allowed_headers.is_set(), "allowed_headers", own.allowed_headers.place());
  warn_of(own.max_age_seconds.is_set(), "max_age_seconds", own.max_age_seconds.place());
}

template <class Section>
void warn_of_section(const Section& own, const EffectiveRule& effective,
                     const CompiledCors& compiled, ProblemList& problems) {
  const std::string& field = effective.rules.field;
  if (own.allow_private_network.value_or(false)) {
    warn(problems, "private-network-obsolete", field + ".allow_private_network",
         own.allow_private_network.place(),
         "browsers ask the user for local network access now and send no such preflight",
         "take it out unless old browsers need it");
  }
  if (own.dangerously_echo_any_origin.value_or(false) && !compiled.echoes_any_origin) {
    warn(problems, "setting-has-no-effect", field + ".dangerously_echo_any_origin",
         own.dangerously_echo_any_origin.place(), "only \"*\" with allow_credentials is echoed",
         "take it out");
  }
  const bool speaks_of_vary = own.knobs.vary.is_set() || field == "cors";
  if (speaks_of_vary && compiled.behaviour.vary == VaryMode::SpecificOnly &&
      !compiled.allows_any_origin) {
    warn(problems, "vary-specific-only", field + ".vary", own.knobs.vary.place(),
         "a shared cache may hand an answer without a grant to the page of an allowed origin",
         "write vary = \"dynamic\", or keep such answers out of shared caches");
  }
  if (own.allow_null_origin.value_or(false) && compiled.allows_any_origin) {
    warn(problems, "setting-has-no-effect", field + ".allow_null_origin",
         own.allow_null_origin.place(), "\"*\" covers null already", "take it out");
  }
}

}  // namespace

void warn_of_cors(const CorsPolicy& cors, const EffectiveRule& effective,
                  const CompiledCors& compiled, ProblemList& problems) {
  warn_of_section(cors, effective, compiled, problems);
  warn_of_content_type(effective, compiled, problems);
  // A rule that answers preflights may inherit the lists.
  const bool may_be_inherited =
      std::any_of(cors.rules.begin(), cors.rules.end(),
                  [](const CorsRule& rule) { return rule.preflight.is_set(); });
  if (!may_be_inherited) warn_of_unused_lists(cors, effective, problems);
  if (!cors.debug_headers.value_or(false)) return;
  warn(problems, "debug-headers", "cors.debug_headers", cors.debug_headers.place(),
       "X-Corsac-Reason tells every caller why it was refused",
       "take it out when the search is over; debug = true tells only you");
}

void warn_of_rule(const CorsRule& rule, const EffectiveRule& effective,
                  const CompiledCors& compiled, ProblemList& problems) {
  warn_of_section(rule, effective, compiled, problems);
  warn_of_unused_lists(rule, effective, problems);
  // A rule for GET alone never meets the methods that it inherits.
  if (rule.methods.size() == 0 || names_method_with_body(rule.methods)) {
    warn_of_content_type(effective, compiled, problems);
  }
}

}  // namespace corsac
