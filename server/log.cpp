// Writes the program's JSON lines through spdlog, on a thread of its own. Entry: Log::open. Test:
// tests/server/log_test.cpp.

#include "log.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>

#include <corsac/policy/reader.hpp>

#include "log_file.hpp"

namespace corsac::server {
namespace {

std::string_view level_text(LogLevel level) {
  switch (level) {
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "error";
}

// A message is one line of JSON text whatever is in it; it may be longer than an offending value.
constexpr std::size_t kMessageLimitBytes = 4096;

// RFC 8259, 7, kept to ASCII so that a terminal sees no byte of an attacker.
std::string json_escaped(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      escaped += '\\';
      escaped += c;
    } else if (byte >= 0x20 && byte < 0x7F) {
      escaped += c;
    } else {
      escaped += "\\u00";
      escaped += kHex[byte >> 4U];
      escaped += kHex[byte & 0xFU];
    }
  }
  return escaped;
}

std::string message_line(LogLevel level, std::string_view text) {
  std::string line = R"({"type":"log","time":")";
  line += time_text(std::chrono::system_clock::now());
  line += R"(","level":")";
  line += level_text(level);
  line += R"(","message":")";
  line += json_escaped(text.substr(0, kMessageLimitBytes));
  line += "\"}";
  return line;
}

// For a file that cannot be written: somebody may see this instead. Not when he would have to be
// waited for.
void tell_standard_error(const std::string& text) {
  struct pollfd waited = {.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&waited, 1, 0) != 1 || (waited.revents & POLLOUT) == 0) return;
  const std::string line = "corsac: " + text + "\n";
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;  // nobody is left to be told
}

// On the writing thread alone, but for what is atomic.
class LineSink final : public spdlog::sinks::sink {
 public:
  // `file` is open.
  explicit LineSink(std::unique_ptr<LogFile> file) : file_(std::move(file)) {}
  ~LineSink() override { static_cast<void>(tell_lost()); }
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;

  // The queue of lines, which counts those that it drops; outlives every call of log.
  void watch(spdlog::details::thread_pool& queue) { queue_ = &queue; }
  // Before the next line. Any thread.
  void reopen_soon() { wants_reopening_ = true; }

  void log(const spdlog::details::log_msg& line) override {
    if (wants_reopening_.exchange(false)) reopen();
    const bool is_only_a_call = line.payload.size() == 0;  // of Log::reopen
    if (is_only_a_call) {
      ++done_;
      return;
    }
    if (!tell_lost() || !tell_dropped() || !put({line.payload.data(), line.payload.size()})) {
      ++lost_;
    }
    ++done_;
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}
  // Lines that are written or lost. Any thread.
  [[nodiscard]] std::size_t done() const { return done_; }
  // Of these, lost. Any thread.
  [[nodiscard]] std::size_t lost() const { return lost_; }

 private:
  [[nodiscard]] bool put(std::string_view line) {
    const int error = file_->append(line);
    if (error == 0) {
      is_failing_ = false;
      return true;
    }
    why_lost_ = std::generic_category().message(error);
    if (!is_failing_ && !file_->is_standard_error()) {
      tell_standard_error("the log cannot be written: " + file_->name() + ": " + why_lost_ +
                          "; its lines are lost until it can");
    }
    is_failing_ = true;
    return false;
  }

  void reopen() {
    if (file_->is_standard_error()) return;
    const int error = file_->open();
    if (error == 0) {
      if (!put(message_line(LogLevel::Info, "the log file was opened again"))) ++lost_;
      return;
    }
    const std::string text = "the log file cannot be opened again: " + file_->name() + ": " +
                             std::generic_category().message(error) + "; the old one is kept";
    tell_standard_error(text);
    if (!put(message_line(LogLevel::Error, text))) ++lost_;
  }

  // Before a line: what became of those that should have stood there. False when that cannot be
  // written either; it is said later then.
  [[nodiscard]] bool tell_lost() {
    const std::size_t lost = lost_;
    if (lost == told_lost_) return true;
    if (!put(message_line(LogLevel::Error,
                          std::to_string(lost - told_lost_) +
                              " lines were lost: the log could not be written: " + why_lost_))) {
      return false;
    }
    told_lost_ = lost;
    return true;
  }

  [[nodiscard]] bool tell_dropped() {
    const std::size_t dropped = queue_->overrun_counter();
    if (dropped == told_dropped_) return true;
    if (!put(message_line(LogLevel::Warning,
                          std::to_string(dropped - told_dropped_) +
                              " lines were dropped: the log was not read in time"))) {
      return false;
    }
    told_dropped_ = dropped;
    return true;
  }

  const std::unique_ptr<LogFile> file_;
  spdlog::details::thread_pool* queue_ = nullptr;
  bool is_failing_ = false;
  std::string why_lost_ = {};
  std::size_t told_lost_ = 0;
  std::size_t told_dropped_ = 0;
  std::atomic<bool> wants_reopening_ = false;
  std::atomic<std::size_t> lost_ = 0;
  std::atomic<std::size_t> done_ = 0;
};

}  // namespace

struct Log::State {
  std::shared_ptr<LineSink> sink;
  std::atomic<std::size_t> lines = 0;
  std::shared_ptr<spdlog::logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> queue;  // last: its thread uses what stands above
};

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() = default;

Result<std::shared_ptr<Log>, std::string> Log::open(const std::string& file) {
  auto lines = std::make_unique<LogFile>(file);
  if (const int error = lines->open(); error != 0) {
    return fail(file + ": " + std::generic_category().message(error));
  }
  auto state = std::make_unique<State>();
  state->sink = std::make_shared<LineSink>(std::move(lines));
  try {
    state->queue = std::make_shared<spdlog::details::thread_pool>(kWaitingLinesLimit, 1);
    state->sink->watch(*state->queue);
    state->logger = std::make_shared<spdlog::async_logger>(
        "corsac", state->sink, state->queue, spdlog::async_overflow_policy::overrun_oldest);
  } catch (const std::exception& error) {
    return fail(std::string(error.what()));
  }
  return std::shared_ptr<Log>(new Log(std::move(state)));
}

void Log::json_line(std::string_view line) {
  ++state_->lines;
  state_->logger->info(spdlog::string_view_t(line.data(), line.size()));
}

void Log::message(LogLevel level, std::string_view text) { json_line(message_line(level, text)); }

void Log::reopen() {
  state_->sink->reopen_soon();
  json_line({});  // wakes the writing thread
}

std::size_t Log::lost_lines() const {
  return state_->sink->lost() + state_->queue->overrun_counter();
}

bool Log::is_written_within(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  const std::size_t lines = state_->lines;
  while (state_->sink->done() + state_->queue->overrun_counter() < lines) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace corsac::server
