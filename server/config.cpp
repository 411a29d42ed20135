// Reads server.toml. Entry: read_config. The fields: README, "Operating". Test:
// tests/server/config_test.cpp.

#include "config.hpp"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <corsac/base/printable.hpp>
#include <corsac/runtime/gate_options.hpp>
#include <corsac/stage/host_guard.hpp>

#include "config_forward.hpp"
#include "config_section.hpp"

namespace corsac::server {
namespace {

// A configuration has some dozens of lines; what is longer is not one. The cap on lines keeps the
// parser's recursion on dotted keys shallow.
constexpr std::size_t kConfigLimitBytes = std::size_t{1024} * 1024;
constexpr std::size_t kLineLimitBytes = 4096;

const toml::table* subtable(const toml::table& document, std::string_view name,
                            std::vector<Problem>& problems) {
  const toml::node* node = document.get(name);
  if (node == nullptr) return nullptr;
  if (const auto* table = node->as_table()) return table;
  problems.push_back({.code = "field-type",
                      .path = std::string(name),
                      .place = place_of(*node),
                      .what = "a section is expected",
                      .fix = "write [" + std::string(name) + "]"});
  return nullptr;
}

// Where `field` of the section stands, or the section, or nothing.
Place place_in(const toml::table& document, std::string_view section, std::string_view field) {
  const toml::table* table = document.get_as<toml::table>(section);
  if (table == nullptr) return {};
  const toml::node* node = table->get(field);
  return place_of(node == nullptr ? *table : *node);
}

// Two listeners on one address: the second could not listen.
void check_addresses(const toml::table& document, const ServerConfig& config,
                     std::vector<Problem>& problems) {
  struct Listener {
    std::string_view section;
    std::string_view field;
    const ListenAddress* address;
  };
  const Listener listeners[] = {
      {"server", "listen", &config.listen},
      {"server", "second_listen", config.second_listen ? &*config.second_listen : nullptr},
      {"admin", "listen", config.admin ? &config.admin->listen : nullptr},
  };
  for (const Listener& later : listeners) {
    for (const Listener* first = listeners; first != &later; ++first) {
      if (!first->address || !later.address || *first->address != *later.address) continue;
      if (later.address->port == 0) continue;  // each gets a free one
      problems.push_back({.code = "listen-address-repeated",
                          .path = std::string(later.section) + "." + std::string(later.field),
                          .value = to_text(*later.address),
                          .place = place_in(document, later.section, later.field),
                          .what = std::string(first->section) + "." + std::string(first->field) +
                                  " is the same address",
                          .fix = "give each listener a port of its own"});
      break;
    }
  }
}

// What the gate would say about each element of `field`, here with its place and before anything is
// opened.
void check_elements(Section& section, std::string_view field,
                    std::vector<std::string> GateOptions::*option, std::vector<Problem>& problems) {
  const toml::node* node = section.find(field);
  const toml::array* list = node == nullptr ? nullptr : node->as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const auto* text = list->get(i)->as_string();
    if (text == nullptr) continue;
    GateOptions options;
    (options.*option).push_back(text->get());
    std::vector<Problem> found;
    static_cast<void>(own_origin_config(options, found));
    for (Problem& problem : found) {
      problem.path = "server." + std::string(field) + "[" + std::to_string(i) + "]";
      problem.place = place_of(*text);
      problems.push_back(std::move(problem));
    }
  }
}

void read_server(const toml::table& document, ServerConfig& config,
                 std::vector<Problem>& problems) {
  Section section(subtable(document, "server", problems), "server", problems);
  section.read("listen", config.listen);
  if (const toml::node* node = section.find("second_listen")) {
    static_cast<void>(node);
    config.second_listen = ListenAddress{};
    section.read("second_listen", *config.second_listen);
  }
  section.read("public_origins", config.public_origins);
  section.read("trusted_proxies", config.trusted_proxies);
  check_elements(section, "public_origins", &GateOptions::public_origins, problems);
  check_elements(section, "trusted_proxies", &GateOptions::trusted_proxies, problems);
  std::int64_t threads = config.threads;
  section.read_number("threads", 1, 4096, threads);
  config.threads = static_cast<unsigned>(threads);
  section.report_unknown();
}

// A list of texts, as a plugin gets it: "a, b". Nothing after a problem.
std::optional<std::string> joined(Section& section, std::string_view field,
                                  const toml::array& list) {
  std::string text;
  bool is_right = true;
  for (const toml::node& element : list) {
    const auto* entry = element.as_string();
    const bool has_comma = entry != nullptr && entry->get().find(',') != std::string::npos;
    if (entry == nullptr) {
      section.wrong("field-type", field, element, "a list of texts is expected",
                    "put each value in quotes");
    } else if (has_comma) {
      section.wrong("field-range", field, element, "a comma separates two entries",
                    "write each as a text of its own");
    } else {
      text += (text.empty() ? "" : ", ") + entry->get();
    }
    is_right = is_right && entry != nullptr && !has_comma;
  }
  return is_right ? std::optional(text) : std::nullopt;
}

// The fields of [store] and [records] that the core takes; all others are the plugin's, which
// reports what it does not know.
StoreConfig read_store(const toml::table& table, std::string_view name,
                       const std::filesystem::path& folder, std::vector<Problem>& problems) {
  StoreConfig store;
  store.directory = folder;
  Section section(&table, std::string(name), problems);
  section.read("plugin", store.plugin);
  // A server on the network is not asked every second by all that wait for it.
  if (store.plugin == "remote") store.retry_max = std::chrono::seconds(30);
  section.read("accept_empty", store.accept_empty);
  section.read("max_stale_seconds", store.max_stale);
  section.read("retry_max_seconds", store.retry_max);
  section.read("deadline_seconds", store.deadline);
  section.read("refresh_seconds", store.refresh);
  std::string cache_file;
  section.read("cache_file", cache_file);
  store.cache_file = cache_file;
  std::string on_failure = "fail";
  section.read("on_start_failure", on_failure);
  if (on_failure == "closed") {
    store.on_start_failure = OnStartFailure::Closed;
  } else if (on_failure == "cached") {
    store.on_start_failure = OnStartFailure::Cached;
    if (cache_file.empty()) {
      section.wrong("field-missing", "on_start_failure", *table.get("on_start_failure"),
                    "there is no cache_file to start from",
                    "add cache_file = \"/var/lib/corsac/policy.cache\"");
    }
  } else if (on_failure != "fail") {
    section.wrong("field-range", "on_start_failure", *table.get("on_start_failure"),
                  "there is no such choice", "write \"fail\", \"closed\" or \"cached\"");
  }
  for (const auto& [key, node] : table) {
    const auto& asked = section.asked();
    if (std::find(asked.begin(), asked.end(), key.str()) != asked.end()) continue;
    if (node.is_string() || node.is_integer() || node.is_boolean()) {
      store.settings.emplace_back(std::string(key.str()), value_text(node));
    } else if (const toml::array* list = node.as_array()) {
      const auto text = joined(section, key.str(), *list);
      if (text) store.settings.emplace_back(std::string(key.str()), *text);
    } else {
      section.wrong("field-type", key.str(), node, "a setting of a store is no table",
                    "write a text, a whole number, true, false or a list of texts");
    }
  }
  return store;
}

void note_places(const toml::table& table, const std::string& name, ServerConfig& config) {
  config.store_places.emplace_back(name, place_of(table));
  for (const auto& [key, node] : table) {
    config.store_places.emplace_back(name + "." + std::string(key.str()), place_of(node));
  }
}

void read_stores(const toml::table& document, const std::filesystem::path& folder,
                 ServerConfig& config, std::vector<Problem>& problems) {
  if (const toml::table* table = subtable(document, "store", problems)) {
    config.store = read_store(*table, "store", folder, problems);
    note_places(*table, "store", config);
  } else {
    problems.push_back({.code = "field-missing",
                        .path = "store",
                        .what = "there is no store, so there would be no policy",
                        .fix = "add [store] with file = \"policy.toml\""});
  }
  if (const toml::table* table = subtable(document, "records", problems)) {
    config.records = read_store(*table, "records", folder, problems);
    note_places(*table, "records", config);
  }
}

// "admin.example.com:8443" of "https://admin.example.com:8443/corsac"; empty when that is no URL of
// a server, or names more than one.
std::string host_of(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view host =
        url.substr(scheme.size(), url.find('/', scheme.size()) - scheme.size());
    const auto pattern = parse_host_pattern(host);
    const bool is_one =
        pattern && pattern->host_form == HostForm::Exact && pattern->port_form == PortForm::Exact;
    return std::string(is_one ? host : std::string_view());
  }
  return {};
}

void read_public_url(Section& section, AdminConfig& admin) {
  section.read("public_url", admin.public_url);
  const toml::node* node = section.find("public_url");
  if (node == nullptr || !node->is_string()) return;
  admin.public_host = host_of(admin.public_url);
  if (!admin.public_host.empty()) return;
  section.wrong("admin-public-url", "public_url", *node, without_userinfo(admin.public_url),
                "this is no address of a server",
                "write how browsers reach the admin listener, like \"https://admin.example.com\"");
}

void read_admin(const toml::table& document, const std::filesystem::path& folder,
                ServerConfig& config, std::vector<Problem>& problems) {
  const toml::table* table = subtable(document, "admin", problems);
  if (table == nullptr) return;
  AdminConfig admin;
  Section section(table, "admin", problems);
  section.read("listen", admin.listen);
  read_public_url(section, admin);
  admin.token_file = read_path(section, "token_file", folder);
  std::int64_t per_minute = admin.requests_per_minute;
  section.read_number("requests_per_minute", 1, 1'000'000, per_minute);
  admin.requests_per_minute = static_cast<unsigned>(per_minute);
  section.report_unknown();
  if (table->get("token_file") == nullptr && !is_loopback(admin.listen)) {
    problems.push_back({.code = "admin-not-loopback",
                        .path = "admin.listen",
                        .value = to_text(admin.listen),
                        .place = place_in(document, "admin", "listen"),
                        .what = "an admin listener that others can reach needs tokens",
                        .fix = "add token_file, or listen on 127.0.0.1"});
  }
  config.admin = std::move(admin);
}

void read_log(const toml::table& document, const std::filesystem::path& folder, LogConfig& log,
              std::vector<Problem>& problems) {
  Section section(subtable(document, "log", problems), "log", problems);
  const std::filesystem::path file = read_path(section, "file", folder);
  if (!file.empty() && file != folder / log.file) log.file = file.string();  // "-" is no file
  auto capacity = static_cast<std::int64_t>(log.event_capacity);
  section.read_number("event_capacity", 1, 10'000'000, capacity);
  log.event_capacity = static_cast<std::size_t>(capacity);
  section.report_unknown();
}

void read_sections(const toml::table& document, const std::filesystem::path& folder,
                   ServerConfig& config, std::vector<Problem>& problems) {
  Section top(&document, "", problems);
  for (const std::string_view name : {"server", "store", "records", "admin", "log"}) {
    static_cast<void>(top.find(name));
  }
  const toml::node* forwards = top.find("forward");
  top.report_unknown();
  read_server(document, config, problems);
  read_stores(document, folder, config, problems);
  read_admin(document, folder, config, problems);
  read_log(document, folder, config.log, problems);
  if (forwards != nullptr) config.forwards = read_forwards(*forwards, folder, problems);
  check_addresses(document, config, problems);
}

// The bytes of the file, or a problem. A directory or a FIFO would be read as empty or for ever, so
// the kind of file is asked first.
std::optional<std::string> read_bytes(const std::filesystem::path& file,
                                      std::vector<Problem>& problems) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    problems.push_back({.code = "config-not-found",
                        .what = "there is no such file",
                        .fix = "give the path of a server.toml with --config"});
    return std::nullopt;
  }
  if (!std::filesystem::is_regular_file(status)) {
    problems.push_back({.code = "config-not-a-file",
                        .what = "this is not a regular file",
                        .fix = "give the path of a server.toml with --config"});
    return std::nullopt;
  }
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(stream), {});
  if (!stream) {
    problems.push_back({.code = "config-not-found",
                        .what = "the file cannot be read",
                        .fix = "check its owner and mode"});
    return std::nullopt;
  }
  std::size_t longest_line = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    longest_line = std::max(longest_line, end - at);
    at = end + 1;
  }
  if (bytes.size() > kConfigLimitBytes || longest_line > kLineLimitBytes) {
    problems.push_back({.code = "config-too-large",
                        .what = "a configuration has at most 1 MiB, and lines of 4096 bytes",
                        .fix = "give the path of a server.toml with --config"});
    return std::nullopt;
  }
  return bytes;
}

}  // namespace

Result<ServerConfig, Report> read_config(const std::filesystem::path& file) {
  std::vector<Problem> problems;
  ServerConfig config;
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::absolute(file, error).parent_path();
  if (const auto bytes = read_bytes(file, problems)) {
    try {
      const toml::table document = toml::parse(*bytes, std::string_view("server.toml"));
      read_sections(document, folder, config, problems);
    } catch (const toml::parse_error& syntax) {
      problems.push_back(
          {.code = "toml-syntax",
           .place = {.line = syntax.source().begin.line, .column = syntax.source().begin.column},
           .what = std::string(syntax.description()),
           .fix = ""});
    }
  }
  if (!problems.empty()) return fail(Report(std::move(problems), {file.string()}));
  return config;
}

Report with_store_places(const Report& report, const ServerConfig& config,
                         const std::filesystem::path& file) {
  std::vector<Problem> problems = report.problems();
  std::vector<std::string> sources = report.sources();
  const auto index = static_cast<std::uint8_t>(sources.size());
  bool has_place = false;
  for (Problem& problem : problems) {
    const auto found = std::find_if(config.store_places.begin(), config.store_places.end(),
                                    [&](const auto& entry) { return entry.first == problem.path; });
    if (problem.place.is_known() || found == config.store_places.end()) continue;
    problem.place = found->second;
    problem.place.source = index;
    has_place = true;
  }
  if (has_place) sources.push_back(file.string());
  return Report(std::move(problems), std::move(sources));
}

}  // namespace corsac::server
