// What a PolicyReader says about a document, and where: the paths are made here, and only for
// problems. Entry: PolicyReader::State. Spec: policy document, 5. Tests:
// tests/policy/reader_test.cpp, reader_hostile_test.cpp.

#include <algorithm>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/base/utf8.hpp"
#include "corsac/policy/reader_messages.hpp"
#include "corsac/policy/reader_state.hpp"
#include "corsac/policy/report.hpp"

namespace corsac {
namespace {

constexpr std::size_t kShownKeyBytes = 64;

// Names of other systems that are too far from ours to be slips of them. Any case, `_` left out.
struct OtherName {
  std::string_view written;
  std::string_view ours;
};
constexpr OtherName kOtherNames[] = {
    {"maxage", "max_age_seconds"},                    // rs/cors, Express, Spring, Envoy
    {"preflightmaxage", "max_age_seconds"},           // django-cors-headers
    {"preflightmaxageinseconds", "max_age_seconds"},  // FusionAuth
};

// The one of `known` that goes by another name elsewhere; empty = none.
std::string_view known_elsewhere(std::string_view name,
                                 const std::vector<std::string_view>& known) {
  std::string bare = to_ascii_lower(name);
  bare.erase(std::remove(bare.begin(), bare.end(), '_'), bare.end());
  for (const OtherName& other : kOtherNames) {
    if (bare != other.written) continue;
    if (std::find(known.begin(), known.end(), other.ours) != known.end()) return other.ours;
  }
  return {};
}

}  // namespace

void PolicyReader::State::add(Problem problem) {
  if (phase == Phase::Stopped) return;
  if (problems.size() == kProblemLimit) {
    problems.push_back({.code = "too-many-problems",
                        .place = problem.place,
                        .what = "there are more than 1,000 problems, and the rest was not read",
                        .fix = "correct the first ones and look again"});
    phase = Phase::Stopped;
    return;
  }
  problems.push_back(std::move(problem));
}

void PolicyReader::State::add_at(Place place, std::string path, std::string_view code,
                                 std::string value, std::string what, std::string fix) {
  add({.code = code,
       .path = std::move(path),
       .value = std::move(value),
       .place = place,
       .what = std::move(what),
       .fix = std::move(fix)});
}

bool PolicyReader::State::stop(std::string_view code, std::string what, std::string fix,
                               Place place) {
  add_at(place, path(), code, "", std::move(what), std::move(fix));
  phase = Phase::Stopped;
  return false;
}

bool PolicyReader::State::misuse(std::string_view what) {
  return stop("store-misuse", "the store plugin made an impossible call: " + std::string(what),
              "report it to the plugin's author", top().place);
}

// "cors.rules[2].paths" for what is open. Made only for problems: a list of a million elements
// costs nothing.
std::string PolicyReader::State::path() const {
  std::string path;
  for (std::size_t i = 1; i < frames.size() && !frames[i].is_skipped(); ++i) {
    if (frames[i - 1].is_list()) {
      path += '[' + std::to_string(frames[i - 1].count - 1) + ']';
    } else {
      if (!path.empty()) path += '.';
      path += frames[i].name;
    }
  }
  return path;
}

// The path of a field of the open item, or of the newest element of the open list.
std::string PolicyReader::State::path_of(std::string_view field) const {
  std::string whole = path();
  if (frames.back().is_list()) return whole + '[' + std::to_string(frames.back().count - 1) + ']';
  if (!whole.empty()) whole += '.';
  whole += field.substr(0, kShownKeyBytes);
  if (field.size() > kShownKeyBytes) whole += "...";
  return whole;
}

bool PolicyReader::State::is_kept(std::string_view text, std::size_t limit, std::string_view code,
                                  const std::string& path, Place place) {
  if (text.size() > limit) {
    add_at(place, path, code, shown(text),
           "it has " + std::to_string(text.size()) + " bytes; at most " + std::to_string(limit) +
               " are taken",
           "");
    return false;
  }
  if (!is_utf8(text)) {
    add_at(place, path, "text-not-utf8", shown(text), "it is not UTF-8", "");
    return false;
  }
  return true;
}

void PolicyReader::State::add_unknown(std::string_view name, const DocumentItem& item,
                                      Place place) {
  if (name.size() > kKeyLimitBytes) {
    add_at(place, path_of(name), "key-too-long", "",
           "a name of " + std::to_string(name.size()) + " bytes; at most 1,024 are read", "");
    return;
  }
  std::vector<std::string_view> known;
  for (const DocumentField& field : item.fields) {
    if (field.shape != FieldShape::FileList && field.shape != FieldShape::NotInRules) {
      known.push_back(field.name);
    }
  }
  std::string_view nearest = known_elsewhere(name, known);
  if (nearest.empty()) nearest = nearest_name(name, known);
  add_at(place, path_of(name), "field-unknown", "", std::string(item.label) + " has no such field",
         nearest.empty() ? "" : "write " + std::string(nearest));
}

void PolicyReader::State::add_missing() {
  const Frame& frame = top();
  const auto& fields = frame.item->fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].example_if_required.empty() || (frame.seen >> i & 1U) != 0) continue;
    add_at(frame.place, path_of(fields[i].name), fields[i].code_if_missing, "", "it is missing",
           "write " + std::string(fields[i].example_if_required));
  }
}

}  // namespace corsac
