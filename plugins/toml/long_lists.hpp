#pragma once

// Long plain lists of origins, which a parser of all of TOML reads slowly.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace corsac::toml_store {

// A list that is read without the parser; shorter ones are not worth it.
inline constexpr std::size_t kLongListFrom = 1'000;

// One list that was cut out of a document.
struct LongList {
  std::uint32_t line = 0;      // of its opening bracket, which is the last on that line
  std::string_view text = {};  // the lines between those of the brackets
};

// `text` is the document with such lists empty, on as many lines as before, so that everything else
// stays where it was. Empty lists = there is none, and `text` is empty too.
struct ShortenedDocument {
  std::string text = {};
  std::vector<LongList> lists = {};  // by line
  std::size_t elements = 0;          // of all of them
};

// Cuts out each list `allowed_origins = [` of at least `from` elements that stand one a line, in
// double quotes, without escapes, in ASCII, with a comma behind each but the last; comments and
// blank lines may stand between them. A list that is anything else stays, whatever it is: the
// parser reads it, or says what is wrong. So does all that follows a string of several lines, in
// which a line may look like the begin of a list. When `is_wanted`, asked now and then, says no,
// the answer is that there is none.
[[nodiscard]] ShortenedDocument without_long_lists(std::string_view document, std::size_t from,
                                                   const std::function<bool()>& is_wanted);

// Hands over the elements: text, line and column, from 1. Stops when `take` says no.
void for_each_element(const LongList& list,
                      const std::function<bool(std::string_view text, std::uint32_t line,
                                               std::uint32_t column)>& take);

}  // namespace corsac::toml_store
