#pragma once

// server.toml as data: where to listen, which stores, who may ask the admin listener.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <corsac/adapter/forward_options.hpp>
#include <corsac/base/result.hpp>
#include <corsac/policy/report.hpp>
#include <corsac/runtime/store_config.hpp>

#include "listen_address.hpp"

namespace corsac::server {

struct AdminConfig {
  ListenAddress listen = {"127.0.0.1", 8081};
  std::string public_url = {};            // empty = made from the address
  std::string public_host = {};           // host, and port when there is one, of public_url
  std::filesystem::path token_file = {};  // empty = a token is made for this run
  unsigned requests_per_minute = 600;
};

struct LogConfig {
  std::string file = "-";  // "-" = standard error
  std::size_t event_capacity = 10'000;
};

struct ServerConfig {
  ListenAddress listen = {"127.0.0.1", 8080};
  std::optional<ListenAddress> second_listen = {};
  std::vector<std::string> public_origins = {};
  std::vector<std::string> trusted_proxies = {};
  unsigned threads = 64;
  StoreConfig store = {};
  std::optional<StoreConfig> records = {};
  std::optional<AdminConfig> admin = {};
  // Checked, but for whether the program has TLS.
  std::vector<ForwardOptions> forwards = {};
  LogConfig log = {};
  // Where the fields of [store] and [records] stand, by their paths, as "store.url"; "store" is the
  // section. Of values, as every place.
  std::vector<std::pair<std::string, Place>> store_places = {};
};

// Reads and checks `file`. The error side holds every error at once, with line and column:
// toml-syntax, config-not-found, config-not-a-file, config-too-large, field-unknown, field-type,
// field-range, field-missing, listen-address, listen-address-repeated, admin-not-loopback,
// admin-public-url, option-public-origin, option-trusted-proxy, and those of compile_forwards.
[[nodiscard]] Result<ServerConfig, Report> read_config(const std::filesystem::path& file);

// What a store says of its settings, with the places that they have in `file`, of which `config`
// is. Problems that have a place keep it.
[[nodiscard]] Report with_store_places(const Report& report, const ServerConfig& config,
                                       const std::filesystem::path& file);

}  // namespace corsac::server
