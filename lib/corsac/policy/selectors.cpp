// From the selecting fields of a document to PathSelectors. Entries: make_selectors, parse_hosts.
// Spec: policy document, 1 and 2 "Paths". Test: tests/policy/compile_test.cpp.

#include "corsac/policy/selectors.hpp"

#include <algorithm>
#include <utility>

#include "corsac/http/method.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/path_overlap.hpp"

namespace corsac {
namespace {

constexpr std::size_t kPathRegexLimit = 1000;

std::string element(const std::string& list, std::size_t index) {
  return list + '[' + std::to_string(index) + ']';
}

std::vector<Place> places_of(const Names& names) {
  std::vector<Place> places;
  places.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) places.push_back(names.place(i));
  return places;
}

class RuleSelectorMaker {
 public:
  RuleSelectorMaker(const CorsPolicy& cors, std::size_t index, ProblemList& problems)
      : cors_(cors),
        rule_(cors.rules[index]),
        field_(element("cors.rules", index)),
        problems_(problems) {
    selector_ = path_selector(rule_.paths, kFirstRule + static_cast<std::uint32_t>(index), field_);
    selector_.name = rule_.name.value_or({});
    selector_.place = rule_.place;
  }

  PathSelector run() {
    check_that_it_selects();
    take_methods();
    selector_.hosts = parse_hosts(rule_.hosts, field_ + ".hosts", problems_);
    if (!is_reachable()) {
      problems_.add({.severity = Severity::Warning,
                     .code = "rule-unreachable",
                     .path = field_ + ".paths",
                     .value = std::string(rule_.paths.values().front()),
                     .place = rule_.paths.place(),
                     .what = "no included path reaches this rule, so it is never asked",
                     .fix = "add its path to cors.included_paths, or take the rule out"});
    }
    return std::move(selector_);
  }

 private:
  void error(std::string_view code, std::string path, std::string value, Place place,
             std::string what, std::string fix) {
    problems_.add({.severity = Severity::Error,
                   .code = code,
                   .path = std::move(path),
                   .value = std::move(value),
                   .place = place,
                   .what = std::move(what),
                   .fix = std::move(fix)});
  }

  void check_that_it_selects();
  void take_methods();
  [[nodiscard]] bool is_reachable() const;

  const CorsPolicy& cors_;
  const CorsRule& rule_;
  std::string field_;
  ProblemList& problems_;
  PathSelector selector_ = {};
};

// A list that is there and empty could mean "none" or "any"; a grant must not hang on that.
void RuleSelectorMaker::check_that_it_selects() {
  const std::pair<const char*, const Names*> lists[] = {
      {".paths", &rule_.paths}, {".hosts", &rule_.hosts}, {".methods", &rule_.methods}};
  bool is_any_set = false;
  for (const auto& [name, names] : lists) {
    is_any_set = is_any_set || names->is_set();
    if (!names->is_set() || names->size() != 0) continue;
    const Place place = names->place().is_known() ? names->place() : rule_.place;
    error("rule-selects-nothing", field_ + name, {}, place, "an empty list selects nothing",
          "take the field out, or write what it selects");
  }
  if (is_any_set) return;
  error("rule-selects-nothing", field_, rule_.name.value_or({}), rule_.place,
        "a rule needs at least one of paths, hosts and methods",
        "write them, or move its fields into [cors]");
}

void RuleSelectorMaker::take_methods() {
  for (std::size_t i = 0; i < rule_.methods.size(); ++i) {
    const std::string method(rule_.methods.values()[i]);
    const std::string path = element(field_ + ".methods", i);
    if (method == "*") {
      error("method-malformed", path, method, rule_.methods.place(i),
            "a rule without methods is for every method", "take methods out");
    } else if (!is_method(method)) {
      error("method-malformed", path, method, rule_.methods.place(i),
            "a method is one token of 1 to 32 bytes, without blanks", "write it as in \"PUT\"");
    } else if (is_forbidden_method(method)) {
      error("method-forbidden", path, method, rule_.methods.place(i),
            "no page can send CONNECT, TRACE or TRACK", "take it out");
    } else {
      selector_.methods.push_back(normalize_method(method));
    }
  }
}

// Patterns that are none are errors of the path table's, and reach anything here.
bool RuleSelectorMaker::is_reachable() const {
  if (cors_.included_paths.size() == 0 || rule_.paths.size() == 0) return true;
  const auto& included = cors_.included_paths.values();
  const auto& paths = rule_.paths.values();
  return std::any_of(paths.begin(), paths.end(), [&](std::string_view path) {
    const auto pattern = parse_path_pattern(path);
    return std::any_of(included.begin(), included.end(), [&](std::string_view other) {
      const auto other_pattern = parse_path_pattern(other);
      return !pattern || !other_pattern || do_paths_overlap(*pattern, *other_pattern);
    });
  });
}

}  // namespace

PathSelector path_selector(const Names& paths, std::uint32_t rule, std::string field) {
  PathSelector selector;
  selector.paths = paths.values().to_strings();
  selector.path_places = places_of(paths);
  selector.rule = rule;
  selector.field = std::move(field);
  selector.place = paths.place();
  return selector;
}

Selectors make_selectors(const CorsPolicy& cors, std::uint32_t included_rule,
                         ProblemList& problems) {
  Selectors selectors;
  const Names excluded = excluded_paths_of(cors);
  if (excluded.size() != 0) {
    selectors.rules.push_back(path_selector(excluded, kExcludedRule, "cors.excluded_paths"));
  }
  for (std::size_t i = 0; i < cors.rules.size(); ++i) {
    selectors.rules.push_back(RuleSelectorMaker(cors, i, problems).run());
  }
  if (!cors.included_paths.is_set()) return selectors;
  if (cors.included_paths.size() == 0) {
    problems.add({.severity = Severity::Error,
                  .code = "rule-selects-nothing",
                  .path = "cors.included_paths",
                  .place = cors.included_paths.place(),
                  .what = "an empty list includes no path at all",
                  .fix = "take it out, or set cors.enabled = false"});
    return selectors;
  }
  selectors.included.push_back(
      path_selector(cors.included_paths, included_rule, "cors.included_paths"));
  return selectors;
}

void check_path_selectors(const CorsPolicy& cors, const ApplicationFacts& application,
                          ProblemList& problems) {
  const std::pair<const char*, const Names*> lists[] = {
      {"cors.excluded_paths", &cors.excluded_paths},
      {"cors.included_paths", &cors.included_paths},
      {"cors.excluded_path_regexes", &cors.excluded_path_regexes},
      {"cors.included_path_regexes", &cors.included_path_regexes}};
  std::string first = application.has_applies_to ? "the predicate applies_to" : "";
  for (const auto& [field, names] : lists) {
    if (names->size() == 0) continue;
    if (first.empty()) {
      first = field;
      continue;
    }
    problems.add({.severity = Severity::Error,
                  .code = "path-selectors-exclusive",
                  .path = field,
                  .place = names->place(),
                  .what = "it and " + first + " exclude each other",
                  .fix = "keep one of them"});
  }
}

std::shared_ptr<const RegexSet> path_regexes(const Names& patterns, const std::string& field,
                                             ProblemList& problems) {
  if (!patterns.is_set()) return nullptr;
  const auto error = [&](std::string_view code, std::string path, std::string value, Place place,
                         std::string what, std::string fix) {
    problems.add({.severity = Severity::Error,
                  .code = code,
                  .path = std::move(path),
                  .value = std::move(value),
                  .place = place,
                  .what = std::move(what),
                  .fix = std::move(fix)});
  };
  if (patterns.size() == 0) {
    error("rule-selects-nothing", field, {}, patterns.place(), "an empty list selects nothing",
          "take the field out, or write what it selects");
    return nullptr;
  }
  if (patterns.size() > kPathRegexLimit) {
    error("regex-too-many", field, std::to_string(patterns.size()), patterns.place(),
          "a list has at most 1,000 regexes", "use paths, which are found faster");
    return nullptr;
  }
  auto set = RegexSet::build(patterns.values().to_strings());
  if (set) return std::move(*set);
  for (RegexError& found : set.error()) {
    error("regex-malformed", element(field, found.index),
          std::string(patterns.values()[found.index]), patterns.place(found.index),
          std::move(found.what), "mend the pattern");
  }
  return nullptr;
}

std::vector<HostPattern> parse_hosts(const Names& hosts, const std::string& field,
                                     ProblemList& problems) {
  std::vector<HostPattern> patterns;
  patterns.reserve(hosts.size());
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto pattern = parse_host_pattern(hosts.values()[i]);
    if (pattern) {
      patterns.push_back(std::move(*pattern));
      continue;
    }
    OriginPatternError& error = pattern.error();
    problems.add({.severity = Severity::Error,
                  .code = error.code,
                  .path = element(field, i),
                  .value = error.may_show_value ? std::string(hosts.values()[i]) : std::string(),
                  .place = hosts.place(i),
                  .what = std::move(error.what),
                  .fix = std::move(error.fix)});
  }
  return patterns;
}

}  // namespace corsac
