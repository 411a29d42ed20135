#pragma once

// The errors of Okta's APIs: a code that is the contract, a summary for people, causes that name
// the field.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/authority/authority.hpp"

namespace corsac {

enum class ApiErrorCode : unsigned char {
  Validation,       // E0000001: fields break rules
  MalformedBody,    // E0000003: no JSON, a wrong type, no value of an enum
  NoPermission,     // E0000006: a read token that writes
  NotFound,         // E0000007: no record has this id
  UnknownPath,      // E0000008
  Internal,         // E0000009
  ReadOnly,         // E0000010: the store cannot be written
  InvalidToken,     // E0000011: missing, malformed, unknown
  NoContentType,    // E0000018
  WrongAccept,      // E0000019
  WrongType,        // E0000021: of the body
  MethodNotServed,  // E0000022
  InvalidPaging,    // E0000029: after, limit
  InvalidSearch,    // E0000031: q, filter
  SearchAndFilter,  // E0000033
  RateLimit,        // E0000047
};

struct ApiError {
  ApiErrorCode code = ApiErrorCode::Internal;
  // What the summary of a Validation or a NotFound names; escaped already.
  std::string subject = {};
  std::vector<std::string> causes = {};  // "origin: The field cannot be left blank"
  int status = 0;                        // 0 = the usual one of the code
  std::string_view allow = {};           // MethodNotServed: the methods that are; static bytes
};

// "E0000001"; static bytes.
[[nodiscard]] std::string_view to_text(ApiErrorCode code) noexcept;
[[nodiscard]] int status_of(const ApiError& error) noexcept;
// "Api validation failed: name, origin".
[[nodiscard]] std::string summary_of(const ApiError& error);

// Faults of a record: E0000003 when one of them is malformed, else E0000001; a cause for each.
[[nodiscard]] ApiError to_api_error(const std::vector<FieldFault>& faults);
// What became of a change of the record `id`.
[[nodiscard]] ApiError to_api_error(const AuthorityError& error, std::string_view id);
[[nodiscard]] ApiError no_such_record(std::string_view id);

}  // namespace corsac
