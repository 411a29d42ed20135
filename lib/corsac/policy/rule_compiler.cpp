// Compiles rules and shares their origin sets. Entry: RuleCompiler::compile. Spec: policy document,
// 1; the sharing is that of design, 4. Test: tests/policy/compile_test.cpp.

#include "corsac/policy/rule_compiler.hpp"

#include <utility>

#include "corsac/policy/near_origin.hpp"
#include "corsac/policy/snapshot.hpp"
#include "corsac/stage/cors/compile.hpp"

namespace corsac {
namespace {

using Patterns = std::shared_ptr<const std::vector<OriginPattern>>;

// What near misses are looked for in. A record that was not granted is none.
Patterns make_patterns(const CorsRules& rules, const CompiledCors& compiled) {
  auto patterns = std::make_shared<std::vector<OriginPattern>>();
  const auto has_room = [&] { return patterns->size() < kNearMissPatterns; };
  for (const auto* list : {&rules.allowed_origins, &rules.allowed_origins_from_file}) {
    for (std::size_t i = 0; i < list->size() && has_room(); ++i) {
      auto pattern = parse_origin_pattern((*list)[i]);
      if (pattern) patterns->push_back(std::move(*pattern));
    }
  }
  for (std::size_t i = 0; i < rules.record_origins.size() && has_room(); ++i) {
    auto pattern = parse_record_origin(rules.record_origins[i].origin);
    if (!pattern || compiled.origins->find(pattern->text).kind == OriginMatchKind::None) continue;
    patterns->push_back(std::move(*pattern));
  }
  return patterns;
}

}  // namespace

RuleCompiler::RuleCompiler(const EffectiveRule& cors, const KnownOriginSets* earlier,
                           ProblemList& problems)
    : cors_(cors), earlier_(earlier), problems_(problems) {}

RuleCompiler::Shared& RuleCompiler::shared_by(const CorsRules& rules) {
  return shared_[(rules.allow_credentials ? 1U : 0U) |
                 (rules.dangerously_allow_insecure_origins ? 2U : 0U) |
                 (rules.dangerously_allow_public_suffixes ? 4U : 0U)];
}

// An inherited list was checked and compiled for [cors], or for an earlier rule with the same
// switches: nothing new can be said about it, so its entries are not even copied. A lone `*` is,
// since what may go with it differs from rule to rule.
RuleCompiler::Compiled RuleCompiler::compile(EffectiveRule& rule) {
  CorsRules& rules = rule.rules;
  if (!rules.inherited.allowed_origins) return compile_fresh(rule, &rule == &cors_);
  rule.origins_place = cors_.origins_place;
  rules.known_origin_regexes = regexes_of_cors_;
  const Shared& shared = shared_by(rules);
  if (!shared.set) {
    inherit_origins(cors_, rule);
    return compile_fresh(rule, true);
  }
  rules.known_origins = shared.set;
  if (shared.allows_any && !problems_.has_errors()) {
    rules.allowed_origins = cors_.rules.allowed_origins;
    rules.allowed_origins_from_file = cors_.rules.allowed_origins_from_file;
  }
  return {.cors = compile_only(rules), .patterns = shared.patterns};
}

RuleCompiler::Compiled RuleCompiler::compile_fresh(EffectiveRule& rule, bool is_for_sharing) {
  CorsRules& rules = rule.rules;
  const OriginInputMark mark = mark_of_origins(rules);
  rules.known_origins = sets_.find(mark);
  if (!rules.known_origins && earlier_) rules.known_origins = earlier_->find(mark);
  Compiled compiled = {.cors = compile_only(rules)};
  if (!problems_.has_errors()) compiled.patterns = make_patterns(rules, *compiled.cors);
  sets_.add(mark, compiled.cors->origins);
  if (&rule == &cors_) regexes_of_cors_ = compiled.cors->origin_regexes;
  if (is_for_sharing) {
    shared_by(rules) = {compiled.cors->origins, compiled.patterns,
                        compiled.cors->allows_any_origin || compiled.cors->echoes_any_origin};
  }
  return compiled;
}

std::shared_ptr<const CompiledCors> RuleCompiler::compile_only(const CorsRules& rules) {
  std::vector<Problem> found;
  auto compiled = std::make_shared<const CompiledCors>(compile_cors(rules, found));
  problems_.add_all(std::move(found));
  return compiled;
}

std::shared_ptr<const KnownOriginSets> RuleCompiler::take_origin_sets() {
  return std::make_shared<const KnownOriginSets>(std::move(sets_));
}

}  // namespace corsac
