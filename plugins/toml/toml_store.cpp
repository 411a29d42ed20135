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
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <corsac_store_plugin.hpp>

#include "checked_file.hpp"
#include "content_hash.hpp"
#include "document.hpp"
#include "document_limits.hpp"
#include "file_watch.hpp"
#include "folder_events.hpp"
#include "origins_file.hpp"
#include "settings.hpp"

namespace corsac::toml_store {
namespace {

using plugin::Host;
using plugin::LogLevel;
using plugin::Place;
using plugin::Sink;
using plugin::Status;

// A file that is written while it is read is read again, so often and after such a pause.
constexpr int kTries = 4;
constexpr std::chrono::milliseconds kPause{50};

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

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
    files_.clear();
    revision_ = ContentHash();
    has_problem_ = false;
    is_unreachable_ = false;
    sink.source(settings_.name);
    std::string document;
    if (read_policy(document, sink)) {
      const OriginsFileField on_origins_file = [&](std::string_view name, Place place) {
        hand_over_origins(std::string(name), place, sink);
      };
      if (!hand_over_document(document, sink, on_origins_file)) has_problem_ = true;
    }
    if (host_.is_cancelled()) return Status::Cancelled;  // what was seen is not whole
    watch_.set_files(files_);
    if (sink.is_stopped()) return Status::Cancelled;
    if (is_unreachable_) return Status::Unreachable;
    if (has_problem_) return Status::Invalid;
    sink.finish(revision_.text());
    return Status::Ok;
  }

 private:
  // False after the problem was handed over, or when cancelled.
  bool read_policy(std::string& document, Sink& sink) {
    for (int tries_left = kTries;; --tries_left) {
      document.clear();
      FileState state = new_state(settings_.path, kDocumentLimitBytes);
      CheckedFile file(state.path);
      const bool is_whole = file.read(state.limit_bytes, [&](std::string_view piece) {
        document.append(piece);
        return !host_.is_cancelled();
      });
      const bool is_half = is_whole && file.was_written_meanwhile();
      if (is_half && tries_left > 1) {
        std::this_thread::sleep_for(kPause);
        continue;
      }
      state.identity = file.identity();
      if (is_whole) state.hash.add(document);
      keep(std::move(state));
      if (file.problem()) report(file.problem(), sink, {});
      if (is_half) report(changing(settings_.path), sink, {});
      return is_whole && !is_half;
    }
  }

  // The list that the file `name` holds, as the field allowed_origins_from_file.
  void hand_over_origins(const std::string& name, Place place, Sink& sink) {
    if (name.empty() || name.find('\0') != std::string::npos) {
      report({"origins-file", "this is no path", "write \"origins.txt\""}, sink, place);
      return;
    }
    FileState state = new_state(name.front() == '/' ? name : folder_of(settings_.path) + name,
                                kOriginsFileLimitBytes);
    CheckedFile file(state.path);
    state.identity = file.identity();
    ContentHash hash;
    OriginLines lines(sink);
    bool goes_on = true;
    sink.source(name);
    sink.begin_list("allowed_origins_from_file");
    const bool is_whole = file.read(state.limit_bytes, [&](std::string_view piece) {
      hash.add(piece);  // to the end, so that the watch compares like with like
      goes_on = goes_on && lines.add(piece);
      return !host_.is_cancelled();
    });
    if (is_whole && goes_on) lines.finish();
    sink.end_list();
    sink.source(settings_.name);
    if (lines.has_problem()) has_problem_ = true;
    if (file.problem()) report(file.problem(), sink, place);
    if (is_whole && file.was_written_meanwhile()) report(changing(name), sink, place);
    if (is_whole) state.hash = hash;
    keep(std::move(state));
  }

  static FileState new_state(std::string path, std::size_t limit_bytes) {
    FileState state;
    state.path = std::move(path);
    state.limit_bytes = limit_bytes;
    state.read_at_ns = realtime_ns();
    return state;
  }

  // Half a document can be a valid one, with half of its origins; it must not be taken. The watch
  // tells when the writer is done.
  static FileProblem changing(const std::string& path) {
    return {"file-changing", path + " is being written",
            "write another file and rename it, so that it is never half there", true};
  }

  // Remembers the file for the watch, and lets its content into the revision.
  void keep(FileState state) {
    revision_.add(state.hash.text());
    const std::string warning = access_warning(state.path, state.identity);
    if (!warning.empty() &&
        std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) {
      host_.log(LogLevel::Warning, warning);
      warnings_.push_back(warning);
    }
    files_.push_back(std::move(state));
  }

  void report(const FileProblem& problem, Sink& sink, Place place) {
    sink.problem(problem.code, problem.what, problem.fix, place);
    has_problem_ = true;
    if (problem.is_unreachable) {
      is_unreachable_ = true;
      host_.log(LogLevel::Error, problem.what);  // such a read has no document to report on
    }
  }

  const Host host_;
  const TomlSettings settings_;
  std::vector<std::string> warnings_ = {};  // that were logged: each once

  // Of the read under way.
  std::vector<FileState> files_ = {};
  ContentHash revision_ = {};
  bool has_problem_ = false;
  bool is_unreachable_ = false;

  FileWatch watch_;  // last: its thread ends before the rest goes
};

}  // namespace
}  // namespace corsac::toml_store

CORSAC_STORE_PLUGIN(corsac::toml_store::TomlStore)
