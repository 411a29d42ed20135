// Reasons in FusionAuth's words. Entry: fusionauth_category. Spec: policy document, 5; the
// product's debug events. Test: tests/policy/fusionauth_category_test.cpp.

#include "corsac/policy/fusionauth_category.hpp"

namespace corsac {

std::string_view fusionauth_category(const Decision& decision) noexcept {
  const bool is_preflight = decision.is_preflight;
  switch (decision.reason) {
    case Reason::OriginNotAllowed:
    case Reason::OriginNull:  // well-formed there, and not in the list
      return is_preflight ? "PreFlightOriginNotAllowed" : "SimpleOriginNotAllowed";
    case Reason::MethodNotAllowed:
      return "SimpleMethodNotAllowed";
    case Reason::RequestedMethodNotAllowed:
      return "PreFlightMethodNotAllowed";
    case Reason::RequestedMethodMalformed:
      // A blank one is no preflight there; any other text is a method, known or not.
      return decision.offending.empty() ? "UnhandledCORSRequestType"
                                        : "PreFlightMethodNotRecognized";
    case Reason::RequestedHeaderNotAllowed:
    case Reason::RequestedHeadersMalformed:
    case Reason::RequestedHeadersOverBudget:
      return "PreFlightHeaderNotAllowed";
    case Reason::PreflightOnExcludedPath:
      return "PreFlightUnexpected";
    case Reason::OriginMalformed:
    case Reason::OriginRepeated:
    case Reason::ContentTypeMissing:
    case Reason::MethodUnknown:
      return "UnhandledCORSRequestType";
    default:
      return {};
  }
}

}  // namespace corsac
