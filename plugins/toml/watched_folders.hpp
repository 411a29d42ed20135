#pragma once

#include <string>
#include <vector>

namespace corsac::toml_store {

// The folders in which something must happen before `path` (absolute) leads to another file: the
// one of each link on the way, links behind links too, and the one of the file itself. Where the
// way ends early (no such file, no such folder), the last folder that exists. Sorted, without
// repeats.
//
// A Kubernetes ConfigMap shows why: policy.toml is a link to ..data/policy.toml and ..data a link
// to a folder that is exchanged; nothing ever happens to policy.toml itself.
[[nodiscard]] std::vector<std::string> folders_on_the_way_to(const std::string& path);

}  // namespace corsac::toml_store
