#pragma once

// What the requests are made of by which two policies are compared.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/policy/diff.hpp"

namespace corsac {

// A host and a header that no policy names.
inline constexpr std::string_view kStrangeHost = "stranger.invalid";
inline constexpr std::string_view kStrangeHeader = "x-unlisted-by-anybody";

struct DiffSamples {
  // Targets: a path for each set of path patterns that some path meets, and ambiguous ones.
  std::vector<std::string> paths = {};
  // Those that a policy or Fetch names, one that nobody does, and what is none.
  std::vector<std::string> methods = {};
  // Names for each set of host patterns, without a port and with those that patterns tell apart,
  // and a strange one.
  std::vector<std::string> hosts = {};
  // Of the lists of guards and of records.
  std::vector<std::string> guard_origins = {};
  bool has_all_paths = true;
  bool has_all_hosts = true;
  bool has_all_host_sets = true;  // false: patterns overlap in more ways than are looked into
  bool has_all_guard_origins = true;
};

[[nodiscard]] DiffSamples diff_samples(const DiffSide& old_side, const DiffSide& new_side);

// Appends what was not seen.
void add_new(std::vector<std::string>& list, std::set<std::string>& seen, std::string text);

}  // namespace corsac
