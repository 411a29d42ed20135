// Opens the store that push, pull and origins speak to. Entry: open_store_place. Tests:
// tests/server/push_pull_test.py, origins_test.py.

#include "store_place.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config.hpp"

namespace corsac::server {
namespace {

// A person waits, and may send a long policy over a slow line; silence is noticed much earlier.
constexpr std::chrono::seconds kDeadline{60};

constexpr std::string_view kRedis = "redis";
constexpr std::string_view kToml = "toml";

// Of `config`, which was read when `place` names one.
StoreConfig store_config(const StorePlace& place, const ServerConfig& config, Beside beside) {
  StoreConfig store = config.store;
  if (place.config.empty()) {
    store.plugin = kRedis;
    store.settings.emplace_back("url", place.url);
    if (!place.user.empty()) store.settings.emplace_back("user", place.user);
    if (!place.password_env.empty()) {
      store.settings.emplace_back("password_env", place.password_env);
    }
    if (!place.key.empty()) store.settings.emplace_back("key", place.key);
  }
  store.deadline = std::max(store.deadline, kDeadline);
  if (beside == Beside::Kept) return store;
  if (store.plugin == kRedis) {
    std::erase_if(store.settings, [](const auto& entry) { return entry.first == "only_policy"; });
    store.settings.emplace_back("only_policy", "true");
  }
  if (store.plugin == kToml) {
    std::erase_if(store.settings, [](const auto& entry) { return entry.first == "records_file"; });
  }
  return store;
}

// Settings as a plugin calls them, and the options that they have come from.
constexpr std::pair<std::string_view, std::string_view> kOptions[] = {
    {"user", "--user"}, {"key", "--key"}, {"password_env", "--password-env"}};

void replace(std::string& text, std::string_view part, std::string_view by) {
  const std::size_t at = text.find(part);
  if (at != std::string::npos) text.replace(at, part.size(), by);
}

// `write password_env = "NAME"` is what a file takes; a command line takes `--password-env NAME`.
std::string with_options(std::string text) {
  for (const auto& [setting, option] : kOptions) {
    const std::string assignment = std::string(setting) + " = \"";
    const std::size_t at = text.find(assignment);
    const std::size_t end = at == std::string::npos ? at : text.find('"', at + assignment.size());
    if (end == std::string::npos) continue;
    text.erase(end, 1);
    text.replace(at, assignment.size(), std::string(option) + ' ');
  }
  replace(text, "password_env", "--password-env");
  return text;
}

}  // namespace

std::vector<Problem> with_option_names(std::vector<Problem> problems, const StorePlace& place,
                                       std::string_view url_option) {
  if (!place.config.empty()) return problems;
  for (Problem& problem : problems) {
    const bool is_of_url = problem.path == "store.url" || problem.path == "store.database";
    if (is_of_url) problem.path = url_option;
    for (const auto& [setting, option] : kOptions) {
      if (problem.path == "store." + std::string(setting)) problem.path = option;
    }
    problem.what = with_options(std::move(problem.what));
    problem.fix = with_options(std::move(problem.fix));
  }
  return problems;
}

Result<std::unique_ptr<StoreClient>, Report> open_store_place(const StorePlace& place,
                                                              std::string_view url_option,
                                                              Beside beside,
                                                              PluginHost::Progress progress) {
  ServerConfig config;
  if (!place.config.empty()) {
    auto read = read_config(place.config);
    if (!read) return fail(std::move(read.error()));
    config = *std::move(read);
  }
  auto client = StoreClient::open(store_config(place, config, beside), std::move(progress));
  if (client) return client;
  if (!place.config.empty()) return fail(with_store_places(client.error(), config, place.config));
  return fail(Report(with_option_names(client.error().problems(), place, url_option),
                     client.error().sources()));
}

}  // namespace corsac::server
