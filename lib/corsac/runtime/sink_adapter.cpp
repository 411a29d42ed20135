// The C calls of a store, checked and passed on to a PolicyReader. Entry: SinkAdapter. The
// contract: lib/abi/corsac_store_plugin.h. Test: tests/plugins/sink_adapter_test.cpp.

#include "corsac/runtime/sink_adapter.hpp"

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

#include "corsac/base/place.hpp"
#include "corsac/policy/reader.hpp"

namespace corsac {
namespace {

// The largest column that a Place can hold; beyond it the whole line is meant.
constexpr std::uint32_t kColumnLimit = (1u << 24) - 1;

Place to_place(corsac_place place) noexcept {
  return {.line = place.line,
          .column = place.line == 0 || place.column > kColumnLimit ? 0 : place.column,
          .source = 0};  // the reader knows which source is read
}

std::string_view to_view(corsac_text text) noexcept {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

}  // namespace

// The functions of the table: `context` is the SinkAdapter.
struct SinkAdapter::Calls {
  // Checks what every call has in common, then makes it. No exception leaves: the caller is C.
  template <class Call>
  static int pass(void* context, std::initializer_list<corsac_text> texts, Call call) noexcept {
    SinkAdapter& self = *static_cast<SinkAdapter*>(context);
    if (self.thread_.load(std::memory_order_relaxed) != std::this_thread::get_id()) {
      self.has_stranger_.store(true, std::memory_order_relaxed);
      return 0;
    }
    if (self.is_stopped_) return 0;
    try {
      if (self.has_stranger_.load(std::memory_order_relaxed)) {
        note_stranger(self);
        return 0;
      }
      if (may_pass(self, texts) && call(*self.reader_)) return 1;
    } catch (const std::exception&) {
      self.has_failed_ = true;
    }
    self.is_stopped_ = true;
    return 0;
  }

  static bool may_pass(SinkAdapter& self, std::initializer_list<corsac_text> texts) {
    if (self.is_stop_asked_.load(std::memory_order_relaxed)) return false;
    for (const corsac_text& text : texts) {
      if (text.data == nullptr && text.size != 0) {
        misuse(*self.reader_, "a text without bytes");
        return false;
      }
      // Not even its beginning is looked at: who lies about the size may lie about all of it.
      if (text.size > kReadLimitBytes) {
        misuse(*self.reader_, "a text of " + std::to_string(text.size) + " bytes");
        return false;
      }
    }
    return true;
  }

  // What it wrote is missing, so the document is void.
  static void note_stranger(SinkAdapter& self) {
    self.is_stopped_ = true;
    misuse(*self.reader_, "from a thread of its own");
  }

  static void misuse(PolicyReader& reader, const std::string& what) {
    reader.problem("store-misuse", "the store plugin made an impossible call: " + what,
                   "report it to the plugin's author", {});
  }

  static int source(void* context, corsac_text name) {
    return pass(context, {name}, [&](PolicyReader& to) { return to.source(to_view(name)); });
  }
  static int begin_list(void* context, corsac_text field, corsac_place place) {
    return pass(context, {field},
                [&](PolicyReader& to) { return to.begin_list(to_view(field), to_place(place)); });
  }
  static int end_list(void* context) {
    return pass(context, {}, [&](PolicyReader& to) { return to.end_list(); });
  }
  static int begin_item(void* context, corsac_text field, corsac_place place) {
    return pass(context, {field},
                [&](PolicyReader& to) { return to.begin_item(to_view(field), to_place(place)); });
  }
  static int end_item(void* context) {
    return pass(context, {}, [&](PolicyReader& to) { return to.end_item(); });
  }
  static int text(void* context, corsac_text field, corsac_text value, corsac_place place) {
    return pass(context, {field, value}, [&](PolicyReader& to) {
      return to.text(to_view(field), to_view(value), to_place(place));
    });
  }
  static int integer(void* context, corsac_text field, std::int64_t value, corsac_place place) {
    return pass(context, {field}, [&](PolicyReader& to) {
      return to.integer(to_view(field), value, to_place(place));
    });
  }
  static int real(void* context, corsac_text field, double value, corsac_place place) {
    return pass(context, {field},
                [&](PolicyReader& to) { return to.real(to_view(field), value, to_place(place)); });
  }
  static int flag(void* context, corsac_text field, int value, corsac_place place) {
    return pass(context, {field}, [&](PolicyReader& to) {
      return to.flag(to_view(field), value != 0, to_place(place));
    });
  }
  static int null_value(void* context, corsac_text field, corsac_place place) {
    return pass(context, {field},
                [&](PolicyReader& to) { return to.null(to_view(field), to_place(place)); });
  }
  static int problem(void* context, corsac_text code, corsac_text what, corsac_text fix,
                     corsac_place place) {
    return pass(context, {code, what, fix}, [&](PolicyReader& to) {
      return to.problem(to_view(code), to_view(what), to_view(fix), to_place(place));
    });
  }
  static int finish(void* context, corsac_text revision) {
    return pass(context, {revision},
                [&](PolicyReader& to) { return to.finish(to_view(revision)); });
  }
};

SinkAdapter::SinkAdapter() noexcept
    : table_{sizeof(corsac_sink), this,
             Calls::source,       Calls::begin_list,
             Calls::end_list,     Calls::begin_item,
             Calls::end_item,     Calls::text,
             Calls::integer,      Calls::real,
             Calls::flag,         Calls::null_value,
             Calls::problem,      Calls::finish} {}

void SinkAdapter::begin(PolicyReader& reader) noexcept {
  reader_ = &reader;
  is_stopped_ = false;
  has_failed_ = false;
  is_stop_asked_.store(false, std::memory_order_relaxed);
  has_stranger_.store(false, std::memory_order_relaxed);
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void SinkAdapter::end() noexcept {
  thread_.store(std::thread::id(), std::memory_order_relaxed);
  if (has_stranger_.load(std::memory_order_relaxed) && reader_ != nullptr && !is_stopped_) {
    try {
      Calls::note_stranger(*this);
    } catch (const std::exception&) {
      has_failed_ = true;
    }
  }
  reader_ = nullptr;
}

}  // namespace corsac
