// Entries: LogEntry, ChangeChain, is_made_up. Spec: plugins/README.md, "Changes of origins". Test:
// tests/plugins/redis_changes_test.cpp.

#include "change_log.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "text_key.hpp"

namespace corsac::redis_store {
namespace {

// As many as a writer can make while a reader asks twice.
constexpr std::size_t kNewerLimit = 32;

// "=41"
std::optional<std::uint64_t> parse_count(std::string_view word) noexcept {
  std::uint64_t count = 0;
  if (word.size() < 2 || word[0] != '=') return std::nullopt;
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data() + 1, end, count);
  if (error != std::errc() || stop != end) return std::nullopt;
  return count;
}

bool is_change(std::string_view word) noexcept {
  return !word.empty() && (word[0] == '+' || word[0] == '-') && is_loggable_origin(word.substr(1));
}

bool is_revision_of_key(std::string_view word) noexcept {
  return is_revision(word) && !is_made_up(word);
}

}  // namespace

bool is_loggable_origin(std::string_view origin) noexcept {
  return !origin.empty() && std::all_of(origin.begin(), origin.end(), [](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value > ' ' && value != 127;
  });
}

bool is_made_up(std::string_view revision) noexcept {
  return revision.starts_with(kContentPrefix) || revision.find(kHashMark) != std::string_view::npos;
}

std::optional<LogEntry> LogEntry::parse(std::string text) {
  LogEntry entry;
  entry.text_ = std::move(text);
  std::vector<Part> words;
  for (std::size_t at = 0; at <= entry.text_.size();) {
    const std::size_t end = std::min(entry.text_.find(' ', at), entry.text_.size());
    words.push_back({at, end - at});
    at = end + 1;
  }
  if (words.size() < 2) return std::nullopt;
  entry.before_ = words[0];
  entry.after_ = words[1];
  if (words.size() > 2) entry.origin_count_ = parse_count(entry.part(words[2]));
  words.erase(words.begin(), words.begin() + (entry.origin_count_ ? 3 : 2));
  const bool is_fine = is_revision_of_key(entry.before()) && is_revision_of_key(entry.after()) &&
                       entry.before() != entry.after() &&
                       std::all_of(words.begin(), words.end(), [&entry](const Part& word) {
                         return is_change(entry.part(word));
                       });
  if (!is_fine) return std::nullopt;
  entry.changes_ = std::move(words);
  return entry;
}

ChangeChain::State ChangeChain::add(std::string text) {
  if (state_ != State::Open) return state_;
  auto entry = LogEntry::parse(std::move(text));
  if (!entry) return state_ = State::Broken;
  if (entry->after() != next_) {
    const bool may_be_newer = entries_.empty() && ++newer_ <= kNewerLimit;
    return state_ = may_be_newer ? State::Open : State::Broken;
  }
  next_ = entry->before();
  if (next_ == from_) state_ = State::Whole;
  entries_.push_back(*std::move(entry));
  return state_;
}

bool ChangeChain::is_counted() const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [](const LogEntry& entry) { return entry.origin_count().has_value(); });
}

}  // namespace corsac::redis_store
