// The store plugin "toml": a policy in a TOML file, with files of origins and one of records beside
// it. Entry: CORSAC_STORE_PLUGIN at the end. Tests: tests/plugins/toml_*_test.cpp, through the
// loader.
//
//   [store]
//   plugin = "toml"
//   file = "policy.toml"    # required; relative to the configuration
//   records_file = "records.toml"  # where the authority writes; default: nowhere
//   poll_seconds = 5        # default: look at the files besides waiting for notices

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <corsac_store_plugin.hpp>
#include <corsac_store_records.hpp>

#include "../parts/content_hash.hpp"
#include "checked_file.hpp"
#include "document.hpp"
#include "file_watch.hpp"
#include "folder_events.hpp"
#include "origins_file.hpp"
#include "policy_files.hpp"
#include "records_file.hpp"
#include "records_write.hpp"
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

// The records file alone.
struct RecordsRead {
  RecordsRead(const TomlSettings& settings, const std::function<bool()>& is_wanted)
      : file(read_records_file(settings, is_wanted)) {}
  [[nodiscard]] bool check_settled() { return toml_store::check_settled(file); }

  ReadFile file;
};

// Null when it is not wanted any more. After the last try the files are as they are: then they say
// that they change.
template <class Files>
std::unique_ptr<Files> read_until_settled(const TomlSettings& settings,
                                          const std::function<bool()>& is_wanted) {
  for (int tries_left = kTries - 1;; --tries_left) {
    auto files = std::make_unique<Files>(settings, is_wanted);
    if (!is_wanted()) return nullptr;
    if (files->check_settled() || tries_left == 0) return files;
    std::this_thread::sleep_for(kPause);
  }
}

class TomlStore final : public plugin::Store {
 public:
  static constexpr const char* kName = "toml";
  static constexpr const char* kVersion = "1.0";
  static constexpr std::int32_t kRecordsForm = CORSAC_RECORDS_TOML;

  static const void* extension(std::string_view name) noexcept {
    return name == CORSAC_STORE_RECORDS_NAME ? plugin::records_table<TomlStore>() : nullptr;
  }

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
    forget_problems();
    sink.source(settings_.name);
    const auto files = read_until_settled<PolicyFiles>(settings_, [this] { return is_wanted(); });
    if (files == nullptr) return Status::Cancelled;
    watch_.set_files(files->states());
    has_read_document_ = true;
    warn_of_access(*files);
    const std::optional<Records> records = records_of(files->records());
    hand_over(*files, records, sink);
    report_records(records, sink);
    return end_read(sink, revision_of(*files));
  }

  Status read_records(Sink& sink) {
    if (settings_.records_path.empty()) return refuse_records();
    forget_problems();
    sink.source(settings_.records_name);
    const auto read = read_until_settled<RecordsRead>(settings_, [this] { return is_wanted(); });
    if (read == nullptr) return Status::Cancelled;
    watch_.set_file(read->file.state);
    const std::optional<Records> records = records_of(&read->file);
    report_records(records, sink);
    if (!has_problem_) {
      sink.integer("version", 1);
      sink.begin_list("trusted_origins");
      if (has_records(records)) records->document->hand_over_records(sink);
      sink.end_list();
    }
    return end_read(sink, records_revision(read->file));
  }

  // Nothing here waits for anything but the lock, where is_cancelled() is asked too.
  Status put_records(const plugin::RecordChanges&, std::string_view all, std::string_view expected,
                     std::string& revision) {
    if (settings_.records_path.empty()) return refuse_records();
    FileState written;
    const ExchangeFault fault = write_records(
        settings_, all, expected, host_.deadline(), [this] { return is_wanted(); }, written);
    report_write(fault);
    if (fault) return fault.status;
    revision = written.hash.text();
    // Who has read the document hears that it is another now; who asks for records alone has put
    // these, and hears of what others put.
    if (!has_read_document_) watch_.set_file(std::move(written));
    return Status::Ok;
  }

 private:
  // The records file, read and parsed.
  struct Records {
    const ReadFile* file = nullptr;
    std::unique_ptr<Document> document = {};  // null: there is no file, or it has a problem
  };

  [[nodiscard]] bool is_wanted() const { return !host_.is_cancelled(); }

  void forget_problems() {
    has_problem_ = false;
    is_unreachable_ = false;
  }

  Status end_read(Sink& sink, const std::string& revision) const {
    if (sink.is_stopped() || host_.is_cancelled()) return Status::Cancelled;
    if (is_unreachable_) return Status::Unreachable;
    if (has_problem_) return Status::Invalid;
    sink.finish(revision);
    return Status::Ok;
  }

  // Nothing when the settings name no such file.
  [[nodiscard]] std::optional<Records> records_of(const ReadFile* file) const {
    if (file == nullptr) return std::nullopt;
    Records records = {file};
    if (!file->problem && file->state.identity.error == 0) {
      records.document = std::make_unique<Document>(file->content, [this] { return is_wanted(); });
    }
    return records;
  }

  void hand_over(PolicyFiles& files, const std::optional<Records>& records, Sink& sink) {
    if (files.policy().problem) return report(files.policy().problem, sink, {});
    const Document& document = *files.document();
    if (document.problem()) return report(*document.problem(), sink);
    const auto on_origins_file = [&](std::string_view name, Place place) {
      const PolicyFiles::OriginsFile origins = files.next_origins(name);
      if (origins.file != nullptr) return hand_over_origins(name, origins, place, sink);
      report({"origins-file", "this is no path", "write \"origins.txt\""}, sink, place);
    };
    MoreRecords more_records = {};
    if (has_records(records)) {
      more_records = [&] {
        sink.source(settings_.records_name);
        records->document->hand_over_records(sink);
        sink.source(settings_.name);
      };
    }
    if (!document.hand_over(sink, on_origins_file, more_records, release_bytes))
      has_problem_ = true;
  }

  static bool has_records(const std::optional<Records>& records) {
    return records && records->document != nullptr && !records->document->problem() &&
           records->document->has_records();
  }

  // What is wrong with the records file as a whole.
  void report_records(const std::optional<Records>& records, Sink& sink) {
    if (!records) return;
    if (records->file->problem) {
      sink.source(settings_.records_name);
      report(records->file->problem, sink, {});
    } else if (records->document != nullptr) {
      const std::vector<DocumentProblem> problems = records->document->problems_of_records();
      if (!problems.empty()) sink.source(settings_.records_name);
      for (const DocumentProblem& problem : problems) report(problem, sink);
    }
  }

  // Nothing to log: whoever asks is told, and reads the policy instead.
  Status refuse_records() const {
    host_.failed({"records-file-missing", "records_file",
                  "nothing says in which file the records are kept",
                  "add records_file = \"records.toml\" to the settings of the store", true});
    return Status::ReadOnly;
  }

  void report_write(const ExchangeFault& fault) const {
    const FileProblem& problem = fault.problem;
    if (!problem) return;
    std::string line = std::string(problem.code) + ": " + problem.what;
    if (!problem.fix.empty()) line += "; " + problem.fix;
    host_.log(LogLevel::Error, line);
    host_.failed({problem.code, {}, problem.what, problem.fix, fault.has_written_nothing});
  }

  // Of a file beside the policy, as the policy itself is named: "conf/origins.txt" is where whoever
  // named "conf/policy.toml" finds it.
  [[nodiscard]] std::string shown_name(std::string_view name) const {
    if (name.starts_with('/')) return std::string(name);
    return settings_.name.substr(0, settings_.name.rfind('/') + 1) + std::string(name);
  }

  // The list that a file holds, as the field allowed_origins_from_file.
  void hand_over_origins(std::string_view name, const PolicyFiles::OriginsFile& origins,
                         Place place, Sink& sink) {
    const ReadFile& file = *origins.file;
    if (file.problem) {
      FileProblem problem = file.problem;
      // The policy is there and names it: then it is the policy that is wrong.
      if (problem.code == "file-not-found") problem.is_unreachable = false;
      return report(problem, sink, place);
    }
    OriginLines lines(sink);
    sink.source(shown_name(name));
    sink.begin_list("allowed_origins_from_file");
    if (add_content(lines, file.content, origins.is_last)) lines.finish();
    sink.end_list();
    sink.source(settings_.name);
    if (lines.has_problem()) has_problem_ = true;
  }

  // False when reading should stop.
  static bool add_content(OriginLines& lines, std::string_view content, bool is_last) {
    while (!content.empty()) {
      const std::string_view piece = content.substr(0, kAfterUseBytes);
      content.remove_prefix(piece.size());
      if (!lines.add(piece)) return false;
      if (is_last) release_bytes(piece);
    }
    return true;
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

  void report(const DocumentProblem& problem, Sink& sink) {
    sink.problem(problem.code, problem.what, problem.fix, problem.place);
    has_problem_ = true;
  }

  void report(const FileProblem& problem, Sink& sink, Place place) {
    sink.problem(problem.code, problem.what, problem.fix, place);
    has_problem_ = true;
    if (problem.is_unreachable) is_unreachable_ = true;
  }

  const Host host_;
  const TomlSettings settings_;
  std::vector<std::string> warnings_ = {};  // that were logged
  bool has_read_document_ = false;

  // Of the read under way.
  bool has_problem_ = false;
  bool is_unreachable_ = false;

  FileWatch watch_;  // last: its thread ends before the rest goes
};

}  // namespace
}  // namespace corsac::toml_store

CORSAC_STORE_PLUGIN(corsac::toml_store::TomlStore)
