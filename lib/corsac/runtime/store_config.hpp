#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace corsac {

// When no valid policy can be had at the start. Without records, Closed = the document alone runs.
enum class OnStartFailure : unsigned char {
  Fail,    // open_gate gives the errors; nothing runs
  Closed,  // run, refuse every cross-origin request (policy_unavailable), go on trying
  Cached,  // run with the policy of cache_file; without a usable one, as Closed
};

// [store] or [records] of the program's configuration, as data.
struct StoreConfig {
  std::string plugin = "toml";  // a name, or the absolute path of the shared library
  // The plugin's own settings ("file", "url"), as texts.
  std::vector<std::pair<std::string, std::string>> settings = {};
  std::filesystem::path directory = {};  // what relative paths are relative to; empty = the current
  OnStartFailure on_start_failure = OnStartFailure::Fail;
  // Where the last good policy is kept, mode 0600, whatever on_start_failure says; relative to
  // `directory`, empty = nowhere. runtime/policy_cache.hpp.
  std::filesystem::path cache_file = {};
  // Take a document without any section from a store that had one.
  bool accept_empty = false;
  std::chrono::seconds max_stale{3600};  // counts only while the store cannot be reached; 0 = none
  std::chrono::seconds retry_max{1};     // cap of the back-off, which begins with 100 ms
  std::chrono::seconds deadline{10};     // of one read
  std::chrono::seconds refresh{30};      // look again even when nobody called; 0 = never
  // Folders searched for a plugin name, before those of CORSAC_PLUGIN_PATH, the installed one and
  // the one beside libcorsac.
  std::vector<std::filesystem::path> plugin_folders = {};
};

}  // namespace corsac
