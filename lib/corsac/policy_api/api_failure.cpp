// What /api/policy says besides documents. Entries: failure_of, failure_json, written_json. Spec:
// README, "Changing the policy over HTTP"; RFC 9110, 15. Test:
// tests/policy_api/policy_api_test.cpp.

#include "corsac/policy_api/api_failure.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

using Json = nlohmann::ordered_json;

// Of what may be over soon; a revision that went back is taken after five seconds.
constexpr unsigned kRetryAfterSeconds = 5;
using Status = EditResult::Status;

struct FailureText {
  Status status;
  int http;
  std::string_view code;
  std::string_view message;
};
constexpr FailureText kTexts[] = {
    {Status::NotInForce, 503, "not_in_force",
     "it was written, and is not in force on this server: the problems say why"},
    {Status::Malformed, 400, "body_malformed", "nothing was written: the body is not understood"},
    {Status::Invalid, 422, "policy_invalid",
     "nothing was written: with this policy no server would go on"},
    {Status::OutOfDate, 412, "out_of_date",
     "nothing was written: the store is in another revision; get the document again, and bring "
     "your change into it"},
    {Status::Unusable, 409, "document_unusable",
     "the store holds something that cannot be read as a policy; replace it whole by PUT with "
     "If-Match: *"},
    {Status::Missing, 404, "document_missing",
     "the store holds no document: never written, flushed, or another key or database; write one "
     "by PUT with If-Match: *"},
    {Status::NotWritable, 405, "store_not_writable",
     "documents of this store plugin cannot be written; change what it reads (a file is in force "
     "when it is saved), or keep the policy in a store that can be written (redis; corsac push "
     "brings it there)"},
    {Status::Refused, 409, "store_refused", "nothing was written: the store does not allow it"},
    {Status::NotReached, 503, "store_unreachable",
     "nothing was read or written: the store is not to be had"},
    {Status::Failed, 503, "store_failed",
     "no answer of the store says that it was written; get the document to know"},
};

enum class About : unsigned char { Document, Store };

About about(Status status) noexcept {
  switch (status) {
    case Status::Refused:
    case Status::NotReached:
    case Status::Failed:
      return About::Store;
    default:
      return About::Document;
  }
}

Json problem_json(const Problem& problem, const std::vector<std::string>& sources, About subject) {
  Json json = Json::parse(Report({problem}, sources).json()).front();
  const bool is_of_document =
      subject == About::Document && problem.place.source == 0 && !problem.path.empty();
  if (is_of_document) json["pointer"] = to_printable(to_pointer(problem.path), 512);
  return json;
}

Json problems_of(const Report& report, About subject) {
  Json list = Json::array();
  for (const Problem& problem : report.problems()) {
    list.push_back(problem_json(problem, report.sources(), subject));
  }
  return list;
}

}  // namespace

ApiFailure failure_of(const EditResult& result) {
  ApiFailure failure{.report = result.report,
                     .is_about_document = about(result.status) == About::Document,
                     .revision = result.revision};
  for (const FailureText& text : kTexts) {
    if (text.status != result.status) continue;
    failure.status = text.http;
    failure.code = text.code;
    failure.message = text.message;
  }
  if (result.status == Status::NotWritable) failure.allow = "GET, HEAD";
  if (result.status == Status::NotReached || result.status == Status::NotInForce) {
    failure.retry_after_seconds = kRetryAfterSeconds;
  }
  return failure;
}

ApiFailure failure_of(const DocumentRead& read) {
  const Status unusable = read.is_missing ? Status::Missing : Status::Unusable;
  EditResult result{.status = read.is_reached ? unusable : Status::NotReached,
                    .revision = read.document.revision,
                    .report = read.report};
  if (!read.is_reached && read.report.problems().empty()) {
    result.report = Report({{.code = "store-unreachable", .what = read.detail}});
  }
  return failure_of(result);
}

std::string to_pointer(std::string_view path) {
  std::string pointer = path.empty() ? "" : "/";
  for (const char byte : path) {
    if (byte == '.' || byte == '[') {
      pointer += '/';
    } else if (byte == '~') {
      pointer += "~0";
    } else if (byte == '/') {
      pointer += "~1";
    } else if (byte != ']') {
      pointer += byte;
    }
  }
  return pointer;
}

std::string failure_json(const ApiFailure& failure) {
  Json json;
  json["error"] = failure.code;
  json["message"] = failure.message;
  const About subject = failure.is_about_document ? About::Document : About::Store;
  if (!failure.report.problems().empty()) json["problems"] = problems_of(failure.report, subject);
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

std::string written_json(const EditResult& result) {
  Json json;
  json["revision"] = result.revision;
  json["problems"] = problems_of(result.report, About::Document);
  return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace corsac
