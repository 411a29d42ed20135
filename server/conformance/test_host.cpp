// The host table of the test. Entry: TestHost. Spec: lib/abi/corsac_store_plugin.h, corsac_host.
// Test: tests/server/store_test_test.py.

#include "conformance/test_host.hpp"

#include <string_view>

#include <corsac/runtime/feed_json.hpp>

namespace corsac::conformance {
namespace {

// A plugin that logs without end must not fill the memory.
constexpr std::size_t kLineLimit = 10'000;

std::string to_text(corsac_text text) {
  return text.data == nullptr ? std::string() : std::string(text.data, text.size);
}

}  // namespace

std::string ToldProblem::text() const {
  std::string text = code + ": ";
  if (!setting.empty()) text += setting + ": ";
  text += what;
  if (!fix.empty()) text += "; " + fix;
  return text;
}

// `context` is the TestHost. No exception leaves: the caller is C.
struct TestHost::Calls {
  static TestHost& of(void* context) noexcept { return *static_cast<TestHost*>(context); }

  static void log(void* context, std::int32_t, corsac_text line) noexcept {
    TestHost& self = of(context);
    const std::lock_guard lock(self.mutex_);
    self.note("host.log");
    if (self.lines_.size() < kLineLimit) self.lines_.push_back(to_text(line));
  }
  static void changed(void* context) noexcept {
    TestHost& self = of(context);
    const std::lock_guard lock(self.mutex_);
    self.note("host.changed");
    ++self.changes_;
    self.heard_.notify_all();
  }
  static int cancelled(void* context) noexcept { return of(context).is_cancelled_ ? 1 : 0; }
  static std::int64_t deadline(void* context) noexcept { return of(context).deadline_ns_; }
  static void problem(void* context, corsac_text code, corsac_text setting, corsac_text what,
                      corsac_text fix) noexcept {
    TestHost& self = of(context);
    const std::lock_guard lock(self.mutex_);
    self.note_in(Call::Open, "host.problem", "open()");
    if (self.problems_.size() >= kLineLimit) return;
    self.problems_.push_back({to_text(code), to_text(setting), to_text(what), to_text(fix)});
  }
  static std::int32_t feed(void* context, const corsac_sink* sink, const char* bytes,
                           std::size_t length) noexcept {
    {
      TestHost& self = of(context);
      const std::lock_guard lock(self.mutex_);
      self.note_in(Call::Read, "host.feed_json", "read()");
    }
    return feed_json(nullptr, sink, bytes, length);
  }
  static void retry_after(void* context, std::int64_t) noexcept {
    TestHost& self = of(context);
    const std::lock_guard lock(self.mutex_);
    self.note_in(Call::Read, "host.retry_after", "read()");
  }
  static const void* extension(void*, corsac_text name) noexcept {
    static constexpr corsac_host_retry kRetry = {sizeof(corsac_host_retry), retry_after};
    const bool is_retry =
        name.data != nullptr && std::string_view(name.data, name.size) == CORSAC_HOST_RETRY;
    return is_retry ? &kRetry : nullptr;
  }
};

TestHost::TestHost() {
  table_.size = sizeof(corsac_host);
  table_.context = this;
  table_.log = Calls::log;
  table_.changed = Calls::changed;
  table_.cancelled = Calls::cancelled;
  table_.deadline = Calls::deadline;
  table_.problem = Calls::problem;
  table_.feed_json = Calls::feed;
  table_.extension = Calls::extension;
}

void TestHost::begin(Call call, std::chrono::steady_clock::time_point deadline) {
  is_cancelled_ = false;
  deadline_ns_ =
      std::chrono::duration_cast<std::chrono::nanoseconds>(deadline.time_since_epoch()).count();
  const std::lock_guard lock(mutex_);
  call_ = call;
  thread_ = std::this_thread::get_id();
}

void TestHost::end() {
  const std::lock_guard lock(mutex_);
  call_ = Call::None;
}

void TestHost::set_closed() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
}

void TestHost::note(const char* call) {
  if (!is_closed_) return;
  if (late_call_.empty()) late_call_ = call;
  heard_.notify_all();
}

void TestHost::note_in(Call needed, const char* call, const char* when) {
  note(call);
  if (!misuse_.empty()) return;
  if (call_ != needed) {
    misuse_ = std::string(call) + " was called outside of " + when;
  } else if (thread_ != std::this_thread::get_id()) {
    misuse_ = std::string(call) + " was called on another thread than that of " + when;
  }
}

std::vector<std::string> TestHost::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<ToldProblem> TestHost::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

std::uint64_t TestHost::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

bool TestHost::wait_for_change(std::uint64_t seen,
                               std::chrono::steady_clock::time_point end) const {
  std::unique_lock lock(mutex_);
  return heard_.wait_until(lock, end, [&] { return changes_ > seen; });
}

std::string TestHost::misuse() const {
  const std::lock_guard lock(mutex_);
  return misuse_;
}

std::string TestHost::wait_for_late_call(std::chrono::steady_clock::time_point end) const {
  std::unique_lock lock(mutex_);
  heard_.wait_until(lock, end, [&] { return !late_call_.empty(); });
  return late_call_;
}

}  // namespace corsac::conformance
