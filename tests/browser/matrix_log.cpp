// The log of the browser matrix as JSON. Entry: RequestLog. Read by tests/browser/matrix/host.js.

#include "browser/matrix_log.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace corsac::testing {
namespace {

nlohmann::json to_json(const std::optional<std::string>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

nlohmann::json to_json(const Arrival& arrival) {
  return {{"server", arrival.server},
          {"scheme", arrival.is_tls ? "https" : "http"},
          {"method", arrival.method},
          {"path", arrival.path},
          {"origin", to_json(arrival.origin)},
          {"requestedMethod", to_json(arrival.requested_method)},
          {"requestedHeaders", to_json(arrival.requested_headers)},
          {"site", to_json(arrival.site)},
          {"cookie", arrival.has_cookie},
          {"authorization", arrival.has_authorization},
          {"privateNetwork", arrival.asks_for_private_network},
          {"status", arrival.status},
          {"reason", arrival.reason},
          {"ran", arrival.has_run}};
}

}  // namespace

RequestLog::Entry* RequestLog::find(const void* request) {
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [request](const Entry& e) { return e.request == request; });
  return found == entries_.rend() ? nullptr : &*found;
}

void RequestLog::arrive(const void* request, Arrival arrival) {
  const std::lock_guard lock(mutex_);
  // One that was never answered, as an upgrade is not; its address is free again.
  if (Entry* const old = find(request)) old->request = nullptr;
  entries_.push_back({request, std::move(arrival)});
}

void RequestLog::run(const void* request, Arrival otherwise) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find(request);
  if (entry == nullptr) entry = &entries_.emplace_back(Entry{nullptr, std::move(otherwise)});
  entry->arrival.has_run = true;
}

void RequestLog::answer(const void* request, int status, std::string reason) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(request);
  if (entry == nullptr) return;
  entry->request = nullptr;
  entry->arrival.status = status;
  entry->arrival.reason = std::move(reason);
}

std::string RequestLog::take_json() {
  const std::lock_guard lock(mutex_);
  nlohmann::json lines = nlohmann::json::array();
  for (const Entry& entry : entries_) lines.push_back(to_json(entry.arrival));
  entries_.clear();
  // What a browser sent may be no UTF-8.
  return lines.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace corsac::testing
