// What the query of /api/events and of its live stream may say. Entries: read_event_query,
// read_live_query. Spec: README, "Operating". Test: tests/adapter/admin_api_test.cpp,
// tests/adapter/host_live_events_test.cpp.

#include "corsac/adapter/event_parameters.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/base/rfc3339.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

constexpr std::size_t kEventsLimitRows = 1000;  // of one answer; a ring may hold millions

// Digits only; nothing for anything else, or for what is too large.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A moment as people and programs write it: RFC 3339, or milliseconds since 1970.
std::optional<std::chrono::system_clock::time_point> parse_moment(std::string_view text) {
  const auto milliseconds = parse_number(text);
  if (!milliseconds) return parse_time(text);
  constexpr std::uint64_t kLastMilliseconds = 9'000'000'000'000;  // the year 2255
  const std::uint64_t within = std::min(*milliseconds, kLastMilliseconds);
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(within));
}

// "insertInstant DESC" as FusionAuth writes it; `time` and `seq` say the same.
std::optional<EventOrder> parse_order(std::string_view text) {
  const std::size_t blank = text.find(' ');
  const std::string_view field = text.substr(0, blank);
  if (field != "insertInstant" && field != "time" && field != "seq") return std::nullopt;
  if (blank == std::string_view::npos) return EventOrder::NewestFirst;
  const std::string_view direction = text.substr(blank + 1);
  if (equals_ignoring_case(direction, "DESC")) return EventOrder::NewestFirst;
  if (equals_ignoring_case(direction, "ASC")) return EventOrder::OldestFirst;
  return std::nullopt;
}

// One parameter into the query; false when it is none, or has such a value.
bool read_parameter(std::string_view name, std::string_view value, EventQuery& query) {
  const auto number = parse_number(value);
  if (name == "reason") {
    query.reason = value;
    return parse_reason(value).value_or(Reason::None) != Reason::None;
  }
  if (name == "message") {
    query.message = value;
    return true;
  }
  if (name == "type") {
    if (value == "shadow") query.type = EventType::Shadow;
    if (value == "event") query.type = EventType::Event;
    return query.type || value == "Debug";  // what FusionAuth calls all of them
  }
  if (name == "start") return (query.start = parse_moment(value)).has_value();
  if (name == "end") return (query.end = parse_moment(value)).has_value();
  if (name == "orderBy") {
    const auto order = parse_order(value);
    query.order = order.value_or(query.order);
    return order.has_value();
  }
  if (!number) return false;
  if (name == "after") {
    query.after = *number;
  } else if (name == "startRow") {
    query.start_row = *number;
  } else if (name == "numberOfResults" && *number <= kEventsLimitRows) {
    query.count = *number;
  } else {
    return false;
  }
  return true;
}

// What each parameter may say; `reason` has its codes instead.
constexpr std::pair<std::string_view, std::string_view> kEventParameters[] = {
    {"reason", ""},
    {"message", "a part of any text, with * for anything"},
    {"type", "event, or shadow"},
    {"start", "a time in RFC 3339, its + as %2B, or milliseconds since 1970"},
    {"end", "a time in RFC 3339, its + as %2B, or milliseconds since 1970"},
    {"orderBy", "insertInstant DESC, or insertInstant ASC"},
    {"startRow", "a number from 0"},
    {"numberOfResults", "a number from 0 to 1000"},
    {"after", "the seq of an event"},
};
static_assert(kEventsLimitRows == 1000);

// A stream has no rows to skip, and one order.
bool is_of_pages(std::string_view name) {
  return name == "orderBy" || name == "startRow" || name == "numberOfResults";
}

// What is wrong with a parameter, and what to write instead.
std::string complaint_about(std::string_view name, bool is_live) {
  std::string text = "not understood: " + to_printable(name) + "; ";
  const auto* const found =
      std::find_if(std::begin(kEventParameters), std::end(kEventParameters),
                   [&](const auto& parameter) { return parameter.first == name; });
  if (found == std::end(kEventParameters) || (is_live && is_of_pages(name))) {
    text += "the parameters are";
    for (const auto& parameter : kEventParameters) {
      if (!is_live || !is_of_pages(parameter.first)) text += " " + std::string(parameter.first);
    }
  } else if (found->second.empty()) {
    text += "write one of";
    for (std::size_t i = 1; i < kReasonCount; ++i) {
      text += " " + std::string(reason_info(static_cast<Reason>(i)).code);
    }
  } else {
    text += "write " + std::string(found->second);
  }
  return text;
}

Result<EventQuery, std::string> read(const QueryParameters& parameters, bool is_live) {
  EventQuery query;
  for (const auto& [name, value] : parameters) {
    if ((is_live && is_of_pages(name)) || !read_parameter(name, value, query)) {
      return fail(complaint_about(name, is_live));
    }
  }
  return query;
}

}  // namespace

Result<EventQuery, std::string> read_event_query(const QueryParameters& parameters) {
  return read(parameters, false);
}

Result<EventQuery, std::string> read_live_query(const QueryParameters& parameters,
                                                const HeaderField& last_event_id) {
  auto query = read(parameters, true);
  if (!query || last_event_id.value.empty()) return query;
  const auto number = parse_number(last_event_id.value);
  if (!number || last_event_id.is_repeated()) {
    return fail(std::string("not understood: Last-Event-ID; send the id of the last event"));
  }
  query->after = *number;
  return query;
}

}  // namespace corsac
