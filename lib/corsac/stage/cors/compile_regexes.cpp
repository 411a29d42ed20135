// Regexes of one rule's origins. Entry: compile_origin_regexes. Spec: policy document, 2. Test:
// tests/stage/compile_test.cpp.

#include "corsac/stage/cors/compile_regexes.hpp"

#include <string>
#include <utility>

#include "corsac/origin/regex_set.hpp"
#include "corsac/stage/cors/field_path.hpp"

namespace corsac {
namespace {

class RegexCompiler {
 public:
  RegexCompiler(const CorsRules& rules, std::vector<Problem>& problems)
      : rules_(rules),
        path_(field_path(rules, rules.inherited.allowed_origins, "allowed_origin_regexes")),
        problems_(problems) {}

  std::shared_ptr<const RegexSet> run() {
    const std::vector<PlacedText>& entries = rules_.allowed_origin_regexes;
    if (entries.size() > kOriginRegexLimit) {
      error("regex-too-many", kOriginRegexLimit, "a rule has at most 1,000 regexes",
            "list the origins, or use wildcards");
      return nullptr;
    }
    if (rules_.allow_credentials) check_credentials_rules();
    return rules_.known_origin_regexes ? rules_.known_origin_regexes : build();
  }

 private:
  void error(std::string_view code, std::size_t index, std::string what, std::string fix) {
    const PlacedText& entry = rules_.allowed_origin_regexes[index];
    problems_.push_back({.severity = Severity::Error,
                         .code = code,
                         .path = element_path(path_, index),
                         .value = std::string(entry.text),
                         .place = entry.place,
                         .what = std::move(what),
                         .fix = std::move(fix)});
  }

  void check_credentials_rules() {
    for (std::size_t i = 0; i < rules_.allowed_origin_regexes.size(); ++i) {
      const std::string_view pattern = rules_.allowed_origin_regexes[i].text;
      // No switch excuses it: dangerously_allow_public_suffixes speaks of wildcards, whose domain
      // is seen, and would let "https://.*" in here.
      if (!has_fixed_domain(pattern)) {
        error("regex-open", i,
              "with allow_credentials a pattern must end in a domain of your own, and this one is "
              "not seen to",
              "write a wildcard, as in \"https://*.example.com\", or end the pattern in "
              "\\.example\\.com");
      }
      if (!is_https_only(pattern) && !rules_.dangerously_allow_insecure_origins) {
        error("origin-insecure-credentials", i,
              "with allow_credentials a plain http origin lets anyone on the network act as the "
              "user, and this pattern may match one",
              "begin it with https://, or set dangerously_allow_insecure_origins = true");
      }
    }
  }

  std::shared_ptr<const RegexSet> build() {
    std::vector<std::string> patterns;
    for (const PlacedText& entry : rules_.allowed_origin_regexes) patterns.emplace_back(entry.text);
    auto set = RegexSet::build(patterns);
    if (set) return std::move(*set);
    for (RegexError& found : set.error()) {
      error("regex-malformed", found.index, std::move(found.what),
            "mend the pattern, or write a wildcard into allowed_origins");
    }
    return nullptr;
  }

  const CorsRules& rules_;
  std::string path_;
  std::vector<Problem>& problems_;
};

}  // namespace

void compile_origin_regexes(const CorsRules& rules, CompiledCors& compiled,
                            std::vector<Problem>& problems) {
  if (rules.allowed_origin_regexes.empty()) return;
  compiled.origin_regexes = RegexCompiler(rules, problems).run();
}

}  // namespace corsac
