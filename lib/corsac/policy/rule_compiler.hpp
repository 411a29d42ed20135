#pragma once

#include <array>
#include <memory>
#include <vector>

#include "corsac/origin/pattern.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/known_origin_sets.hpp"
#include "corsac/policy/problem_list.hpp"
#include "corsac/stage/cors/compiled.hpp"

namespace corsac {

// Compiles the rules of one document and builds each origin set once: rules that inherit share
// [cors]'s, rules with the same list share theirs, and what the policy in force has stays.
class RuleCompiler {
 public:
  // `cors` must be filled before the first rule is compiled; it and `problems` must outlive the
  // compiler. `earlier` are the sets of the policy in force; may be null.
  RuleCompiler(const EffectiveRule& cors, const KnownOriginSets* earlier, ProblemList& problems);

  struct Compiled {
    std::shared_ptr<const CompiledCors> cors = {};
    // For near misses; at most kNearMissPatterns. Null when the document has errors.
    std::shared_ptr<const std::vector<OriginPattern>> patterns = {};
  };
  // [cors] itself goes first. Completes what `rule` inherits. The answer must not be used when
  // `problems` has errors.
  [[nodiscard]] Compiled compile(EffectiveRule& rule);

  // The sets built or shared so far. Call once, at the end.
  [[nodiscard]] std::shared_ptr<const KnownOriginSets> take_origin_sets();

 private:
  struct Shared {
    std::shared_ptr<const OriginSet> set = {};
    std::shared_ptr<const std::vector<OriginPattern>> patterns = {};
    bool allows_any = false;
  };
  [[nodiscard]] Shared& shared_by(const CorsRules& rules);
  [[nodiscard]] Compiled compile_fresh(EffectiveRule& rule, bool is_for_sharing);
  [[nodiscard]] std::shared_ptr<const CompiledCors> compile_only(const CorsRules& rules);

  const EffectiveRule& cors_;
  const KnownOriginSets* earlier_;
  ProblemList& problems_;
  KnownOriginSets sets_ = {};
  std::shared_ptr<const RegexSet> regexes_of_cors_ = {};
  std::array<Shared, 8> shared_ = {};  // [cors]'s origins, by credentials and dangerous switches
};

}  // namespace corsac
