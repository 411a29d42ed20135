// Entry: add_meaning_tests. Test: tests/import/import_test.py.

#include "meaning_tests.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/base/ascii.hpp>
#include <corsac/origin/regex_set.hpp>
#include <corsac/policy/reader.hpp>
#include <corsac/stage/cors/profile.hpp>
#include <corsac/stage/record_origin.hpp>

namespace corsac::server {
namespace {

using Expect = PolicyTest::Expect;
using Request = PolicyTest::Request;

constexpr std::string_view kStranger = "https://not-listed.invalid";
constexpr std::string_view kStrangeHeader = "x-not-listed";

// What a system does whatever the lists say.
struct Habits {
  bool is_enabled = true;
  bool checks_requested = true;
  bool has_exact_methods = false;
  bool grants_preflights_only = false;
};

Habits habits_of(const CorsPolicy& cors, const Profile& profile) {
  const CorsBehaviour& behaviour = profile.behaviour;
  return {.is_enabled = cors.enabled.value_or(profile.is_enabled),
          .checks_requested = behaviour.checks_requested,
          .has_exact_methods = cors.knobs.methods_are_exact.value_or(behaviour.has_exact_methods),
          .grants_preflights_only = behaviour.actual_answers == ActualAnswers::Leave};
}

bool has_any(const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), "*") != names.end();
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](const std::string& other) {
    return equals_ignoring_case(other, name);
  });
}

// An origin that this entry of the list takes; nothing when only browsers of one kind send it.
std::optional<std::string> sample_origin(const std::string& entry) {
  if (entry == "null" || entry.starts_with("file://")) return std::nullopt;
  if (entry == "*") return "https://any.example";
  std::string origin = entry;
  if (origin.ends_with(":*")) origin.resize(origin.size() - 2);
  if (const std::size_t ports = origin.find(":[");
      ports != std::string::npos && origin.ends_with(']')) {
    const std::size_t end = origin.find_first_not_of("0123456789", ports + 2);
    origin = origin.substr(0, ports + 1) + origin.substr(ports + 2, end - ports - 2);
  }
  std::replace(origin.begin(), origin.end(), '*', 'a');
  return origin;
}

std::optional<std::string> sample_origin(const Names& origins) {
  for (const std::string_view entry : origins.values()) {
    if (auto sample = sample_origin(std::string(entry))) return sample;
  }
  return std::nullopt;
}

// A path that the pattern takes.
std::string sample_path(std::string path) {
  if (path.ends_with('$') || (path.ends_with('*') && !path.ends_with("/*"))) path.pop_back();
  for (std::size_t star = path.find("/*"); star != std::string::npos; star = path.find("/*")) {
    path[star + 1] = 'x';
  }
  return path;
}

// A path that the regex takes: its plain begin, or a bit more; nothing when that is no such path.
std::optional<std::string> sample_of_path_regex(const std::string& regex) {
  const std::array<std::string, 1> patterns = {regex};
  const auto set = RegexSet::build(patterns);
  if (!set) return std::nullopt;
  const std::size_t begin = regex.find('/');
  if (begin == std::string::npos) return std::nullopt;
  const std::string plain =
      regex.substr(begin, regex.find_first_of(".*+?()[]{}|^$\\", begin) - begin);
  for (const std::string& path :
       {plain, plain + "x", plain + "1", plain + "/x", std::string("/")}) {
    if ((*set)->match(path) == RegexSet::Match::Yes) return path;
  }
  return std::nullopt;
}

std::optional<std::string> path_of(const CorsPolicy& cors) {
  if (cors.included_paths.size() != 0) {
    return sample_path(std::string(cors.included_paths.values().front()));
  }
  if (cors.included_path_regexes.size() != 0) {
    return sample_of_path_regex(std::string(cors.included_path_regexes.values().front()));
  }
  return "/";
}

bool takes_stranger(const Names& regexes) {
  if (regexes.size() == 0) return false;
  const auto set = RegexSet::build(regexes.values().to_strings());
  return set && (*set)->match(kStranger) != RegexSet::Match::No;
}

// Of [cors] or one rule. `begin`: how the names of the tests begin.
template <class Section>
class SectionTests {
 public:
  SectionTests(const Section& section, const Profile& profile, const Habits& habits,
               PolicyTest model, std::string begin)
      : section_(section),
        habits_(habits_in(section, habits)),
        model_(std::move(model)),
        begin_(std::move(begin)),
        methods_(listed(section.allowed_methods, profile.allowed_methods)),
        headers_(listed(section.allowed_headers, profile.allowed_headers)) {}

  std::vector<PolicyTest> make() {
    const auto origin = sample_origin(section_.allowed_origins);
    if (section_.preflight.value_or("") == "pass_through") {
      add("a preflight is left to the application", std::string(kStranger), Expect::Deny).request =
          Request::Preflight;
      return std::move(tests_);
    }
    if (section_.preflight.value_or("") == "reject") {
      add("a preflight, which is rejected", origin.value_or(std::string(kStranger)), Expect::Deny)
          .request = Request::Preflight;
      return std::move(tests_);
    }
    if (origin) add_tests_of(*origin);
    if (!has_any(section_.allowed_origins.values().to_strings()) &&
        !takes_stranger(section_.allowed_origin_regexes)) {
      add("an origin that is not listed", std::string(kStranger), Expect::Deny);
    }
    return std::move(tests_);
  }

 private:
  static Habits habits_in(const Section& section, Habits habits) {
    if (section.knobs.actual_answers.value_or("") == "leave") habits.grants_preflights_only = true;
    return habits;
  }
  static std::vector<std::string> listed(const Names& names,
                                         std::span<const std::string_view> otherwise) {
    if (names.is_set()) return names.values().to_strings();
    return {otherwise.begin(), otherwise.end()};
  }

  PolicyTest& add(const std::string& name, std::string origin, Expect expect) {
    PolicyTest test = model_;
    test.name = (begin_ + name).substr(0, kNameLimitBytes);
    test.origin = std::move(origin);
    test.expect = expect;
    test.method = usual_method();
    if (habits_.grants_preflights_only || test.method != "GET") test.request = Request::Preflight;
    tests_.push_back(std::move(test));
    return tests_.back();
  }

  // Of a preflight for one of the usual methods that GET, HEAD and POST are to Fetch.
  [[nodiscard]] std::string usual_method() const {
    const bool takes_get =
        !habits_.has_exact_methods || has_any(methods_) || has(methods_, "GET") || methods_.empty();
    return takes_get ? "GET" : methods_.front();
  }

  void add_tests_of(const std::string& origin) {
    const bool is_off = !habits_.is_enabled;
    const bool has_no_method = habits_.has_exact_methods && methods_.empty();
    if (is_off || has_no_method) {
      add(is_off ? "an origin that is listed, while CORS is off"
                 : "an origin that is listed, without any method",
          origin, Expect::Deny)
          .request = Request::Preflight;
      return;
    }
    add("an origin that is listed", origin, Expect::Allow);
    add_method_tests(origin);
    add_header_tests(origin);
  }

  void add_method_tests(const std::string& origin) {
    for (const std::string& method : methods_) {
      const bool is_usual = has({"GET", "HEAD", "POST", "OPTIONS", "*"}, method);
      if (is_usual || has({"CONNECT", "TRACE"}, method)) continue;
      PolicyTest& test = add("a method that is listed", origin, Expect::Allow);
      test.method = method;
      test.request = Request::Preflight;
      break;
    }
    if (!habits_.checks_requested || has_any(methods_)) return;
    for (const std::string_view method : {"DELETE", "PATCH", "PUT"}) {
      if (has(methods_, method)) continue;
      PolicyTest& test = add("a method that is not listed", origin, Expect::Deny);
      test.method = method;
      test.request = Request::Preflight;
      test.reason = "requested_method_not_allowed";
      return;
    }
  }

  void add_header_tests(const std::string& origin) {
    for (const std::string& header : headers_) {
      if (header == "*") continue;
      PolicyTest& test = add("a header that is listed", origin, Expect::Allow);
      test.headers = {header};
      test.request = Request::Preflight;
      break;
    }
    if (!habits_.checks_requested || has_any(headers_)) return;
    PolicyTest& test = add("a header that is not listed", origin, Expect::Deny);
    test.headers = {std::string(kStrangeHeader)};
    test.request = Request::Preflight;
    test.reason = "requested_header_not_allowed";
  }

  const Section& section_;
  Habits habits_;
  PolicyTest model_;
  std::string begin_;
  std::vector<std::string> methods_;
  std::vector<std::string> headers_;
  std::vector<PolicyTest> tests_ = {};
};

// A host that the pattern takes.
std::string sample_host(const std::string& pattern) {
  return pattern.starts_with("*.") ? "a" + pattern.substr(1) : pattern;
}

void append(std::vector<PolicyTest> tests, Policy& policy) {
  for (PolicyTest& test : tests) {
    if (policy.tests.size() < kTestLimit) policy.tests.push_back(std::move(test));
  }
}

// A record whose origin cannot be granted is kept, and grants nothing.
std::optional<std::string> grantable_origin(const TrustedOrigin& record) {
  const bool is_for_cors =
      std::any_of(record.scopes.begin(), record.scopes.end(),
                  [](const auto& scope) { return scope.type == TrustedOrigin::ScopeType::Cors; });
  const auto pattern = read_record(record.origin, {.is_secure = true});
  return is_for_cors && pattern ? std::optional(pattern->text) : std::nullopt;
}

void add_record_tests(Policy& policy) {
  std::vector<std::string> active;
  std::vector<std::string> inactive;
  for (const TrustedOrigin& record : policy.trusted_origins) {
    const auto origin = grantable_origin(record);
    if (!origin) continue;
    const bool is_active = record.status == TrustedOrigin::Status::Active;
    (is_active ? active : inactive).push_back(*origin);
  }
  if (!active.empty()) {
    policy.tests.push_back({.name = "the origin of an active record", .origin = active.front()});
  }
  std::sort(active.begin(), active.end());
  const auto was = std::find_if(inactive.begin(), inactive.end(), [&](const std::string& origin) {
    return !std::binary_search(active.begin(), active.end(), origin);
  });
  if (was != inactive.end()) {
    policy.tests.push_back({.name = "the origin of a record that is not active",
                            .origin = *was,
                            .expect = Expect::Deny});
  }
  policy.tests.push_back({.name = "an origin without a record",
                          .origin = std::string(kStranger),
                          .expect = Expect::Deny});
}

}  // namespace

void add_meaning_tests(Policy& policy) {
  const CorsPolicy& cors = policy.cors;
  const Profile* named = cors.profile.is_set() ? find_profile(cors.profile.value()) : nullptr;
  const Profile& profile = named != nullptr ? *named : corsac::profile(ProfileName::Fetch);
  const Habits habits = habits_of(cors, profile);
  if (!policy.trusted_origins.empty()) return add_record_tests(policy);
  const auto path = path_of(cors);
  if (!path) return;  // no request is known that the source speaks of
  if (cors.rules.empty()) {
    append(SectionTests<CorsPolicy>(cors, profile, habits, {.path = *path}, "").make(), policy);
  }
  for (const CorsRule& rule : cors.rules) {
    PolicyTest model;
    model.path =
        rule.paths.size() != 0 ? sample_path(std::string(rule.paths.values().front())) : *path;
    if (rule.hosts.size() != 0) model.host = sample_host(std::string(rule.hosts.values().front()));
    append(
        SectionTests<CorsRule>(rule, profile, habits, model, rule.name.value_or("") + ": ").make(),
        policy);
  }
}

}  // namespace corsac::server
