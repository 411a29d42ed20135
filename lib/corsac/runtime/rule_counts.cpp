// Decisions by rule. Entries: RuleCounts::count, RuleTotals::by_rule. Spec: policy document, 5
// ("Counters run always"). Test: tests/runtime/rule_counts_test.cpp.
//
// All increments are relaxed: a total is a picture of one moment, not a point of synchronisation.
// One number for the rule, the outcome and the reason together, so that a decision costs one
// increment, on a cache line that other threads seldom touch.

#include "corsac/runtime/rule_counts.hpp"

#include <algorithm>

namespace corsac {
namespace {

// The calling thread's number among all that ever counted.
std::size_t this_thread() noexcept {
  static constinit std::atomic<std::size_t> last{0};
  static constinit thread_local std::size_t number = 0;  // 0 = not known yet
  if (number == 0) number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number;
}

enum Cell : std::size_t { Passed, Granted, Preflights, Refused, Marked = Refused + kReasonCount };

std::size_t cell_of(const Decision& decision) noexcept {
  const std::size_t reason = static_cast<std::size_t>(decision.reason) % kReasonCount;
  if (decision.outcome == Outcome::Pass) {
    if (reason != 0) return Cell::Marked + reason;
    return decision.has_grant() ? Cell::Granted : Cell::Passed;
  }
  const bool is_granted = decision.outcome == Outcome::Answer && reason == 0;
  return is_granted ? std::size_t{Cell::Preflights} : Cell::Refused + reason;
}

void add(OutcomeCounts& to, const OutcomeCounts& more) noexcept {
  to.passed += more.passed;
  to.granted += more.granted;
  to.preflights += more.preflights;
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    to.refused[i] += more.refused[i];
    to.marked[i] += more.marked[i];
  }
}

// Cells to whole cache lines.
constexpr std::size_t rounded(std::size_t cells) {
  constexpr std::size_t kLine = 64 / sizeof(std::uint64_t);
  return (cells + kLine - 1) / kLine * kLine;
}

}  // namespace

RuleCounts::RuleCounts(std::shared_ptr<RuleTotals> totals, std::vector<CountedRule> rules)
    : totals_(std::move(totals)),
      rules_(std::move(rules)),
      block_cells_(rounded(rules_.size() * kCells)),
      cells_(std::make_unique<std::atomic<std::uint64_t>[]>(block_cells_ * kBlocks)) {}

RuleCounts::~RuleCounts() { totals_->end(*this); }

void RuleCounts::count(const Decision& decision) noexcept {
  const std::size_t row = std::min<std::size_t>(decision.rule, rules_.size() - 1);
  const std::size_t cell = row * kCells + cell_of(decision);
  cells_[this_thread() % kBlocks * block_cells_ + cell].fetch_add(1, std::memory_order_relaxed);
}

void RuleCounts::add_row(std::size_t row, OutcomeCounts& counts) const noexcept {
  for (std::size_t block = 0; block < kBlocks; ++block) {
    const std::atomic<std::uint64_t>* const cells = &cells_[block * block_cells_ + row * kCells];
    const auto read = [cells](std::size_t cell) {
      return cells[cell].load(std::memory_order_relaxed);
    };
    OutcomeCounts more{.passed = read(Cell::Passed),
                       .granted = read(Cell::Granted),
                       .preflights = read(Cell::Preflights)};
    for (std::size_t i = 0; i < kReasonCount; ++i) {
      more.refused[i] = read(Cell::Refused + i);
      more.marked[i] = read(Cell::Marked + i);
    }
    add(counts, more);
  }
}

std::shared_ptr<RuleCounts> RuleTotals::begin(std::vector<CountedRule> rules) {
  const CountedRule others{.name = std::string(kOtherRules)};
  if (rules.size() > kRulesCounted) {
    rules.resize(kRulesCounted);
    rules.push_back(others);
  }
  {
    const std::lock_guard lock(mutex_);
    for (CountedRule& rule : rules) {
      if (remembered_.size() >= kRulesRemembered && !remembered_.contains(rule)) rule = others;
      remembered_.try_emplace(rule);
    }
  }
  // Outside the lock: where memory ends here, it is gone again at once, and takes the lock itself.
  std::shared_ptr<RuleCounts> counts(new RuleCounts(shared_from_this(), std::move(rules)));
  const std::lock_guard lock(mutex_);
  live_.push_back(counts.get());
  return counts;
}

void RuleTotals::end(const RuleCounts& counts) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase(live_, &counts);
  for (std::size_t row = 0; row < counts.rules_.size(); ++row) {
    counts.add_row(row, remembered_.find(counts.rules_[row])->second);
  }
}

OutcomeCounts RuleTotals::sum() const {
  const std::lock_guard lock(mutex_);
  OutcomeCounts sum;
  for (const auto& [rule, counts] : remembered_) add(sum, counts);
  for (const RuleCounts* counts : live_) {
    for (std::size_t row = 0; row < counts->rules_.size(); ++row) counts->add_row(row, sum);
  }
  return sum;
}

std::map<CountedRule, OutcomeCounts> RuleTotals::by_rule() const {
  const std::lock_guard lock(mutex_);
  auto rules = remembered_;
  for (const RuleCounts* counts : live_) {
    for (std::size_t row = 0; row < counts->rules_.size(); ++row) {
      counts->add_row(row, rules[counts->rules_[row]]);
    }
  }
  return rules;
}

}  // namespace corsac
