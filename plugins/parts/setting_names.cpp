// Names of settings. Tests: tests/plugins/*_settings_test.cpp, through each store.

#include "setting_names.hpp"

#include <algorithm>
#include <vector>

namespace corsac::store_parts {
namespace {

// Insertions, deletions and replacements between the two.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string advice_for_name(std::string_view name, std::span<const std::string_view> known) {
  constexpr std::size_t kLongestSlip = 64;  // no slip of the pen is longer
  name = name.substr(0, kLongestSlip);
  const std::string_view nearest = *std::min_element(
      known.begin(), known.end(),
      [&](auto a, auto b) { return edit_distance(name, a) < edit_distance(name, b); });
  if (edit_distance(name, nearest) <= name.size() / 2) {
    return "write " + std::string(nearest) + ", or remove it";
  }
  std::string names;
  for (const std::string_view one : known) names += (names.empty() ? "" : ", ") + std::string(one);
  return "remove it; the settings are " + names;
}

bool check_setting_names(const plugin::Host& host, const plugin::Settings& settings,
                         std::string_view store, std::span<const std::string_view> known,
                         const std::function<std::string(std::string_view)>& advice) {
  std::vector<std::string_view> seen;
  bool is_fine = true;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const std::string_view name = settings[i].name;
    if (!is_among(name, known)) {
      host.problem("setting-unknown", name,
                   "the store \"" + std::string(store) + "\" has no such setting", advice(name));
      is_fine = false;
    } else if (is_among(name, seen)) {
      host.problem("setting-repeated", name, "the setting stands here twice",
                   "remove one of the two");
      is_fine = false;
    }
    seen.push_back(name);
  }
  return is_fine;
}

bool is_variable_name(std::string_view text) {
  const auto is_fine = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
  };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), is_fine);
}

}  // namespace corsac::store_parts
