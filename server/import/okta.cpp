// Okta's trusted origins from a file: one answer of its API. Entry: import_okta. Test:
// tests/import/import_test.py.
//
// Read by what the remote store reads them by (plugins/remote/okta_filter.hpp), so that a file and
// the live API give the same records.

#include <string>
#include <utility>

#include <corsac/policy/reader.hpp>
#include <corsac/runtime/feed_json.hpp>
#include <corsac/runtime/sink_adapter.hpp>

#include <remote/okta_filter.hpp>

#include "importers.hpp"
#include "okta_policy.hpp"

namespace corsac::server {
namespace {

namespace remote = remote_store;

// What the reader holds after the list; problems stand beside it.
std::size_t read_records(std::string_view text, PolicyReader& reader) {
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
  return filter.unknown_scopes();
}

}  // namespace

Imported import_okta(std::string_view text) {
  Imported imported;
  PolicyReader reader;
  reader.source("");
  const std::size_t unknown_scopes = read_records(text, reader);
  imported.policy = reader.take_policy();
  imported.problems = reader.take_problems();
  if (!reader.is_finished() && imported.problems.empty()) {
    imported.refuse("okta-answer", "", {}, "the file is no list of records",
                    "give the answer of GET /api/v1/trustedOrigins");
  }
  if (unknown_scopes != 0) {
    imported.leave_out("scope-unknown", "", std::to_string(unknown_scopes), {},
                       "so many scopes have a type that this version does not know",
                       "look at the types other than CORS, REDIRECT and IFRAME_EMBED");
  }
  complete_okta_policy(imported);
  return imported;
}

}  // namespace corsac::server
