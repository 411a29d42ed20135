#pragma once

// The parameters of /api/events and /api/events/live: admin_api.hpp lists them.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/result.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/runtime/event_query.hpp"

namespace corsac {

using QueryParameters = std::vector<std::pair<std::string_view, std::string_view>>;

// What the parameters say, or what is wrong with the first that cannot be read, and what to write
// instead; ready to print.
[[nodiscard]] Result<EventQuery, std::string> read_event_query(const QueryParameters& parameters);

// The same without order and rows, which a stream does not have. A Last-Event-ID, which a browser
// sends when it comes again, goes before `after`; an empty one is none.
[[nodiscard]] Result<EventQuery, std::string> read_live_query(const QueryParameters& parameters,
                                                              const HeaderField& last_event_id);

}  // namespace corsac
