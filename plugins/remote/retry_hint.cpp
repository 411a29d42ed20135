// Retry-After and Okta's rate limit. Entry: retry_hint. Spec: RFC 9110, 5.6.7 and 10.2.3; Okta's
// rate limit headers. Test: tests/plugins/remote_parts_test.cpp.

#include "retry_hint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <vector>

namespace corsac::remote_store {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Digits only, and few enough that no sum of them overflows.
std::optional<std::int64_t> parse_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 12;
  std::int64_t number = 0;
  if (text.empty() || text.size() > kMostDigits || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> split(std::string_view text, std::string_view marks) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(marks), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::optional<seconds> parse_time_of_day(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, ":");
  if (text.size() != 8 || parts.size() != 3) return std::nullopt;
  const auto hour = parse_number(parts[0]);
  const auto minute = parse_number(parts[1]);
  const auto second = parse_number(parts[2]);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  return seconds(*hour * 3600 + *minute * 60 + *second);
}

// The latest year with these last digits that is not more than 50 years ahead.
std::int64_t full_year(std::int64_t two_digits, sys_seconds now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const int this_year = static_cast<int>(std::chrono::year_month_day(today).year());
  std::int64_t year = this_year - this_year % 100 - 100 + two_digits;
  while (year + 100 <= this_year + 50) year += 100;
  return year;
}

std::optional<seconds> left_until(sys_seconds moment, const HttpAnswer& answer, sys_seconds now) {
  const seconds left = moment - parse_http_date(answer.value("Date"), now).value_or(now);
  if (left <= seconds::zero()) return std::nullopt;
  return left;
}

std::optional<seconds> retry_after(const HttpAnswer& answer, sys_seconds now) {
  const std::string_view text = answer.value("Retry-After");
  if (const auto number = parse_number(text)) {
    return *number > 0 ? std::optional(seconds(*number)) : std::nullopt;
  }
  const auto date = parse_http_date(text, now);
  return date ? left_until(*date, answer, now) : std::nullopt;
}

std::optional<seconds> rate_limit_reset(const HttpAnswer& answer, sys_seconds now) {
  const auto reset = parse_number(answer.value("X-Rate-Limit-Reset"));
  return reset ? left_until(sys_seconds(seconds(*reset + 1)), answer, now) : std::nullopt;
}

}  // namespace

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
  // "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994".
  const std::vector<std::string_view> parts = split(text, " ,-");
  if (parts.size() < 5 || parts.size() > 6) return std::nullopt;
  const bool is_asctime = std::find(kMonths.begin(), kMonths.end(), parts[1]) != kMonths.end();
  if (is_asctime ? parts.size() != 5 : parts.size() != 6 || parts[5] != "GMT") return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), parts[is_asctime ? 1 : 2]);
  const auto day = parse_number(parts[is_asctime ? 2 : 1]);
  const std::string_view year_text = parts[is_asctime ? 4 : 3];
  auto year = parse_number(year_text);
  const auto time = parse_time_of_day(parts[is_asctime ? 3 : 4]);
  if (month == kMonths.end() || !day || !year || !time || *day > 31) return std::nullopt;
  if (year_text.size() == 2) {
    year = full_year(*year, now);
  } else if (year_text.size() != 4) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(*year)),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + *time;
}

std::optional<seconds> retry_hint(const HttpAnswer& answer, sys_seconds now) {
  const auto after = retry_after(answer, now);
  const auto reset = rate_limit_reset(answer, now);
  if (!after || !reset) return after ? after : reset;
  return std::max(*after, *reset);
}

}  // namespace corsac::remote_store
