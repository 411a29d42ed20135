#pragma once

#include <string_view>
#include <vector>

#include "source_value.hpp"

namespace corsac::server {

struct YamlFile {
  SourceValue document = {};     // the first one
  std::vector<Place> more = {};  // where the others begin, behind `---`
};

// The error side: yaml-syntax, yaml-merge-key, yaml-key, yaml-alias, field-repeated,
// nesting-too-deep, too-many-values; no byte of the text stands in it. Places are lines. Plain
// words are read as YAML 1.1 does, as both systems with such files do: `yes` and `on` are true.
[[nodiscard]] Result<YamlFile, Problem> read_yaml(std::string_view text);

}  // namespace corsac::server
