// One store, called as the core calls it. Entry: TestedStore. Test:
// tests/server/store_test_test.py.

#include "conformance/tested_store.hpp"

#include <algorithm>
#include <atomic>
#include <deque>

#include <corsac/policy/reader.hpp>
#include <corsac/runtime/sink_adapter.hpp>

#include "conformance/shell_command.hpp"

namespace corsac::conformance {
namespace {

corsac_text to_c(const std::string& text) noexcept { return {text.data(), text.size()}; }

const void* extension_of(const Context& context, const char* name) {
  const auto extension = context.table->extension;
  return extension == nullptr ? nullptr : extension(to_c(name));
}

}  // namespace

std::string status_text(std::int32_t status) {
  switch (status) {
    case CORSAC_OK:
      return "CORSAC_OK";
    case CORSAC_UNREACHABLE:
      return "CORSAC_UNREACHABLE";
    case CORSAC_INVALID:
      return "CORSAC_INVALID";
    case CORSAC_CANCELLED:
      return "CORSAC_CANCELLED";
    case CORSAC_CONFLICT:
      return "CORSAC_CONFLICT";
    case CORSAC_READ_ONLY:
      return "CORSAC_READ_ONLY";
    case CORSAC_FAILED:
      return "CORSAC_FAILED";
    default:
      return "the unknown status " + std::to_string(status);
  }
}

struct TestedStore::State {
  explicit State(const corsac_store_plugin_v1& plugin) : table(plugin) {}

  const corsac_store_plugin_v1& table;
  // Keeps itself as long as the check's process lives: a plugin may call its host after close().
  std::shared_ptr<State> self = {};
  TestHost host = {};
  std::deque<TestSink> sinks = {};             // all that were given away: a plugin may keep one
  std::deque<ChangesSink> changes_sinks = {};  // likewise
  SinkAdapter core_sink = {};                  // the core's own
  std::atomic<void*> store{nullptr};
  // Of the call under way, for its thread until it has returned.
  const char* name = "";  // of the function
  std::int32_t status = CORSAC_FAILED;
  bool has_thrown = false;
  PutAnswer put = {};
  std::atomic<bool> has_interrupt_thrown{false};
};

TestedStore::TestedStore(const Context& context)
    : context_(context), state_(std::make_shared<State>(*context.table)) {
  state_->self = state_;
}

TestedStore::~TestedStore() {
  if (state_->store == nullptr || !thread_.wait(Steady::now())) return;
  try {
    close();
  } catch (const CheckEnd&) {
    // The check `close` says so.
  }
}

void TestedStore::start(const char* name, TestHost::Call kind, Steady::time_point deadline,
                        std::function<void()> function) {
  context_.note.begin(name);
  state_->name = name;
  thread_.start([state = state_, kind, deadline, function = std::move(function)] {
    state->host.begin(kind, deadline);
    state->has_thrown = false;
    try {
      function();
    } catch (...) {
      state->has_thrown = true;
    }
    state->host.end();
  });
}

void TestedStore::expect_return(Steady::time_point end, const std::string& since) {
  const char* const name = state_->name;
  if (!thread_.wait(end)) {
    fail_check(std::string(name) + " has not returned in time after " + since,
               "bound every wait by host.deadline, and end it on interrupt()", "One thread");
  }
  context_.note.end();
  if (state_->has_thrown || state_->has_interrupt_thrown) {
    fail_check(
        "an exception left " + std::string(state_->has_interrupt_thrown ? "interrupt()" : name),
        "catch everything inside of the C functions; a class derived from "
        "corsac::plugin::Store has that",
        "Exceptions");
  }
}

std::int32_t TestedStore::try_open(const Settings& settings) {
  const auto end = Steady::now() + kDeadline;
  // Borrowed for the call only, so a copy that goes with it shows a plugin that keeps them.
  auto open = [state = state_, settings, directory = context_.subject.directory] {
    std::vector<corsac_setting> entries;
    entries.reserve(settings.size());
    for (const auto& [name, value] : settings) entries.push_back({to_c(name), to_c(value)});
    const corsac_settings c_settings = {sizeof(corsac_settings), to_c(directory), entries.data(),
                                        entries.size()};
    void* store = nullptr;
    state->status = state->table.open(&state->host.table(), &c_settings, &store);
    if (state->status == CORSAC_OK) state->store = store;
  };
  start("open()", TestHost::Call::Open, end, std::move(open));
  expect_return(end + kReturnLimit, "it was called");
  if (state_->status == CORSAC_OK && state_->store == nullptr) {
    fail_check("open() answered CORSAC_OK and gave no store",
               "set *store to a pointer of your own, or answer another status");
  }
  return state_->status;
}

void TestedStore::open() {
  const std::int32_t status = try_open(context_.subject.settings);
  if (status == CORSAC_OK) return;
  std::string said;
  for (const ToldProblem& problem : host().problems()) {
    said += (said.empty() ? ": " : "; ") + problem.text();
  }
  if (status == CORSAC_INVALID && said.empty()) {
    fail_check("open() answered CORSAC_INVALID and said nothing",
               "report each wrong setting with host.problem", "Settings");
  }
  if (status == CORSAC_INVALID) {
    fail_check("open() answered CORSAC_INVALID" + context_.secrets.shown(said),
               "give settings with which the store opens: --settings KEY=VALUE", kHowToTest);
  }
  fail_check("open() answered " + status_text(status) + context_.secrets.shown(said),
             "open without asking the place: read() says when it cannot be reached",
             "Which answer");
}

void TestedStore::start_read(const ReadPlan& plan) {
  TestSink& sink = state_->sinks.emplace_back();
  sink.stop_at(plan.stop_at);
  sink.at(plan.hook_at, plan.hook);
  // Records are read only of stores that keep some.
  const auto* const records = plan.is_of_records ? records_table(context_) : nullptr;
  const auto read = records != nullptr ? records->read_records : state_->table.read;
  start(plan.is_of_records ? "read_records()" : "read()", TestHost::Call::Read,
        Steady::now() + plan.deadline, [state = state_, &sink, read, reader = plan.reader] {
          if (reader != nullptr) {
            state->core_sink.begin(*reader);
            state->status = read(state->store, &state->core_sink.table());
            state->core_sink.end();
            return;
          }
          sink.begin();
          state->status = read(state->store, &sink.table());
          sink.end();
        });
}

bool TestedStore::has_returned_by(Steady::time_point end) const { return thread_.wait(end); }

ReadAnswer TestedStore::end_read(Steady::time_point end, const std::string& since) {
  expect_return(end, since);
  return {state_->status, state_->sinks.back().facts()};
}

ReadAnswer TestedStore::read(const ReadPlan& plan) {
  start_read(plan);
  return end_read(
      Steady::now() + std::max(plan.deadline, std::chrono::milliseconds(0)) + kReturnLimit,
      "its deadline");
}

ReadFacts TestedStore::read_document(const ReadPlan& plan) {
  const ReadAnswer answer = read(plan);
  if (answer.status != CORSAC_OK || answer.facts.finishes != 1) {
    fail_check(std::string(state_->name) + " gave no document: " + answer_text(answer),
               "answer CORSAC_OK after one finish(revision)", "A document is whole or nothing");
  }
  return answer.facts;
}

// Called inside of a put, with its State.
void TestedStore::keep_revision(void* context, corsac_text revision) noexcept {
  static_cast<State*>(context)->put.revisions.emplace_back(
      revision.data == nullptr ? "" : revision.data, revision.data == nullptr ? 0 : revision.size);
}

void TestedStore::start_put(const std::string& document, const std::string& expected) {
  state_->put = {};
  auto put = [state = state_, write = write_table(context_), document, expected] {
    state->put.status = write->put_document(state->store, to_c(document), to_c(expected),
                                            state.get(), &TestedStore::keep_revision);
  };
  start("put_document()", TestHost::Call::Other, Steady::now() + kDeadline, std::move(put));
}

void TestedStore::start_put_records(const RecordPut& put, const std::string& expected) {
  state_->put = {};
  auto call = [state = state_, records = records_table(context_), put, expected] {
    const corsac_record_change change = {to_c(put.id), to_c(put.record)};
    state->put.status =
        records->put_records(state->store, &change, 1, to_c(put.all), to_c(expected), state.get(),
                             &TestedStore::keep_revision);
  };
  start("put_records()", TestHost::Call::Other, Steady::now() + kDeadline, std::move(call));
}

PutAnswer TestedStore::put_records(const RecordPut& put, const std::string& expected) {
  start_put_records(put, expected);
  return end_put();
}

void TestedStore::start_change_origins(const std::vector<std::string>& changes,
                                       const std::string& expected) {
  state_->put = {};
  auto call = [state = state_, table = changes_table(context_), changes, expected] {
    std::vector<corsac_origin_change> told;
    told.reserve(changes.size());
    for (const std::string& change : changes) {
      told.push_back({{change.data() + 1, change.size() - 1}, change.front() == '+' ? 1 : 0});
    }
    state->put.status =
        table->change_origins(state->store, told.data(), told.size(), to_c(expected), state.get(),
                              &TestedStore::keep_revision);
  };
  start("change_origins()", TestHost::Call::Other, Steady::now() + kDeadline, std::move(call));
}

PutAnswer TestedStore::change_origins(const std::vector<std::string>& changes,
                                      const std::string& expected) {
  start_change_origins(changes, expected);
  return end_put();
}

ChangesAnswer TestedStore::read_changes(const std::string& since, std::size_t stop_at) {
  ChangesSink& sink = state_->changes_sinks.emplace_back(stop_at);
  auto call = [state = state_, table = changes_table(context_), since, &sink] {
    sink.begin();
    state->status = table->read_changes(state->store, to_c(since), &sink.table());
    sink.end();
  };
  start("read_changes()", TestHost::Call::Other, Steady::now() + kDeadline, std::move(call));
  expect_return(Steady::now() + kDeadline + kReturnLimit, "it was called");
  return {state_->status, sink.facts()};
}

PutAnswer TestedStore::end_put() {
  expect_return(Steady::now() + kDeadline + kReturnLimit, "it was called");
  return state_->put;
}

PutAnswer TestedStore::put(const std::string& document, const std::string& expected) {
  start_put(document, expected);
  return end_put();
}

void TestedStore::close() {
  if (context_.found.is_close_broken) return;
  const auto end = Steady::now() + kReturnLimit;
  auto close = [state = state_] {
    state->table.close(state->store.exchange(nullptr));
    state->host.set_closed();
  };
  start("close()", TestHost::Call::Other, end, std::move(close));
  if (!thread_.wait(end)) {
    fail_check("close() has not returned within " + std::to_string(kReturnLimit.count()) + " s",
               "stop the threads of the store, and end what they wait for first", "Close");
  }
  expect_return(end, "it was called");
}

bool TestedStore::try_interrupt() {
  state_->host.cancel();
  interrupter_.start([state = state_] {
    try {
      if (void* store = state->store; store != nullptr) state->table.interrupt(store);
    } catch (...) {
      state->has_interrupt_thrown = true;
    }
  });
  return interrupter_.wait(Steady::now() + kReturnLimit);
}

void TestedStore::interrupt() {
  context_.note.begin("interrupt()");
  if (!try_interrupt()) {
    fail_check("interrupt() has not returned within a second",
               "only wake what read() waits for, and wait for nothing", "One thread");
  }
  context_.note.end();
}

const TestHost& TestedStore::host() const { return state_->host; }

bool TestedStore::has_misused_sink() const {
  return std::any_of(state_->sinks.begin(), state_->sinks.end(),
                     [](const TestSink& sink) { return !sink.facts().thread_fault.empty(); });
}

std::string TestedStore::answer_text(const ReadAnswer& answer) const {
  std::string said;
  for (const ToldProblem& problem : answer.facts.problems) {
    said += (said.empty() ? "" : "; ") + problem.text();
  }
  if (said.empty()) said = last_line(answer.status);
  return status_text(answer.status) +
         (answer.status == CORSAC_OK
              ? ", finish was called " + std::to_string(answer.facts.finishes) + " times"
              : std::string()) +
         (said.empty() ? std::string() : " (" + context_.secrets.shown(said) + ")");
}

std::string TestedStore::answer_text(const PutAnswer& answer) const {
  const std::string said = last_line(answer.status);
  return status_text(answer.status) +
         (said.empty() ? std::string() : " (" + context_.secrets.shown(said) + ")");
}

std::string TestedStore::answer_text(const ChangesAnswer& answer) const {
  const std::string said = last_line(answer.status);
  return status_text(answer.status) + ", " + std::to_string(answer.facts.changes.size()) +
         " changes were told, finish was called " + std::to_string(answer.facts.finishes) +
         " times" + (said.empty() ? std::string() : " (" + context_.secrets.shown(said) + ")");
}

std::string TestedStore::last_line(std::int32_t status) const {
  const std::vector<std::string> lines = host().lines();
  return status == CORSAC_OK || lines.empty() ? std::string()
                                              : "its last log line: " + lines.back();
}

const corsac_store_write_v1* write_table(const Context& context) {
  return static_cast<const corsac_store_write_v1*>(extension_of(context, CORSAC_STORE_WRITE_NAME));
}

const corsac_store_records_v1* records_table(const Context& context) {
  return static_cast<const corsac_store_records_v1*>(
      extension_of(context, CORSAC_STORE_RECORDS_NAME));
}

const corsac_store_changes_v1* changes_table(const Context& context) {
  return static_cast<const corsac_store_changes_v1*>(
      extension_of(context, CORSAC_STORE_CHANGES_NAME));
}

void run_command(const std::string& option, const std::string& command) {
  if (command.empty()) skip_check("give " + option + " COMMAND to run it");
  const std::string fault = run_shell(command, kCommandLimit);
  if (fault.empty()) return;
  fail_check("the command of " + option + " " + fault,
             "give one that ends with 0 within " + std::to_string(kCommandLimit.count()) + " s",
             kHowToTest);
}

UndoneAtEnd::UndoneAtEnd(const Context& context, CallNote::Undo undo)
    : note_(context.note),
      option_(undo == CallNote::Undo::Thaw ? "--thaw" : "--restore"),
      command_(undo == CallNote::Undo::Thaw ? context.subject.thaw_command
                                            : context.subject.restore_command) {
  if (command_.empty()) skip_check("give " + option_ + " COMMAND to run it");
  note_.set_undo(undo);
}

UndoneAtEnd::~UndoneAtEnd() {
  // The check has failed; that this fails too shows in those that follow.
  if (!is_done_) static_cast<void>(run_shell(command_, kCommandLimit));
  note_.set_undo(CallNote::Undo::None);
}

void UndoneAtEnd::now() {
  is_done_ = true;
  run_command(option_, command_);
}

}  // namespace corsac::conformance
