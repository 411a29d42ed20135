#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

namespace corsac::conformance {

// What a process that tests a plugin would have told before the plugin ended it, or hung: which
// call was begun last, and what must still be undone. It lies in memory that the parent shares, so
// it holds plain bytes only.
class CallNote {
 public:
  enum class Undo : unsigned char { None, Restore, Thaw };

  void set_undo(Undo undo) noexcept { undo_ = undo; }
  [[nodiscard]] Undo undo() const noexcept { return undo_; }

  void begin(std::string_view call) noexcept {
    const std::size_t size = call.copy(call_.data(), call_.size() - 1);
    call_[size] = '\0';
    is_under_way_ = true;
  }
  void end() noexcept { is_under_way_ = false; }

  // "in read()", "after read()", or "before any call".
  [[nodiscard]] std::string text() const {
    if (call_[0] == '\0') return "before any call";
    return (is_under_way_ ? "in " : "after ") + std::string(call_.data());
  }

 private:
  std::array<char, 64> call_ = {};
  std::atomic<bool> is_under_way_{false};
  std::atomic<Undo> undo_{Undo::None};
};

}  // namespace corsac::conformance
