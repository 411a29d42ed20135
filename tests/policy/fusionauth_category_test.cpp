#include "corsac/policy/fusionauth_category.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace corsac {
namespace {

struct Row {
  const char* desc;
  Reason reason;
  bool is_preflight;
  const char* offending;
  const char* category;
};

const Row kRows[] = {
    {"M91: simple origin", Reason::OriginNotAllowed, false, "https://evil.example",
     "SimpleOriginNotAllowed"},
    {"M91: null", Reason::OriginNull, false, "null", "SimpleOriginNotAllowed"},
    {"M91: simple method", Reason::MethodNotAllowed, false, "DELETE", "SimpleMethodNotAllowed"},
    {"M91: preflight origin", Reason::OriginNotAllowed, true, "https://evil.example",
     "PreFlightOriginNotAllowed"},
    {"M91: preflight method", Reason::RequestedMethodNotAllowed, true, "DELETE",
     "PreFlightMethodNotAllowed"},
    {"M91: preflight method not recognised", Reason::RequestedMethodMalformed, true, "a b",
     "PreFlightMethodNotRecognized"},
    {"M91: a blank method", Reason::RequestedMethodMalformed, true, "", "UnhandledCORSRequestType"},
    {"M91: preflight header", Reason::RequestedHeaderNotAllowed, true, "x-z",
     "PreFlightHeaderNotAllowed"},
    {"a header that is none", Reason::RequestedHeadersMalformed, true, "x z",
     "PreFlightHeaderNotAllowed"},
    {"too many headers", Reason::RequestedHeadersOverBudget, true, "", "PreFlightHeaderNotAllowed"},
    {"M91: preflight on an excluded path", Reason::PreflightOnExcludedPath, true, "/admin",
     "PreFlightUnexpected"},
    {"M91: malformed", Reason::OriginMalformed, false, "x", "UnhandledCORSRequestType"},
    {"malformed, a preflight", Reason::OriginMalformed, true, "x", "UnhandledCORSRequestType"},
    {"two Origin lines", Reason::OriginRepeated, false, "x", "UnhandledCORSRequestType"},
    {"a POST without Content-Type", Reason::ContentTypeMissing, false, "",
     "UnhandledCORSRequestType"},
    {"an unknown method", Reason::MethodUnknown, false, "PURGE", "UnhandledCORSRequestType"},
    {"what that product does not have", Reason::HostNotAllowed, false, "evil.example", ""},
    {"nothing", Reason::None, false, "", ""},
};

TEST(FusionAuthCategory, NamesARefusalAsTheProductDoes) {
  for (const Row& row : kRows) {
    Decision decision;
    decision.reason = row.reason;
    decision.is_preflight = row.is_preflight;
    decision.offending = row.offending;
    EXPECT_EQ(fusionauth_category(decision), row.category) << row.desc;
  }
}

TEST(FusionAuthCategory, HasEightNames) {
  std::set<std::string> names;
  for (const Row& row : kRows) names.insert(row.category);
  names.erase("");
  EXPECT_EQ(names.size(), 8U);
}

}  // namespace
}  // namespace corsac
