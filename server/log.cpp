// Writes the program's JSON lines through spdlog. Entry: Log::open. Test:
// tests/server/program_test.cpp.

#include "log.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
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

}  // namespace

struct Log::State {
  std::shared_ptr<spdlog::logger> logger;
};

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() = default;

Result<std::shared_ptr<Log>, std::string> Log::open(const std::string& file) {
  auto state = std::make_unique<State>();
  try {
    spdlog::sink_ptr sink;
    if (file == "-") {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    }
    state->logger = std::make_shared<spdlog::logger>("corsac", std::move(sink));
  } catch (const std::exception& error) {
    return fail(std::string(error.what()));
  }
  state->logger->set_pattern("%v");
  state->logger->flush_on(spdlog::level::trace);  // a line that a crash loses explains nothing
  return std::shared_ptr<Log>(new Log(std::move(state)));
}

void Log::json_line(std::string_view line) {
  state_->logger->info(spdlog::string_view_t(line.data(), line.size()));
}

void Log::message(LogLevel level, std::string_view text) {
  std::string line = R"({"type":"log","time":")";
  line += time_text(std::chrono::system_clock::now());
  line += R"(","level":")";
  line += level_text(level);
  line += R"(","message":")";
  line += json_escaped(text.substr(0, kMessageLimitBytes));
  line += "\"}";
  json_line(line);
}

}  // namespace corsac::server
