#pragma once

// Which origins the rules of two policies list, side by side, for policies that are compared.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/origin/pattern.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

// What one rule lists, and the records that it grants. "*" and "null" are none of it.
struct ListedOrigins {
  std::vector<std::string_view> exact = {};
  std::vector<OriginPattern> patterns = {};
  std::vector<std::string_view> regexes = {};
};

// The lists of one policy. `policy` and `snapshot`, compiled from it, must outlive this.
class OriginLists {
 public:
  OriginLists(const Policy& policy, const Snapshot& snapshot,
              std::chrono::system_clock::time_point now);
  OriginLists(const OriginLists&) = delete;
  OriginLists& operator=(const OriginLists&) = delete;

  // Of the rule with this number in the snapshot; rules that inherit and grant the same share one.
  // The answer lives as long as this.
  [[nodiscard]] const ListedOrigins& of(std::uint32_t rule);

 private:
  [[nodiscard]] ListedOrigins read(const EffectiveRule& rule, const CompiledCors& compiled);

  const Policy& policy_;
  const Snapshot& snapshot_;
  EffectiveRule cors_ = {};
  ListedOrigins none_ = {};
  std::map<std::uint32_t, ListedOrigins> by_rule_ = {};  // without the rules that inherit
  // [cors] and those: with other credentials it may grant other records.
  std::map<const OriginSet*, ListedOrigins> by_set_ = {};
  std::deque<std::string> texts_ = {};  // normal forms of records
};

// What one list has and the other not, and what they share.
struct OriginDifference {
  std::vector<std::string_view> only_old = {};  // exact ones
  std::vector<std::string_view> only_new = {};
  std::vector<std::string_view> both = {};  // the first two
  // A pattern of one side that no entry of the other is proved to cover. One host with a finite
  // list of ports is told port by port, and stands in the lists above.
  std::vector<const OriginPattern*> uncovered_old = {};
  std::vector<const OriginPattern*> uncovered_new = {};
  std::vector<const OriginPattern*> patterns = {};  // of both sides, each text once
  bool has_old_regexes = false;
  bool has_new_regexes = false;
  bool has_other_regexes = false;
  std::deque<std::string> texts = {};  // what the lists of a finite pattern point into

  [[nodiscard]] bool is_same() const noexcept {
    return only_old.empty() && only_new.empty() && uncovered_old.empty() && uncovered_new.empty() &&
           !has_other_regexes;
  }
};

// `old_cors` and `new_cors` are what the two rules compiled to.
[[nodiscard]] OriginDifference compare_origins(const ListedOrigins& old_list,
                                               const CompiledCors& old_cors,
                                               const ListedOrigins& new_list,
                                               const CompiledCors& new_cors);

// Origins that stand for what a pattern matches, and some beside it.
[[nodiscard]] std::vector<std::string> origin_samples(const OriginPattern& pattern);

}  // namespace corsac
