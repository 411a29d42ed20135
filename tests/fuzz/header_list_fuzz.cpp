// Both tiers of Access-Control-Request-Headers against each other and against a plain reading. The
// first line of the input is what the policy allows, separated by commas ("*" = any); each further
// one is a line of the request.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "corsac/http/header_list.hpp"
#include "corsac/http/header_name_set.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_header_list.hpp"

namespace corsac::fuzz {
namespace {

struct Input {
  std::vector<std::string> allowed;  // lower case
  bool allow_any = false;
  std::vector<std::string> lines;
};

Input read_input(std::string_view text) {
  Input input;
  bool is_first = true;
  for (const std::string_view line : lines_of(text)) {
    if (!is_first) {
      input.lines.emplace_back(line);
      continue;
    }
    is_first = false;
    for (const std::string& name : elements_of(line)) {
      if (name == "*") input.allow_any = true;
      // What compile_cors lets through.
      if (is_reference_token(name) && name != "*") input.allowed.push_back(reference_lower(name));
    }
  }
  return input;
}

HeaderListReading reading_of(const RequestedHeaders& result) {
  HeaderListReading reading;
  reading.verdict = result.verdict;
  if (result.verdict != HeaderListVerdict::OverBudget) reading.offending = result.offending;
  if (result.verdict != HeaderListVerdict::Allowed) return reading;
  if (!result.whole.empty()) reading.names = elements_of(result.whole);
  for (std::uint32_t i = 0; i < result.count; ++i) {
    reading.names.push_back(reference_lower(result.names[i].view()));
  }
  return reading;
}

[[noreturn]] void fail(std::string_view what, std::string_view text, const HeaderListReading& found,
                       const HeaderListReading& expected) {
  const auto told = [](std::string_view name, const HeaderListReading& reading) {
    std::string names;
    for (const std::string& each : reading.names) names += ' ' + each;
    return std::string(name) + ": verdict " + std::to_string(static_cast<int>(reading.verdict)) +
           ", " + shown("offending", reading.offending) + ", " + shown("names", names);
  };
  fail_with(what, shown("input", text), told("found", found), told("expected", expected));
}

// What the first tier sends back as it came: one line, lower case, sorted, each name once.
bool may_be_sent_back(std::string_view whole, const Input& input) {
  const std::vector<std::string> names = elements_of(whole);
  return input.lines.size() == 1 && input.lines.front() == whole &&
         std::adjacent_find(names.begin(), names.end(), std::greater_equal<>()) == names.end() &&
         std::all_of(names.begin(), names.end(), [](const std::string& name) {
           return is_reference_token(name) && name == reference_lower(name);
         });
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac;
  using namespace corsac::fuzz;
  const std::string_view text = to_text(data, size);
  const Input input = read_input(text);
  const HeaderNameSet names(input.allowed);
  const std::vector<std::string_view> lines(input.lines.begin(), input.lines.end());
  const auto expected = read_header_list_plainly(input.lines, input.allowed, input.allow_any);

  RequestedHeaders result;
  judge_requested_headers(lines, {&names, input.allow_any}, result);
  if (reading_of(result) != expected) fail("both tiers", text, reading_of(result), expected);
  if (!result.whole.empty() && !may_be_sent_back(result.whole, input)) {
    fail("sends back what is not in normal form", text, reading_of(result), expected);
  }
  judge_requested_headers_tolerantly(lines, {&names, input.allow_any}, result);
  if (reading_of(result) != expected) fail("tolerant tier", text, reading_of(result), expected);
  if (!result.whole.empty()) fail("tolerant tier: whole", text, reading_of(result), expected);
  return 0;
}
