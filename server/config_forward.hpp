#pragma once

// The forwards of server.toml.

#include <filesystem>
#include <vector>

#include <corsac/adapter/forward_options.hpp>
#include <corsac/base/problem.hpp>

#include "config_section.hpp"

namespace corsac::server {

// What `node`, the value of `forward`, says. Adds every problem, each with its place: field-type,
// field-range, field-unknown, and those of compile_forwards. Relative files lie in `folder`.
[[nodiscard]] std::vector<ForwardOptions> read_forwards(const toml::node& node,
                                                        const std::filesystem::path& folder,
                                                        std::vector<Problem>& problems);

}  // namespace corsac::server
