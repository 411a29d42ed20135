// JSON of what the event log knows in sum. Entries: most_refused_json, history_json. Spec: README,
// "Operating". Test: tests/adapter/admin_api_test.cpp.

#include "corsac/adapter/event_summary.hpp"

#include <nlohmann/json.hpp>

#include "corsac/base/rfc3339.hpp"
#include "corsac/stage/reason.hpp"

namespace corsac {
namespace {

// Keeps the order in which the fields are written.
using Json = nlohmann::ordered_json;

Json reasons_json(const ReasonCounts& reasons) {
  Json json = Json::object();
  for (std::size_t i = 1; i < kReasonCount; ++i) {
    if (reasons[i] == 0) continue;
    json[std::string(reason_info(static_cast<Reason>(i)).code)] = reasons[i];
  }
  return json;
}

}  // namespace

std::string most_refused_json(const EventLog& events) {
  const EventLog::MostRefused most = events.most_refused(kMostRefusedShown);
  Json json;
  json["total"] = most.total;
  json["most_error"] = most.total / RefusedOrigins::kOrigins;
  json["origins"] = Json::array();
  for (const RefusedOrigins::Entry& entry : most.origins) {
    Json row;
    row["origin"] = entry.origin.empty() ? Json(nullptr) : Json(entry.origin);
    row["count"] = entry.count;
    row["error"] = entry.error;
    row["last"] = time_text(entry.last);
    row["reasons"] = reasons_json(entry.reasons);
    row["near_miss"] = entry.near_miss.empty() ? Json(nullptr) : Json(entry.near_miss);
    json["origins"].push_back(std::move(row));
  }
  return json.dump() + "\n";
}

std::string history_json(const EventLog& events) {
  Json json;
  json["bucket_seconds"] = 60;
  json["buckets"] = Json::array();
  for (const RefusalHistory::Minute& minute : events.history()) {
    std::uint64_t total = 0;
    for (const std::uint32_t count : minute.reasons) total += count;
    Json row;
    row["start"] = time_text(minute.start);
    row["total"] = total;
    row["reasons"] = reasons_json(minute.reasons);
    json["buckets"].push_back(std::move(row));
  }
  return json.dump() + "\n";
}

}  // namespace corsac
