// The operators' parser against the policy document, 2. The input is an entry of allowed_origins,
// or the origin of a record.

#include "corsac/origin/pattern.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "corsac/origin/origin.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_pattern.hpp"

namespace corsac::fuzz {
namespace {

using Parsed = Result<OriginPattern, OriginPatternError>;

bool is_as_read(const OriginPattern& pattern, const PatternReading& expected) {
  return pattern.scheme == expected.scheme && pattern.host_form == expected.host_form &&
         pattern.host == expected.host && pattern.port_form == expected.port_form &&
         pattern.ports == expected.ports && pattern.is_ip == expected.is_ip &&
         fixed_right_part(pattern) == expected.fixed_right_part;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// What the fix says to write, `write "A"` or `write "A", "B"`; empty when it is only advice.
std::vector<std::string> suggestions_of(std::string_view fix) {
  constexpr std::string_view kBegin = "write \"";
  if (!fix.starts_with(kBegin) || !fix.ends_with('"')) return {};
  fix.remove_prefix(kBegin.size());
  fix.remove_suffix(1);
  std::vector<std::string> texts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = fix.find("\", \"");
    texts.emplace_back(fix.substr(0, end));
    if (end != std::string_view::npos) fix.remove_prefix(end + 4);
  }
  return texts;
}

void judge_error(const OriginPatternError& error, std::string_view text) {
  const std::string said = error.what + ' ' + error.fix;
  const auto fail = [&](std::string_view what) {
    fail_with(what, shown("text", text), shown("code", error.code), shown("said", said));
  };
  if (!error.code.starts_with("origin-") || error.what.empty()) fail("an error without a name");
  if (!is_printable(said)) fail("unprintable bytes in what is said");
  if (text.find('@') != std::string_view::npos) {
    if (error.may_show_value) fail("user info may be shown");
    if (said.find('@') != std::string::npos) fail("user info is shown");
  }
  for (const std::string& suggestion : suggestions_of(error.fix)) {
    if (!read_pattern_plainly(suggestion)) fail("suggests what is wrong as well");
  }
}

void judge(const Parsed& parsed, const std::string& normal, std::string_view text) {
  const auto expected = read_pattern_plainly(normal);
  if (!parsed) {
    if (expected) fail_with("refuses", shown("text", text), shown("code", parsed.error().code));
    judge_error(parsed.error(), text);
    return;
  }
  if (!expected) fail_with("takes", shown("text", text), shown("as", parsed->text));
  if (parsed->text != normal || !is_as_read(*parsed, *expected)) {
    fail_with("reads it otherwise", shown("text", text), shown("host", parsed->host));
  }
  if (parsed->is_exact() && (!read_origin_plainly(normal) || !matches_plainly(*parsed, normal))) {
    fail_with("exact, and no browser sends it", shown("text", text));
  }
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  const std::string_view text = to_text(data, size);
  judge(parse_origin_pattern(text), std::string(text), text);
  judge(parse_record_origin(text), record_in_normal_form(text), text);
  return 0;
}
