#pragma once

// A JSON document as a policy, by the shortest way there is: what a store does with it is tested
// elsewhere.

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "corsac/policy/reader.hpp"

namespace corsac::testing {

inline void feed_json_value(PolicyReader& reader, const std::string& name,
                            const nlohmann::ordered_json& value) {
  const Place place = {.line = 1, .column = 1};
  if (value.is_object()) {
    reader.begin_item(name, place);
    for (const auto& [field, inner] : value.items()) feed_json_value(reader, field, inner);
    reader.end_item();
  } else if (value.is_array()) {
    reader.begin_list(name, place);
    for (const auto& element : value) feed_json_value(reader, "", element);
    reader.end_list();
  } else if (value.is_string()) {
    reader.text(name, value.get<std::string>(), place);
  } else if (value.is_boolean()) {
    reader.flag(name, value.get<bool>(), place);
  } else {
    reader.integer(name, value.get<std::int64_t>(), place);
  }
}

// Nothing when the reader finds a problem.
inline std::optional<Policy> read_json_policy(const std::string& json) {
  PolicyReader reader;
  reader.source("policy");
  const auto document = nlohmann::ordered_json::parse(json);
  for (const auto& [name, value] : document.items()) feed_json_value(reader, name, value);
  reader.finish("1");
  if (!reader.is_finished() || !reader.take_problems().empty()) return std::nullopt;
  return reader.take_policy();
}

}  // namespace corsac::testing
