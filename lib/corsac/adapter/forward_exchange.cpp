// The meeting place of the two threads of a forward. Entry: ForwardExchange. Test:
// tests/adapter/forward_exchange_test.cpp, tests/adapter/host_forward_test.cpp.

#include "corsac/adapter/forward_exchange.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace corsac {
namespace {

// A socket that is cut before its connect() began connects all the same, and a client may go on to
// another address: it is cut again and again until the client has left.
constexpr std::chrono::milliseconds kCutInterval{10};

}  // namespace

std::string_view describe(ForwardFailure failure) noexcept {
  switch (failure) {
    case ForwardFailure::None:
      break;
    case ForwardFailure::NotReached:
      return "the upstream cannot be reached";
    case ForwardFailure::TlsFailed:
      return "the upstream does not speak TLS as expected";
    case ForwardFailure::NotTrusted:
      return "the upstream's certificate is not trusted";
    case ForwardFailure::CaFile:
      return "the certificates of the authorities cannot be read";
    case ForwardFailure::Broken:
      return "the upstream's answer is broken";
    case ForwardFailure::TooLate:
      return "the upstream did not answer in time";
    case ForwardFailure::BodyTooLarge:
      return "the request body is too large";
    case ForwardFailure::ClientGone:
      return "the request body did not come whole";
    case ForwardFailure::NoResources:
      return "the server has no room for the request";
  }
  return "the request was not forwarded";
}

ForwardExchange::ForwardExchange(const Forward& forward)
    : idle_limit_(forward.idle_limit),
      answer_deadline_(Clock::now() + std::min(forward.answer_limit, forward.total_limit)),
      total_deadline_(Clock::now() + forward.total_limit) {}

ForwardExchange::~ForwardExchange() {
  if (socket_ >= 0) ::close(socket_);
}

void ForwardExchange::use_socket(int socket) noexcept {
  const std::lock_guard lock(mutex_);
  if (socket_ >= 0) ::close(socket_);
  socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  if (is_cut_) cut();
}

bool ForwardExchange::begin_upload() noexcept {
  const std::lock_guard lock(mutex_);
  if (is_cut_ || has_upload_ || head_) return false;
  has_upload_ = true;
  return true;
}

bool ForwardExchange::put_head(ForwardHead head) noexcept {
  const std::lock_guard lock(mutex_);
  if (is_cut_ || failure_ != ForwardFailure::None) return false;
  head_ = std::move(head);
  last_bytes_ = Clock::now();
  changed_.notify_all();
  return true;
}

bool ForwardExchange::put(std::string_view bytes) noexcept {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_cut_ || buffer_.size() < kBufferLimitBytes; });
  if (is_cut_) return false;
  if (bytes.empty()) return true;
  try {
    buffer_.append(bytes);
  } catch (...) {
    fail_locked(ForwardFailure::NoResources);
    return false;
  }
  last_bytes_ = Clock::now();
  changed_.notify_all();
  return true;
}

void ForwardExchange::fail(ForwardFailure failure) noexcept {
  const std::lock_guard lock(mutex_);
  fail_locked(failure);
}

void ForwardExchange::fail_locked(ForwardFailure failure) noexcept {
  if (failure_ == ForwardFailure::None) failure_ = failure;
  changed_.notify_all();
}

void ForwardExchange::end() noexcept {
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

ForwardExchange::Clock::time_point ForwardExchange::next_deadline() const noexcept {
  if (!head_) return answer_deadline_;
  return std::min(total_deadline_, last_bytes_ + idle_limit_);
}

// Until the condition holds, the patience is at its end, or a limit is.
template <class Condition>
void ForwardExchange::wait(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds patience,
                           Condition condition) noexcept {
  const auto until = Clock::now() + patience;
  changed_.wait_until(lock, std::min(until, next_deadline()), [&] {
    return condition() || has_ended_ || failure_ != ForwardFailure::None;
  });
}

const ForwardHead* ForwardExchange::wait_for_head(std::chrono::milliseconds patience) noexcept {
  std::unique_lock lock(mutex_);
  wait(lock, patience, [this] { return head_.has_value(); });
  if (head_) return &*head_;
  if (has_ended_) fail_locked(ForwardFailure::Broken);  // it has said nothing
  if (Clock::now() >= answer_deadline_) fail_locked(ForwardFailure::TooLate);
  return nullptr;
}

ForwardExchange::Taken ForwardExchange::take(std::string& bytes,
                                             std::chrono::milliseconds patience) noexcept {
  bytes.clear();
  std::unique_lock lock(mutex_);
  wait(lock, patience, [this] { return !buffer_.empty(); });
  if (Clock::now() >= total_deadline_) fail_locked(ForwardFailure::TooLate);
  if (!buffer_.empty() && failure_ != ForwardFailure::TooLate) {
    bytes.swap(buffer_);
    // The upstream may be waiting for room: its silence until now was ours.
    last_bytes_ = Clock::now();
    changed_.notify_all();
    return Taken::Bytes;
  }
  if (failure_ != ForwardFailure::None) return Taken::Failed;
  if (has_ended_) return Taken::Whole;
  if (Clock::now() < next_deadline()) return Taken::NothingYet;
  fail_locked(ForwardFailure::TooLate);
  return Taken::Failed;
}

void ForwardExchange::cut() noexcept {
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void ForwardExchange::cut_and_wait() noexcept {
  std::unique_lock lock(mutex_);
  is_cut_ = true;
  changed_.notify_all();
  while (!has_ended_) {
    cut();
    changed_.wait_for(lock, kCutInterval, [this] { return has_ended_; });
  }
}

ForwardFailure ForwardExchange::failure() const noexcept {
  const std::lock_guard lock(mutex_);
  return failure_;
}

bool ForwardExchange::has_ended() const noexcept {
  const std::lock_guard lock(mutex_);
  return has_ended_;
}

}  // namespace corsac
