#pragma once

// The file beside a policy in which the authority's records are kept.

#include <functional>
#include <string>

#include "read_file.hpp"
#include "settings.hpp"

namespace corsac::toml_store {

// The file that settings.records_path (not empty) names, as read_file() does. One that is not there
// is no problem, and has no content: nobody has written a record yet. Other problems than a
// CheckedFile's:
//   folder-not-found  its folder is not there: nothing could be written, or a mount is missing
//   file-is-link      a write would put a file into the link's place; folders on the way may be
//                     links
//   file-is-policy    the policy has another name, and would be written over
[[nodiscard]] ReadFile read_records_file(const TomlSettings& settings,
                                         const std::function<bool()>& is_wanted);

// What names the content of that file alone; also of one that is not there, which is no empty file.
[[nodiscard]] std::string records_revision(const ReadFile& file);

}  // namespace corsac::toml_store
