// Counts streams and ends them. Entry: Streams. Test: tests/server/program_test.py.

#include "sample/streams.hpp"

#include <utility>

namespace corsac::server {

Streams::UnderWay::UnderWay(std::shared_ptr<Streams> streams) : streams_(std::move(streams)) {
  const std::scoped_lock lock(streams_->mutex_);
  ++streams_->count_;
}

Streams::UnderWay::~UnderWay() {
  {
    const std::scoped_lock lock(streams_->mutex_);
    --streams_->count_;
  }
  streams_->changed_.notify_all();
}

bool Streams::UnderWay::shall_end_within(std::chrono::milliseconds time) {
  std::unique_lock lock(streams_->mutex_);
  return streams_->changed_.wait_for(lock, time, [this] { return streams_->shall_end_; });
}

bool Streams::end(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  shall_end_ = true;
  changed_.notify_all();
  return changed_.wait_until(lock, deadline, [this] { return count_ == 0; });
}

}  // namespace corsac::server
