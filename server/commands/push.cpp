// corsac push: checks a policy and puts it into a store, in one step. Entry: push. Test:
// tests/server/push_pull_test.py.

#include <string>

#include <corsac/policy/reader.hpp>
#include <corsac/policy/writer.hpp>

#include "commands.hpp"
#include "load_policy.hpp"
#include "progress_bar.hpp"
#include "store_place.hpp"
#include "write_ending.hpp"

namespace corsac::server {
namespace {

// `report` is about the policy.
int tell(const PushOptions& options, const WriteEnding& ending, const Report& report) {
  return tell_ending(ending, report, options.if_revision, options.as_json);
}

Report too_large(const PushOptions& options, std::size_t bytes) {
  return Report({{.code = "document-too-large",
                  .what = "as JSON the policy has " + std::to_string(bytes) +
                          " bytes, and servers read at most " + std::to_string(kDocumentLimitBytes),
                  .fix = "make it smaller; in Redis, long lists of origins may stand in a set"}},
                {options.policy});
}

}  // namespace

int push(const PushOptions& options) {
  const LoadedPolicy loaded = load_policy(options.policy);
  const Report report = report_as_loaded(loaded);
  if (report.has_errors() || loaded.snapshot == nullptr) {
    return tell(options, nothing_written(), report);
  }
  // Whole and alone: what an allowed_origins_file names stands in it.
  const std::string json = policy_to_json(loaded.policy);
  if (json.size() > kDocumentLimitBytes) {
    return tell(options, nothing_written(), too_large(options, json.size()));
  }
  ProgressBar bar("sending");
  const auto client = open_store_place(
      options.to, "--to", Beside::LeftOut,
      [&bar](std::uint64_t bytes, std::uint64_t total) { bar.show(bytes, total); });
  if (!client) return tell(options, nothing_written(), client.error());
  const WriteResult result = (*client)->put_document(json, options.if_revision);
  bar.clear();
  const WriteWords words = {
      .to = options.to,
      .if_revision = options.if_revision,
      .written = std::to_string(json.size()) + " bytes",
      .advice = "pull it, bring your change into it, and push that with --if-revision ",
      .advice_without_revision = "push without --if-revision if that is right",
      .what_shows = "corsac pull shows what it holds"};
  return tell(options, ending_of(result, words), report);
}

}  // namespace corsac::server
