// The log's JSON lines. Entry: to_json, load_line, store_line, suppressed_line. Spec: policy
// document, 5. Tests: tests/runtime/event_log_test.cpp, tests/runtime/store_journal_test.cpp.

#include "corsac/runtime/event_json.hpp"

#include <nlohmann/json.hpp>

#include "corsac/policy/reader.hpp"

namespace corsac {
namespace {

// Keeps the order in which the fields are written.
using Json = nlohmann::ordered_json;

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

std::string_view to_text(EventOutcome outcome) noexcept {
  switch (outcome) {
    case EventOutcome::Blocked:
      return "blocked";
    case EventOutcome::Marked:
      return "marked";
    case EventOutcome::Diagnostic:
      return "diagnostic";
    case EventOutcome::Allowed:
      return "allowed";
  }
  return "";
}

// Bytes that are no UTF-8 cannot stand in an event that make_event made; replaced, they do no harm
// in one that another made.
std::string one_line(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Event& event) {
  Json json;
  json["type"] = event.type == EventType::Shadow ? "shadow" : "event";
  json["time"] = time_text(event.time);
  json["seq"] = event.seq;
  json["revision"] = event.revision;
  json["outcome"] = to_text(event.outcome);
  if (event.type == EventType::Shadow) {
    json["change"] = event.change;
    json["live_outcome"] = to_text(event.live_outcome);
  }
  json["reason"] = event.reason;
  json["value"] = event.value;
  json["rule"] = event.rule;
  json["place"] = event.place;
  json["status"] = event.status;
  json["report_only"] = event.is_report_only;
  json["own_origin"] = event.own_origin;
  json["method"] = event.method;
  json["path"] = event.path;
  json["target"] = event.target;
  json["content_type"] = text_or_null(event.content_type);
  json["host"] = text_or_null(event.host);
  json["origin"] = text_or_null(event.origin);
  json["referer"] = text_or_null(event.referer);
  json["client"] = event.client;
  json["header_names"] = event.header_names;
  json["hint"] = event.hint;
  json["near_miss"] = event.near_miss;
  json["category"] = event.category;
  return one_line(json);
}

std::string load_line(const LoadRecord& record, std::chrono::system_clock::time_point time) {
  Json json;
  json["type"] = "load";
  json["time"] = time_text(time);
  json["section"] = record.section;
  json["source"] = record.source;
  json["revision"] = record.revision;
  json["outcome"] = record.is_taken ? "taken" : "refused";
  if (record.changes) {
    json["changes"] = {{"added", record.changes->added}, {"removed", record.changes->removed}};
  }
  json["errors"] = record.errors;
  json["warnings"] = record.warnings;
  return one_line(json);
}

std::string store_line(const StoreRecord& record, std::chrono::system_clock::time_point time) {
  Json json;
  json["type"] = "store";
  json["time"] = time_text(time);
  json["section"] = record.section;
  json["source"] = record.source;
  json["from"] = record.from;
  json["to"] = record.to;
  json["last_error"] = record.last_error;
  return one_line(json);
}

std::string suppressed_line(const EventLineLimits::Suppressed& suppressed,
                            std::chrono::system_clock::time_point time) {
  Json json;
  json["type"] = "suppressed";
  json["time"] = time_text(time);
  json["count"] = suppressed.total();
  json["repeated"] = suppressed.repeated;
  json["over_rate"] = suppressed.over_rate;
  json["reasons"] = Json::object();
  for (std::size_t i = 0; i < suppressed.reasons.size(); ++i) {
    if (suppressed.reasons[i] == 0) continue;
    json["reasons"][std::string(reason_info(static_cast<Reason>(i)).code)] = suppressed.reasons[i];
  }
  json["changes"] = Json::object();
  for (std::size_t i = 0; i < suppressed.changes.size(); ++i) {
    if (suppressed.changes[i] == 0) continue;
    json["changes"][std::string(to_text(static_cast<ShadowChange>(i)))] = suppressed.changes[i];
  }
  return one_line(json);
}

}  // namespace corsac
