#pragma once

// One table of server.toml, read field by field. The only file of the program that includes toml++.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include <corsac/base/place.hpp>
#include <corsac/base/problem.hpp>
#include <corsac/policy/report.hpp>

#include "listen_address.hpp"

namespace corsac::server {

[[nodiscard]] Place place_of(const toml::node& node);

// A text, a number or a switch as it is shown; empty for anything else.
[[nodiscard]] std::string value_text(const toml::node& node);

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
                           .place = place_of(node),
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

// A path of a file, relative to `folder`; nothing for an absent one.
[[nodiscard]] std::filesystem::path read_path(Section& section, std::string_view field,
                                              const std::filesystem::path& folder);

}  // namespace corsac::server
