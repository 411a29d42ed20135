// Entries: why_without_effect, still_in_effect. Spec: policy document, 1 "A record never breaks the
// document". Test: tests/policy/record_effect_test.cpp.

#include "corsac/policy/record_effect.hpp"

#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/record_origin.hpp"

namespace corsac {
namespace {

using ScopeType = TrustedOrigin::ScopeType;

// Of a record that could be granted and is not.
constexpr const char* kNotInForce =
    "the policy in force does not have it: the document overrules it (record-in-document), or it "
    "is over";

// `demands` are those of the list that it should stand in.
std::string why_not_listed(const TrustedOrigin& record, RecordDemands demands) {
  const auto pattern = read_record(record.origin, demands);
  return pattern ? kNotInForce : pattern.error().what;
}

std::string why_no_cors(const Snapshot& policy, const TrustedOrigin& record,
                        const std::string& origin) {
  const auto& cors = policy.rule(0).cors;
  if (cors == nullptr) return "without [cors] no record grants anything";
  if (cors->denies_all == Reason::PolicyUnavailable) return "the policy is closed";
  if (cors->allows_any_origin || cors->echoes_any_origin) return {};
  if (cors->origins->find(origin).kind != OriginMatchKind::None) return {};
  return why_not_listed(record, {.is_secure = cors->allows_credentials});
}

std::string why_no_redirect(const Snapshot& policy, const TrustedOrigin& record,
                            const std::string& origin) {
  if (policy.guards().redirects->allows(origin, PageScheme::Https, nullptr)) return {};
  return why_not_listed(record, {.is_web = true});
}

std::string why_no_frame(const Snapshot& policy, const TrustedOrigin& record,
                         const std::string& origin) {
  if (policy.guards().frames == nullptr) return {};
  const std::string listed = policy.guards().frame_ancestors + ' ';
  if (listed.find(' ' + origin + ' ') != std::string::npos) return {};
  return why_not_listed(record, {.is_secure = true});
}

// "CORS", and why the policy gives nothing of it; empty = it does.
struct ScopeEffect {
  const char* name = "CORS";
  std::string why_not = {};
};

ScopeEffect effect_of(const Snapshot& policy, const TrustedOrigin& record, ScopeType scope) {
  const auto pattern = parse_record_origin(record.origin);
  const std::string origin = pattern ? pattern->text : record.origin;
  switch (scope) {
    case ScopeType::Cors:
      break;
    case ScopeType::Redirect:
      return {"REDIRECT", why_no_redirect(policy, record, origin)};
    case ScopeType::IframeEmbed:
      return {"IFRAME_EMBED", why_no_frame(policy, record, origin)};
  }
  return {"CORS", why_no_cors(policy, record, origin)};
}

}  // namespace

std::string why_without_effect(const Snapshot& policy, const TrustedOrigin& record) {
  if (record.status != TrustedOrigin::Status::Active) return {};
  std::string text;
  for (const TrustedOrigin::Scope& scope : record.scopes) {
    const ScopeEffect effect = effect_of(policy, record, scope.type);
    if (effect.why_not.empty()) continue;
    text += (text.empty() ? "" : "; ") + std::string(effect.name) + ": " + effect.why_not;
  }
  return text;
}

std::string still_in_effect(const Snapshot& policy, const TrustedOrigin& record) {
  if (record.status == TrustedOrigin::Status::Active) return {};
  std::string text;
  for (const TrustedOrigin::Scope& scope : record.scopes) {
    // Without [frames] any page may frame, whoever is trusted.
    const bool is_off = scope.type == ScopeType::IframeEmbed && !policy.guards().frames;
    const ScopeEffect effect = effect_of(policy, record, scope.type);
    if (is_off || !effect.why_not.empty()) continue;
    text += (text.empty() ? "" : ", ") + std::string(effect.name);
  }
  return text;
}

}  // namespace corsac
