#pragma once

// The C++ face of corsac_store_plugin.h, header-only, C++17: derive a class from Store, end the
// file with CORSAC_STORE_PLUGIN(YourClass), and no pointer cast, no C struct and no exception is
// yours to think of. Needs nothing but the C header beside it; links with nothing of Corsac.
//
//   class MyStore final : public corsac::plugin::Store {
//    public:
//     static constexpr const char* kName = "mine";     // what `plugin = "mine"` says
//     static constexpr const char* kVersion = "1.0";
//     static OpenResult open(Host host, Settings settings);
//     Status read(Sink& sink) override;
//     void interrupt() override;                        // when read() can block
//     // What it can do besides, by name (optional): corsac_store_write.hpp.
//     static const void* extension(std::string_view name) noexcept;
//   };
//   CORSAC_STORE_PLUGIN(MyStore)
//
// Thread tags are those of the C header: [store-thread] = always on the one thread that the core
// gives this store, never two at once; [any-thread] = at any time from any thread.
//
// Every exception that leaves a function of yours is stopped here: its text goes to the log (so
// keep secrets out of it), and the call answers CORSAC_FAILED. plugins/example is a whole plugin to
// copy.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "corsac_store_plugin.h"

namespace corsac::plugin {

// corsac_status, with the meaning that the C header gives each value.
enum class Status : std::int32_t {
  Ok = CORSAC_OK,
  Unreachable = CORSAC_UNREACHABLE,
  Invalid = CORSAC_INVALID,
  Cancelled = CORSAC_CANCELLED,
  Conflict = CORSAC_CONFLICT,
  ReadOnly = CORSAC_READ_ONLY,
  Failed = CORSAC_FAILED,
};

enum class LogLevel : std::int32_t {
  Info = CORSAC_LOG_INFO,
  Warning = CORSAC_LOG_WARNING,
  Error = CORSAC_LOG_ERROR,
};

// Where a value stands in the source named last. From 1; line 0 = not known, column 0 = the whole
// line. Columns count bytes.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

namespace detail {

[[nodiscard]] constexpr corsac_text to_c(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] constexpr std::string_view to_view(corsac_text text) noexcept {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}
[[nodiscard]] constexpr corsac_place to_c(Place place) noexcept {
  return {place.line, place.column};
}

}  // namespace detail

// The plugin's own entries of [store]. Borrowed: valid during open() only; copy what you keep. A
// setting that you do not know is an error that Host::problem reports, as everywhere in Corsac.
class Settings {
 public:
  struct Entry {
    std::string_view name;
    std::string_view value;  // a text, whatever it was in the file: 30 is "30", true is "true"
  };

  explicit Settings(const corsac_settings& settings) noexcept : settings_(&settings) {}

  // Absolute; what relative file names are relative to.
  [[nodiscard]] std::string_view directory() const noexcept {
    return detail::to_view(settings_->directory);
  }
  [[nodiscard]] std::size_t size() const noexcept { return settings_->count; }
  // `index` < size().
  [[nodiscard]] Entry operator[](std::size_t index) const noexcept {
    const corsac_setting& entry = settings_->entries[index];
    return {detail::to_view(entry.name), detail::to_view(entry.value)};
  }
  // The value of the first entry with this name; nothing when there is none.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) {
      if ((*this)[i].name == name) return (*this)[i].value;
    }
    return std::nullopt;
  }

 private:
  const corsac_settings* settings_;
};

// Where a document goes. Only during read(). [store-thread]
//
// Each call answers true = go on, false = stop and return Status::Cancelled. The answer is
// remembered: after a stop every call does nothing and answers false, so a short document may be
// handed over without looking, and is_stopped() asked now and then in a long one.
//
// The document itself is the outermost item and is not opened. `field` is the name inside the
// enclosing item; it is empty for an element of a list. Texts are copied by the core.
class Sink {
 public:
  explicit Sink(const corsac_sink& sink) noexcept : sink_(&sink) {}
  Sink(const Sink&) = delete;  // a copy would not know of a stop
  Sink& operator=(const Sink&) = delete;

  // Places count in this source from now on: a file name or a key, never a URL with secrets. Call
  // it first, and again when another file is read.
  bool source(std::string_view name) noexcept {
    return keep(is_stopped_ ? 0 : sink_->source(sink_->context, detail::to_c(name)));
  }
  bool begin_list(std::string_view field, Place place = {}) noexcept {
    return keep(is_stopped_
                    ? 0
                    : sink_->begin_list(sink_->context, detail::to_c(field), detail::to_c(place)));
  }
  bool end_list() noexcept { return keep(is_stopped_ ? 0 : sink_->end_list(sink_->context)); }
  bool begin_item(std::string_view field, Place place = {}) noexcept {
    return keep(is_stopped_
                    ? 0
                    : sink_->begin_item(sink_->context, detail::to_c(field), detail::to_c(place)));
  }
  bool end_item() noexcept { return keep(is_stopped_ ? 0 : sink_->end_item(sink_->context)); }
  bool text(std::string_view field, std::string_view value, Place place = {}) noexcept {
    return keep(is_stopped_ ? 0
                            : sink_->text(sink_->context, detail::to_c(field), detail::to_c(value),
                                          detail::to_c(place)));
  }
  bool integer(std::string_view field, std::int64_t value, Place place = {}) noexcept {
    return keep(is_stopped_ ? 0
                            : sink_->integer(sink_->context, detail::to_c(field), value,
                                             detail::to_c(place)));
  }
  bool real(std::string_view field, double value, Place place = {}) noexcept {
    return keep(is_stopped_
                    ? 0
                    : sink_->real(sink_->context, detail::to_c(field), value, detail::to_c(place)));
  }
  bool flag(std::string_view field, bool value, Place place = {}) noexcept {
    return keep(is_stopped_ ? 0
                            : sink_->flag(sink_->context, detail::to_c(field), value ? 1 : 0,
                                          detail::to_c(place)));
  }
  bool null(std::string_view field, Place place = {}) noexcept {
    return keep(is_stopped_
                    ? 0
                    : sink_->null_value(sink_->context, detail::to_c(field), detail::to_c(place)));
  }
  // Something wrong that only the store can see. `code` is lower case with hyphens
  // ("toml-syntax"), `what` a clause, `fix` an imperative or empty. Then return Status::Invalid.
  bool problem(std::string_view code, std::string_view what, std::string_view fix,
               Place place = {}) noexcept {
    return keep(is_stopped_ ? 0
                            : sink_->problem(sink_->context, detail::to_c(code), detail::to_c(what),
                                             detail::to_c(fix), detail::to_c(place)));
  }
  // The document is complete, in the state that `revision` names (at most 255 bytes, a longer one
  // is an error). A read that returns without it is void.
  bool finish(std::string_view revision) noexcept {
    return keep(is_stopped_ ? 0 : sink_->finish(sink_->context, detail::to_c(revision)));
  }

  [[nodiscard]] bool is_stopped() const noexcept { return is_stopped_; }

 private:
  friend class Host;

  bool keep(int goes_on) noexcept {
    is_stopped_ = goes_on == 0;
    return !is_stopped_;
  }

  const corsac_sink* sink_;
  bool is_stopped_ = false;
};

// Why a call failed; the fields of corsac_failure.
struct Failure {
  std::string_view code = {};
  std::string_view setting = {};  // that must be changed; empty = none is known to be wrong
  std::string_view what = {};
  std::string_view fix = {};
  bool has_written_nothing = false;
};

// What the core does for a store. A handle, cheap to copy; valid from open() until the store's
// destructor has returned; then what stands behind it is freed. End your threads in the destructor.
class Host {
 public:
  explicit Host(const corsac_host& host) noexcept : host_(&host) {}

  // One line for the operator, without secrets. [any-thread]
  void log(LogLevel level, std::string_view line) const noexcept {
    host_->log(host_->context, static_cast<std::int32_t>(level), detail::to_c(line));
  }
  // The document may have changed: the core reads again soon. Cheap; may be called often, until the
  // store's destructor returns; while it runs it is harmless. [any-thread]
  void changed() const noexcept { host_->changed(host_->context); }
  // True when interrupt() was called for the call under way: return soon. [any-thread]
  [[nodiscard]] bool is_cancelled() const noexcept { return host_->cancelled(host_->context) != 0; }
  // When the call under way should have returned. [any-thread]
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const noexcept {
    // The C header counts CLOCK_MONOTONIC, which is this clock on Linux.
    return std::chrono::steady_clock::time_point(
        std::chrono::nanoseconds(host_->deadline(host_->context)));
  }
  // Something wrong with the setting of that name. Only during open(), which then returns
  // Status::Invalid; report all of them, not only the first. [store-thread]
  void problem(std::string_view code, std::string_view setting, std::string_view what,
               std::string_view fix) const noexcept {
    host_->problem(host_->context, detail::to_c(code), detail::to_c(setting), detail::to_c(what),
                   detail::to_c(fix));
  }
  // Reads a JSON document into the sink, with the core's own limits. Ok; Invalid, after the
  // problems were handed to the sink; or Cancelled. Calls neither source() nor finish(): those are
  // yours. Only during read(). [store-thread]
  [[nodiscard]] Status feed_json(Sink& sink, std::string_view bytes) const noexcept {
    if (sink.is_stopped_) return Status::Cancelled;
    const auto status = static_cast<Status>(
        host_->feed_json(host_->context, sink.sink_, bytes.data(), bytes.size()));
    if (status == Status::Cancelled) sink.is_stopped_ = true;
    return status;
  }
  // The place asks to be left alone for so long (Retry-After, a rate limit): when this read gives
  // no document, the next one begins no earlier. False when the core does not know of such wishes.
  // Only during read(). [store-thread]
  bool retry_after(std::chrono::nanoseconds wait) const noexcept {
    const auto* retry = static_cast<const corsac_host_retry*>(extension(CORSAC_HOST_RETRY));
    if (retry == nullptr) return false;
    retry->retry_after(host_->context, wait.count());
    return true;
  }
  // The call under way has moved so many bytes, of `total` in all (0 = not known): for whoever
  // waits at a terminal. Nothing where nobody does. [store-thread]
  void moved(std::uint64_t bytes, std::uint64_t total) const noexcept {
    const auto* progress =
        static_cast<const corsac_host_progress*>(extension(CORSAC_HOST_PROGRESS));
    if (progress != nullptr) progress->moved(host_->context, bytes, total);
  }
  // Why the call under way gives no document, or does not write, in the parts that the line in the
  // log has: for whoever waits at a terminal. Nothing where nobody does. Only during read() and
  // put_document(). [store-thread]
  void failed(const Failure& failure) const noexcept {
    const auto* table = static_cast<const corsac_host_failure*>(extension(CORSAC_HOST_FAILURE));
    if (table == nullptr) return;
    const corsac_failure told = {
        sizeof(corsac_failure),        detail::to_c(failure.code),
        detail::to_c(failure.setting), detail::to_c(failure.what),
        detail::to_c(failure.fix),     failure.has_written_nothing ? 1 : 0};
    table->failed(host_->context, &told);
  }
  // Since the last read that gave a document the connection was lost, or another server gives this
  // one: a revision `counter:nonce` that went back is taken at once. False when the core does not
  // know of that. Only during read(). [store-thread]
  bool switched() const noexcept {
    const auto* change = static_cast<const corsac_host_switch*>(extension(CORSAC_HOST_SWITCH));
    if (change == nullptr) return false;
    change->switched(host_->context);
    return true;
  }
  // A service that a later core may have, by name; null when it has not. [any-thread]
  [[nodiscard]] const void* extension(std::string_view name) const noexcept {
    return host_->extension(host_->context, detail::to_c(name));
  }

 private:
  const corsac_host* host_;
};

// One open store: what a plugin's class derives from.
class Store {
 public:
  // Stops the plugin's own threads; the core has no call under way. [store-thread]
  virtual ~Store() = default;
  // Hands the whole document to the sink and ends with Sink::finish. Returns before Host::deadline.
  // Ok, Unreachable, Invalid (after Sink::problem), Cancelled, Failed. [store-thread]
  virtual Status read(Sink& sink) = 0;
  // The read under way returns within one second; without one, nothing. A store whose read() never
  // waits may leave it as it is. [any-thread]
  virtual void interrupt() {}

 protected:
  Store() = default;
  Store(const Store&) = default;
  Store& operator=(const Store&) = default;
};

// What open() answers: a store, or why there is none.
class OpenResult {
 public:
  template <class S, class = std::enable_if_t<std::is_base_of_v<Store, S>>>
  OpenResult(std::unique_ptr<S> store)  // NOLINT: implicit, so that `return store;` reads well
      : store_(std::move(store)), status_(store_ ? Status::Ok : Status::Failed) {}
  // Invalid after Host::problem, or any other but Ok.
  OpenResult(Status status)  // NOLINT: implicit, so that `return Status::Invalid;` reads well
      : status_(status == Status::Ok ? Status::Failed : status) {}

  [[nodiscard]] Status status() const noexcept { return status_; }
  [[nodiscard]] std::unique_ptr<Store> take() && noexcept { return std::move(store_); }

 private:
  std::unique_ptr<Store> store_;  // status_ == Ok <=> not null
  Status status_;
};

namespace detail {

// What the C functions get as `store`: the class of the plugin, and the host for the log.
struct OpenStore {
  Host host;
  std::unique_ptr<Store> store;
};

// Inside a catch block only: says what was thrown and gives the status for it.
inline std::int32_t status_of_exception(const Host& host) noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    host.log(LogLevel::Error, "out of memory");
  } catch (const std::exception& error) {
    host.log(LogLevel::Error, error.what());
  } catch (...) {
    host.log(LogLevel::Error, "something was thrown that is no std::exception");
  }
  return CORSAC_FAILED;
}

template <class Class>
std::int32_t open_store(const corsac_host* c_host, const corsac_settings* settings,
                        void** store) noexcept {
  const Host host(*c_host);
  try {
    OpenResult result = Class::open(host, Settings(*settings));
    const Status status = result.status();
    if (status == Status::Ok) *store = new OpenStore{host, std::move(result).take()};
    return static_cast<std::int32_t>(status);
  } catch (...) {
    return status_of_exception(host);
  }
}

inline std::int32_t read_store(void* store, const corsac_sink* c_sink) noexcept {
  OpenStore& open = *static_cast<OpenStore*>(store);
  try {
    Sink sink(*c_sink);
    const Status status = open.store->read(sink);
    // A store that did not look must not claim that all of its document was taken.
    return status == Status::Ok && sink.is_stopped() ? static_cast<std::int32_t>(CORSAC_CANCELLED)
                                                     : static_cast<std::int32_t>(status);
  } catch (...) {
    return status_of_exception(open.host);
  }
}

inline void interrupt_store(void* store) noexcept {
  OpenStore& open = *static_cast<OpenStore*>(store);
  try {
    open.store->interrupt();
  } catch (...) {
    status_of_exception(open.host);
  }
}

inline void close_store(void* store) noexcept { delete static_cast<OpenStore*>(store); }

[[nodiscard]] constexpr bool is_plugin_name(std::string_view name) noexcept {
  for (const char c : name) {
    const bool is_fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!is_fine) return false;
  }
  return !name.empty() && name.size() <= 32;
}

template <class Class, class = void>
inline constexpr bool kHasExtension = false;
template <class Class>
inline constexpr bool
    kHasExtension<Class, std::void_t<decltype(Class::extension(std::string_view{}))>> = true;

template <class Class>
const void* find_extension(corsac_text name) noexcept {
  if constexpr (kHasExtension<Class>) {
    static_assert(noexcept(Class::extension(std::string_view{})), "extension() is noexcept");
    return Class::extension(to_view(name));
  }
  return nullptr;
}

template <class Class>
[[nodiscard]] constexpr corsac_store_plugin_v1 make_table() noexcept {
  static_assert(std::is_base_of_v<Store, Class>, "derive it from corsac::plugin::Store");
  static_assert(is_plugin_name(Class::kName), "kName: 1 to 32 of a-z, 0-9, _ and -");
  return {CORSAC_STORE_PLUGIN_MAGIC,
          CORSAC_STORE_PLUGIN_ABI_MAJOR,
          CORSAC_STORE_PLUGIN_ABI_MINOR,
          sizeof(corsac_store_plugin_v1),
          Class::kName,
          Class::kVersion,
          &open_store<Class>,
          &read_store,
          &interrupt_store,
          &close_store,
          kHasExtension<Class> ? &find_extension<Class> : nullptr};
}

}  // namespace detail
}  // namespace corsac::plugin

// Defines the one exported symbol of the library. Once, at the end of one .cpp file, outside any
// namespace.
#define CORSAC_STORE_PLUGIN(Class)                                                                \
  extern "C" {                                                                                    \
  __attribute__((visibility("default"))) extern const corsac_store_plugin_v1 corsac_store_plugin; \
  constexpr corsac_store_plugin_v1 corsac_store_plugin =                                          \
      ::corsac::plugin::detail::make_table<Class>();                                              \
  }
