#pragma once

#include <string>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/policy/report.hpp"

namespace corsac {

// `report`, with problems before it that do not stand in its document: of a gate's options, of a
// plugin. Where the report has sources, they are shown under `source` ("options"), since they would
// count as the document's otherwise.
[[nodiscard]] Report joined_report(std::vector<Problem> others, std::string source,
                                   const Report& report);

// Two reports of documents of their own, one behind the other: each place keeps its source.
[[nodiscard]] Report joined_report(const Report& first, const Report& second);

}  // namespace corsac
