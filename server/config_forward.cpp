// Reads [[forward]]. Entry: read_forwards. The fields: README, "Forwarding with credentials". Test:
// tests/server/config_test.cpp.

#include "config_forward.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config_section.hpp"

namespace corsac::server {
namespace {

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
    const std::string field = forward_entry_path(path, name, values.size());
    values.emplace_back(name, read_value(section, field, value));
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
  section.read("drop_response_headers", forward.drop_response_headers);
  const auto read_limit = [&section](std::string_view field, std::chrono::milliseconds& limit) {
    std::int64_t seconds = limit.count() / 1000;
    section.read_number(field, 1, 24LL * 3600, seconds);
    limit = std::chrono::seconds(seconds);
  };
  read_limit("connect_limit_seconds", forward.connect_limit);
  read_limit("answer_limit_seconds", forward.answer_limit);
  read_limit("idle_limit_seconds", forward.idle_limit);
  read_limit("total_limit_seconds", forward.total_limit);
  // The listener takes no larger request.
  auto body_limit = static_cast<std::int64_t>(forward.body_limit_bytes);
  section.read_number("body_limit_bytes", 0, 1024LL * 1024, body_limit);
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

}  // namespace

std::vector<ForwardOptions> read_forwards(const toml::node& node,
                                          const std::filesystem::path& folder,
                                          std::vector<Problem>& problems) {
  std::vector<ForwardOptions> read;
  const toml::array* forwards = node.as_array();
  if (forwards == nullptr || !forwards->is_homogeneous<toml::table>()) {
    problems.push_back({.code = "field-type",
                        .path = "forward",
                        .place = place_of(node),
                        .what = "a list of sections is expected",
                        .fix = "write [[forward]]"});
    return read;
  }
  std::vector<Problem> found;
  for (std::size_t i = 0; i < forwards->size(); ++i) {
    Section section(forwards->get(i)->as_table(), "forward[" + std::to_string(i) + "]", found);
    read.push_back(read_forward(section, folder));
  }
  problems.insert(problems.end(), found.begin(), found.end());
  const auto compiled = compile_forwards(read, {.has_tls = true});
  if (compiled) return read;
  for (Problem problem : compiled.error().problems()) {
    // What could not be read is empty, which is told already.
    const bool is_told = std::any_of(found.begin(), found.end(), [&problem](const Problem& told) {
      return problem.path.starts_with(told.path);
    });
    if (is_told) continue;
    problem.place = place_of_forward(*forwards, problem.path);
    problems.push_back(std::move(problem));
  }
  return read;
}

}  // namespace corsac::server
