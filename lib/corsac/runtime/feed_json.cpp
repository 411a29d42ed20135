// JSON (RFC 8259) to the calls of a sink, token by token; nothing is built in between. Entry:
// feed_json. Test: tests/plugins/feed_json_test.cpp.
//
// The parser tells no place of a token, so the iterator that it reads through keeps one.

#include "corsac/runtime/feed_json.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "corsac/policy/reader.hpp"
#include "corsac/runtime/c_text.hpp"

namespace corsac {
namespace {

using Json = nlohmann::json;

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

// A sink that hears problems only, and passes them on to `sink`.
corsac_sink problems_only(const corsac_sink& sink) noexcept {
  corsac_sink deaf = sink;
  deaf.begin_list = deaf.begin_item = [](void*, corsac_text, corsac_place) { return 1; };
  deaf.end_list = deaf.end_item = [](void*) { return 1; };
  deaf.text = [](void*, corsac_text, corsac_text, corsac_place) { return 1; };
  deaf.integer = [](void*, corsac_text, std::int64_t, corsac_place) { return 1; };
  deaf.real = [](void*, corsac_text, double, corsac_place) { return 1; };
  deaf.flag = [](void*, corsac_text, int, corsac_place) { return 1; };
  deaf.null_value = [](void*, corsac_text, corsac_place) { return 1; };
  return deaf;
}

// What follows the first `mark`; the whole text without one.
std::string_view behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? text : text.substr(at + mark.size());
}

// The parser's words up to where they show the document: what it read last, or a number that is too
// large. A store may hold anything, also by mistake, and a message goes into logs.
std::string_view without_document_bytes(std::string_view text) {
  for (const std::string_view mark : {"; last read: ", " parsing '"}) {
    text = text.substr(0, text.find(mark));
  }
  return text;
}

// What to do about the parser's words.
std::string_view syntax_advice(std::string_view words) {
  struct Advice {
    std::string_view words;
    std::string_view fix;
  };
  constexpr std::array kAdvice = {
      Advice{"unexpected end of input", "write the whole document: it is empty, or cut off"},
      Advice{"missing closing quote", "end the text with \", or write the whole document"},
      Advice{"invalid literal",
             "write true, false, null, a number, or a text in double quotes; JSON has no comments"},
      Advice{"control character", "write \\n for a line break in a text"},
      Advice{"UTF-8", "write the document in UTF-8"},
      Advice{"number overflow", "write a smaller number"},
  };
  for (const Advice& row : kAdvice) {
    if (words.find(row.words) != std::string_view::npos) return row.fix;
  }
  return "correct it, and put the whole document through a JSON parser (jq) first";
}

// What the parser calls (nlohmann's SAX interface; false = stop parsing).
class JsonToSink final : public nlohmann::json_sax<Json> {
 public:
  JsonToSink(const corsac_sink& sink, const TokenPlaces& places) : sink_(sink), places_(places) {}

  [[nodiscard]] corsac_status status() const noexcept {
    return is_stopped_ ? CORSAC_CANCELLED : has_problem_ ? CORSAC_INVALID : CORSAC_OK;
  }

  bool null() override {
    return is_in_object() && keep(sink_.null_value(sink_.context, field(), places_.value()));
  }
  bool boolean(bool value) override {
    return is_in_object() &&
           keep(sink_.flag(sink_.context, field(), value ? 1 : 0, places_.value()));
  }
  bool number_integer(number_integer_t value) override {
    return is_in_object() && keep(sink_.integer(sink_.context, field(), value, places_.value()));
  }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kLargest =
        static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max());
    if (value > kLargest) return number_float(static_cast<double>(value), {});
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return is_in_object() && keep(sink_.real(sink_.context, field(), value, places_.value()));
  }
  bool string(string_t& value) override {
    return is_in_object() && keep(sink_.text(sink_.context, field(), to_c(value), places_.value()));
  }
  bool binary(binary_t&) override { return false; }  // JSON has none

  bool start_object(std::size_t) override {
    if (!levels_.empty()) {
      if (!may_nest() || !keep(sink_.begin_item(sink_.context, field(), places_.value()))) {
        return false;
      }
    }
    levels_.push_back({.is_list = false, .key = {}});
    return true;
  }
  bool end_object() override {
    levels_.pop_back();
    return levels_.empty() || keep(sink_.end_item(sink_.context));
  }
  bool start_array(std::size_t) override {
    if (!is_in_object() || !may_nest() ||
        !keep(sink_.begin_list(sink_.context, field(), places_.value()))) {
      return false;
    }
    levels_.push_back({.is_list = true, .key = {}});
    return true;
  }
  bool end_array() override {
    levels_.pop_back();
    return keep(sink_.end_list(sink_.context));
  }
  bool key(string_t& name) override {
    levels_.back().key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
    std::string_view text = behind(error.what(), "] ");
    if (text.starts_with("parse error at ")) text = behind(text, ": ");
    text = without_document_bytes(text);
    // A word is read with the byte after it, so that a wrong one would be blamed on its neighbour.
    const bool is_about_token = text.find("unexpected '") != std::string_view::npos ||
                                text.find("unexpected end of input") != std::string_view::npos;
    problem("json-syntax", std::string(text), syntax_advice(text),
            is_about_token ? places_.token() : places_.value());
    return false;
  }

 private:
  struct Level {
    bool is_list = false;
    std::string key = {};  // of the value that comes next
  };

  [[nodiscard]] corsac_text field() const noexcept {
    return levels_.back().is_list ? corsac_text{nullptr, 0} : to_c(levels_.back().key);
  }
  bool keep(int goes_on) noexcept {
    is_stopped_ = goes_on == 0;
    return !is_stopped_;
  }
  bool problem(std::string_view code, const std::string& what, std::string_view fix,
               corsac_place place) {
    has_problem_ = true;
    return keep(sink_.problem(sink_.context, to_c(code), to_c(what), to_c(fix), place));
  }
  bool is_in_object() {
    if (!levels_.empty()) return true;
    problem("json-root", "a policy is a JSON object", "put the fields in { }", places_.value());
    return false;
  }
  bool may_nest() {
    if (levels_.size() <= kNestingLimit) return true;  // the document itself is no nesting
    problem("nesting-too-deep",
            "lists and objects nest deeper than " + std::to_string(kNestingLimit) + " levels", "",
            places_.value());
    return false;
  }

  const corsac_sink& sink_;
  const TokenPlaces& places_;
  std::vector<Level> levels_ = {};  // the document, and at most kNestingLimit in it
  bool is_stopped_ = false;
  bool has_problem_ = false;
};

}  // namespace

std::int32_t feed_json(void*, const corsac_sink* sink, const char* bytes,
                       std::size_t length) noexcept {
  if (sink == nullptr || (bytes == nullptr && length != 0)) return CORSAC_FAILED;
  try {
    if (length > kDocumentLimitBytes) {
      constexpr std::string_view kCode = "document-too-large";
      const std::string what = "the document has " + std::to_string(length) + " bytes, at most " +
                               std::to_string(kDocumentLimitBytes) + " are read";
      sink->problem(sink->context, {kCode.data(), kCode.size()}, {what.data(), what.size()},
                    {nullptr, 0}, {0, 0});
      return CORSAC_INVALID;
    }
    // First, so that what is missing from half a document is not reported before that it is half.
    const bool is_json = Json::accept(bytes, bytes + length);
    const corsac_sink deaf = problems_only(*sink);
    TokenPlaces places;
    JsonToSink handler(is_json ? *sink : deaf, places);
    const PlacingIterator begin(bytes, &places);
    const PlacingIterator end(bytes + length, &places);
    Json::sax_parse(begin, end, &handler);
    return handler.status();
  } catch (const std::exception&) {
    return CORSAC_FAILED;  // no memory: nothing of the document throws
  }
}

}  // namespace corsac
