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
};

// Ends a check at its first broken expectation, from any depth: a check reads as the calls that it
// makes. Thrown by the checks and what they use, caught in run_check() alone, so it never reaches
// the plugin or the command.
struct CheckEnd {
  Outcome outcome;
};

[[noreturn]] inline void fail_check(std::string what, std::string fix) {
  throw CheckEnd{{Kind::Failed, std::move(what), std::move(fix)}};
}

[[noreturn]] inline void skip_check(std::string why) {
  throw CheckEnd{{Kind::Skipped, std::move(why), {}}};
}

}  // namespace corsac::conformance
