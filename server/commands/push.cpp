// corsac push: checks a policy and puts it into a store, in one step. Entry: push. Test:
// tests/server/push_pull_test.py.

#include <cstdio>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <corsac/policy/reader.hpp>
#include <corsac/policy/writer.hpp>

#include "commands.hpp"
#include "load_policy.hpp"
#include "progress_bar.hpp"
#include "store_place.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

// How it ended, and what is told of it.
struct Ending {
  int status = 1;
  std::string outcome = {};   // "written", "conflict", "refused", "unreachable", "invalid"
  std::string revision = {};  // that the store is in, when it is known
  std::string line = {};      // in words; may be empty
  Report refusal = {};        // why the store did not write it
};

// `report` is about the policy.
int tell(const PushOptions& options, const Ending& ending, const Report& report) {
  if (options.as_json) {
    Json result = {{"outcome", ending.outcome}};
    if (!ending.revision.empty()) result["revision"] = ending.revision;
    if (!options.if_revision.empty()) result["expected"] = options.if_revision;
    if (!ending.line.empty() && ending.status != 0) result["error"] = ending.line;
    result["problems"] = Json::parse(report.json());
    for (Json& problem : Json::parse(ending.refusal.json())) {
      result["problems"].push_back(std::move(problem));
    }
    std::printf("%s\n", result.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
    return ending.status;
  }
  std::fputs((report.text() + ending.refusal.text()).c_str(), stderr);
  if (!ending.line.empty()) {
    std::fprintf(ending.status == 0 ? stdout : stderr, "%s\n", ending.line.c_str());
  }
  return ending.status;
}

Ending nothing_written() {
  return {.status = 1, .outcome = "invalid", .line = "nothing was written"};
}

Report too_large(const PushOptions& options, std::size_t bytes) {
  return Report({{.code = "document-too-large",
                  .what = "as JSON the policy has " + std::to_string(bytes) +
                          " bytes, and servers read at most " + std::to_string(kDocumentLimitBytes),
                  .fix = "make it smaller; in Redis, long lists of origins may stand in a set"}},
                {options.policy});
}

Ending conflict(const PushOptions& options, const std::string& revision) {
  const std::string there = revision.empty() ? "the store holds no policy with a revision"
                                             : "the store is in revision " + revision;
  const std::string advice =
      revision.empty()
          ? "push without --if-revision if that is right"
          : "pull it, bring your change into it, and push that with --if-revision " + revision;
  return {.status = kExitConflict,
          .outcome = "conflict",
          .revision = revision,
          .line = "nothing was written: " + there + ", and --if-revision says " +
                  options.if_revision + "\n    " + advice};
}

Ending ending_of(const PushOptions& options, const WriteResult& result, std::size_t bytes) {
  Report refusal(with_option_names(result.problems, options.to, "--to"));
  switch (result.status) {
    case WriteStatus::Written:
      return {.status = 0,
              .outcome = "written",
              .revision = result.revision,
              .line = "written as revision " + result.revision + ", " + std::to_string(bytes) +
                      " bytes"};
    case WriteStatus::Conflict:
      return conflict(options, result.revision);
    case WriteStatus::Refused:
      return {.status = 1,
              .outcome = "refused",
              .line = "nothing was written",
              .refusal = std::move(refusal)};
    case WriteStatus::NotReached:
      return {.status = kExitUnreachable,
              .outcome = "unreachable",
              .line = "nothing was written: the store was not reached",
              .refusal = std::move(refusal)};
    case WriteStatus::Failed:
      break;
  }
  return {.status = kExitUnreachable,
          .outcome = "unreachable",
          .line =
              "no answer says that it was written\n"
              "    when the store is back, corsac pull shows what it holds",
          .refusal = std::move(refusal)};
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
      options.to, "--to",
      [&bar](std::uint64_t bytes, std::uint64_t total) { bar.show(bytes, total); });
  if (!client) return tell(options, nothing_written(), client.error());
  const WriteResult result = (*client)->put_document(json, options.if_revision);
  bar.clear();
  return tell(options, ending_of(options, result, json.size()), report);
}

}  // namespace corsac::server
