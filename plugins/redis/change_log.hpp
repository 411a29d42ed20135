#pragma once

// The log of changes: what one step did to the set of origins, as an entry of a list in Redis, the
// newest first.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <corsac_store_changes.hpp>

namespace corsac::redis_store {

// Of the log as a whole; the writer trims it. A reader that was away for longer reads all.
inline constexpr std::size_t kLogEntriesLimit = 1000;
inline constexpr std::size_t kLogBytesLimit = 1024 * 1024;

// Whether the text of an origin can stand in an entry: blanks end it, and no control byte is in
// one.
[[nodiscard]] bool is_loggable_origin(std::string_view origin) noexcept;

// "7:f3a9c2d1 8:5b01e7aa =41 +https://one.example -https://two.example": the revision before, the
// one after, how many origins the set has then, and what came and went. It owns the text that its
// views point into.
class LogEntry {
 public:
  // Nothing when it is none: two different revisions that Redis may hold, perhaps the number of
  // origins, origins that are loggable, each behind its sign, and one blank between two.
  [[nodiscard]] static std::optional<LogEntry> parse(std::string text);

  [[nodiscard]] std::string_view before() const { return part(before_); }
  [[nodiscard]] std::string_view after() const { return part(after_); }
  // Nothing when it does not say so; people need not.
  [[nodiscard]] std::optional<std::uint64_t> origin_count() const { return origin_count_; }
  [[nodiscard]] std::size_t size() const { return changes_.size(); }
  [[nodiscard]] plugin::OriginChange operator[](std::size_t index) const {
    const Part& change = changes_[index];
    return {part(change).substr(1), text_[change.at] == '+'};
  }

 private:
  // Not a view: a short text moves with its string.
  struct Part {
    std::size_t at = 0;
    std::size_t size = 0;
  };
  [[nodiscard]] std::string_view part(const Part& part) const {
    return std::string_view(text_).substr(part.at, part.size);
  }

  std::string text_ = {};
  Part before_ = {};
  Part after_ = {};
  std::optional<std::uint64_t> origin_count_ = {};
  std::vector<Part> changes_ = {};
};

// The names that the plugin makes up for what no revision of the key vouches for.
inline constexpr std::string_view kContentPrefix = "content:";
inline constexpr char kHashMark = '~';

// Of a name that the plugin made up. Redis knows it not, and may by chance know another like it.
[[nodiscard]] bool is_made_up(std::string_view revision) noexcept;

// Entries that lead from one revision to another, each beginning where the one before it ended.
class ChangeChain {
 public:
  enum class State : unsigned char { Open, Whole, Broken };

  // The two differ.
  ChangeChain(std::string_view from, std::string_view to) : from_(from), next_(to) {}

  // Takes the next older entry, the first being the newest of the log. Whole when it begins at
  // `from`; Broken, once and for all, when it does not end where the newer one begins, or when the
  // newest ones that end elsewhere than at `to` are too many.
  State add(std::string text);
  [[nodiscard]] State state() const { return state_; }
  // The log ends elsewhere: whoever asked for `to` was overtaken, or the revision went back.
  [[nodiscard]] bool has_newer() const { return newer_ != 0; }
  // That the set has in `to`; nothing when the log does not say so. Only when Whole.
  [[nodiscard]] std::optional<std::uint64_t> origin_count() const {
    return entries_.front().origin_count();
  }

  // Every step says how many origins the set has then, as those of the plugin do. Only when Whole.
  [[nodiscard]] bool is_counted() const;

  // Only when Whole: from the oldest to the newest.
  template <class Take>
  void each_change(Take take) const {
    for (std::size_t entry = entries_.size(); entry-- > 0;) {
      for (std::size_t i = 0; i < entries_[entry].size(); ++i) take(entries_[entry][i]);
    }
  }

 private:
  const std::string from_;
  std::string next_;       // where the next older entry must end
  std::size_t newer_ = 0;  // entries that came before the one that ends at `to`
  State state_ = State::Open;
  std::vector<LogEntry> entries_ = {};  // the newest first
};

}  // namespace corsac::redis_store
