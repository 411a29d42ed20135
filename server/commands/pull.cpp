// corsac pull: the policy of a store as TOML. Entry: pull. Test: tests/server/push_pull_test.py.

#include <cstdio>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <corsac/base/printable.hpp>
#include <corsac/policy/writer.hpp>

#include "commands.hpp"
#include "load_policy.hpp"
#include "progress_bar.hpp"
#include "store_place.hpp"
#include "write_file.hpp"

namespace corsac::server {
namespace {

using Json = nlohmann::ordered_json;

void print(const Json& result) {
  std::printf("%s\n", result.dump(2, ' ', true, Json::error_handler_t::replace).c_str());
}

int tell_failure(const PullOptions& options, int status, const Report& report) {
  if (options.as_json) {
    print({{"outcome", status == kExitUnreachable ? "unreachable" : "invalid"},
           {"problems", Json::parse(report.json())}});
  } else {
    std::fputs(report.text().c_str(), stderr);
  }
  return status;
}

// The first line of the TOML is a comment, which no byte of a store may leave.
int hand_out(const PullOptions& options, const Policy& policy) {
  std::string state = "revision " + to_printable(policy.revision);
  if (!policy.sources.empty()) state += " of " + to_printable(policy.sources[0]);
  const std::string toml = "# " + state + "\n\n" + policy_to_toml(policy);
  const std::string error = options.out.empty() ? std::string() : write_file(options.out, toml);
  if (!error.empty()) {
    return tell_failure(options, 1,
                        Report({{.code = "file-not-written", .path = "--out", .what = error}}));
  }
  if (options.as_json) {
    Json result = {{"outcome", "pulled"}, {"revision", policy.revision}};
    if (options.out.empty()) {
      result["policy"] = Json::parse(policy_to_json(policy));
    } else {
      result["file"] = options.out;
    }
    print(result);
  } else if (options.out.empty()) {
    std::fputs(toml.c_str(), stdout);
  } else {
    std::printf("%s is %s\n", options.out.c_str(), state.c_str());
  }
  return 0;
}

}  // namespace

int pull(const PullOptions& options) {
  ProgressBar bar("receiving");
  const auto client = open_store_place(
      options.from, "--from", Beside::LeftOut,
      [&bar](std::uint64_t bytes, std::uint64_t total) { bar.show(bytes, total); });
  if (!client) return tell_failure(options, 1, client.error());
  ReadResult read = (*client)->read();
  bar.clear();
  read.problems = with_option_names(std::move(read.problems), options.from, "--from");
  const bool is_reached = read.status != ReadStatus::Unreachable;
  // Its [[test]] cases are not run: they may be about origins that stand beside the policy.
  const LoadedPolicy loaded = compile_read(std::move(read));
  if (loaded.snapshot == nullptr) {
    return tell_failure(options, is_reached ? 1 : kExitUnreachable, loaded.report);
  }
  return hand_out(options, loaded.policy);
}

}  // namespace corsac::server
