#pragma once

// Rules for one path and one method that no request can tell apart.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "corsac/stage/host_guard.hpp"

namespace corsac {

// One selector's claim on a path and a method, for one host or, without one, for any.
struct HostClaim {
  std::uint32_t selector = 0;
  std::uint32_t path = 0;             // which of the selector's paths
  std::uint32_t rule = 0;             // claims of one rule never tie
  const HostPattern* host = nullptr;  // null = any; borrowed from the selector
};

struct HostTie {
  HostClaim earlier = {};  // in the order of selectors
  HostClaim later = {};
  std::string path = {};    // the pattern of both
  std::string method = {};  // empty = any
  std::string host = {};    // a Host value that both match; empty = any
};

// Ties that are kept; the rest would say the same.
inline constexpr std::size_t kTieReportLimit = 100;
// How many pairs of host patterns are compared at most: about a second. Only patterns that end
// alike are compared, so documents that mean something stay far below.
inline constexpr std::size_t kHostComparisonLimit = 1'000'000;

// Collects the ties of a whole table, one for each pair of rules.
class TieSearch {
 public:
  // At most `similar_limit` claims may have hosts that end alike.
  explicit TieSearch(std::size_t similar_limit) : similar_limit_(similar_limit) {}

  // Looks among claims on one path and one method. False when a limit was reached.
  [[nodiscard]] bool search(const std::vector<HostClaim>& claims, const std::string& path,
                            const std::string& method);

  [[nodiscard]] const std::vector<HostTie>& ties() const noexcept { return ties_; }

 private:
  class Buckets;
  void add(const HostTie& tie);

  std::size_t similar_limit_;
  std::size_t comparisons_ = 0;
  std::set<std::pair<std::uint32_t, std::uint32_t>> rules_that_tie_ = {};
  std::vector<HostTie> ties_ = {};  // at most kTieReportLimit
};

}  // namespace corsac
