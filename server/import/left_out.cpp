// What of an imported policy is no policy. Entry: leave_out_what_does_not_compile. Test:
// tests/import/import_test.py.
//
// The compiler is the one that knows, so that no importer has rules of its own about origins. An
// excluded path that is wrong is no candidate: without it more would be granted.

#include "left_out.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <corsac/policy/compile.hpp>

namespace corsac::server {
namespace {

constexpr std::int64_t kLongestMaxAge = 86400;
// The compiler tells a part of the problems of a long list at once, so that there are rounds. A
// source that needs more of them is not what it was said to be.
constexpr int kRoundLimit = 20;

// "cors.rules[3].allowed_origins[1]" in its parts.
struct Element {
  std::optional<std::size_t> rule = {};
  std::string_view field = {};
  std::optional<std::size_t> index = {};
};

// The number of "[12]" at the end of `text`, which loses it.
std::optional<std::size_t> take_index(std::string_view& text) {
  if (!text.ends_with(']')) return std::nullopt;
  const std::size_t open = text.rfind('[');
  if (open == std::string_view::npos) return std::nullopt;
  std::size_t index = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data() + open + 1, end, index);
  if (error != std::errc{} || stop != end) return std::nullopt;
  text = text.substr(0, open);
  return index;
}

std::optional<Element> parse_path(std::string_view path) {
  if (!path.starts_with("cors.")) return std::nullopt;
  Element element;
  element.index = take_index(path);
  const std::size_t dot = path.rfind('.');
  element.field = path.substr(dot + 1);
  std::string_view owner = path.substr(0, dot);
  if (owner == "cors") return element;
  element.rule = take_index(owner);
  return element.rule && owner == "cors.rules" ? std::optional(element) : std::nullopt;
}

template <class Section>
Names* grant_list(Section& section, std::string_view field) {
  if (field == "allowed_origins") return &section.allowed_origins;
  if (field == "allowed_origin_regexes") return &section.allowed_origin_regexes;
  if (field == "allowed_methods") return &section.allowed_methods;
  if (field == "allowed_headers") return &section.allowed_headers;
  if (field == "exposed_headers") return &section.exposed_headers;
  return nullptr;
}

void erase(Names& names, const std::set<std::size_t>& indices) {
  Names kept;
  kept.set_empty(names.place());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!indices.contains(i)) kept.add(names.values()[i], names.place(i));
  }
  names = std::move(kept);
}

class Round {
 public:
  // `is_whole`: nothing of the source is missing in the policy.
  Round(Imported& imported, bool is_whole)
      : imported_(imported), cors_(imported.policy.cors), is_whole_(is_whole) {}

  // True when something was taken out.
  bool run(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) {
      if (problem.severity == Severity::Error) take(problem);
    }
    for (auto& [names, indices] : erased_) erase(*names, indices);
    return has_changed_;
  }

 private:
  void take(const Problem& problem) {
    if (problem.path.starts_with("csrf.cookie")) return take_cookie(problem);
    const auto element = parse_path(problem.path);
    if (!element || (element->rule && *element->rule >= cors_.rules.size())) return;
    if (element->rule) return take_of(cors_.rules[*element->rule], *element, problem);
    take_of(cors_, *element, problem);
  }

  template <class Section>
  void take_of(Section& section, const Element& element, const Problem& problem) {
    if (problem.code == "null-credentials") return take_null(section, element);
    if (problem.code == "max-age-range") return take_max_age(section, problem);
    if (is_of_cloudflare(problem)) return take_all(section, problem);
    Names* names = grant_list(section, element.field);
    if (names == nullptr || !element.index || *element.index >= names->size()) return;
    // One reason is enough; a second one may be about what is no more.
    if (erased_[names].insert(*element.index).second) tell(problem, "left out: ");
  }

  // Of a cookie that is wrong in one part no part is of use.
  void take_cookie(const Problem& problem) {
    imported_.policy.csrf.cookie = {};
    tell(problem, "the cookie is left out: ");
  }

  // What is below the range is no longer than 0.
  template <class Section>
  void take_max_age(Section& section, const Problem& problem) {
    const bool is_long = section.max_age_seconds.value_or(0) > 0;
    section.max_age_seconds = {is_long ? kLongestMaxAge : 0, section.max_age_seconds.place()};
    tell(problem, is_long ? "the policy says 86400: " : "the policy says 0: ");
  }

  // Cloudflare takes no settings without origins or methods. What is left of them may have lost its
  // origins here; then nothing else is said either.
  static bool is_of_cloudflare(const Problem& problem) {
    return problem.code == "cloudflare-origins-missing" ||
           problem.code == "cloudflare-methods-missing";
  }
  template <class Section>
  void take_all(Section& section, Problem problem) {
    if (section.preflight.is_set()) return;  // for another one of these problems
    if (!problem.place.is_known()) problem.place = section.allowed_origins.place();
    if (!problem.place.is_known()) problem.place = section.allowed_methods.place();
    for (Names* names :
         {&section.allowed_origins, &section.allowed_origin_regexes, &section.allowed_methods,
          &section.allowed_headers, &section.exposed_headers}) {
      *names = {};
      erased_.erase(names);
    }
    section.allow_credentials = {};
    section.max_age_seconds = {};
    section.preflight = {std::string("reject"), problem.place};
    has_changed_ = true;
    // What misses may be what was not understood, and was told.
    if (is_whole_) tell(std::move(problem), "its settings are left out, and preflights rejected: ");
  }

  // The problem is that of the switch; what is left out is the origin.
  template <class Section>
  void take_null(Section& section, const Element& element) {
    const Names& origins = section.allowed_origins;
    const std::string owner =
        element.rule ? "cors.rules[" + std::to_string(*element.rule) + "]" : "cors";
    for (std::size_t i = 0; i < origins.size(); ++i) {
      if (origins.values()[i] != "null") continue;
      erased_[&section.allowed_origins].insert(i);
      tell_null(owner + ".allowed_origins[" + std::to_string(i) + "]", origins.place(i));
    }
    if (section.allow_null_origin.value_or(false)) {
      tell_null(owner + ".allow_null_origin", section.allow_null_origin.place());
    }
    section.allow_null_origin = {};
  }

  void tell_null(std::string path, Place place) {
    tell(
        {.code = "null-credentials",
         .path = std::move(path),
         .value = "null",
         .place = place,
         .what = "any page may have the origin null, that of a sandbox or of a file, and here with "
                 "cookies",
         .fix = "give those pages an origin of their own"},
        "left out: ");
  }

  void tell(Problem problem, std::string_view begin) {
    problem.severity = Severity::Warning;
    problem.what.insert(0, begin);
    imported_.problems.push_back(std::move(problem));
    has_changed_ = true;
  }

  Imported& imported_;
  CorsPolicy& cors_;
  const bool is_whole_;
  std::map<Names*, std::set<std::size_t>> erased_ = {};
  bool has_changed_ = false;
};

}  // namespace

void leave_out_what_does_not_compile(Imported& imported) {
  const bool is_whole = !has_error(imported.problems);
  for (int round = 0; round < kRoundLimit; ++round) {
    const auto compiled =
        compile_policy(imported.policy, {.now = std::chrono::system_clock::now()});
    const std::vector<Problem>& problems =
        compiled ? compiled->warnings.problems() : compiled.error().problems();
    if (!compiled && Round(imported, is_whole).run(problems)) continue;
    for (const Problem& problem : problems) {
      const bool is_told =
          problem.severity == Severity::Error || problem.code == "record-not-granted";
      if (is_told) imported.problems.push_back(problem);
    }
    return;
  }
  imported.refuse("too-many-problems", "", {}, "thousands of its values are no policy",
                  "see whether it is the file that was meant");
}

}  // namespace corsac::server
