// The store plugin "toml": a policy in a TOML file, with files of origins beside it. Entry:
// CORSAC_STORE_PLUGIN at the end. Tests: tests/plugins/toml_*_test.cpp, through the loader.
//
//   [store]
//   plugin = "toml"
//   file = "policy.toml"    # required; relative to the configuration
//   poll_seconds = 5        # default: look at the file besides waiting for notices

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <corsac_store_plugin.hpp>

#include "../parts/content_hash.hpp"
#include "checked_file.hpp"
#include "document.hpp"
#include "file_watch.hpp"
#include "folder_events.hpp"
#include "origins_file.hpp"
#include "policy_files.hpp"
#include "settings.hpp"

namespace corsac::toml_store {
namespace {

using plugin::Host;
using plugin::LogLevel;
using plugin::Place;
using plugin::Sink;
using plugin::Status;

// Files that are written, or exchanged, while they are read are read again, so often and after such
// a pause.
constexpr int kTries = 4;
constexpr std::chrono::milliseconds kPause{50};

class TomlStore final : public plugin::Store {
 public:
  static constexpr const char* kName = "toml";
  static constexpr const char* kVersion = "1.0";

  static plugin::OpenResult open(Host host, plugin::Settings settings) {
    auto read = read_settings(host, settings);
    if (!read) return Status::Invalid;
    return std::make_unique<TomlStore>(host, *std::move(read));
  }

  TomlStore(Host host, TomlSettings settings)
      : host_(host),
        settings_(std::move(settings)),
        watch_(
            settings_.poll_interval, make_inotify_events(), [host] { host.changed(); },
            [host](const std::string& line) { host.log(LogLevel::Warning, line); }) {}

  // Nothing here waits longer than a file takes to read: is_cancelled() is asked in between, and
  // interrupt() has nothing to do.
  Status read(Sink& sink) override {
    has_problem_ = false;
    is_unreachable_ = false;
    sink.source(settings_.name);
    const std::unique_ptr<PolicyFiles> files = read_files();
    if (files == nullptr) return Status::Cancelled;
    watch_.set_files(files->states());
    warn_of_access(*files);
    hand_over(*files, sink);
    if (sink.is_stopped() || host_.is_cancelled()) return Status::Cancelled;
    if (is_unreachable_) return Status::Unreachable;
    if (has_problem_) return Status::Invalid;
    sink.finish(revision_of(*files));
    return Status::Ok;
  }

 private:
  // Null when cancelled. After the last try as they are: then they say that they change.
  [[nodiscard]] std::unique_ptr<PolicyFiles> read_files() const {
    for (int tries_left = kTries - 1;; --tries_left) {
      auto files = std::make_unique<PolicyFiles>(settings_, [this] { return is_wanted(); });
      if (!is_wanted()) return nullptr;
      if (files->check_settled() || tries_left == 0) return files;
      std::this_thread::sleep_for(kPause);
    }
  }

  [[nodiscard]] bool is_wanted() const { return !host_.is_cancelled(); }

  void hand_over(const PolicyFiles& files, Sink& sink) {
    if (files.policy().problem) return report(files.policy().problem, sink, {});
    const Document& document = *files.document();
    if (const auto& problem = document.problem()) {
      sink.problem(problem->code, problem->what, problem->fix, problem->place);
      has_problem_ = true;
      return;
    }
    const bool is_fine = document.hand_over(sink, [&](std::string_view name, Place place) {
      const ReadFile* file = files.origins(name);
      if (file != nullptr) return hand_over_origins(name, *file, place, sink);
      report({"origins-file", "this is no path", "write \"origins.txt\""}, sink, place);
    });
    if (!is_fine) has_problem_ = true;
  }

  // The list that a file holds, as the field allowed_origins_from_file.
  void hand_over_origins(std::string_view name, const ReadFile& file, Place place, Sink& sink) {
    if (file.problem) {
      FileProblem problem = file.problem;
      // The policy is there and names it: then it is the policy that is wrong.
      if (problem.code == "file-not-found") problem.is_unreachable = false;
      return report(problem, sink, place);
    }
    OriginLines lines(sink);
    sink.source(name);
    sink.begin_list("allowed_origins_from_file");
    if (lines.add(file.content)) lines.finish();
    sink.end_list();
    sink.source(settings_.name);
    if (lines.has_problem()) has_problem_ = true;
  }

  static std::string revision_of(const PolicyFiles& files) {
    store_parts::ContentHash revision;
    for (const FileState& state : files.states()) revision.add(state.hash.text());
    return revision.text();
  }

  // Each warning once.
  void warn_of_access(const PolicyFiles& files) {
    for (const FileState& state : files.states()) {
      const std::string warning = access_warning(state.path, state.identity);
      if (warning.empty() ||
          std::find(warnings_.begin(), warnings_.end(), warning) != warnings_.end()) {
        continue;
      }
      host_.log(LogLevel::Warning, warning);
      warnings_.push_back(warning);
    }
  }

  void report(const FileProblem& problem, Sink& sink, Place place) {
    sink.problem(problem.code, problem.what, problem.fix, place);
    has_problem_ = true;
    if (problem.is_unreachable) is_unreachable_ = true;
  }

  const Host host_;
  const TomlSettings settings_;
  std::vector<std::string> warnings_ = {};  // that were logged

  // Of the read under way.
  bool has_problem_ = false;
  bool is_unreachable_ = false;

  FileWatch watch_;  // last: its thread ends before the rest goes
};

}  // namespace
}  // namespace corsac::toml_store

CORSAC_STORE_PLUGIN(corsac::toml_store::TomlStore)
