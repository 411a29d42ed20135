// Near misses of the guards against cross-site writes and open redirects. Entries: near_write,
// near_redirect. Spec: policy document, 4 and 5. Test: tests/policy/near_miss_test.cpp.

#include "corsac/policy/near_guard.hpp"

#include "corsac/base/printable.hpp"
#include "corsac/http/percent_coding.hpp"
#include "corsac/origin/target.hpp"
#include "corsac/policy/near_origin.hpp"

namespace corsac {
namespace {

// [cors] has the origin, which is not the trust that a write needs. Empty when it has not.
std::string known_to_cors(const Snapshot& snapshot, const CompiledCors& cors,
                          std::string_view origin) {
  const bool is_listed = !cors.is_excluded && !cors.allows_any_origin && cors.origins &&
                         cors.origins->find(origin).kind != OriginMatchKind::None;
  if (!is_listed) return {};
  const std::string shown = to_quoted(origin);
  const bool has_list = snapshot.guards().csrf_trust.origins != nullptr;
  return shown + " may read by allowed_origins, " +
         (has_list ? "and is not in csrf.trusted_origins"
                   : "but without credentials, which is no trust to write") +
         "; write " + shown + " into csrf.trusted_origins to trust it";
}

// The target as an origin. `shown` is a Location, or a parameter as it stood in the query.
Target target_of(const Decision& decision, std::string_view shown) {
  const PageScheme page = decision.is_https_page ? PageScheme::Https : PageScheme::Http;
  const Target plain = parse_target(shown, page);
  if (plain.kind == TargetKind::Origin) return plain;
  const auto decoded = percent_decoded(shown, PlusSign::Blank);
  return decoded ? parse_target(*decoded, page) : plain;
}

}  // namespace

std::string near_write(const Snapshot& snapshot, const RequestView& request,
                       const Decision& decision) {
  if (snapshot.is_closed()) return {};  // whatever is listed, nobody is trusted
  if (!request.origin.is_present() || request.origin.is_repeated()) return {};
  const std::string_view origin = request.origin.value;
  const Guards& guards = snapshot.guards();
  const RuleInfo& rule = snapshot.rule(decision.rule);
  if (rule.cors) {
    std::string known = known_to_cors(snapshot, *rule.cors, origin);
    if (!known.empty()) return known;
  }
  if (guards.csrf_trust.origins) {
    return near_origin({guards.csrf_trust.origins.get(), guards.csrf_patterns.get()}, origin);
  }
  if (!rule.cors || rule.cors->is_excluded || !rule.cors->allows_credentials) return {};
  return near_origin({rule.cors->origins.get(), rule.patterns.get()}, origin);
}

std::string near_redirect(const Snapshot& snapshot, const Decision& decision) {
  const Target target = target_of(decision, decision.offending);
  return near_origin({nullptr, snapshot.guards().redirect_patterns.get()}, target.origin(),
                     OriginOf::Target);
}

}  // namespace corsac
