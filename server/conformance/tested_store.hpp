#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/bounded_thread.hpp"
#include "conformance/call_note.hpp"
#include "conformance/changes_sink.hpp"
#include "conformance/outcome.hpp"
#include "conformance/secrets.hpp"
#include "conformance/subject.hpp"
#include "conformance/test_host.hpp"
#include "conformance/test_sink.hpp"
#include "corsac_store_changes.h"
#include "corsac_store_plugin.h"
#include "corsac_store_records.h"
#include "corsac_store_write.h"

namespace corsac {
class PolicyReader;
}

namespace corsac::conformance {

using Steady = std::chrono::steady_clock;
using Settings = std::vector<std::pair<std::string, std::string>>;

// How long a store has: `deadline_seconds` of a server, and the second in which the contract wants
// a call to return, twice, because the machine may be busy.
inline constexpr std::chrono::seconds kDeadline{10};
inline constexpr std::chrono::seconds kReturnLimit{2};
// Of one command of the author's, and until the store must have noticed what it did.
inline constexpr std::chrono::seconds kCommandLimit{20};
inline constexpr std::chrono::seconds kNoticeLimit{10};

// What earlier checks found, and later ones go around.
struct Found {
  bool is_close_broken = false;  // stores stay open
};

// What every check gets.
struct Context {
  const Subject& subject;
  const Secrets& secrets;
  CallNote& note;
  const Found& found;
  const corsac_store_plugin_v1* table;  // null: the check loads it itself
};

// "CORSAC_OK", or "the unknown status 99".
[[nodiscard]] std::string status_text(std::int32_t status);

struct ReadPlan {
  bool is_of_records = false;  // read_records() instead of read(); only with that extension
  std::chrono::milliseconds deadline = kDeadline;  // from the begin; also in the past
  std::size_t stop_at = std::numeric_limits<std::size_t>::max();  // number of a call of the sink
  std::size_t hook_at = 0;                                        // likewise
  std::function<void()> hook = {};                                // throws nothing
  // Reads into this instead of the test's own sink: the facts stay empty.
  std::shared_ptr<PolicyReader> reader = nullptr;
};

struct ReadAnswer {
  std::int32_t status = CORSAC_FAILED;
  ReadFacts facts = {};
};

// One change of put_records(), and all records after it in the form that the store wants.
struct RecordPut {
  std::string id = {};
  std::string record = {};  // empty = it goes
  std::string all = {};
};

struct PutAnswer {
  std::int32_t status = CORSAC_FAILED;
  std::vector<std::string> revisions = {};  // that on_revision was called with
};

struct ChangesAnswer {
  std::int32_t status = CORSAC_FAILED;
  ChangeFacts facts = {};
};

// One store of the plugin, called as the core calls it: all but interrupt on one thread, each call
// bounded in time. What must not happen in any check (a call that does not return, an exception
// that leaves the plugin) ends the check.
class TestedStore {
 public:
  explicit TestedStore(const Context& context);
  ~TestedStore();  // closes it when it is open, and ends no check
  TestedStore(const TestedStore&) = delete;
  TestedStore& operator=(const TestedStore&) = delete;

  // The status of open(); the store is open after CORSAC_OK.
  [[nodiscard]] std::int32_t try_open(const Settings& settings);
  void open();  // with the settings of the subject; another answer than CORSAC_OK ends the check

  [[nodiscard]] ReadAnswer read(const ReadPlan& plan = {});
  // A read in two steps, to do something meanwhile. `since` says in the failure what the plugin had
  // to return after: "its deadline".
  void start_read(const ReadPlan& plan);
  [[nodiscard]] bool has_returned_by(Steady::time_point end) const;
  [[nodiscard]] ReadAnswer end_read(Steady::time_point end, const std::string& since);
  // A read that must give a document.
  [[nodiscard]] ReadFacts read_document(const ReadPlan& plan = {});

  // Precondition: the plugin has the extension. In two steps, so that two stores can write at once.
  void start_put(const std::string& document, const std::string& expected);
  [[nodiscard]] PutAnswer end_put();
  [[nodiscard]] PutAnswer put(const std::string& document, const std::string& expected);
  // The same for records; end_put() ends it.
  void start_put_records(const RecordPut& put, const std::string& expected);
  [[nodiscard]] PutAnswer put_records(const RecordPut& put, const std::string& expected);
  // The same for origins: "+https://a.example" comes, "-https://a.example" goes.
  void start_change_origins(const std::vector<std::string>& changes, const std::string& expected);
  [[nodiscard]] PutAnswer change_origins(const std::vector<std::string>& changes,
                                         const std::string& expected);
  // Precondition: the plugin has the extension. `stop_at` as in ChangesSink.
  [[nodiscard]] ChangesAnswer read_changes(const std::string& since, std::size_t stop_at = 0);
  void close();  // nothing when the check `close` has failed: one fault, one failure
  // From any thread. False when interrupt() itself does not return within kReturnLimit.
  [[nodiscard]] bool try_interrupt();
  void interrupt();

  [[nodiscard]] const TestHost& host() const;
  // Has a call come to the sink of any read up to now outside of that read, or on another thread?
  [[nodiscard]] bool has_misused_sink() const;
  // "CORSAC_INVALID (toml-syntax: ...)": what the plugin said of a read, or its last log line.
  [[nodiscard]] std::string answer_text(const ReadAnswer& answer) const;
  // "CORSAC_READ_ONLY (its last log line: ...)".
  [[nodiscard]] std::string answer_text(const PutAnswer& answer) const;
  [[nodiscard]] std::string answer_text(const ChangesAnswer& answer) const;

 private:
  struct State;
  void start(const char* name, TestHost::Call kind, Steady::time_point deadline,
             std::function<void()> function);
  // "its last log line: ..."; empty = it said nothing, or CORSAC_OK.
  [[nodiscard]] std::string last_line(std::int32_t status) const;
  void expect_return(Steady::time_point end, const std::string& since);
  static void keep_revision(void* context, corsac_text revision) noexcept;

  const Context& context_;
  std::shared_ptr<State> state_;  // shared with calls that do not return
  BoundedThread thread_;
  BoundedThread interrupter_;
};

// The plugin's table of an extension; null when it has none.
[[nodiscard]] const corsac_store_write_v1* write_table(const Context& context);
[[nodiscard]] const corsac_store_records_v1* records_table(const Context& context);
[[nodiscard]] const corsac_store_changes_v1* changes_table(const Context& context);

// Runs a command of the author's; one that fails ends the check, and one that was not given skips
// it. `option` is how it is given: "--change".
void run_command(const std::string& option, const std::string& command);

// Undoes what a command did, at the latest at the end of its life; the parent process does when the
// plugin ends this one before. Make it before the command runs, and after the store, which closes
// when all is as it was.
class UndoneAtEnd {
 public:
  UndoneAtEnd(const Context& context, CallNote::Undo undo);  // skips without its command
  ~UndoneAtEnd();
  UndoneAtEnd(const UndoneAtEnd&) = delete;
  UndoneAtEnd& operator=(const UndoneAtEnd&) = delete;

  void now();  // a command that fails ends the check

 private:
  CallNote& note_;
  const std::string option_;
  const std::string command_;
  bool is_done_ = false;
};

}  // namespace corsac::conformance
