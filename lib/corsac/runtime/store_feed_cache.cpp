// What a store of a supervisor does with the policy cache: reads it when the store gives no policy
// at the start, and keeps it up to date. Entry: StoreFeed, at its first verdict and after each
// document. Spec: design, 6 "Supervisor". Test: tests/runtime/supervisor_cache_test.cpp.

#include <algorithm>
#include <utility>

#include "corsac/base/rfc3339.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/policy_cache.hpp"
#include "corsac/runtime/store_feed.hpp"

namespace corsac {
namespace {

// How often the time in the cache is brought up to date at most.
constexpr std::chrono::seconds kCacheRenewal{10};
// Older than any max_stale may be.
constexpr std::chrono::hours kLongestAge{24 * 365 * 20};

}  // namespace

std::optional<CachedPolicy> StoreFeed::read_cache() {
  const bool is_first = !std::exchange(has_asked_cache_, true);
  const bool may_ask = config_.on_start_failure == OnStartFailure::Cached && is_first;
  if (!may_ask || was_taken_) return std::nullopt;
  auto cached = read_policy_cache(config_.cache_file);
  if (cached) return *std::move(cached);
  const std::string line = first_line(Report({cached.error()}));
  journal_.note(LogLevel::Error, "no policy from the cache either: " + line);
  const std::lock_guard lock(mutex_);
  status_.cache_error = line;
  return std::nullopt;
}

void StoreFeed::note_cache_refused(const Report& report) {
  const std::string line = "the policy in the cache is invalid: " + first_line(report);
  journal_.note(LogLevel::Error, line);
  const std::lock_guard lock(mutex_);
  status_.cache_error = line;
}

void StoreFeed::note_cache_taken(CacheTaken taken) {
  taken_revision_ = std::move(taken.revision);
  has_sections_ = taken.has_sections;
  // In the future: the clock was set back since, and the policy counts as just read. Far in the
  // past the difference would overflow.
  const auto wall = clock_->wall_now();
  const auto read_at = std::clamp(taken.read_at, wall - kLongestAge, wall);
  const Steady::duration age = wall - read_at;
  health_.note_cached(Steady::now(), age, taken.has_answered);
  journal_.note(LogLevel::Warning, "the policy comes from the cache, where it was read at " +
                                       time_text(taken.read_at));
  const std::lock_guard lock(mutex_);
  status_.is_cached = true;
  status_.loaded_at = status_.last_answer_at = taken.read_at;
}

// `json` is that of a new document; empty = the one in force was confirmed.
void StoreFeed::keep_in_cache(std::string json) {
  if (cache_ == nullptr) return;
  const Time now = Steady::now();
  if (!json.empty()) {
    cache_->write(std::move(json), judged_revision_, clock_->wall_now());
  } else if (now - cache_renewed_ >= kCacheRenewal) {
    cache_->renew(clock_->wall_now());
  } else {
    return;
  }
  cache_renewed_ = now;
}

// As old as it was: that somebody took trust away is no answer of the store.
void StoreFeed::keep_limited_in_cache(const Policy& limited) noexcept {
  if (cache_ == nullptr) return;
  try {
    std::string json = policy_to_json(limited);
    std::chrono::system_clock::time_point read_at;
    {
      const std::lock_guard lock(mutex_);
      read_at = status_.last_answer_at;
    }
    const bool is_first = read_at == std::chrono::system_clock::time_point{};
    cache_->write(std::move(json), taken_revision_, is_first ? clock_->wall_now() : read_at);
  } catch (...) {
    journal_.note(LogLevel::Error,
                  "there is no memory to take withdrawn trust out of the cache: remove the file");
  }
}

// One line when it begins to fail, one when it is well again.
void StoreFeed::note_cache_outcome() {
  std::string before;
  std::string after;
  {
    const std::lock_guard lock(mutex_);
    if (!cache_outcome_) return;
    const std::optional<Problem> problem = *std::exchange(cache_outcome_, std::nullopt);
    if (problem) {
      after = problem->what.empty() ? "there was no memory for the cache"
                                    : first_line(Report({*problem}));
    }
    before = std::exchange(status_.cache_error, after);
  }
  if (after == before) return;
  if (after.empty()) return journal_.note(LogLevel::Info, "the policy is in the cache again");
  journal_.note(LogLevel::Warning, after);
}

}  // namespace corsac
