#pragma once

#include <string>

#include <corsac/policy/report.hpp>

#include "source_lines.hpp"

namespace corsac::server {

// The report as a SARIF 2.1.0 log with one run: a rule for each code of a warning and for each
// error that is there, a result for each problem, and for each warning that [[lint.allow]] left out
// one with a suppression and its reason. Every result has a place, since viewers refuse those
// without: where none is known, the first line of `policy`. Columns count code points. ASCII.
[[nodiscard]] std::string to_sarif(const Report& report, const std::string& policy,
                                   const SourceLines& lines);

}  // namespace corsac::server
