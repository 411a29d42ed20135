// Reads server.toml. Entry: read_config. The fields: README, "Operating". Test:
// tests/server/config_test.cpp.

#include "config.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <toml++/toml.h>

#include <corsac/base/printable.hpp>
#include <corsac/runtime/gate_options.hpp>
#include <corsac/stage/host_guard.hpp>

namespace corsac::server {
namespace {

// A configuration has some dozens of lines; what is longer is not one. The cap on lines keeps the
// parser's recursion on dotted keys shallow.
constexpr std::size_t kConfigLimitBytes = std::size_t{1024} * 1024;
constexpr std::size_t kLineLimitBytes = 4096;

Place place_of(const toml::node& node) {
  const toml::source_position at = node.source().begin;
  return {.line = at.line, .column = at.column, .source = 0};
}

Place place_of(const toml::key& key) {
  const toml::source_position at = key.source().begin;
  return {.line = at.line, .column = at.column, .source = 0};
}

std::string value_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return {};
}

// One table of the file. Asks for its fields by name, remembers which it was asked for, and reports
// all others as unknown.
class Section {
 public:
  Section(const toml::table* table, std::string path, std::vector<Problem>& problems)
      : table_(table), path_(std::move(path)), problems_(problems) {}

  [[nodiscard]] const toml::node* find(std::string_view field) {
    asked_.push_back(field);
    return table_ == nullptr ? nullptr : table_->get(field);
  }

  void wrong(std::string_view code, std::string_view field, const toml::node& node,
             std::string what, std::string fix) {
    wrong(code, field, node, value_text(node), std::move(what), std::move(fix));
  }

  // With a value that is shown in the place of the node's own.
  void wrong(std::string_view code, std::string_view field, const toml::node& node,
             std::string value, std::string what, std::string fix) {
    problems_.push_back({.code = code,
                         .path = path_ + "." + std::string(field),
                         .value = std::move(value),
                         .place = place_of(node),
                         .what = std::move(what),
                         .fix = std::move(fix)});
  }

  void read(std::string_view field, std::string& value) {
    const toml::node* node = find(field);
    if (node == nullptr) return;
    if (const auto* text = node->as_string()) {
      value = text->get();
    } else {
      wrong("field-type", field, *node, "a text is expected", "put the value in quotes");
    }
  }

  void read(std::string_view field, bool& value) {
    const toml::node* node = find(field);
    if (node == nullptr) return;
    if (const auto* flag = node->as_boolean()) {
      value = flag->get();
    } else {
      wrong("field-type", field, *node, "a switch is expected", "write true or false");
    }
  }

  void read_number(std::string_view field, std::int64_t first, std::int64_t last,
                   std::int64_t& value) {
    const toml::node* node = find(field);
    if (node == nullptr) return;
    const auto* number = node->as_integer();
    if (number == nullptr) {
      wrong("field-type", field, *node, "a whole number is expected",
            "write a number without quotes");
    } else if (number->get() < first || number->get() > last) {
      wrong("field-range", field, *node, "the number is out of range",
            "write a number from " + std::to_string(first) + " to " + std::to_string(last));
    } else {
      value = number->get();
    }
  }

  void read(std::string_view field, std::chrono::seconds& value) {
    std::int64_t seconds = value.count();
    read_number(field, 1, 366LL * 24 * 3600, seconds);
    value = std::chrono::seconds(seconds);
  }

  void read(std::string_view field, std::vector<std::string>& values) {
    const toml::node* node = find(field);
    if (node == nullptr) return;
    const auto* list = node->as_array();
    if (list == nullptr) {
      wrong("field-type", field, *node, "a list of texts is expected", "put the value in [ ]");
      return;
    }
    for (const toml::node& element : *list) {
      if (const auto* text = element.as_string()) {
        values.push_back(text->get());
      } else {
        wrong("field-type", field, element, "a list of texts is expected",
              "put each value in quotes");
      }
    }
  }

  void read(std::string_view field, ListenAddress& address) {
    const toml::node* node = find(field);
    if (node == nullptr) return;
    const auto* text = node->as_string();
    const auto parsed = text == nullptr ? std::nullopt : parse_listen_address(text->get());
    if (parsed) {
      address = *parsed;
    } else {
      wrong("listen-address", field, *node, "this is no address to listen on",
            "write \"HOST:PORT\" like \"127.0.0.1:8080\"; port 0 takes any free one");
    }
  }

  void report_unknown() {
    if (table_ == nullptr) return;
    for (const auto& [key, node] : *table_) {
      if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
      const std::string_view nearest = nearest_name(key.str(), asked_);
      problems_.push_back({.code = "field-unknown",
                           .path = (path_.empty() ? "" : path_ + ".") + std::string(key.str()),
                           .place = place_of(key),
                           .what = "there is no such field here",
                           .fix = nearest.empty() ? "remove it" : "write " + std::string(nearest)});
    }
  }

  [[nodiscard]] const std::vector<std::string_view>& asked() const { return asked_; }

 private:
  const toml::table* table_;  // null = the section is absent
  std::string path_;
  std::vector<std::string_view> asked_ = {};
  std::vector<Problem>& problems_;
};

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

void read_stores(const toml::table& document, const std::filesystem::path& folder,
                 ServerConfig& config, std::vector<Problem>& problems) {
  if (const toml::table* table = subtable(document, "store", problems)) {
    config.store = read_store(*table, "store", folder, problems);
  } else {
    problems.push_back({.code = "field-missing",
                        .path = "store",
                        .what = "there is no store, so there would be no policy",
                        .fix = "add [store] with file = \"policy.toml\""});
  }
  if (const toml::table* table = subtable(document, "records", problems)) {
    config.records = read_store(*table, "records", folder, problems);
  }
}

// A path of a file; nothing for an absent one.
std::filesystem::path read_path(Section& section, std::string_view field,
                                const std::filesystem::path& folder) {
  std::string text;
  section.read(field, text);
  const toml::node* node = section.find(field);
  if (text.empty() && node != nullptr && node->is_string()) {
    section.wrong("field-range", field, *node, "the path of a file is expected", "write one");
  }
  return text.empty() ? std::filesystem::path() : folder / text;
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

// A text, or { env = "NAME" }.
ForwardValue read_value(Section& section, std::string_view field, const toml::node& node) {
  if (const auto* text = node.as_string()) return {.text = text->get()};
  const toml::table* table = node.as_table();
  const auto* name = table == nullptr ? nullptr : table->get_as<std::string>("env");
  if (name != nullptr && table->size() == 1) return {.env = name->get()};
  section.wrong("field-type", field, node, {}, "a text or the name of a variable is expected",
                "write \"TEXT\" or { env = \"NAME\" }");
  return {};
}

// { "name" = value, ... }; `path` is where it stands in the section.
ForwardValues read_values(Section& section, const std::string& path, const toml::node* node) {
  ForwardValues values;
  if (node == nullptr) return values;
  const toml::table* table = node->as_table();
  if (table == nullptr) {
    section.wrong("field-type", path, *node, {}, "a table of names and values is expected",
                  "write { \"x-name\" = { env = \"NAME\" } }");
    return values;
  }
  for (const auto& [key, value] : *table) {
    const std::string name(key.str());
    values.emplace_back(name, read_value(section, path + "." + name, value));
  }
  return values;
}

std::optional<ForwardToken> read_token(Section& section) {
  const toml::node* node = section.find("token_header");
  if (node == nullptr) return std::nullopt;
  const toml::table* table = node->as_table();
  const auto* name = table == nullptr ? nullptr : table->get_as<std::string>("name");
  if (name == nullptr || table->size() != 2 || !table->contains("values")) {
    section.wrong("field-type", "token_header", *node, {}, "a name and values are expected",
                  "write { name = \"Authorization\", values = { ... } }");
    return std::nullopt;
  }
  return ForwardToken{.name = name->get(),
                      .values = read_values(section, "token_header.values", table->get("values"))};
}

ForwardOptions read_forward(Section& section, const std::filesystem::path& folder) {
  ForwardOptions forward;
  section.read("path_prefix", forward.path_prefix);
  section.read("upstream", forward.upstream);
  section.read("strip_prefix", forward.strip_prefix);
  forward.headers = read_values(section, "headers", section.find("headers"));
  forward.token_header = read_token(section);
  section.read("drop_request_headers", forward.drop_request_headers);
  if (section.find("drop_response_headers") != nullptr) forward.drop_response_headers.clear();
  section.read("drop_response_headers", forward.drop_response_headers);
  const auto read_limit = [&section](std::string_view field, std::chrono::milliseconds& limit) {
    std::int64_t seconds = limit.count() / 1000;
    section.read_number(field, 1, 24 * 3600, seconds);
    limit = std::chrono::seconds(seconds);
  };
  read_limit("connect_limit_seconds", forward.connect_limit);
  read_limit("answer_limit_seconds", forward.answer_limit);
  read_limit("idle_limit_seconds", forward.idle_limit);
  read_limit("total_limit_seconds", forward.total_limit);
  // The listener takes no larger request.
  auto body_limit = static_cast<std::int64_t>(forward.body_limit_bytes);
  section.read_number("body_limit_bytes", 0, 1024 * 1024, body_limit);
  forward.body_limit_bytes = static_cast<std::uint64_t>(body_limit);
  forward.ca_file = read_path(section, "ca_file", folder).string();
  section.read("dangerously_open", forward.dangerously_open);
  section.report_unknown();
  return forward;
}

// Where the field of "forward[1].headers.x-a" or "forward[1].drop_response_headers[0]" stands: the
// header's own name may have dots.
Place place_of_forward(const toml::array& forwards, const std::string& path) {
  const std::size_t index = std::strtoul(path.c_str() + sizeof "forward[" - 1, nullptr, 10);
  const toml::node* node = forwards.get(index);
  std::string_view rest = std::string_view(path).substr(path.find(']') + 2);
  while (node != nullptr && node->is_table() && !rest.empty()) {
    const toml::table& table = *node->as_table();
    const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
    const toml::node* next = table.get(rest);
    if (next == nullptr) next = table.get(rest.substr(0, end));
    if (next == nullptr) return place_of(*node);
    rest.remove_prefix(table.get(rest) == next ? rest.size() : std::min(end + 1, rest.size()));
    node = next;
  }
  if (const toml::array* list = node->as_array()) {
    node = list->get(std::strtoul(std::string(rest).c_str(), nullptr, 10));
  }
  return node == nullptr ? Place() : place_of(*node);
}

void read_forwards(const toml::node& node, const std::filesystem::path& folder,
                   ServerConfig& config, std::vector<Problem>& problems) {
  const toml::array* forwards = node.as_array();
  if (forwards == nullptr || !forwards->is_homogeneous<toml::table>()) {
    problems.push_back({.code = "field-type",
                        .path = "forward",
                        .place = place_of(node),
                        .what = "a list of sections is expected",
                        .fix = "write [[forward]]"});
    return;
  }
  std::vector<Problem> found;
  for (std::size_t i = 0; i < forwards->size(); ++i) {
    Section section(forwards->get(i)->as_table(), "forward[" + std::to_string(i) + "]", found);
    config.forwards.push_back(read_forward(section, folder));
  }
  problems.insert(problems.end(), found.begin(), found.end());
  const auto compiled = compile_forwards(config.forwards, {.has_tls = true});
  if (compiled) return;
  for (Problem problem : compiled.error().problems()) {
    // What could not be read is empty, which is told already.
    const bool is_told = std::any_of(found.begin(), found.end(), [&problem](const Problem& told) {
      return problem.path.starts_with(told.path);
    });
    if (is_told) continue;
    problem.place = place_of_forward(*forwards, problem.path);
    problems.push_back(std::move(problem));
  }
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
  if (forwards != nullptr) read_forwards(*forwards, folder, config, problems);
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

}  // namespace corsac::server
