// Okta's trusted origins from a file: one answer of its API. Entry: import_okta. Test:
// tests/import/import_test.py.
//
// Read by what the remote store reads them by (plugins/remote/okta_filter.hpp), so that a file and
// the live API give the same records.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <corsac/policy/reader.hpp>
#include <corsac/runtime/feed_json.hpp>
#include <corsac/runtime/sink_adapter.hpp>

#include <remote/okta_filter.hpp>

#include "importers.hpp"
#include "okta_policy.hpp"
#include "read_json.hpp"

namespace corsac::server {
namespace {

namespace remote = remote_store;

constexpr std::string_view kAdvice = "give the answer of GET /api/v1/trustedOrigins, a list";

// Whether there is a list, asked before its records are read: the reader gets it inside an object,
// and what is wrong at its ends would be told of that.
bool is_list(std::string_view text, Imported& imported) {
  const auto document = read_json(text);
  if (!document) {
    imported.problems.push_back(document.error());
    return false;
  }
  if (document->is(SourceValue::Kind::List)) return true;
  imported.refuse("okta-answer", "", document->place,
                  "this is " + std::string(kind_text(document->kind)) + ", and no list of records",
                  std::string(kAdvice));
  return false;
}

void tell_unknown_scopes(const remote::OktaFilter& filter, Imported& imported) {
  const char* const what = "this version does not know this type of scope";
  for (const remote::UnknownScope& unknown : filter.first_unknown_scopes()) {
    imported.leave_out("scope-unknown",
                       "trusted_origins[" + std::to_string(unknown.record) + "].scopes[" +
                           std::to_string(unknown.scope) + "].type",
                       unknown.type, {.line = unknown.place.line, .column = unknown.place.column},
                       what, "see whether CORS, REDIRECT or IFRAME_EMBED says what is meant");
  }
  if (filter.unknown_scopes() <= remote::kUnknownScopesDescribed) return;
  imported.leave_out("scope-unknown", "", {}, {},
                     std::to_string(filter.unknown_scopes()) +
                         " scopes are of a type that this version does not know; the first ones "
                         "are named here",
                     "");
}

// What the reader holds after the list; problems stand beside it.
void read_records(std::string_view text, PolicyReader& reader, Imported& imported) {
  SinkAdapter adapter;
  adapter.begin(reader);
  plugin::Sink sink(adapter.table());
  sink.integer("version", 1);
  sink.begin_list("trusted_origins");
  remote::OktaFilter filter(sink);
  filter.begin_page();
  std::string page(remote::kPagePrefix);
  page.append(text).append(remote::kPageSuffix);
  const std::int32_t status = feed_json(nullptr, &filter.table(), page.data(), page.size());
  if (status == CORSAC_OK && filter.is_page_fine()) {
    sink.end_list();
    sink.finish("");
  }
  adapter.end();
  tell_unknown_scopes(filter, imported);
}

}  // namespace

Imported import_okta(std::string_view text) {
  Imported imported;
  if (!is_list(text, imported)) return imported;
  PolicyReader reader;
  reader.source("");
  read_records(text, reader, imported);
  imported.policy = reader.take_policy();
  for (Problem& problem : reader.take_problems()) {
    // The remote store says it of its setting `url`.
    if (problem.code == "okta-answer") problem.fix = kAdvice;
    imported.problems.push_back(std::move(problem));
  }
  if (!reader.is_finished() && !has_error(imported.problems)) {
    imported.refuse("okta-answer", "", {}, "the file is no list of records", std::string(kAdvice));
  }
  complete_okta_policy(imported);
  return imported;
}

}  // namespace corsac::server
