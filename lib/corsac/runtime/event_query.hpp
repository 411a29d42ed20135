#pragma once

// Which events somebody wants to see: the fields of FusionAuth's event log search.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corsac {

struct Event;  // runtime/event_log.hpp

enum class EventOrder : unsigned char { NewestFirst, OldestFirst };

enum class EventType : unsigned char {
  Event,   // a refusal or a diagnostic of the policy in force
  Shadow,  // what the candidate of [shadow] would have done otherwise
};

struct EventQuery {
  std::optional<EventType> type = {};  // empty = any
  std::string reason = {};             // a code; empty = any
  // A part of one of the event's texts, in any case; `*` stands for any bytes. Empty = any.
  std::string message = {};
  std::optional<std::chrono::system_clock::time_point> start = {};  // at or after it
  std::optional<std::chrono::system_clock::time_point> end = {};    // at or before it
  std::optional<std::uint64_t> after = {};                          // only a greater seq
  EventOrder order = EventOrder::NewestFirst;
  std::size_t start_row = 0;  // of those that match, in this order
  std::size_t count = 25;
};

// Everything but order, row and count. Allocates nothing.
[[nodiscard]] bool matches(const EventQuery& query, const Event& event) noexcept;

// True when a part of `text` is `pattern`, in which `*` stands for any bytes. ASCII in any case.
[[nodiscard]] bool contains_pattern(std::string_view text, std::string_view pattern) noexcept;

}  // namespace corsac
