// Origins that are not listed exactly. Entry: judge_unlisted. Spec: policy document, 2 and 5. Test:
// tests/stage/evaluate_origin_test.cpp.

#include "corsac/stage/cors/judge_origin.hpp"

#include "corsac/origin/origin.hpp"

namespace corsac {
namespace {

constexpr std::string_view kNullOrigin = "null";
constexpr std::string_view kFileOrigin = "file://";

// What is no origin as pages have it. None = it is granted.
[[gnu::noinline]] Reason judge_opaque(const CompiledCors& cors, std::string_view origin) noexcept {
  if (origin == kNullOrigin) return cors.allows_null ? Reason::None : Reason::OriginNull;
  return Reason::OriginMalformed;
}

// What few rules have. None = it is granted.
[[gnu::noinline]] Reason judge_further(const CompiledCors& cors,
                                       const RequestView& request) noexcept {
  const std::string_view origin = request.origin.value;
  if (cors.takes_file_origins && origin.starts_with(kFileOrigin)) return Reason::OriginNotAllowed;
  if (!is_origin(origin)) return judge_opaque(cors, origin);
  const bool is_granted =
      request.is_allowed_by_application || cors.echoes_any_origin ||
      (cors.origin_regexes && cors.origin_regexes->match(origin) == RegexSet::Match::Yes);
  return is_granted ? Reason::None : Reason::OriginNotAllowed;
}

}  // namespace

Reason judge_unlisted(const CompiledCors& cors, const RequestView& request) noexcept {
  if (cors.denies_all != Reason::None) return cors.denies_all;
  if (request.origin.is_repeated()) return Reason::OriginRepeated;
  const std::string_view origin = request.origin.value;
  if (cors.origins->has_patterns() && cors.origins->has_pattern_for(origin)) return Reason::None;
  // It is parsed only here: a listed one was proved when it was loaded.
  if (cors.asks_further) return judge_further(cors, request);
  if (!is_origin(origin)) return judge_opaque(cors, origin);
  return request.is_allowed_by_application ? Reason::None : Reason::OriginNotAllowed;
}

}  // namespace corsac
