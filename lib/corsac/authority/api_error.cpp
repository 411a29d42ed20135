// Codes, statuses and texts. Spec: Okta, "Error codes and descriptions". Test:
// tests/authority/http_api_test.cpp, http_api_errors_test.cpp.

#include "corsac/authority/api_error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

struct Info {
  int status;
  std::string_view code;
  std::string_view summary;  // the subject follows
};

// In the order of ApiErrorCode.
constexpr std::array<Info, 16> kInfos = {{
    {400, "E0000001", "Api validation failed: "},
    {400, "E0000003", "The request body was not well-formed."},
    {403, "E0000006", "You do not have permission to perform the requested action"},
    {404, "E0000007", "Not found: Resource not found: "},
    {404, "E0000008", "The requested path was not found"},
    {500, "E0000009", "Internal Server Error"},
    {503, "E0000010", "Service is in read only mode"},
    {401, "E0000011", "Invalid token provided"},
    {400, "E0000018", "Bad request. Accept and/or Content-Type headers are likely not set."},
    {400, "E0000019",
     "Bad request. Accept and/or Content-Type headers do not match supported values."},
    {400, "E0000021",
     "Bad request. Accept and/or Content-Type headers likely do not match supported values."},
    {405, "E0000022", "The endpoint does not support the provided HTTP method"},
    {400, "E0000029", "Invalid paging request."},
    {400, "E0000031", "Invalid search criteria."},
    {400, "E0000033", "Bad request. Can't specify a search query and filter in the same request."},
    {429, "E0000047", "API call exceeded rate limit due to too many requests."},
}};

const Info& info_of(ApiErrorCode code) noexcept { return kInfos[static_cast<std::size_t>(code)]; }

// The fields, each once, without what stands in them: "name, scopes".
std::string fields_of(const std::vector<FieldFault>& faults) {
  std::vector<std::string> fields;
  for (const FieldFault& fault : faults) {
    std::string field = fault.field.substr(0, fault.field.find_first_of("[."));
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) {
      fields.push_back(std::move(field));
    }
  }
  std::string text;
  for (const std::string& field : fields) text += (text.empty() ? "" : ", ") + field;
  return text;
}

std::vector<std::string> store_cause(std::string_view what, const AuthorityError& error) {
  std::string cause = "store: " + std::string(what);
  if (!error.detail.empty()) cause += " (" + to_one_line(error.detail) + ")";
  return {std::move(cause)};
}

}  // namespace

std::string_view to_text(ApiErrorCode code) noexcept { return info_of(code).code; }

int status_of(const ApiError& error) noexcept {
  return error.status != 0 ? error.status : info_of(error.code).status;
}

std::string summary_of(const ApiError& error) {
  return std::string(info_of(error.code).summary) + error.subject;
}

ApiError to_api_error(const std::vector<FieldFault>& faults) {
  const bool is_malformed = std::any_of(faults.begin(), faults.end(),
                                        [](const FieldFault& fault) { return fault.is_malformed; });
  ApiError error{.code = is_malformed ? ApiErrorCode::MalformedBody : ApiErrorCode::Validation};
  if (!is_malformed) error.subject = fields_of(faults);
  for (const FieldFault& fault : faults) error.causes.push_back(fault.field + ": " + fault.what);
  return error;
}

ApiError to_api_error(const AuthorityError& error, std::string_view id) {
  switch (error.kind) {
    case AuthorityError::Kind::NotFound:
      return no_such_record(id);
    case AuthorityError::Kind::Invalid:
      return to_api_error(error.faults);
    case AuthorityError::Kind::ReadOnly:
      return {.code = ApiErrorCode::ReadOnly,
              .causes = store_cause("Nothing was written, it cannot be written", error)};
    case AuthorityError::Kind::Unread:
      return {.causes = store_cause("It could not be read; nothing was written", error),
              .status = 503};
    case AuthorityError::Kind::NotWritten:
      return {
          .causes = store_cause("Nothing was written, it cannot be written now; try again", error),
          .status = 503};
    case AuthorityError::Kind::Unreachable:
      return {.causes = store_cause("It did not answer; read before you try again, the change may "
                                    "have been kept",
                                    error),
              .status = 503};
    case AuthorityError::Kind::NotInForce:
      return {.causes = store_cause("It was kept, and is not in force here: the policy that has it "
                                    "cannot be loaded",
                                    error),
              .status = 503};
    case AuthorityError::Kind::Busy:
      return {.causes = store_cause("Nothing was written, too many changes wait; try again", error),
              .status = 503};
    case AuthorityError::Kind::Contended:
      return {
          .causes = store_cause("Nothing was written, others write all the time; try again", error),
          .status = 503};
  }
  return {};
}

ApiError no_such_record(std::string_view id) {
  return {.code = ApiErrorCode::NotFound, .subject = to_printable(id) + " (TrustedOrigin)"};
}

}  // namespace corsac
