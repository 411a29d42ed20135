// Finds claims that tie without comparing each with each: hosts that two patterns match end in the
// fixed right part of both, so a pattern is compared with those filed under an end of its own.
// Entry: TieSearch::search. Spec: policy document, 2 "Paths".
// Test: tests/policy/path_table_build_test.cpp.

#include "corsac/policy/rule_ties.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "corsac/policy/host_overlap.hpp"

namespace corsac {
namespace {

[[nodiscard]] bool is_exact(const HostClaim& claim) noexcept {
  return claim.host->host_form == HostForm::Exact;
}

}  // namespace

// Claims that were looked at before, by host_key. (Ordered maps: hosts are input, and a hash
// without a seed could be flooded.)
class TieSearch::Buckets {
 public:
  Buckets(TieSearch& search, const HostTie& found) : search_(search), found_(found) {}

  // Claims must come with ever longer keys, exact hosts last. False at a limit.
  [[nodiscard]] bool add(const HostClaim& claim) {
    const std::string_view key = host_key(*claim.host);
    for (std::size_t dot = key.find('.'); dot != std::string_view::npos;
         dot = key.find('.', dot + 1)) {
      if (!compare_with(wildcards_, key.substr(dot), claim)) return false;
    }
    if (is_exact(claim) && !compare_with(exact_, key, claim)) return false;
    auto& bucket = is_exact(claim) ? exact_[key] : wildcards_[key];
    bucket.push_back(claim);
    return bucket.size() <= search_.similar_limit_;
  }

 private:
  using ByKey = std::map<std::string_view, std::vector<HostClaim>>;

  [[nodiscard]] bool compare_with(const ByKey& buckets, std::string_view key,
                                  const HostClaim& claim) {
    const auto bucket = buckets.find(key);
    if (bucket == buckets.end()) return true;
    for (const HostClaim& before : bucket->second) {
      if (before.rule == claim.rule) continue;
      if (++search_.comparisons_ > kHostComparisonLimit) return false;
      const std::optional<std::string> host = host_of_both(*before.host, *claim.host);
      if (!host) continue;
      HostTie tie = found_;
      tie.earlier = before;
      tie.later = claim;
      tie.host = *host;
      search_.add(tie);
    }
    return true;
  }

  TieSearch& search_;
  const HostTie& found_;  // with path and method
  ByKey wildcards_ = {};
  ByKey exact_ = {};
};

bool TieSearch::search(const std::vector<HostClaim>& claims, const std::string& path,
                       const std::string& method) {
  HostTie found{.path = path, .method = method};
  std::vector<HostClaim> with_host;
  const HostClaim* any_host = nullptr;
  for (const HostClaim& claim : claims) {
    if (claim.host != nullptr) {
      with_host.push_back(claim);
    } else if (any_host == nullptr) {
      any_host = &claim;
    } else if (any_host->rule != claim.rule) {
      found.earlier = *any_host;
      found.later = claim;
      add(found);
    }
  }
  std::stable_sort(with_host.begin(), with_host.end(), [](const HostClaim& a, const HostClaim& b) {
    if (is_exact(a) != is_exact(b)) return is_exact(b);
    return host_key(*a.host).size() < host_key(*b.host).size();
  });
  Buckets buckets(*this, found);
  return std::all_of(with_host.begin(), with_host.end(),
                     [&](const HostClaim& claim) { return buckets.add(claim); });
}

void TieSearch::add(const HostTie& tie) {
  if (ties_.size() == kTieReportLimit) return;
  const auto rules = std::minmax(tie.earlier.rule, tie.later.rule);
  if (!rules_that_tie_.emplace(rules.first, rules.second).second) return;
  ties_.push_back(tie);
  HostTie& kept = ties_.back();
  if (kept.later.selector < kept.earlier.selector) std::swap(kept.earlier, kept.later);
}

}  // namespace corsac
