// Reads the plugin's settings. Entry: read_settings. Test: tests/plugins/toml_settings_test.cpp.

#include "settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "../parts/setting_names.hpp"

namespace corsac::toml_store {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"file", "poll_seconds"};
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

bool read_file(std::string_view value, std::string_view directory, TomlSettings& result) {
  if (value.empty() || value.find('\0') != std::string_view::npos) return false;
  result.name = value;
  result.path =
      value.front() == '/' ? std::string(value) : std::string(directory) + "/" + std::string(value);
  return true;
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
    } else if (name == "file" && !read_file(value, settings.directory(), result)) {
      wrong("setting-value", name, "this is no path", "write file = \"policy.toml\"");
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
  if (!is_fine) return std::nullopt;
  return result;
}

}  // namespace corsac::toml_store
