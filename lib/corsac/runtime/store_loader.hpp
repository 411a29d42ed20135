#pragma once

// Finds, checks and loads a store plugin. Its .cpp is the only file that includes Boost.DLL.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"
#include "corsac_store_plugin.h"

namespace corsac {

// A loaded plugin. The library stays mapped as long as the process lives (plugins are linked with
// -z nodelete), so its functions never dangle.
struct LoadedPlugin {
  const corsac_store_plugin_v1* table = nullptr;  // checked; never null
  std::filesystem::path path = {};
  std::vector<Problem> warnings = {};  // plugin-group-writable
};

// `name` is a plain name ("toml") or an absolute path. A plain name is searched as
// corsac_<name>.so in `folders`, then in CORSAC_PLUGIN_PATH (not for set-user-id programs), then in
// the installed folder, then beside libcorsac's own file (the program's, when it holds libcorsac),
// then among the plugins of the Meson build tree that this file lies in.
//
// Codes: plugin-not-found (every path tried is in the text), plugin-name (neither a plain name nor
// an absolute path), plugin-owner (the file, or a folder or a link on the way to it, is not root's
// or ours), plugin-world-writable (everybody can write the file, its folder, or one further up that
// is not sticky), plugin-load (the loader's own words), plugin-symbol, plugin-magic,
// plugin-abi (both versions and what to do), plugin-size, plugin-name-differs, plugin-incomplete (a
// function is null). Nothing of the library is called, but its constructors run with the opening.
[[nodiscard]] Result<LoadedPlugin, Report> load_store_plugin(
    const std::string& name, const std::vector<std::filesystem::path>& folders);

}  // namespace corsac
