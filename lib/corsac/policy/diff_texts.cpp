// Parts of a policy as texts. Entries: text_of_cors, text_of_rule, text_of_guards, text_of_grants.
// Test: tests/policy/diff_test.cpp.

#include "corsac/policy/diff_texts.hpp"

#include <algorithm>
#include <utility>

#include "corsac/policy/writer.hpp"

namespace corsac {
namespace {

// [cors] or a rule as text: what it says beside whom it lists and what it selects. Field by field:
// a copy of a million origins would be thrown away.
template <class Section>
std::string text_of(const Section& section, CorsPolicy beside = {}) {
  Policy alone;
  alone.cors = std::move(beside);
  CorsPolicy& cors = alone.cors;
  cors.allowed_methods = section.allowed_methods;
  cors.allowed_headers = section.allowed_headers;
  cors.exposed_headers = section.exposed_headers;
  cors.allow_credentials = section.allow_credentials;
  cors.max_age_seconds = section.max_age_seconds;
  cors.preflight = section.preflight;
  cors.on_denied = section.on_denied;
  cors.handler_headers = section.handler_headers;
  cors.websocket = section.websocket;
  cors.allow_null_origin = section.allow_null_origin;
  cors.allow_private_network = section.allow_private_network;
  cors.timing_allow_origin = section.timing_allow_origin;
  cors.report_only = section.report_only;
  cors.dangerously_allow_insecure_origins = section.dangerously_allow_insecure_origins;
  cors.dangerously_allow_public_suffixes = section.dangerously_allow_public_suffixes;
  cors.dangerously_echo_any_origin = section.dangerously_echo_any_origin;
  cors.knobs = section.knobs;
  return policy_to_json(alone);
}

}  // namespace

std::string text_of_cors(const CorsPolicy& cors) {
  return text_of(cors, {.enabled = cors.enabled, .profile = cors.profile});
}

std::string text_of_rule(const CorsRule& rule) { return text_of(rule); }

std::string text_of_guards(const Policy& policy) {
  Policy alone;
  alone.hosts = policy.hosts;
  alone.csrf = policy.csrf;
  alone.frames = policy.frames;
  alone.redirects = policy.redirects;
  for (const TrustedOrigin& record : policy.trusted_origins) {
    const bool is_of_guards =
        std::any_of(record.scopes.begin(), record.scopes.end(),
                    [](const auto& scope) { return scope.type != TrustedOrigin::ScopeType::Cors; });
    if (is_of_guards) alone.trusted_origins.push_back(record);
  }
  return policy_to_json(alone);
}

std::string text_of_grants(const Policy& policy) {
  return policy_to_json(Policy{.cors = policy.cors, .trusted_origins = policy.trusted_origins});
}

}  // namespace corsac
