// Two stores, or a document and the records kept beside it, one policy. Entries: merged_policy,
// overrule_kept_records. Spec: design, 6; README, "Trusted origins from a
// second store". Test: tests/runtime/records_merge_test.cpp.

#include "corsac/runtime/records_merge.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "corsac/origin/pattern.hpp"

namespace corsac {
namespace {

constexpr std::string_view kList = "trusted_origins[";

Problem foreign(std::string path, Place place) {
  return {.code = "records-section",
          .path = std::move(path),
          .place = place,
          .what = "the store of [records] delivers trusted origins and nothing else",
          .fix = "move it to the document of [store]"};
}

// Places hold a byte for the source. What does not fit is told without a place.
Place behind(Place place, std::size_t sources) {
  const std::size_t source = place.source + sources;
  if (source > std::numeric_limits<std::uint8_t>::max()) return {};
  place.source = static_cast<std::uint8_t>(source);
  return place;
}

// A document whose store names no source gets one here: its places count in it.
std::size_t source_count(const Policy& document) {
  return std::max<std::size_t>(document.sources.size(), 1);
}

// In what a store hands over as one list.
bool is_kept_beside(const TrustedOrigin& record) { return record.place.source != 0; }

// What the document's own records say already.
class OwnRecords {
 public:
  explicit OwnRecords(const Policy& document) {
    for (const TrustedOrigin& record : document.trusted_origins) add(record);
  }
  OwnRecords() = default;
  void add(const TrustedOrigin& record) {
    names_.insert(record.name);
    origins_.insert(normal_record_origin(record.origin));
  }
  [[nodiscard]] bool has_name_of(const TrustedOrigin& record) const {
    return names_.contains(record.name);
  }
  [[nodiscard]] bool has_origin_of(const TrustedOrigin& record) const {
    return !origins_.empty() && origins_.contains(normal_record_origin(record.origin));
  }

 private:
  std::unordered_set<std::string> names_ = {};
  std::unordered_set<std::string> origins_ = {};
};

// Of the record with this index; nothing when the document does not take the word from it.
std::optional<Problem> overruled(const OwnRecords& own, const TrustedOrigin& record,
                                 std::size_t index) {
  const bool has_name = own.has_name_of(record);
  if (!has_name && !own.has_origin_of(record)) return std::nullopt;
  return Problem{
      .severity = Severity::Warning,
      .code = "record-in-document",
      .path = std::string(kList) + std::to_string(index) + (has_name ? "].name" : "].origin"),
      .value = has_name ? record.name : std::string(),
      .place = record.place,
      .what = std::string("the document has a record of this ") + (has_name ? "name" : "origin") +
              ", which counts alone",
      .fix = "take one of the two away"};
}

// "trusted_origins[17].origin" with 17 - `first`; nothing changes below `first`.
void subtract_index(std::string& path, std::size_t first) {
  std::size_t index = 0;
  const char* const begin = path.data() + kList.size();
  const char* const end = path.data() + path.size();
  const auto [last, error] = std::from_chars(begin, end, index);
  if (error != std::errc() || index < first) return;
  path = std::string(kList) + std::to_string(index - first) + std::string(last, end);
}

}  // namespace

// Taken apart with structured bindings, as in trust_removal.cpp: a section that is added to the
// policy stops this file from compiling until it is looked at here.
std::vector<Problem> foreign_sections(const Policy& policy) {
  const auto& [version, cors, records, hosts, csrf, frames, redirects, shadow, warnings, tests,
               sources, revision] = policy;
  static_cast<void>(version);
  static_cast<void>(records);
  static_cast<void>(sources);
  static_cast<void>(revision);
  std::vector<Problem> problems;
  if (cors.is_present()) problems.push_back(foreign("cors", cors.place));
  if (hosts.allowed.is_set()) problems.push_back(foreign("hosts.allowed", hosts.allowed.place()));
  if (csrf.is_present()) problems.push_back(foreign("csrf", csrf.place));
  if (frames.is_present()) problems.push_back(foreign("frames", frames.place));
  if (redirects.is_present()) problems.push_back(foreign("redirects", redirects.place));
  if (shadow.is_present()) problems.push_back(foreign("shadow", shadow.place));
  if (!warnings.empty()) problems.push_back(foreign("lint.allow[0]", warnings[0].place));
  if (!tests.empty()) problems.push_back(foreign("test[0]", tests[0].place));
  return problems;
}

Policy merged_policy(const Policy& document, const Policy& records) {
  Policy merged = document;
  const OwnRecords own(document);
  if (merged.sources.empty()) merged.sources.emplace_back("document");
  const std::size_t own_sources = source_count(document);
  merged.trusted_origins.reserve(document.trusted_origins.size() + records.trusted_origins.size());
  for (const TrustedOrigin& record : records.trusted_origins) {
    merged.trusted_origins.push_back(record);
    TrustedOrigin& added = merged.trusted_origins.back();
    added.place = behind(record.place, own_sources);
    if (own.has_name_of(record) || own.has_origin_of(record)) {
      added.status = TrustedOrigin::Status::Inactive;
    }
  }
  merged.sources.insert(merged.sources.end(), records.sources.begin(), records.sources.end());
  merged.revision += "+" + records.revision;
  return merged;
}

std::vector<Problem> overruled_records(const Policy& document, const Policy& records) {
  std::vector<Problem> problems;
  const OwnRecords own(document);
  for (std::size_t i = 0; i < records.trusted_origins.size(); ++i) {
    auto problem = overruled(own, records.trusted_origins[i], i);
    if (!problem) continue;
    problem->place = behind(problem->place, source_count(document));
    problems.push_back(*std::move(problem));
  }
  return problems;
}

std::vector<Problem> overrule_kept_records(Policy& policy) {
  OwnRecords own;
  for (const TrustedOrigin& record : policy.trusted_origins) {
    if (!is_kept_beside(record)) own.add(record);
  }
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < policy.trusted_origins.size(); ++i) {
    TrustedOrigin& record = policy.trusted_origins[i];
    if (!is_kept_beside(record)) continue;
    auto problem = overruled(own, record, i);
    if (!problem) continue;
    record.status = TrustedOrigin::Status::Inactive;
    problems.push_back(*std::move(problem));
  }
  return problems;
}

std::vector<Problem> with_merged_places(std::vector<Problem> problems, const Policy& document) {
  for (Problem& problem : problems) {
    problem.place = behind(problem.place, source_count(document));
  }
  return problems;
}

void restore_record_indices(const Policy& document, std::vector<Problem>& problems) {
  const std::size_t own = document.trusted_origins.size();
  for (Problem& problem : problems) {
    if (problem.path.starts_with(kList)) subtract_index(problem.path, own);
  }
}

bool is_of_records(const Problem& problem, const Policy& document) noexcept {
  return problem.place.source >= source_count(document);
}

}  // namespace corsac
