// Reads the plugin's settings. Entry: read_settings. Test: tests/plugins/toml_settings_test.cpp.

#include "settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <vector>

#include "../parts/setting_names.hpp"

namespace corsac::toml_store {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"file", "poll_seconds", "records_file"};
constexpr int kPollLimitSeconds = 3600;

bool read_poll_seconds(std::string_view value, TomlSettings& result) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error != std::errc{} || end != value.data() + value.size() || seconds < 1 ||
      seconds > kPollLimitSeconds) {
    return false;
  }
  result.poll_interval = std::chrono::seconds(seconds);
  return true;
}

bool read_path(std::string_view value, std::string_view directory, std::string& name,
               std::string& path) {
  if (value.empty() || value.find('\0') != std::string_view::npos) return false;
  name = value;
  path =
      value.front() == '/' ? std::string(value) : std::string(directory) + "/" + std::string(value);
  return true;
}

// A file that is written gets a name of its own in its folder, so it must have one.
bool is_file_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return !name.empty() && name != "." && name != "..";
}

// As far as the spelling tells; links show when the file is read.
bool is_same_path(const std::string& a, const std::string& b) {
  return std::filesystem::path(a).lexically_normal() == std::filesystem::path(b).lexically_normal();
}

}  // namespace

std::optional<TomlSettings> read_settings(const plugin::Host& host,
                                          const plugin::Settings& settings) {
  TomlSettings result;
  std::vector<std::string_view> seen;
  bool is_fine = true;
  const auto wrong = [&](std::string_view code, std::string_view setting, const std::string& what,
                         const std::string& fix) {
    host.problem(code, setting, what, fix);
    is_fine = false;
  };
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const auto [name, value] = settings[i];
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      wrong("setting-unknown", name, "the store \"toml\" has no such setting",
            store_parts::advice_for_name(name, kNames));
    } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      wrong("setting-repeated", name, "the setting stands here twice", "remove one of the two");
    } else if (name == "file" &&
               !read_path(value, settings.directory(), result.name, result.path)) {
      wrong("setting-value", name, "this is no path", "write file = \"policy.toml\"");
    } else if (name == "records_file" &&
               (!read_path(value, settings.directory(), result.records_name, result.records_path) ||
                !is_file_name(result.records_path))) {
      wrong("setting-value", name, "this is no path of a file",
            "write records_file = \"records.toml\"");
    } else if (name == "poll_seconds" && !read_poll_seconds(value, result)) {
      wrong("setting-value", name, "this is no number of seconds from 1 to 3600",
            "write poll_seconds = 5");
    }
    seen.push_back(name);
  }
  if (std::find(seen.begin(), seen.end(), "file") == seen.end()) {
    wrong("setting-missing", "file", "nothing says which file holds the policy",
          "add file = \"policy.toml\"");
  }
  if (is_same_path(result.path, result.records_path) && !result.path.empty()) {
    wrong("setting-value", "records_file", "this is the policy itself, which people write",
          "write records_file = \"records.toml\"");
  }
  if (!is_fine) return std::nullopt;
  return result;
}

}  // namespace corsac::toml_store
