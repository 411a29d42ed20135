#pragma once

// Decisions by rule, outcome and reason. Each thread counts in a block of its own; reading adds the
// blocks up. Labels come from the policy alone, so that no request makes a series.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/stage/decision.hpp"

namespace corsac {

// Rules of one policy that are counted apart; those behind count as kOtherRules. So are rules of
// later policies once kRulesRemembered names were met.
inline constexpr std::size_t kRulesCounted = 200;
inline constexpr std::size_t kRulesRemembered = 1000;
inline constexpr std::string_view kOtherRules = "other rules";

struct CountedRule {
  std::string name = {};
  bool is_report_only = false;  // what it marks would be refused without
  [[nodiscard]] friend auto operator<=>(const CountedRule&, const CountedRule&) = default;
};

// How the decisions of one rule came out. Each decision counts in exactly one of these numbers.
struct OutcomeCounts {
  std::uint64_t passed = 0;                              // no grant, nothing refused
  std::uint64_t granted = 0;                             // actual requests with a grant
  std::uint64_t preflights = 0;                          // answered with a grant
  std::array<std::uint64_t, kReasonCount> refused = {};  // by Reason
  std::array<std::uint64_t, kReasonCount> marked = {};   // the handler ran all the same
};

class RuleTotals;

// Of one policy. Made by RuleTotals::begin; shared by the threads that decide with it.
class RuleCounts {
 public:
  ~RuleCounts();
  RuleCounts(const RuleCounts&) = delete;
  RuleCounts& operator=(const RuleCounts&) = delete;

  // One relaxed increment in the calling thread's block. Any thread.
  void count(const Decision& decision) noexcept;

 private:
  friend class RuleTotals;
  static constexpr std::size_t kBlocks = 16;  // more threads share
  static constexpr std::size_t kCells = 3 + 2 * kReasonCount;

  RuleCounts(std::shared_ptr<RuleTotals> totals, std::vector<CountedRule> rules);
  void add_row(std::size_t row, OutcomeCounts& counts) const noexcept;

  const std::shared_ptr<RuleTotals> totals_;
  const std::vector<CountedRule> rules_;  // at least one; the last one also counts those behind it
  const std::size_t block_cells_;         // a block, whole cache lines
  std::unique_ptr<std::atomic<std::uint64_t>[]> cells_;
};

// Of one gate: what was counted by all of its policies. Any thread.
class RuleTotals : public std::enable_shared_from_this<RuleTotals> {
 public:
  // Counters for a policy that comes into force; `rules` in the order of its indexes, not empty.
  // What they counted stays when they are gone. Throws for memory only.
  [[nodiscard]] std::shared_ptr<RuleCounts> begin(std::vector<CountedRule> rules);

  [[nodiscard]] OutcomeCounts sum() const;
  // By name; those of the policy in force are there with zeros, too.
  [[nodiscard]] std::map<CountedRule, OutcomeCounts> by_rule() const;

 private:
  friend class RuleCounts;
  void end(const RuleCounts& counts) noexcept;

  mutable std::mutex mutex_ = {};
  std::vector<const RuleCounts*> live_ = {};              // guarded by mutex_, as what follows
  std::map<CountedRule, OutcomeCounts> remembered_ = {};  // has an entry for each of live_
};

}  // namespace corsac
