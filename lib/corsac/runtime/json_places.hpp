#pragma once

// For readers of JSON that say where a value stands: the parser (nlohmann/json) tells neither line
// nor column of a token, and its messages show the document. Used with its SAX interface.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

#include "corsac_store_plugin.h"

namespace corsac {

// Knows where tokens begin, from the bytes that the parser took so far. Understands just enough of
// JSON for that: strings with their escapes, blanks, and the six structural bytes.
class TokenPlaces {
 public:
  void take(char byte) noexcept {
    if (is_in_string_) {
      take_in_string(byte);
    } else if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
      is_in_word_ = false;
    } else if (!is_in_word_ || is_structural(byte)) {
      token_ = here_;
      // The parser looks one byte beyond a number before it hands it over; what stands there must
      // not count as the begin of a value, whether it may stand there or not.
      const bool ends_value = byte == ',' || byte == ':' || byte == ']' || byte == '}';
      if (!is_in_word_ && !ends_value) value_ = here_;
      is_in_string_ = byte == '"';
      is_in_word_ = !is_in_string_ && !is_structural(byte);
    }
    if (byte == '\n') {
      ++here_.line;
      here_.column = 1;
    } else if (here_.column != std::numeric_limits<std::uint32_t>::max()) {
      ++here_.column;
    }
  }

  // Of the value or key that the parser hands over now.
  [[nodiscard]] corsac_place value() const noexcept { return value_; }
  // Of the last token at all, structural bytes too.
  [[nodiscard]] corsac_place token() const noexcept { return token_; }

 private:
  [[nodiscard]] static bool is_structural(char byte) noexcept {
    return byte == '{' || byte == '}' || byte == '[' || byte == ']' || byte == ',' || byte == ':';
  }
  void take_in_string(char byte) noexcept {
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (byte == '\\') {
      is_escaped_ = true;
    } else if (byte == '"') {
      is_in_string_ = false;
    }
  }

  corsac_place here_ = {1, 1};
  corsac_place token_ = {1, 1};
  corsac_place value_ = {1, 1};
  bool is_in_string_ = false;
  bool is_escaped_ = false;  // => is_in_string_
  bool is_in_word_ = false;  // in a number or a literal name
};

// Reads the document and tells each byte to the TokenPlaces as it passes it.
class PlacingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  PlacingIterator(const char* at, TokenPlaces* places) noexcept : at_(at), places_(places) {}
  [[nodiscard]] reference operator*() const noexcept { return *at_; }
  PlacingIterator& operator++() noexcept {
    places_->take(*at_++);
    return *this;
  }
  PlacingIterator operator++(int) noexcept {
    const PlacingIterator before = *this;
    ++*this;
    return before;
  }
  [[nodiscard]] bool operator==(const PlacingIterator& other) const noexcept {
    return at_ == other.at_;
  }

 private:
  const char* at_;
  TokenPlaces* places_;
};

// What the parser says of half a document, for a person.
struct JsonFault {
  std::string what = {};      // its words, without any byte of the document
  std::string_view fix = {};  // an imperative; static
  // The fault is one of TokenPlaces::token(), else of value(): a word is read with the byte after
  // it, so that a wrong one would be blamed on its neighbour.
  bool is_about_token = false;
};

// Of the text of the exception that parse_error() gets.
[[nodiscard]] JsonFault to_json_fault(std::string_view exception_text);

}  // namespace corsac
