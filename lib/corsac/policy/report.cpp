// Makes text and JSON from problems, and finds the name that a slip meant.
// Entries: Report, place_text, nearest_name. Spec: policy document, 5.
// Test: tests/policy/report_test.cpp.

#include "corsac/policy/report.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <nlohmann/json.hpp>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

// A field path names keys that may come from a hostile document; a real one is far shorter.
constexpr std::size_t kPathLimitBytes = 512;
// Names longer than this are no slip of any known name, and comparing them costs the square.
constexpr std::size_t kSlipLimitBytes = 64;

[[nodiscard]] std::string_view severity_text(Severity severity) noexcept {
  return severity == Severity::Error ? "error" : "warning";
}

[[nodiscard]] nlohmann::ordered_json to_json(const Problem& problem,
                                             const std::vector<std::string>& sources) {
  nlohmann::ordered_json object;
  object["severity"] = severity_text(problem.severity);
  object["code"] = to_one_line(problem.code);
  object["path"] = to_printable(problem.path, kPathLimitBytes);
  object["value"] = to_printable(problem.value);
  if (problem.place.source < sources.size()) {
    object["source"] = to_printable(sources[problem.place.source], kPathLimitBytes);
  }
  if (problem.place.is_known()) {
    object["line"] = std::uint32_t{problem.place.line};
    if (problem.place.column != 0) object["column"] = std::uint32_t{problem.place.column};
  }
  object["what"] = to_one_line(problem.what);
  object["fix"] = to_one_line(problem.fix);
  return object;
}

// Optimal string alignment: inserted, dropped, replaced and swapped bytes count one each. Both
// texts are at most kSlipLimitBytes long.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b) noexcept {
  using Row = std::array<std::size_t, kSlipLimitBytes + 1>;
  Row before_last{};
  Row last{};
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row row{};
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

bool Report::has_errors() const noexcept { return has_error(problems_); }

std::vector<const Problem*> Report::in_order_of_place() const {
  std::vector<const Problem*> ordered;
  ordered.reserve(problems_.size());
  for (const Problem& problem : problems_) ordered.push_back(&problem);
  const auto key = [](const Problem* problem) {
    const Place& place = problem->place;
    return place.is_known() ? std::tuple(1U, std::uint32_t{place.source}, place.line,
                                         std::uint32_t{place.column})
                            : std::tuple(0U, 0U, 0U, 0U);
  };
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const Problem* a, const Problem* b) { return key(a) < key(b); });
  return ordered;
}

ProblemLines problem_lines(const Problem& problem, const std::vector<std::string>& sources) {
  const std::string place = place_text(problem.place, sources);
  std::string head = place.empty() ? "" : place + ": ";
  head += severity_text(problem.severity);
  head += '[' + to_one_line(problem.code) + ']';
  if (!problem.path.empty()) head += ": " + to_printable(problem.path, kPathLimitBytes);
  if (!problem.value.empty()) {
    head += problem.path.empty() ? ": \"" : " = \"";
    head += to_printable(problem.value) + '"';
  }
  std::string body = to_one_line(problem.what);
  if (!problem.fix.empty()) body += "; " + to_one_line(problem.fix);
  return {std::move(head), std::move(body)};
}

std::string Report::text() const {
  std::string text;
  for (const Problem* problem : in_order_of_place()) {
    const ProblemLines lines = problem_lines(*problem, sources_);
    text += lines.head + "\n    " + lines.body + '\n';
  }
  return text;
}

std::string Report::json() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Problem* problem : in_order_of_place()) {
    list.push_back(to_json(*problem, sources_));
  }
  return list.dump();
}

std::string place_text(const Place& place, const std::vector<std::string>& sources) {
  if (place.source >= sources.size()) return {};
  std::string text = to_printable(sources[place.source], kPathLimitBytes);
  if (!place.is_known()) return text;
  text += ':' + std::to_string(place.line);
  if (place.column != 0) text += ':' + std::to_string(place.column);
  return text;
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& known) {
  if (name.size() > kSlipLimitBytes) return {};
  const std::string lower = to_ascii_lower(name);
  std::string_view nearest;
  std::size_t nearest_distance = kSlipLimitBytes;
  for (const std::string_view candidate : known) {
    if (candidate.size() > kSlipLimitBytes) continue;
    const std::size_t distance = edit_distance(lower, to_ascii_lower(candidate));
    const bool is_slip = distance <= std::max(name.size(), candidate.size()) / 3;
    if (!is_slip || distance >= nearest_distance) continue;
    nearest_distance = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace corsac
