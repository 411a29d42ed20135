#pragma once

#include <string>
#include <string_view>

#include "corsac/policy/report.hpp"
#include "corsac/policy_api/policy_editor.hpp"

namespace corsac {

// Why a request is not answered with what it asks for; each API says it in its own form.
struct ApiFailure {
  int status = 500;
  std::string code = "internal";  // stable: lower case letters and `_`
  std::string message = {};       // what is wrong and what to do, in words
  Report report = {};             // may be empty
  // The paths of the report are those of a document; else of the server's settings ("store.user").
  bool is_about_document = true;
  std::string revision = {};  // that the store is in, where it is known
  std::string allow = {};     // of a 405
  unsigned retry_after_seconds = 0;
};

// Of a change that came to nothing; not for Written.
[[nodiscard]] ApiFailure failure_of(const EditResult& result);
// Of a document that cannot be shown; not for one that is readable.
[[nodiscard]] ApiFailure failure_of(const DocumentRead& read);

// A JSON pointer (RFC 6901) of the path of a problem: "cors.rules[0].paths[1]" is
// "/cors/rules/0/paths/1". A name with a dot or a bracket, which no policy has, is cut there.
[[nodiscard]] std::string to_pointer(std::string_view path);

// {"error": CODE, "message": TEXT, "problems": [...]}: objects as Report::json makes them, with
// `pointer` where what is wrong lies in the document itself.
[[nodiscard]] std::string failure_json(const ApiFailure& failure);
// {"revision": TEXT, "problems": [warnings]}
[[nodiscard]] std::string written_json(const EditResult& result);

}  // namespace corsac
