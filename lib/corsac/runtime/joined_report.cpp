// Puts reports of several origins together. Entry: joined_report. Test:
// tests/runtime/joined_report_test.cpp.

#include "corsac/runtime/joined_report.hpp"

#include <algorithm>
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

Report joined_report(const Report& first, const Report& second) {
  std::vector<std::string> sources = first.sources();
  sources.insert(sources.end(), second.sources().begin(), second.sources().end());
  // Beyond the last source = none is shown.
  const auto place_in = [&sources](Place place, std::size_t before, std::size_t own) {
    const std::size_t source = place.source < own ? before + place.source : sources.size();
    constexpr std::size_t kLastSource = std::numeric_limits<std::uint8_t>::max();
    place.source = static_cast<std::uint8_t>(std::min(source, kLastSource));
    return source <= kLastSource ? place : Place{.line = 0, .column = 0, .source = place.source};
  };
  std::vector<Problem> problems = first.problems();
  for (Problem& problem : problems) {
    problem.place = place_in(problem.place, 0, first.sources().size());
  }
  for (Problem problem : second.problems()) {
    problem.place = place_in(problem.place, first.sources().size(), second.sources().size());
    problems.push_back(std::move(problem));
  }
  return Report(std::move(problems), std::move(sources));
}

}  // namespace corsac
