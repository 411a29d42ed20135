#pragma once

#include <string>
#include <vector>

namespace corsac::toml_store {

// A name that is looked up on the way to a file.
struct PathStep {
  std::string folder = {};  // in which it is looked up; absolute, without links
  std::string name = {};
  bool is_folder = false;  // else the end of the way, or a link
};

// Every name on the way to `path` (absolute), those behind links too, in the order in which the
// system looks them up. Where the way ends early (no such file, no such folder), the last one is
// the name that is missing. Empty for a path that is no more than "/".
[[nodiscard]] std::vector<PathStep> steps_on_the_way_to(const std::string& path);

// The folders in which something must happen before `path` (absolute) leads to another file: the
// one of each link on the way, links behind links too, and the one of the file itself. Where the
// way ends early (no such file, no such folder), the last folder that exists. Sorted, without
// repeats.
//
// A Kubernetes ConfigMap shows why: policy.toml is a link to ..data/policy.toml and ..data a link
// to a folder that is exchanged; nothing ever happens to policy.toml itself.
[[nodiscard]] std::vector<std::string> folders_on_the_way_to(const std::string& path);

}  // namespace corsac::toml_store
