// Sets of RE2 regexes. Entry: RegexSet. Spec: policy document, 2. Test:
// tests/origin/regex_set_test.cpp.

#include "corsac/origin/regex_set.hpp"

#ifdef CORSAC_HAS_RE2
#include <re2/re2.h>
#include <re2/set.h>
#endif

namespace corsac {

#ifdef CORSAC_HAS_RE2

namespace {

// What one set may take while it matches; beyond it the answer is Unknown.
constexpr std::int64_t kMemoryLimitBytes = std::int64_t{16} * 1024 * 1024;

RE2::Options options() {
  RE2::Options made;
  made.set_encoding(RE2::Options::EncodingLatin1);  // `.` is any byte
  made.set_log_errors(false);
  made.set_max_mem(kMemoryLimitBytes);
  made.set_dot_nl(true);
  return made;
}

}  // namespace

struct RegexSet::State {
  RE2::Set set{options(), RE2::ANCHOR_BOTH};
};

bool RegexSet::is_available() noexcept { return true; }

Result<std::shared_ptr<const RegexSet>, std::vector<RegexError>> RegexSet::build(
    std::span<const std::string> patterns) {
  auto state = std::make_unique<State>();
  std::vector<RegexError> errors;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (has_unread_escape(patterns[i])) {
      errors.push_back({i, R"(\Q, \E and \C are not taken: escape each character, as in \.)"});
      continue;
    }
    std::string what;
    if (state->set.Add(patterns[i], &what) < 0) errors.push_back({i, std::move(what)});
  }
  if (errors.empty() && !state->set.Compile()) {
    errors.push_back({0, "the patterns together are too large"});
  }
  if (!errors.empty()) return fail(std::move(errors));
  return std::shared_ptr<const RegexSet>(new RegexSet(std::move(state)));
}

RegexSet::Match RegexSet::match(std::string_view text) const noexcept {
  try {
    RE2::Set::ErrorInfo info{};
    if (state_->set.Match(re2::StringPiece(text.data(), text.size()), nullptr, &info)) {
      return Match::Yes;
    }
    return info.kind == RE2::Set::kNoError ? Match::No : Match::Unknown;
  } catch (...) {
    return Match::Unknown;
  }
}

#else

struct RegexSet::State {};

bool RegexSet::is_available() noexcept { return false; }

Result<std::shared_ptr<const RegexSet>, std::vector<RegexError>> RegexSet::build(
    std::span<const std::string> patterns) {
  std::vector<RegexError> errors;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    errors.push_back({i, "this build knows no regexes (Meson feature `regex`, RE2)"});
  }
  return fail(std::move(errors));
}

RegexSet::Match RegexSet::match(std::string_view /*text*/) const noexcept { return Match::Unknown; }

#endif

RegexSet::RegexSet(std::unique_ptr<const State> state) noexcept : state_(std::move(state)) {}

RegexSet::~RegexSet() = default;

}  // namespace corsac
