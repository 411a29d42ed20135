// The sink of the test for changes. Entry: ChangesSink. Spec: lib/abi/corsac_store_changes.h. Test:
// tests/server/store_test_test.py.

#include "conformance/changes_sink.hpp"

#include <utility>

#include <corsac/base/printable.hpp>
#include <corsac/base/utf8.hpp>

namespace corsac::conformance {
namespace {

constexpr std::size_t kRevisionLimitBytes = 255;

std::string_view to_view(corsac_text text) noexcept {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

}  // namespace

// `context` is the ChangesSink.
struct ChangesSink::Calls {
  static ChangesSink& of(void* context) noexcept { return *static_cast<ChangesSink*>(context); }

  static int source(void* context, corsac_text name) noexcept {
    ChangesSink& self = of(context);
    const std::lock_guard lock(self.mutex_);
    static_cast<void>(self.take("source", name));
    return self.answer();
  }
  static int origin(void* context, const corsac_origin_change* change) noexcept {
    ChangesSink& self = of(context);
    const std::lock_guard lock(self.mutex_);
    if (self.take("origin", change->origin)) {
      self.facts_.changes.push_back((change->is_added != 0 ? "+" : "-") +
                                    std::string(to_view(change->origin)));
    }
    return self.answer();
  }
  static int finish(void* context, corsac_text revision) noexcept {
    ChangesSink& self = of(context);
    const std::lock_guard lock(self.mutex_);
    if (self.take("finish", revision)) {
      ++self.facts_.finishes;
      self.facts_.revision = to_view(revision);
    }
    return self.answer();
  }
};

ChangesSink::ChangesSink(std::size_t stop_at)
    : table_{sizeof(corsac_changes_sink), this, Calls::source, Calls::origin, Calls::finish},
      stop_at_(stop_at) {}

void ChangesSink::begin() {
  const std::lock_guard lock(mutex_);
  is_under_way_ = true;
  thread_ = std::this_thread::get_id();
}

void ChangesSink::end() {
  const std::lock_guard lock(mutex_);
  is_under_way_ = false;
}

ChangeFacts ChangesSink::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

bool ChangesSink::take(std::string_view call, corsac_text text) {
  std::string fault = fault_of(call, text);
  ++calls_;
  if (fault.empty()) return true;
  if (facts_.fault.empty()) facts_.fault = std::move(fault);
  return false;
}

// Of a call that is not counted yet.
std::string ChangesSink::fault_of(std::string_view call, corsac_text text) const {
  const std::string name = "sink." + std::string(call);
  if (!is_under_way_) return name + " was called outside of read_changes()";
  if (thread_ != std::this_thread::get_id()) {
    return name + " was called on another thread than that of read_changes()";
  }
  if (stop_at_ != 0 && calls_ >= stop_at_) return name + " was called after the sink said stop";
  if (facts_.finishes != 0) return name + " was called after finish";
  if (call == "origin" && calls_ == 0) return name + " came first, before source";
  if (text.data == nullptr && text.size != 0) {
    return name + " has a text of " + std::to_string(text.size) + " bytes at null";
  }
  if (!is_utf8(to_view(text))) {
    return name + " has a text that is no UTF-8: " + to_quoted(to_view(text));
  }
  if (call == "finish" && text.size > kRevisionLimitBytes) {
    return "the revision has " + std::to_string(text.size) + " bytes, and 255 are the most";
  }
  return {};
}

int ChangesSink::answer() const { return stop_at_ != 0 && calls_ >= stop_at_ ? 0 : 1; }

}  // namespace corsac::conformance
