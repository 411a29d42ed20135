// Reads one policy for the commands. Entries: load_policy, compile_read, report_as_loaded. Test:
// tests/server/commands_test.cpp.

#include "load_policy.hpp"

#include <chrono>
#include <filesystem>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include <corsac/policy/compile.hpp>
#include <corsac/policy/element_paths.hpp>
#include <corsac/policy/self_test.hpp>
#include <corsac/runtime/log_sink.hpp>
#include <corsac/runtime/store_config.hpp>
#include <corsac/runtime/store_loader.hpp>

namespace corsac::server {
namespace {

Report one_error(std::string_view code, std::string what, std::string fix) {
  return Report({Problem{.code = code, .what = std::move(what), .fix = std::move(fix)}});
}

// What the store says to the log of a server: a file that its group can write, say.
struct Warned {
  std::mutex mutex = {};
  std::vector<Problem> problems = {};

  void add(const LogRecord& record) {
    if (record.level == LogLevel::Info) return;
    const std::lock_guard lock(mutex);
    problems.push_back(
        {.severity = Severity::Warning, .code = "store-warning", .what = std::string(record.line)});
  }
};

// One read of the TOML store; the error side says why there is no document.
Result<ReadResult, Report> read_once(const std::string& file) {
  StoreConfig config;
  config.directory = std::filesystem::current_path();
  config.settings.emplace_back("file", file);
  auto plugin = load_store_plugin(config.plugin, config.plugin_folders);
  if (!plugin) return fail(std::move(plugin.error()));

  std::promise<ReadResult> answer;
  bool is_answered = false;  // touched on the worker's thread only
  Warned warned;
  WorkerCallbacks callbacks;
  callbacks.log = [&warned](const LogRecord& record) { warned.add(record); };
  callbacks.on_read = [&](ReadResult result) {
    if (!std::exchange(is_answered, true)) answer.set_value(std::move(result));
  };
  auto worker = StoreWorker::start(*plugin, config, std::move(callbacks));
  if (!worker) return fail(std::move(worker.error()));
  (*worker)->request_read();
  auto future = answer.get_future();
  if (future.wait_for(config.deadline + std::chrono::seconds(1)) != std::future_status::ready) {
    worker->reset();  // nothing calls back after this
    return fail(one_error("store-deadline", "the file could not be read in time", ""));
  }
  ReadResult read = future.get();
  worker->reset();
  for (std::vector<Problem>* more : {&plugin->warnings, &warned.problems}) {
    read.problems.insert(read.problems.end(), more->begin(), more->end());
  }
  return read;
}

}  // namespace

LoadedPolicy compile_read(ReadResult read) {
  LoadedPolicy loaded;
  loaded.policy = std::move(read.policy);
  std::vector<Problem> problems = std::move(read.problems);
  if (read.status != ReadStatus::Read) {
    if (problems.empty()) {
      problems.push_back({.code = "policy-not-read", .what = std::move(read.detail)});
    }
    loaded.report = Report(std::move(problems), loaded.policy.sources);
    return loaded;
  }
  auto compiled =
      compile_policy(loaded.policy, {.now = std::chrono::system_clock::now(), .has_lints = true});
  const Report& told = compiled ? compiled->warnings : compiled.error();
  std::vector<Problem> found = told.problems();
  std::vector<SilencedWarning> silenced = told.silenced();
  restore_indices(problems, found);
  leave_out_consequences(problems, found);
  problems.insert(problems.end(), found.begin(), found.end());
  loaded.report = Report(std::move(problems), loaded.policy.sources, std::move(silenced));
  if (!loaded.report.has_errors()) loaded.snapshot = compiled->snapshot;
  return loaded;
}

LoadedPolicy load_policy(const std::string& file) {
  if (file == "-") {
    return {.report = one_error("policy-not-a-file",
                                "a policy is read from a file, and not from standard input",
                                "write it to a file, as import --out does; ./- is one called -")};
  }
  auto read = read_once(file);
  if (!read) return {.report = std::move(read.error())};
  return compile_read(*std::move(read));
}

Report report_as_loaded(const LoadedPolicy& loaded) {
  if (loaded.snapshot == nullptr) return loaded.report;
  std::vector<Problem> problems = loaded.report.problems();
  for (Problem& failed : failed_tests(run_policy_tests(loaded.policy, loaded.snapshot.get()))) {
    problems.push_back(std::move(failed));
  }
  return Report(std::move(problems), loaded.policy.sources, loaded.report.silenced());
}

}  // namespace corsac::server
