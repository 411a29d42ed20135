#pragma once

// FusionAuth's systemConfiguration, its CORS part: [cors] of a policy with profile = "fusionauth"
// under that product's names and in its shape.

#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/problem.hpp"
#include "corsac/base/result.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy_api/api_failure.hpp"
#include "corsac/policy_api/document_parts.hpp"
#include "corsac/policy_api/policy_editor.hpp"

namespace corsac {

// Of problems with a document whose [cors] this form cannot say.
inline constexpr std::string_view kOtherFormCode = "system-configuration-other";

// {"systemConfiguration": {"corsConfiguration": {...}}} with all eight fields: what the document
// does not say as its default. A document without [cors] is one that is not enabled. The error
// side: kOtherFormCode for each field of [cors] that this form cannot say, for another profile, and
// for origins that stand beside the document: they are granted, and the form would hide them.
[[nodiscard]] Result<std::string, std::vector<Problem>> to_system_configuration(
    const Policy& document, const BesideDocument& beside);

enum class ConfigurationChange : unsigned char {
  Replace,  // PUT: what is absent, or null, gets its default
  // PATCH: what is absent stays, null gets its default. Lists are replaced (RFC 7396): appending,
  // as FusionAuth does under application/json, could take no origin away.
  Merge,
};
// The document with what `body` says as its [cors]; all else of it stays. The problems: those of
// check_json_body, field-missing and field-type of the two objects, field-unknown of whatever is
// not CORS, and those of to_system_configuration. Beside field-unknown alone stands the document
// that the rest makes.
[[nodiscard]] DocumentDraft changed_by_system_configuration(const Policy& document,
                                                            const BesideDocument& beside,
                                                            std::string_view body,
                                                            ConfigurationChange change);

// {"fieldErrors": {FIELD: [{"code": "[CODE]FIELD", "message": TEXT}]}, "generalErrors": [...]}.
// What is wrong with [cors] stands under the names of the form, without indices.
[[nodiscard]] std::string system_configuration_failure_json(const ApiFailure& failure);

}  // namespace corsac
