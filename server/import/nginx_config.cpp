// nginx's configuration, word by word. Entry: read_nginx_config. Spec: nginx's "Beginner's guide",
// and what its own parser takes. Test: tests/import/nginx_test.py.

#include "nginx_config.hpp"

#include <iterator>
#include <utility>

namespace corsac::server {
namespace {

class NginxReader {
 public:
  explicit NginxReader(std::string_view text) : text_(text) {}

  Result<std::vector<NginxDirective>, Problem> read() {
    std::vector<NginxDirective> directives;
    if (!read_block(directives, 0)) return fail(std::move(problem_));
    return directives;
  }

 private:
  // Up to the end of the block, or of the file at depth 0.
  bool read_block(std::vector<NginxDirective>& directives, std::size_t depth) {
    const Place begin = here();
    if (depth > kNginxNestingLimit) {
      return wrong("nesting-too-deep", begin, "blocks nest deeper than 64 levels",
                   "see whether a } is missing");
    }
    while (true) {
      skip_blanks();
      if (at_ == text_.size()) {
        return depth == 0 || wrong("nginx-syntax", begin, "the file ends before this block does",
                                   "write the } that is missing, or give the whole file");
      }
      if (text_[at_] == '}') {
        if (depth == 0) {
          return wrong("nginx-syntax", here(), "this } closes nothing", "take it out");
        }
        ++at_;
        return true;
      }
      if (!read_directive(directives.emplace_back(), depth)) return false;
    }
  }

  bool read_directive(NginxDirective& directive, std::size_t depth) {
    directive.place = here();
    std::vector<std::string> words;
    while (true) {
      skip_blanks();
      if (at_ == text_.size()) {
        return wrong("nginx-syntax", directive.place, "the file ends before this directive does",
                     "write the ; that is missing, or give the whole file");
      }
      const char c = text_[at_];
      if (c == ';' || c == '{') break;
      if (c == '}') {
        return wrong("nginx-syntax", here(), "a } stands where a directive goes on",
                     "write the ; that is missing before it");
      }
      std::string word;
      if (!read_word(word)) return false;
      words.push_back(std::move(word));
    }
    if (words.empty()) {
      return wrong("nginx-syntax", directive.place, "there is no name before this",
                   "write a directive, or take it out");
    }
    directive.name = std::move(words.front());
    directive.arguments.assign(std::make_move_iterator(words.begin() + 1),
                               std::make_move_iterator(words.end()));
    if (text_[at_++] == ';') return true;
    if (directive.name.ends_with("_by_lua_block")) return read_lua(directive);
    return read_block(directive.block, depth + 1);
  }

  // Braces are balanced in Lua code, but for those in its texts.
  bool read_lua(NginxDirective& directive) {
    const std::size_t begin = at_;
    for (std::size_t depth = 1; at_ < text_.size(); advance()) {
      if (text_[at_] == '{') ++depth;
      if (text_[at_] != '}' || --depth != 0) continue;
      directive.block.push_back(
          {.name = std::string(text_.substr(begin, at_ - begin)), .place = directive.place});
      advance();
      return true;
    }
    return wrong("nginx-syntax", directive.place, "the file ends before this block does",
                 "write the } that is missing, or give the whole file");
  }

  bool read_word(std::string& word) {
    const char quote = text_[at_];
    if (quote == '"' || quote == '\'') return read_quoted(quote, word);
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (is_blank(c) || c == ';') return true;
      if (c == '{' && !word.ends_with('$')) return true;  // ${name} is a variable
      if (c == '\\') {
        take_escape(word);
      } else {
        word += take();
      }
      // Of "${name}" the closing brace belongs to the word.
      if (c == '{') {
        while (at_ < text_.size() && text_[at_] != '}' && !is_blank(text_[at_])) word += take();
        if (at_ < text_.size() && text_[at_] == '}') word += take();
      } else if (at_ < text_.size() && text_[at_] == '}') {
        return true;
      }
    }
    return true;
  }

  bool read_quoted(char quote, std::string& word) {
    const Place begin = here();
    take();
    while (at_ < text_.size()) {
      if (text_[at_] == quote) {
        take();
        return true;
      }
      if (text_[at_] == '\\') {
        take_escape(word);
      } else {
        word += take();
      }
    }
    return wrong("nginx-syntax", begin, "the text in quotes has no end", "write the closing quote");
  }

  // As nginx resolves it: a backslash before any other byte stays, as regexes need it.
  void take_escape(std::string& word) {
    take();
    if (at_ == text_.size()) return;
    const char c = take();
    if (c == 't') {
      word += '\t';
    } else if (c == 'r') {
      word += '\r';
    } else if (c == 'n') {
      word += '\n';
    } else {
      if (c != '"' && c != '\'' && c != '\\') word += '\\';
      word += c;
    }
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') advance();
      } else if (is_blank(text_[at_])) {
        advance();
      } else {
        return;
      }
    }
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  void advance() {
    if (text_[at_++] == '\n') {
      ++line_;
      line_begin_ = at_;
    }
  }
  char take() {
    const char c = text_[at_];
    advance();
    return c;
  }
  [[nodiscard]] Place here() const {
    const std::size_t column = at_ - line_begin_ + 1;
    return {.line = line_, .column = column < (1U << 24U) ? static_cast<std::uint32_t>(column) : 0};
  }
  bool wrong(std::string_view code, Place place, std::string what, std::string fix) {
    problem_ = {.code = code, .place = place, .what = std::move(what), .fix = std::move(fix)};
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_begin_ = 0;
  Problem problem_ = {};
};

}  // namespace

Result<std::vector<NginxDirective>, Problem> read_nginx_config(std::string_view text) {
  return NginxReader(text).read();
}

}  // namespace corsac::server
