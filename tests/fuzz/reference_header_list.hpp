#pragma once

// Access-Control-Request-Headers as policy and header_list.hpp define it: all lines joined by
// commas, cut into elements, judged from the left.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/header_list.hpp"

namespace corsac::fuzz {

// The numbers of the policy document, 3, written once more.
inline constexpr std::size_t kReferenceBytes = 4096;
inline constexpr std::size_t kReferenceNames = 64;
inline constexpr std::size_t kReferenceEmpty = 16;

struct HeaderListReading {
  HeaderListVerdict verdict = HeaderListVerdict::Empty;
  std::string offending = {};
  std::vector<std::string> names = {};  // distinct, lower-case, in order of appearance

  friend bool operator==(const HeaderListReading&, const HeaderListReading&) = default;
};

inline std::string reference_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return lower;
}

inline bool is_reference_token(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

inline bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// `allowed` in lower case; `allow_any` = "*" stands in the policy.
inline HeaderListReading read_header_list_plainly(const std::vector<std::string>& lines,
                                                  const std::vector<std::string>& allowed,
                                                  bool allow_any) {
  HeaderListReading reading;
  std::string joined;
  for (std::size_t i = 0; i < lines.size(); ++i) joined += (i == 0 ? "" : ",") + lines[i];
  if (joined.size() > kReferenceBytes || lines.size() > kReferenceNames + kReferenceEmpty) {
    return {HeaderListVerdict::OverBudget};
  }
  if (lines.empty()) return reading;
  std::size_t names = 0;
  std::size_t empty = 0;
  joined += ',';
  for (std::size_t begin = 0; begin < joined.size();) {
    const std::size_t end = joined.find(',', begin);
    std::string element = joined.substr(begin, end - begin);
    begin = end + 1;
    element.erase(0, std::min(element.find_first_not_of(" \t"), element.size()));
    element.erase(element.find_last_not_of(" \t") + 1);
    if (element.empty()) {
      if (++empty > kReferenceEmpty) return {HeaderListVerdict::OverBudget};
      continue;
    }
    if (++names > kReferenceNames) return {HeaderListVerdict::OverBudget};
    const std::string name = reference_lower(element);
    if (!is_reference_token(name)) return {HeaderListVerdict::Malformed, element};
    if (!contains(allowed, name) && (!allow_any || name == "authorization")) {
      return {HeaderListVerdict::NotAllowed, element};
    }
    if (!contains(reading.names, name)) reading.names.push_back(name);
  }
  if (names != 0) reading.verdict = HeaderListVerdict::Allowed;
  return reading;
}

}  // namespace corsac::fuzz
