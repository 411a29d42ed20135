// Puts reports of several origins together. Entry: joined_report. Test:
// tests/runtime/joined_report_test.cpp.

#include "corsac/runtime/joined_report.hpp"

#include <cstdint>
#include <limits>
#include <utility>

#include "corsac/base/place.hpp"

namespace corsac {

Report joined_report(std::vector<Problem> others, std::string source, const Report& report) {
  std::vector<std::string> sources = report.sources();
  constexpr std::size_t kLastSource = std::numeric_limits<std::uint8_t>::max();
  if (!others.empty() && !sources.empty() && sources.size() <= kLastSource) {
    const Place place{.line = 0, .column = 0, .source = static_cast<std::uint8_t>(sources.size())};
    for (Problem& problem : others) problem.place = place;
    sources.push_back(std::move(source));
  }
  others.insert(others.end(), report.problems().begin(), report.problems().end());
  return Report(std::move(others), std::move(sources));
}

}  // namespace corsac
