// Times of documents and events as text, both ways (RFC 3339, 5.6).
// Entries: parse_time, time_text. Test: tests/base/rfc3339_test.cpp.

#include "corsac/base/rfc3339.hpp"

#include <cstdint>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr std::int64_t kNanosecondsOfSecond = 1'000'000'000;

// Takes what is expected from the front of a text; after the first surprise it takes nothing more.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_(text) {}

  // Exactly `count` digits.
  [[nodiscard]] int digits(std::size_t count) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_.empty() || !is_ascii_digit(rest_.front())) return refuse();
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  // One of `choices`, which are lower case, in any case; which one.
  [[nodiscard]] char one_of(std::string_view choices) noexcept {
    if (rest_.empty() || choices.find(ascii_lower(rest_.front())) == std::string_view::npos) {
      refuse();
      return '\0';
    }
    const char c = ascii_lower(rest_.front());
    rest_.remove_prefix(1);
    return c;
  }

  // "." and one or more digits, or nothing.
  [[nodiscard]] std::int64_t fraction() noexcept {
    if (rest_.empty() || rest_.front() != '.') return 0;
    rest_.remove_prefix(1);
    if (rest_.empty() || !is_ascii_digit(rest_.front())) return refuse();
    std::int64_t value = 0;
    std::int64_t unit = kNanosecondsOfSecond / 10;
    for (; !rest_.empty() && is_ascii_digit(rest_.front()); rest_.remove_prefix(1)) {
      value += (rest_.front() - '0') * unit;
      unit /= 10;
    }
    return value;
  }

  [[nodiscard]] bool is_complete() const noexcept { return is_fine_ && rest_.empty(); }

 private:
  int refuse() noexcept {
    is_fine_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool is_fine_ = true;
};

// Whole seconds since 1970 reach far beyond the clock; the clock counts nanoseconds.
[[nodiscard]] system_clock::time_point to_clock(seconds since_1970, nanoseconds part) noexcept {
  const auto last = std::chrono::floor<seconds>(system_clock::time_point::max().time_since_epoch());
  const auto first = std::chrono::ceil<seconds>(system_clock::time_point::min().time_since_epoch());
  if (since_1970 >= last) return system_clock::time_point::max();
  if (since_1970 < first) return system_clock::time_point::min();
  return system_clock::time_point(
      std::chrono::duration_cast<system_clock::duration>(nanoseconds(since_1970) + part));
}

void append_number(std::string& text, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

void append_fraction(std::string& text, std::int64_t nanoseconds_of_second) {
  if (nanoseconds_of_second == 0) return;
  text += '.';
  if (nanoseconds_of_second % 1'000'000 == 0) {
    append_number(text, nanoseconds_of_second / 1'000'000, 3);
  } else if (nanoseconds_of_second % 1'000 == 0) {
    append_number(text, nanoseconds_of_second / 1'000, 6);
  } else {
    append_number(text, nanoseconds_of_second, 9);
  }
}

}  // namespace

std::optional<system_clock::time_point> parse_time(std::string_view text) noexcept {
  Scanner scan(text);
  const int year = scan.digits(4);
  (void)scan.one_of("-");
  const int month = scan.digits(2);
  (void)scan.one_of("-");
  const int day = scan.digits(2);
  (void)scan.one_of("t");
  const int hour = scan.digits(2);
  (void)scan.one_of(":");
  const int minute = scan.digits(2);
  (void)scan.one_of(":");
  const int second = scan.digits(2);
  const std::int64_t part = scan.fraction();
  const char zone = scan.one_of("z+-");
  int zone_minutes = 0;
  if (zone == '+' || zone == '-') {
    const int zone_hour = scan.digits(2);
    (void)scan.one_of(":");
    const int zone_minute = scan.digits(2);
    if (zone_hour > 23 || zone_minute > 59) return std::nullopt;
    zone_minutes = (zone_hour * 60 + zone_minute) * (zone == '+' ? 1 : -1);
  }
  if (!scan.is_complete()) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const seconds since_1970 = std::chrono::sys_days(date).time_since_epoch() +
                             std::chrono::hours(hour) +
                             std::chrono::minutes(minute - zone_minutes) + seconds(second);
  return to_clock(since_1970, nanoseconds(part));
}

std::string time_text(system_clock::time_point time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::duration_cast<nanoseconds>(time - day));
  std::string text;
  append_number(text, static_cast<int>(date.year()), 4);
  text += '-';
  append_number(text, static_cast<unsigned>(date.month()), 2);
  text += '-';
  append_number(text, static_cast<unsigned>(date.day()), 2);
  text += 'T';
  append_number(text, clock.hours().count(), 2);
  text += ':';
  append_number(text, clock.minutes().count(), 2);
  text += ':';
  append_number(text, clock.seconds().count(), 2);
  append_fraction(text, clock.subseconds().count());
  text += 'Z';
  return text;
}

}  // namespace corsac
