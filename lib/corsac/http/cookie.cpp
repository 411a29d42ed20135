// Reads Cookie and Set-Cookie. Entries: find_cookie, parse_set_cookie, is_expired_set_cookie,
// is_cookie_value. Spec: RFC 6265, 4.1.1, 4.2.1 and 5.1 to 5.3. Test: tests/http/cookie_test.cpp.

#include "corsac/http/cookie.hpp"

#include <algorithm>
#include <optional>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

SetCookiePair parse_pair(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {};
  return {trim_ows(text.substr(0, equals)), trim_ows(text.substr(equals + 1))};
}

struct Search {
  std::string_view name;
  FoundCookie found = {};

  void look_at(std::string_view line) noexcept {
    while (!line.empty()) {
      const std::size_t end = std::min(line.find(';'), line.size());
      const SetCookiePair pair = parse_pair(line.substr(0, end));
      if (pair.name == name && found.count++ == 0) found.value = pair.value;
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }
};

// RFC 6265, 5.2.2: whether it is zero or less; nothing when it is no number.
std::optional<bool> is_over(std::string_view max_age) noexcept {
  const bool is_negative = max_age.starts_with('-');
  const std::string_view digits = max_age.substr(is_negative ? 1 : 0);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_ascii_digit)) return {};
  return is_negative || digits.find_first_not_of('0') == std::string_view::npos;
}

// The number that `text` begins with, which has `least` to `most` digits; they are taken away.
std::optional<int> take_number(std::string_view& text, std::size_t least,
                               std::size_t most) noexcept {
  std::size_t digits = 0;
  int number = 0;
  while (digits < text.size() && is_ascii_digit(text[digits])) {
    if (digits == most) return {};
    number = number * 10 + (text[digits++] - '0');
  }
  if (digits < least) return {};
  text.remove_prefix(digits);
  return number;
}

// What RFC 6265, 5.1.1 finds in a date, each part once.
struct CookieDate {
  std::optional<int> seconds = {};  // of the day
  std::optional<int> day = {};
  std::optional<int> month = {};
  std::optional<int> year = {};

  void take(std::string_view token) noexcept {
    if (!seconds && (seconds = time_of(token))) return;
    std::string_view rest = token;
    if (!day && (day = take_number(rest, 1, 2))) return;
    if (!month && (month = month_of(token))) return;
    rest = token;
    if (year || !(year = take_number(rest, 2, 4))) return;
    if (*year < 100) *year += *year < 70 ? 2000 : 1900;
  }
  static std::optional<int> time_of(std::string_view text) noexcept {
    const auto hour = take_number(text, 1, 2);
    if (!hour || !text.starts_with(':')) return {};
    text.remove_prefix(1);
    const auto minute = take_number(text, 1, 2);
    if (!minute || !text.starts_with(':')) return {};
    text.remove_prefix(1);
    const auto second = take_number(text, 1, 2);
    if (!second || *hour > 23 || *minute > 59 || *second > 59) return {};
    return (*hour * 60 + *minute) * 60 + *second;
  }
  static std::optional<int> month_of(std::string_view text) noexcept {
    constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (std::size_t i = 0; i < kMonths.size(); i += 3) {
      if (equals_ignoring_case(text.substr(0, 3), kMonths.substr(i, 3))) {
        return static_cast<int>(i / 3) + 1;
      }
    }
    return {};
  }
};

bool is_date_delimiter(char c) noexcept {
  const bool is_part = is_ascii_digit(c) || is_ascii_alpha(c) || c == ':';
  return !is_part && (c == '\t' || (c >= ' ' && c <= '~'));
}

// Whether it is not behind `now`; nothing when it is no date.
std::optional<bool> is_past(std::string_view expires,
                            std::chrono::system_clock::time_point now) noexcept {
  CookieDate date;
  while (!expires.empty()) {
    const auto* const end = std::find_if(expires.begin(), expires.end(), is_date_delimiter);
    const auto length = static_cast<std::size_t>(end - expires.begin());
    date.take(expires.substr(0, length));
    expires.remove_prefix(std::min(length + 1, expires.size()));
  }
  if (!date.seconds || !date.day || !date.month || !date.year || *date.year < 1601) return {};
  const std::chrono::year_month_day day{std::chrono::year(*date.year),
                                        std::chrono::month(static_cast<unsigned>(*date.month)),
                                        std::chrono::day(static_cast<unsigned>(*date.day))};
  if (!day.ok()) return {};
  // In seconds: the clock's own unit ends in 2262.
  const auto at = std::chrono::sys_days(day) + std::chrono::seconds(*date.seconds);
  return at <= std::chrono::floor<std::chrono::seconds>(now);
}

}  // namespace

FoundCookie find_cookie(const RequestView& request, std::string_view name) noexcept {
  if (request.headers == nullptr || name.empty()) return {};
  Search search = {.name = name};
  const auto visit = [](void* context, std::string_view header, std::string_view value) {
    if (equals_ignoring_case(header, "Cookie")) static_cast<Search*>(context)->look_at(value);
  };
  request.headers->visit(visit, &search);
  return search.found;
}

SetCookiePair parse_set_cookie(std::string_view line) noexcept {
  return parse_pair(line.substr(0, line.find(';')));
}

bool is_expired_set_cookie(std::string_view line,
                           std::chrono::system_clock::time_point now) noexcept {
  std::optional<bool> by_age;
  std::optional<bool> by_date;
  line.remove_prefix(std::min(line.find(';'), line.size()));
  while (!line.empty()) {
    line.remove_prefix(1);  // the semicolon
    const std::size_t end = std::min(line.find(';'), line.size());
    const SetCookiePair attribute = parse_pair(line.substr(0, end));
    if (equals_ignoring_case(attribute.name, "Max-Age")) {
      if (const auto is_expired = is_over(attribute.value)) by_age = is_expired;
    } else if (equals_ignoring_case(attribute.name, "Expires")) {
      if (const auto is_expired = is_past(attribute.value, now)) by_date = is_expired;
    }
    line.remove_prefix(end);
  }
  return by_age.value_or(by_date.value_or(false));
}

bool is_cookie_value(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != ',' && c != ';' && c != '\\';
  });
}

}  // namespace corsac
