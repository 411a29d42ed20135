// The words of the JSON parser for people. Entry: to_json_fault. Test:
// tests/plugins/feed_json_test.cpp.

#include "corsac/runtime/json_places.hpp"

#include <array>

namespace corsac {
namespace {

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

}  // namespace

JsonFault to_json_fault(std::string_view exception_text) {
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
  std::string_view text = behind(exception_text, "] ");
  if (text.starts_with("parse error at ")) text = behind(text, ": ");
  text = without_document_bytes(text);
  return {.what = std::string(text),
          .fix = syntax_advice(text),
          .is_about_token = text.find("unexpected '") != std::string_view::npos ||
                            text.find("unexpected end of input") != std::string_view::npos};
}

}  // namespace corsac
