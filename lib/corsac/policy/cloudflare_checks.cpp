// What Cloudflare Access demands of its CORS settings. Entry: check_cloudflare. Spec: policy
// document, 3. Test: tests/policy/profile_test.cpp.

#include "corsac/policy/cloudflare_checks.hpp"

#include <string>
#include <utility>

#include "corsac/policy/effective_rule.hpp"

namespace corsac {
namespace {

template <class Section>
bool has_origins(const Section& section) noexcept {
  return section.allowed_origins.size() != 0 || section.allowed_origins_file.is_set() ||
         section.allowed_origins_from_file.size() != 0;
}

template <class Section>
bool has_settings(const Section& section) noexcept {
  return section.allowed_origins.is_set() || section.allowed_origins_file.is_set() ||
         section.allowed_origins_from_file.is_set() || section.allowed_methods.is_set() ||
         section.allowed_headers.is_set() || section.allow_credentials.is_set() ||
         section.max_age_seconds.is_set();
}

void error(ProblemList& problems, std::string_view code, std::string path, Place place,
           std::string what, std::string fix) {
  problems.add({.severity = Severity::Error,
                .code = code,
                .path = std::move(path),
                .place = place,
                .what = std::move(what),
                .fix = std::move(fix)});
}

// `own` over `cors`; for [cors] itself both are the same.
template <class Section>
void check(const Section& own, const CorsPolicy& cors, const std::string& field,
           ProblemList& problems) {
  if (!has_settings(own)) return;
  if (!has_origins(own) && !has_origins(cors)) {
    error(problems, "cloudflare-origins-missing", field + ".allowed_origins", own.place,
          "beside other settings Cloudflare Access wants exactly one of all origins and a list",
          "write allowed_origins = [\"*\"], or list them");
  }
  if (own.allowed_methods.size() == 0 && cors.allowed_methods.size() == 0) {
    error(problems, "cloudflare-methods-missing", field + ".allowed_methods", own.place,
          "beside other settings Cloudflare Access wants exactly one of all methods and a list",
          "write allowed_methods = [\"*\"], or list them");
  }
  const Setting<std::string>& mode = own.preflight.is_set() ? own.preflight : cors.preflight;
  if (!mode.is_set() || mode.value() != "pass_through") return;
  error(problems, "pass-through-exclusive", field + ".preflight", mode.place(),
        "preflights that go to the application are not answered by any setting",
        "take the other settings out, or preflight");
}

}  // namespace

bool has_cloudflare_settings(const CorsPolicy& cors) noexcept { return has_settings(cors); }

bool has_cloudflare_settings(const CorsRule& rule) noexcept { return has_settings(rule); }

void check_cloudflare(const CorsPolicy& cors, ProblemList& problems) {
  if (profile_of(cors).name != ProfileName::Cloudflare) return;
  check(cors, cors, "cors", problems);
  for (std::size_t i = 0; i < cors.rules.size(); ++i) {
    check(cors.rules[i], cors, "cors.rules[" + std::to_string(i) + "]", problems);
  }
}

}  // namespace corsac
