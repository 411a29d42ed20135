// The thread that writes the policy cache. Entry: PolicyCacheWriter. Test:
// tests/runtime/policy_cache_test.cpp.

#include "corsac/runtime/policy_cache_writer.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

#include "corsac/base/low_priority.hpp"
#include "corsac/runtime/policy_cache.hpp"

namespace corsac {
namespace {

// A limit on the size of files ends the process by a signal; blocked, it is an error of write().
void block_file_size_signal() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

PolicyCacheWriter::PolicyCacheWriter(std::filesystem::path file,
                                     std::function<void(std::optional<Problem>)> on_written)
    : file_(std::move(file)), on_written_(std::move(on_written)), thread_([this] { run(); }) {}

PolicyCacheWriter::~PolicyCacheWriter() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void PolicyCacheWriter::write(std::string json, std::string revision, WallTime read_at) {
  take({.json = std::move(json), .revision = std::move(revision)}, read_at);
}

void PolicyCacheWriter::write_soon(MakeJson make_json, std::string revision, WallTime read_at,
                                   bool may_wait) {
  take({.revision = std::move(revision), .make_json = std::move(make_json), .may_wait = may_wait},
       read_at);
}

void PolicyCacheWriter::take(Document document, WallTime read_at) {
  const std::lock_guard lock(mutex_);
  // What an earlier one must not wait for is in this one, too.
  if (document_ && !document_->may_wait) document.may_wait = false;
  document_ = std::move(document);
  read_at_ = read_at;
  is_written_ = false;
  changed_.notify_all();
}

void PolicyCacheWriter::renew(WallTime read_at) {
  const std::lock_guard lock(mutex_);
  if (!document_ && !is_written_) return;
  read_at_ = read_at;
  changed_.notify_all();
}

void PolicyCacheWriter::run() {
  lower_own_priority();
  block_file_size_signal();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return read_at_ || is_stopping_; });
    if (!read_at_) return;
    changed_.wait_until(lock, written_at_ + kPause,
                        [this] { return is_stopping_ || !document_ || !document_->may_wait; });
    std::optional<Document> document = std::exchange(document_, std::nullopt);
    const WallTime read_at = *std::exchange(read_at_, std::nullopt);
    lock.unlock();
    std::optional<Problem> problem;
    try {
      if (document && document->make_json) {
        document->json = document->make_json();
        document->make_json = nullptr;
      }
      problem = document ? write_policy_cache(file_, document->json, document->revision, read_at)
                         : renew_policy_cache(file_, read_at);
    } catch (...) {
      problem.emplace();  // no memory, not even for its texts
    }
    lock.lock();
    written_at_ = std::chrono::steady_clock::now();
    // Before it is told: whoever hears of a failure may call renew() at once.
    const bool is_newest = !document_;
    if (is_newest && !problem) is_written_ = true;
    if (is_newest && problem) document_ = std::move(document);  // tried again with renew()
    lock.unlock();
    on_written_(std::move(problem));
    lock.lock();
  }
}

}  // namespace corsac
