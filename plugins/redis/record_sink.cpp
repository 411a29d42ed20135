// Entries: RecordSink, fault_of_record. Tests: tests/plugins/redis_records_test.cpp,
// redis_record_hand_test.cpp.

#include "record_sink.hpp"

#include <cstdint>
#include <utility>

namespace corsac::redis_store {
namespace {

using plugin::Sink;
using plugin::Status;

// The first problem that a sink is told.
struct FirstProblem {
  bool has_one = false;
  std::string text = {};

  void take(corsac_text code, corsac_text what, corsac_place place) noexcept {
    if (std::exchange(has_one, true)) return;
    try {
      text.assign(code.data, code.size);
      if (place.line != 0) {
        text += " " + std::to_string(place.line) + ":" + std::to_string(place.column);
      }
      text.append(": ").append(what.data, what.size);
    } catch (...) {  // no memory: that there is a problem has to do
    }
  }
};

// Takes a document and hears its problems alone.
corsac_sink problem_listener(FirstProblem& problem) noexcept {
  corsac_sink sink = {};
  sink.size = sizeof(corsac_sink);
  sink.context = &problem;
  sink.source = [](void*, corsac_text) { return 1; };
  sink.begin_list = sink.begin_item = [](void*, corsac_text, corsac_place) { return 1; };
  sink.end_list = sink.end_item = [](void*) { return 1; };
  sink.text = [](void*, corsac_text, corsac_text, corsac_place) { return 1; };
  sink.integer = [](void*, corsac_text, std::int64_t, corsac_place) { return 1; };
  sink.real = [](void*, corsac_text, double, corsac_place) { return 1; };
  sink.flag = [](void*, corsac_text, int, corsac_place) { return 1; };
  sink.null_value = [](void*, corsac_text, corsac_place) { return 1; };
  sink.problem = [](void* context, corsac_text code, corsac_text what, corsac_text,
                    corsac_place place) {
    static_cast<FirstProblem*>(context)->take(code, what, place);
    return 1;
  };
  sink.finish = [](void*, corsac_text) { return 1; };
  return sink;
}

}  // namespace

void RecordSink::on_text(std::string_view field, std::string_view value) {
  if (depth() != 0 || field != "id" || value == id_) return;
  has_another_id_ = true;
  sink().problem("redis-record-id", "the record says another id than its field in the hash",
                 "write the same id, or leave it out of the record");
}

std::optional<std::string> fault_of_record(const plugin::Host& host, const Record& record) {
  FirstProblem problem;
  const corsac_sink listener = problem_listener(problem);
  Sink sink(listener);
  RecordSink checked(sink, record.id, RecordSink::Places::Kept);
  Sink to_checked(checked.table());
  const Status status = host.feed_json(to_checked, record.json);
  if (status == Status::Ok && !problem.has_one) return std::nullopt;
  return std::move(problem.text);
}

}  // namespace corsac::redis_store
