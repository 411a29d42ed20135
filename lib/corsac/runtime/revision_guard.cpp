// Revisions that go back. Entry: RevisionGuard::judge. Spec: design, 6 "Supervisor";
// plugins/README, "A store plugin in ten minutes". Test: tests/runtime/revision_guard_test.cpp.

#include "corsac/runtime/revision_guard.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace corsac {
namespace {

struct OrderedRevision {
  std::uint64_t counter = 0;
  std::string_view nonce = {};
};

std::optional<OrderedRevision> parse(std::string_view text) {
  OrderedRevision revision;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, revision.counter);
  if (error != std::errc() || last == end || *last != ':') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(last - text.data()) + 1);
  revision.nonce = text.substr(0, text.find('~'));
  return revision.nonce.empty() ? std::nullopt : std::optional(revision);
}

bool has_gone_back(std::string_view before, std::string_view now) {
  const auto old_one = parse(before);
  const auto new_one = parse(now);
  if (!old_one || !new_one) return false;
  return new_one->counter < old_one->counter ||
         (new_one->counter == old_one->counter && new_one->nonce != old_one->nonce);
}

}  // namespace

RevisionGuard::Answer RevisionGuard::judge(std::string_view revision, Time now) {
  const bool was_lost = std::exchange(is_lost_, false);
  if (!has_gone_back(judged_, revision)) {
    older_since_.reset();
    return Answer::Take;
  }
  if (!older_since_) older_since_ = now;
  if (!was_lost && now - *older_since_ < kSecondLookAfter) return Answer::LookAgain;
  older_since_.reset();
  return Answer::TakeOlder;
}

}  // namespace corsac
