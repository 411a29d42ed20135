#pragma once

// The bodies of the Trusted Origins API. Its .cpp is the one place that makes and reads them.

#include <string>
#include <string_view>
#include <vector>

#include "corsac/authority/api_error.hpp"
#include "corsac/authority/record.hpp"
#include "corsac/base/result.hpp"

namespace corsac {

// Where the records stand below the server's address.
inline constexpr std::string_view kTrustedOriginsPath = "/api/v1/trustedOrigins";
// A record with all that Okta's clients send back is 3 KiB.
inline constexpr std::size_t kRecordBodyLimitBytes = 65'536;
// A record needs 4 levels, with its links.
inline constexpr std::size_t kRecordBodyLimitDepth = 16;

// The writable fields of a record's JSON. Fields of another name are left out: clients send back
// what they read, and Okta adds fields. A wrong type or enum value is one of `faults`. The error
// side: why it is no JSON object at all, for a cause ("body: ..."); shows none of its bytes.
[[nodiscard]] Result<RecordInput, std::string> read_record(std::string_view body);

// In Okta's order of keys. `base_url` has no slash at its end: "https://admin.example.com".
[[nodiscard]] std::string to_json(const TrustedOrigin& record, std::string_view base_url);
[[nodiscard]] std::string to_json(const std::vector<RecordPtr>& records, std::string_view base_url);
[[nodiscard]] std::string to_json(const ApiError& error, std::string_view error_id);

}  // namespace corsac
