// A store that breaks the contract in one way, chosen by the setting `mode`. Written against the C
// header, because the C++ face prevents most of it. Calls that hang can be held for a limited time
// (`hold_ms`), so that a test can end.
//
//   fine                     a small document; what a read without fault looks like
//   fine N                   the same, with the exposed header X-Version-N
//   open_null_store          CORSAC_OK, but no store
//   open_invalid             reports a problem with a setting
//   open_invalid_silently    CORSAC_INVALID without a problem
//   open_unreachable         CORSAC_UNREACHABLE
//   open_hangs               logs "waits", waits for interrupt, at most hold_ms
//   open_ignores_interrupt   waits for hold_ms whatever happens
//   read_hangs               logs "waits", waits for interrupt, at most hold_ms
//   read_ignores_interrupt   waits for hold_ms whatever happens
//   read_never_finishes      a document without finish
//   read_ignores_stop        goes on writing after the sink said stop
//   read_garbage             calls in an impossible order, bytes that are no text, deep nesting
//   read_null_texts          {null, 5} as field and value
//   read_lies_about_sizes    texts of 2^62 bytes
//   read_throws              an exception leaves read
//   read_without_end         values without end, until the sink stops it
//   read_unknown_status      99
//   read_unreachable, read_invalid_silently, read_invalid, read_failed, read_cancelled
//   read_other_thread        calls the sink from a thread of its own
//   read_keeps_sink          the second read writes into the sink of the first
//   read_logs_without_end    the same line 10,000 times, then another one; CORSAC_UNREACHABLE
//   changes_all_the_time     calls host.changed without a pause from a thread of its own
//   interrupt_hangs          waits for hold_ms in interrupt; reads wait for the end of it
//   close_hangs              waits for hold_ms in close
//   changes_after_close      calls host.changed from a thread of its own until the process ends
//
// With the setting `mode_file`, the mode of each read is what that file holds then.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "corsac_store_plugin.h"

namespace {

using std::chrono::milliseconds;

struct MisbehavingStore {
  const corsac_host* host;
  std::string mode;
  std::string mode_file;
  milliseconds hold;
  std::atomic<bool> is_interrupted{false};
  std::atomic<bool> is_closing{false};
  const corsac_sink* kept_sink = nullptr;
  std::thread changer;
};

corsac_text text(std::string_view view) { return {view.data(), view.size()}; }

std::string setting(const corsac_settings* settings, std::string_view name) {
  for (std::size_t i = 0; i < settings->count; ++i) {
    const corsac_setting& entry = settings->entries[i];
    if (std::string_view(entry.name.data, entry.name.size) == name) {
      return {entry.value.data, entry.value.size};
    }
  }
  return {};
}

// `corsac store-test` must find nothing but the mode. `file` is what a server's configuration has.
bool are_known(const corsac_host* host, const corsac_settings* settings) {
  bool are_all_known = true;
  for (std::size_t i = 0; i < settings->count; ++i) {
    const corsac_text name = settings->entries[i].name;
    const std::string_view known(name.data, name.size);
    if (known == "mode" || known == "hold_ms" || known == "mode_file" || known == "file") {
      continue;
    };
    host->problem(host->context, text("setting-unknown"), name, text("there is none such"),
                  text("write mode or hold_ms"));
    are_all_known = false;
  }
  return are_all_known;
}

// Ends after `hold`, or, when `interrupted` is given, as soon as it is true.
void hang(milliseconds hold, const std::atomic<bool>* interrupted) {
  const auto end = std::chrono::steady_clock::now() + hold;
  while (std::chrono::steady_clock::now() < end) {
    if (interrupted != nullptr && *interrupted) return;
    std::this_thread::sleep_for(milliseconds(2));
  }
}

// The host knows of an interrupt even while open() has not given a store yet.
void hang_until_cancelled(milliseconds hold, const corsac_host* host) {
  const auto end = std::chrono::steady_clock::now() + hold;
  while (std::chrono::steady_clock::now() < end && host->cancelled(host->context) == 0) {
    std::this_thread::sleep_for(milliseconds(2));
  }
}

// False when the sink said stop.
bool write_list(const corsac_sink* sink, std::string_view field, std::uint32_t line,
                std::initializer_list<std::string> values) {
  void* to = sink->context;
  if (sink->begin_list(to, text(field), {line, 1}) == 0) return false;
  std::uint32_t column = 10;
  for (const std::string& value : values) {
    column += 10;
    if (sink->text(to, text(""), text(value), {line, column}) == 0) return false;
  }
  return sink->end_list(to) != 0;
}

// Likewise.
bool write_document(const corsac_sink* sink, const std::string& version = {}) {
  void* to = sink->context;
  const std::string app = "https://app.example";
  if (sink->source(to, text("misbehaving")) == 0 ||
      sink->integer(to, text("version"), 1, {1, 1}) == 0 ||
      sink->begin_item(to, text("cors"), {2, 1}) == 0) {
    return false;
  }
  const bool goes_on =
      version.empty()
          ? write_list(sink, "allowed_origins", 3, {app})
          : write_list(sink, "allowed_origins", 3, {app, "https://v" + version + ".example"}) &&
                write_list(sink, "allowed_methods", 4, {"GET", "PUT"}) &&
                write_list(sink, "exposed_headers", 5, {"X-Version-" + version});
  return goes_on && sink->end_item(to) != 0;
}

std::string mode_in(const std::string& file) {
  std::ifstream stream(file);
  std::string mode{std::istreambuf_iterator<char>(stream), {}};
  return mode;
}

void write_garbage(const corsac_sink* sink) {
  void* to = sink->context;
  sink->end_item(to);
  sink->end_list(to);
  sink->text(to, text(""), text("no field"), {0, 0});
  sink->text(to, text("cors"), text(std::string_view("a\0b\xff\xfe\x1b[31m", 10)), {1, 1});
  sink->begin_list(to, text("allowed_origins"), {4294967295u, 4294967295u});
  sink->end_item(to);
  for (int i = 0; i < 100'000; ++i) sink->begin_list(to, text("x"), {1, 1});
  for (int i = 0; i < 100'000; ++i) sink->begin_item(to, text(""), {1, 1});
  sink->real(to, text("version"), std::numeric_limits<double>::quiet_NaN(), {1, 1});
  sink->integer(to, text("version"), std::numeric_limits<std::int64_t>::min(), {1, 1});
  sink->flag(to, text("version"), -7, {1, 1});
  const std::string huge(1024 * 1024, '\x01');
  sink->problem(to, text(huge), text(huge), text(huge), {1, 1});
  sink->source(to, text(huge));
  sink->finish(to, text(huge));
  sink->finish(to, text("again"));
  sink->text(to, text("after"), text("the end"), {1, 1});
}

std::int32_t open(const corsac_host* host, const corsac_settings* settings, void** store) {
  if (!are_known(host, settings)) return CORSAC_INVALID;
  const std::string mode = setting(settings, "mode");
  const std::string hold_text = setting(settings, "hold_ms");
  const milliseconds hold(hold_text.empty() ? 10'000 : std::stoi(hold_text));
  if (mode == "open_null_store") {
    *store = nullptr;
    return CORSAC_OK;
  }
  if (mode == "open_invalid") {
    host->problem(host->context, text("setting-value"), text("mode"), text("the mode is wrong"),
                  text("write mode = \"fine\""));
    return CORSAC_INVALID;
  }
  if (mode == "open_invalid_silently") return CORSAC_INVALID;
  if (mode == "open_unreachable") return CORSAC_UNREACHABLE;
  if (mode == "open_hangs") {
    host->log(host->context, CORSAC_LOG_INFO, text("waits"));
    hang_until_cancelled(hold, host);
    return CORSAC_CANCELLED;
  }
  if (mode == "open_ignores_interrupt") {
    hang(hold, nullptr);
    return CORSAC_FAILED;
  }
  auto* made = new MisbehavingStore{.host = host,
                                    .mode = mode,
                                    .mode_file = setting(settings, "mode_file"),
                                    .hold = hold,
                                    .changer = {}};
  if (mode == "changes_after_close") {
    std::thread([host] {
      while (true) {
        host->changed(host->context);
        std::this_thread::sleep_for(milliseconds(1));
      }
    }).detach();
  }
  if (mode == "changes_all_the_time") {
    made->changer = std::thread([made] {
      while (!made->is_closing) made->host->changed(made->host->context);
    });
  }
  *store = made;
  return CORSAC_OK;
}

// What is not about the document: a status of its own. -1 = the mode is another.
std::int32_t status_of_mode(const std::string& mode) {
  if (mode == "read_unreachable") return CORSAC_UNREACHABLE;
  if (mode == "read_invalid_silently") return CORSAC_INVALID;
  if (mode == "read_failed") return CORSAC_FAILED;
  if (mode == "read_cancelled") return CORSAC_CANCELLED;
  if (mode == "read_unknown_status") return 99;
  return -1;
}

std::int32_t read(void* store, const corsac_sink* sink) {
  auto& own = *static_cast<MisbehavingStore*>(store);
  const std::string mode = own.mode_file.empty() ? own.mode : mode_in(own.mode_file);
  void* to = sink->context;
  if (const std::int32_t status = status_of_mode(mode); status >= 0) return status;
  if (mode == "read_hangs" || mode == "interrupt_hangs") {
    own.host->log(own.host->context, CORSAC_LOG_INFO, text("waits"));
    hang(own.hold, &own.is_interrupted);
    own.is_interrupted = false;
    return CORSAC_CANCELLED;
  }
  if (mode == "read_ignores_interrupt") {
    hang(own.hold, nullptr);
    return CORSAC_OK;
  }
  if (mode == "read_garbage") {
    write_garbage(sink);
    return CORSAC_OK;
  }
  if (mode == "read_invalid") {
    sink->problem(to, text("broken-document"), text("the document is broken"), text("mend it"),
                  {3, 4});
    return CORSAC_INVALID;
  }
  if (mode == "read_throws") throw std::runtime_error("read_throws");
  if (mode == "read_lies_about_sizes") {
    sink->begin_item(to, text("cors"), {1, 1});
    sink->text(to, {"name", std::size_t{1} << 62}, {"value", std::size_t{1} << 62}, {1, 1});
    sink->end_item(to);
    sink->finish(to, {"1", std::size_t{1} << 62});
    return CORSAC_OK;
  }
  if (mode == "read_null_texts") {
    sink->text(to, {nullptr, 5}, {nullptr, 5}, {1, 1});
    sink->finish(to, text("1"));
    return CORSAC_OK;
  }
  if (mode == "read_without_end") {
    sink->begin_item(to, text("cors"), {1, 1});
    sink->begin_list(to, text("allowed_origins"), {1, 1});
    while (sink->text(to, text(""), text("https://app.example"), {1, 1}) != 0) {
    }
    return CORSAC_CANCELLED;
  }
  if (mode == "read_logs_without_end") {
    for (int i = 0; i < 10'000; ++i) own.host->log(own.host->context, 2, text("no answer"));
    own.host->log(own.host->context, 0, text("it gives up"));
    own.host->log(own.host->context, 2, text("no answer"));
    own.host->log(own.host->context, 2, text("no answer"));
    return CORSAC_UNREACHABLE;
  }
  if (mode == "read_other_thread") {
    std::thread([sink] { static_cast<void>(write_document(sink)); }).join();
    sink->finish(to, text("1"));
    return CORSAC_OK;
  }
  if (mode == "read_keeps_sink" && own.kept_sink != nullptr) sink = own.kept_sink;
  own.kept_sink = sink;
  if (mode == "read_ignores_stop") {
    for (int i = 0; i < 200'000; ++i) sink->text(to, text("no_such_field"), text("x"), {1, 1});
  }
  const bool is_versioned = mode.rfind("fine ", 0) == 0;
  const std::string version = is_versioned ? mode.substr(5) : std::string();
  if (!write_document(sink, version)) return CORSAC_CANCELLED;
  if (is_versioned) {
    sink->finish(to, text(version));
    return CORSAC_OK;
  }
  if (mode != "read_never_finishes") sink->finish(sink->context, text("1"));
  return CORSAC_OK;
}

void interrupt(void* store) {
  auto& own = *static_cast<MisbehavingStore*>(store);
  if (own.mode == "interrupt_hangs") hang(own.hold, nullptr);
  own.is_interrupted = true;
}

void close(void* store) {
  auto* own = static_cast<MisbehavingStore*>(store);
  if (own == nullptr) return;
  if (own->mode == "close_hangs") hang(own->hold, nullptr);
  own->is_closing = true;
  if (own->changer.joinable()) own->changer.join();
  delete own;
}

}  // namespace

extern "C" {
__attribute__((visibility("default"))) extern const corsac_store_plugin_v1 corsac_store_plugin;
constexpr corsac_store_plugin_v1 corsac_store_plugin = {CORSAC_STORE_PLUGIN_MAGIC,
                                                        CORSAC_STORE_PLUGIN_ABI_MAJOR,
                                                        CORSAC_STORE_PLUGIN_ABI_MINOR,
                                                        sizeof(corsac_store_plugin_v1),
                                                        "misbehaving",
                                                        "1.0",
                                                        &open,
                                                        &read,
                                                        &interrupt,
                                                        &close,
                                                        nullptr};
}
