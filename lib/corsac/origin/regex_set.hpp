#pragma once

// Regexes of origins and of paths, for policies that are brought over from systems that have them.
// RE2: linear time, no backtracking; always a full match, whatever anchors are written. Its .cpp is
// the only file that includes RE2; a build without it knows no regexes (feature `regex`).

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/result.hpp"

namespace corsac {

struct RegexError {
  std::size_t index = 0;  // in the list
  std::string what = {};  // RE2's words
};

// Immutable; safe from any thread. Unlike everything else that decides, matching may take memory
// and RE2's own lock.
class RegexSet {
 public:
  enum class Match : unsigned char {
    No,
    Yes,
    Unknown,  // there was no memory: whoever asks takes the answer that grants less
  };

  // False in a build without RE2: build() then refuses every pattern.
  [[nodiscard]] static bool is_available() noexcept;
  // Bytes, not characters, are matched. The error side has each pattern that is none.
  [[nodiscard]] static Result<std::shared_ptr<const RegexSet>, std::vector<RegexError>> build(
      std::span<const std::string> patterns);
  ~RegexSet();
  RegexSet(const RegexSet&) = delete;
  RegexSet& operator=(const RegexSet&) = delete;

  // Whether one of the patterns matches the whole text.
  [[nodiscard]] Match match(std::string_view text) const noexcept;

 private:
  struct State;
  explicit RegexSet(std::unique_ptr<const State> state) noexcept;
  std::unique_ptr<const State> state_;
};

// True when `pattern` has \Q or \E, which change what every byte between them means, or \C, which
// is any byte: nobody needs them for an origin or a path, so no set takes them, and what stands
// below does not have to read them.
[[nodiscard]] bool has_unread_escape(std::string_view pattern) noexcept;

// True when all that `pattern` can match ends in one registrable domain of its own
// ("^https://(.+\.)?example\.com(:\d+)?$"), so that nobody else can have such an origin. A pattern
// that this cannot tell of is said to have none.
[[nodiscard]] bool has_fixed_domain(std::string_view pattern);

// True when nothing that `pattern` matches begins with another scheme than https.
[[nodiscard]] bool is_https_only(std::string_view pattern) noexcept;

}  // namespace corsac
