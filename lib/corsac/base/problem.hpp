#pragma once

#include <string>
#include <string_view>

#include "corsac/base/place.hpp"

namespace corsac {

enum class Severity : unsigned char {
  Error,    // the document is not taken
  Warning,  // the document is taken; the operator should look
};

// One thing that is wrong with a policy, a configuration or a plugin's settings. Plain data: every
// text that a person or a program sees is made from it (policy/report.hpp), never the other way
// round.
struct Problem {
  Severity severity = Severity::Error;
  // Stable name, lower case with hyphens ("origin-trailing-slash"). Always a literal.
  std::string_view code = {};
  // The field, as "cors.rules[0].allowed_origins[1]"; empty = the document as a whole.
  std::string path = {};
  // The offending value, raw; what prints it escapes and cuts it. Empty = nothing to show. Never a
  // secret: whoever makes the Problem leaves userinfo, tokens and passwords out.
  std::string value = {};
  Place place = {};
  // What is wrong, as a clause: "an origin has no path".
  std::string what = {};
  // What to write instead, as an imperative: `write "https://app.example.com"`; may be empty.
  std::string fix = {};
};

}  // namespace corsac
