// The C calls of a store that tells its changes, checked. Entry: ChangesSink. The contract:
// lib/abi/corsac_store_changes.h. Test: tests/runtime/changes_sink_test.cpp.

#include "corsac/runtime/changes_sink.hpp"

#include <utility>

#include "corsac/base/utf8.hpp"
#include "corsac/policy/reader.hpp"

namespace corsac {
namespace {

constexpr std::size_t kRevisionLimitBytes = 255;

// Nothing = it has no bytes, or too many.
std::optional<std::string_view> to_view(corsac_text text, std::size_t limit_bytes) noexcept {
  if (text.size == 0) return std::string_view();
  if (text.data == nullptr || text.size > limit_bytes) return std::nullopt;
  return std::string_view(text.data, text.size);
}

}  // namespace

// The functions of the table: `context` is the ChangesSink.
struct ChangesSink::Calls {
  // `call` answers whether it was a right one.
  template <class Call>
  static int pass(void* context, Call call) noexcept {
    ChangesSink& self = *static_cast<ChangesSink*>(context);
    if (self.thread_.load(std::memory_order_relaxed) != std::this_thread::get_id()) {
      self.has_stranger_.store(true, std::memory_order_relaxed);
      return 0;
    }
    if (self.is_void_) return 0;
    try {
      const bool may_go_on =
          !self.is_finished_ && !self.is_stop_asked_.load(std::memory_order_relaxed);
      if (may_go_on && call(self)) return 1;
    } catch (...) {
      // No memory: the same.
    }
    self.is_void_ = true;
    return 0;
  }

  static int source(void* context, corsac_text name) {
    return pass(context, [&](ChangesSink& self) {
      const auto text = to_view(name, kKeyLimitBytes);
      if (!text) return false;
      const bool is_another = self.has_source_ && self.told_.changes.source != *text;
      self.told_.changes.source = *text;
      self.has_source_ = true;
      return !is_another;
    });
  }
  static int origin(void* context, const corsac_origin_change* change) {
    return pass(context, [&](ChangesSink& self) {
      auto& made = self.told_.changes.made;
      if (change == nullptr || !self.has_source_ || made.size() == kMostChanges) return false;
      const auto text = to_view(change->origin, kTextLimitBytes);
      if (!text) return false;
      made.push_back({.origin = std::string(*text), .is_added = change->is_added != 0});
      return true;
    });
  }
  static int finish(void* context, corsac_text revision) {
    return pass(context, [&](ChangesSink& self) {
      const auto text = to_view(revision, kRevisionLimitBytes);
      if (!text || text->empty() || !is_utf8(*text)) return false;
      self.told_.revision = *text;
      self.is_finished_ = true;
      return true;
    });
  }
};

ChangesSink::ChangesSink() noexcept
    : table_{sizeof(corsac_changes_sink), this, Calls::source, Calls::origin, Calls::finish} {}

void ChangesSink::begin() noexcept {
  told_ = {};
  has_source_ = is_finished_ = is_void_ = false;
  is_stop_asked_.store(false, std::memory_order_relaxed);
  has_stranger_.store(false, std::memory_order_relaxed);
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

std::optional<ChangesSink::Told> ChangesSink::end() noexcept {
  thread_.store(std::thread::id(), std::memory_order_relaxed);
  Told told = std::exchange(told_, {});
  const bool is_finished = std::exchange(is_finished_, false);
  const bool is_whole = is_finished && !is_void_ && !has_stranger_.load(std::memory_order_relaxed);
  return is_whole ? std::optional(std::move(told)) : std::nullopt;
}

}  // namespace corsac
