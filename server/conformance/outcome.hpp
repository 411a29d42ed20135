#pragma once

#include <string>
#include <utility>

namespace corsac::conformance {

enum class Kind : unsigned char { Ok, Failed, Skipped };

// How one check ended. Plain data; texts are one line each, escaped, and hold no secret.
struct Outcome {
  Kind kind = Kind::Ok;
  std::string what = {};  // ok: what was seen; failed: what is wrong; skipped: why
  std::string fix = {};   // failed only: what the plugin should do instead
  // Failed only: where plugins/README.md says more, a heading or the bold words of a paragraph;
  // empty = where the check says.
  std::string section = {};
};

// The section for what is wrong with the options of store-test and not with the plugin.
inline constexpr const char* kHowToTest = "Try it: corsac store-test";

// Ends a check at its first broken expectation, from any depth: a check reads as the calls that it
// makes. Thrown by the checks and what they use, caught in run_check() alone, so it never reaches
// the plugin or the command.
struct CheckEnd {
  Outcome outcome;
};

[[noreturn]] inline void fail_check(std::string what, std::string fix, std::string section = {}) {
  throw CheckEnd{{Kind::Failed, std::move(what), std::move(fix), std::move(section)}};
}

[[noreturn]] inline void skip_check(std::string why) {
  throw CheckEnd{{Kind::Skipped, std::move(why)}};
}

}  // namespace corsac::conformance
