// Entry: RecordFollower. Test: tests/authority/store_authority_test.cpp.

#include "corsac/authority/record_follower.hpp"

#include <exception>
#include <utility>

#include "corsac/authority/authority.hpp"
#include "corsac/base/printable.hpp"

namespace corsac {
namespace {

constexpr std::chrono::seconds kRetry{1};
// Between two looks. Our own writes are told as well: while many come, one a second has to do.
constexpr std::chrono::milliseconds kPause{1000};

}  // namespace

void ChangeNotice::tell() {
  {
    const std::lock_guard lock(mutex_);
    is_told_ = true;
  }
  woken_.notify_all();
}

void ChangeNotice::end() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  woken_.notify_all();
}

bool ChangeNotice::wait(std::chrono::seconds limit) {
  std::unique_lock lock(mutex_);
  const auto is_wanted = [this] { return is_told_ || is_over_; };
  if (limit.count() == 0) {
    woken_.wait(lock, is_wanted);
  } else {
    woken_.wait_for(lock, limit, is_wanted);
  }
  if (woken_.wait_until(lock, last_look_ + kPause, [this] { return is_over_; })) return false;
  last_look_ = std::chrono::steady_clock::now();
  is_told_ = false;
  return true;
}

RecordFollower::RecordFollower(Authority& authority, std::shared_ptr<ChangeNotice> notice,
                               std::chrono::seconds refresh, LogSink log)
    : authority_(authority), notice_(std::move(notice)), refresh_(refresh), log_(std::move(log)) {
  if (const auto unread = authority_.why_unread()) {
    trouble_ = unread->detail;
    tell(LogLevel::Error, "cannot be read, and every request for them is refused: " + trouble_);
  }
  tell_repeated();
  thread_ = std::thread([this] { run(); });
}

RecordFollower::~RecordFollower() {
  notice_->end();
  thread_.join();
}

void RecordFollower::run() {
  while (notice_->wait(trouble_.empty() ? refresh_ : kRetry)) look();
}

void RecordFollower::look() {
  std::string trouble;
  try {
    if (const auto read = authority_.refresh(); !read) {
      trouble = read.error().empty() ? "the store does not say why" : read.error();
    }
  } catch (const std::exception&) {
    trouble = "there was no memory for them";
  }
  tell_repeated();
  if (trouble == trouble_) return;
  trouble_ = std::move(trouble);
  if (trouble_.empty()) return tell(LogLevel::Info, "can be read again");
  tell(LogLevel::Error, "cannot be read again, and stay as they are: " + trouble_);
}

void RecordFollower::tell_repeated() {
  std::string repeated = authority_.repeated();
  if (repeated == repeated_) return;
  repeated_ = std::move(repeated);
  if (!repeated_.empty()) tell(LogLevel::Warning, repeated_);
}

void RecordFollower::tell(LogLevel level, const std::string& line) const noexcept {
  if (!log_) return;
  try {
    log_({.level = level, .line = "trusted origins: " + to_one_line(line)});
  } catch (...) {  // as everywhere: a sink that throws is not asked twice
  }
}

}  // namespace corsac
