// Lines of an origins file to the sink. Entry: OriginLines. Test:
// tests/plugins/toml_origins_test.cpp.

#include "origins_file.hpp"

namespace corsac::toml_store {
namespace {

// Every origin has these three bytes, but for the two words, which the core knows.
bool may_be_origin(std::string_view text) {
  return text.find("://") != std::string_view::npos || text == "*" || text == "null";
}

}  // namespace

bool OriginLines::add(std::string_view piece) {
  while (true) {
    const std::size_t end = piece.find('\n');
    if (end == std::string_view::npos) break;
    bool goes_on = false;
    if (begun_.empty()) {
      goes_on = add_line(piece.substr(0, end));
    } else {
      begun_.append(piece.substr(0, end));
      goes_on = add_line(begun_);
      begun_.clear();
    }
    if (!goes_on) return false;
    piece.remove_prefix(end + 1);
  }
  begun_.append(piece);
  // Enough to tell that the line is too long; a file without line breaks must not be kept whole.
  if (begun_.size() > kLineLimitBytes) begun_.resize(kLineLimitBytes + 1);
  return true;
}

bool OriginLines::finish() { return begun_.empty() || add_line(begun_); }

bool OriginLines::add_line(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  constexpr std::string_view kBlanks = " \t\r";
  ++line_;
  if (line_ == 1 && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    line.remove_prefix(kByteOrderMark.size());
  }
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin != std::string_view::npos && line[begin] == '#') return true;
  if (line.size() > kLineLimitBytes) {
    return problem("origins-line-too-long",
                   "the line has more than " + std::to_string(kLineLimitBytes) + " bytes",
                   "write one origin a line");
  }
  if (begin == std::string_view::npos) return true;
  if (++count_ > kOriginLimit) {
    return problem("origins-too-many",
                   "the file has more than " + std::to_string(kOriginLimit) + " origins",
                   "replace subdomains by one pattern, as https://*.example.com");
  }
  const std::size_t size = line.find_last_not_of(kBlanks) + 1 - begin;
  const std::string_view text = line.substr(begin, size);
  const plugin::Place place = {line_, static_cast<std::uint32_t>(begin + 1)};
  if (may_be_origin(text)) return sink_.text({}, text, place);
  return sink_.problem("origins-line", "this line is no origin",
                       "write one origin a line, as https://app.example.com", place);
}

bool OriginLines::problem(std::string_view code, const std::string& what, std::string_view fix) {
  has_problem_ = true;
  sink_.problem(code, what, fix, {line_, 0});
  return false;
}

}  // namespace corsac::toml_store
