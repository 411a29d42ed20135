// Writes the program's JSON lines through spdlog, on a thread of its own. Entry: Log::open. Test:
// tests/server/log_test.cpp.

#include "log.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>

#include <corsac/policy/reader.hpp>

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

// What the writing thread writes to, which uses it alone but for the count. A descriptor of its
// own: whoever holds the lock of stdio's standard error while a pipe is full holds up main as well.
class LineSink final : public spdlog::sinks::sink {
 public:
  explicit LineSink(int descriptor) : descriptor_(descriptor) {}
  ~LineSink() override { ::close(descriptor_); }
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;

  // The queue of lines, which counts those that it drops; outlives every call of log.
  void watch(spdlog::details::thread_pool& queue) { queue_ = &queue; }

  void log(const spdlog::details::log_msg& line) override {
    report_dropped();
    write(std::string(line.payload.data(), line.payload.size()));
    ++written_;
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}
  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  // In one call where the system takes it, so that no line of another program stands within.
  void write(std::string line) const {
    line += '\n';
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;  // nobody is left to be told
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  // Before a line: what became of those that should have stood there.
  void report_dropped() {
    const std::size_t dropped = queue_->overrun_counter();
    if (dropped == reported_) return;
    write(message_line(LogLevel::Warning, std::to_string(dropped - reported_) +
                                              " lines were dropped: the log was not read in time"));
    reported_ = dropped;
  }

  const int descriptor_;
  spdlog::details::thread_pool* queue_ = nullptr;
  std::size_t reported_ = 0;
  std::atomic<std::size_t> written_ = 0;
};

// Negative, with errno, when it cannot be had.
int open_descriptor(const std::string& file) {
  if (file == "-") return ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  constexpr mode_t kMode = 0640;
  return ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
}

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
  const int descriptor = open_descriptor(file);
  if (descriptor < 0) {
    const int error = errno;
    return fail(file + ": " + std::generic_category().message(error));
  }
  auto state = std::make_unique<State>();
  state->sink = std::make_shared<LineSink>(descriptor);
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

bool Log::is_written_within(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  const std::size_t lines = state_->lines;
  while (state_->sink->written() + state_->queue->overrun_counter() < lines) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace corsac::server
