#pragma once

// One request on its way to an upstream and back. Two threads meet here: the connection's, which
// the host owns, and the upstream's, where a client runs. The client pushes and the host pulls, so
// between them lies a buffer of bounded size. Knows no host.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "corsac/adapter/forward_headers.hpp"

namespace corsac {

// How a forward failed; None = it did not.
enum class ForwardFailure : std::uint8_t {
  None,
  NotReached,
  TlsFailed,
  NotTrusted,
  CaFile,
  Broken,
  TooLate,
  BodyTooLarge,  // the client's; 413
  ClientGone,
  NoResources,
};

// In words, for the page and the log. Literals: they hold nothing of the request or the forward.
[[nodiscard]] std::string_view describe(ForwardFailure failure) noexcept;

class ForwardExchange {
 public:
  using Clock = std::chrono::steady_clock;

  // `forward` outlives it. The time of answer_limit and total_limit begins now.
  explicit ForwardExchange(const Forward& forward);
  ~ForwardExchange();
  ForwardExchange(const ForwardExchange&) = delete;
  ForwardExchange& operator=(const ForwardExchange&) = delete;

  // ---- the upstream's thread

  // The socket that the client is about to use, to cut it; it is duplicated.
  void use_socket(int socket) noexcept;
  // Whether the connection's body may be read now; true once, and only before the head is there,
  // for then the connection's thread goes on with the host's objects.
  [[nodiscard]] bool begin_upload() noexcept;
  // False = nobody wants it any more.
  [[nodiscard]] bool put_head(ForwardHead head) noexcept;
  // Waits while the buffer is full. False = nobody wants it any more.
  [[nodiscard]] bool put(std::string_view bytes) noexcept;
  // Why it failed is what was said first; None = the answer is whole.
  void fail(ForwardFailure failure) noexcept;
  // The last call of this thread.
  void end() noexcept;

  // ---- the connection's thread

  // Waits for the head for as long as `patience` and the limits allow. After a failure the upstream
  // is cut. Nothing and no failure: ask again.
  [[nodiscard]] const ForwardHead* wait_for_head(std::chrono::milliseconds patience) noexcept;
  enum class Taken : std::uint8_t { Bytes, NothingYet, Whole, Failed };
  // Moves what is there into `bytes`, which is empty unless the answer is Bytes.
  [[nodiscard]] Taken take(std::string& bytes, std::chrono::milliseconds patience) noexcept;
  // Nobody wants the answer any more: ends what the upstream's thread waits for. Returns when that
  // thread has ended; it may still be looking up the upstream's name, which nothing interrupts.
  void cut_and_wait() noexcept;

  // ---- either

  [[nodiscard]] ForwardFailure failure() const noexcept;
  [[nodiscard]] bool has_ended() const noexcept;

 private:
  // Of the answer's body. Larger than what any host reads at once, and small beside a thread.
  static constexpr std::size_t kBufferLimitBytes = std::size_t{256} * 1024;

  [[nodiscard]] Clock::time_point next_deadline() const noexcept;
  void fail_locked(ForwardFailure failure) noexcept;
  void cut() noexcept;
  template <class Condition>
  void wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds patience,
            Condition condition) noexcept;

  const std::chrono::milliseconds idle_limit_;
  const Clock::time_point answer_deadline_;
  const Clock::time_point total_deadline_;

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  int socket_ = -1;
  bool is_cut_ = false;
  bool has_upload_ = false;
  bool has_ended_ = false;
  ForwardFailure failure_ = ForwardFailure::None;
  std::optional<ForwardHead> head_ = {};
  std::string buffer_ = {};
  Clock::time_point last_bytes_ = {};  // when the buffer last got some, or the head came
};

}  // namespace corsac
