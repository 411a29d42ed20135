// What commands that write into a store tell. Entries: ending_of, tell_ending. Tests:
// tests/server/push_pull_test.py, origins_test.py.

#include "write_ending.hpp"

#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "store_place.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

WriteEnding conflict(const std::string& revision, const WriteWords& words) {
  const std::string there = revision.empty() ? "the store holds no policy with a revision"
                                             : "the store is in revision " + revision;
  const std::string advice =
      revision.empty() ? words.advice_without_revision : words.advice + revision;
  return {.status = kExitConflict,
          .outcome = "conflict",
          .revision = revision,
          .line = "nothing was written: " + there + ", and --if-revision says " +
                  words.if_revision + "\n    " + advice};
}

}  // namespace

WriteEnding nothing_written() {
  return {.status = 1, .outcome = "invalid", .line = "nothing was written"};
}

WriteEnding ending_of(const WriteResult& result, const WriteWords& words) {
  Report refusal(with_option_names(result.problems, words.to, "--to"));
  switch (result.status) {
    case WriteStatus::Written:
      return {.status = 0,
              .outcome = "written",
              .revision = result.revision,
              .line = "written as revision " + result.revision + ", " + words.written};
    case WriteStatus::Conflict:
      return conflict(result.revision, words);
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
  return {
      .status = kExitUnreachable,
      .outcome = "unreachable",
      .line = "no answer says that it was written\n    when the store is back, " + words.what_shows,
      .refusal = std::move(refusal)};
}

int tell_ending(const WriteEnding& ending, const Report& report, const std::string& if_revision,
                bool as_json) {
  if (as_json) {
    Json result = {{"outcome", ending.outcome}};
    if (!ending.revision.empty()) result["revision"] = ending.revision;
    if (!if_revision.empty()) result["expected"] = if_revision;
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

}  // namespace corsac::server
