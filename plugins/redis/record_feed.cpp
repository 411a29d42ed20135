// Entry: RecordFeed. Spec: design, 6 "redis". Test: tests/plugins/redis_records_test.cpp.

#include "record_feed.hpp"

#include <algorithm>
#include <string_view>

#include "forwarding_sink.hpp"

namespace corsac::redis_store {
namespace {

using plugin::Place;
using plugin::Sink;
using plugin::Status;

constexpr std::size_t kSourceLimit = 200;   // of the 256 that a document may have
constexpr std::size_t kShownIdBytes = 100;  // of an id, in the name of a source

// One record on its way.
class RecordSink final : public ForwardingSink {
 public:
  RecordSink(Sink& sink, std::string_view id, bool has_places)
      : ForwardingSink(sink), id_(id), has_places_(has_places) {}

  // After its JSON.
  void finish() {
    if (!has_id_) sink().text("id", id_);
  }

 private:
  void on_field(std::string_view field) override {
    if (depth() == 0 && field == "id") has_id_ = true;
  }
  void on_text(std::string_view field, std::string_view value) override {
    if (depth() != 0 || field != "id" || value == id_) return;
    sink().problem("redis-record-id", "the record says another id than its field in the hash",
                   "write the same id, or leave it out of the record");
  }
  [[nodiscard]] Place place_of(Place place) const override { return has_places_ ? place : Place{}; }

  const std::string_view id_;
  const bool has_places_;
  bool has_id_ = false;
};

}  // namespace

RecordFeed::RecordFeed(const plugin::Host& host, const RecordList& records, const std::string& name)
    : host_(host),
      records_(records),
      records_a_source_(
          std::max<std::size_t>((records.size() + kSourceLimit - 1) / kSourceLimit, 1)) {
  const auto shown = [&](std::size_t index) { return records[index].id.substr(0, kShownIdBytes); };
  for (std::size_t first = 0; first < records.size(); first += records_a_source_) {
    const std::size_t last = std::min(first + records_a_source_, records.size()) - 1;
    std::string source = name + " " + shown(first);
    if (last != first) source += " to " + shown(last);
    sources_.push_back(std::move(source));
  }
}

void RecordFeed::feed(Sink& sink) noexcept {
  for (std::size_t i = 0; i < records_.size() && !sink.is_stopped(); ++i) {
    if (i % records_a_source_ == 0) sink.source(sources_[i / records_a_source_]);
    feed_record(sink, records_[i]);
  }
}

void RecordFeed::feed_record(Sink& sink, const Record& record) noexcept {
  RecordSink on_the_way(sink, record.id, records_a_source_ == 1);
  sink.begin_item({});
  Sink to_record(on_the_way.table());
  const Status status = host_.feed_json(to_record, record.json);
  if (status != Status::Ok && status_ == Status::Ok) status_ = status;
  on_the_way.finish();
  sink.end_item();
}

}  // namespace corsac::redis_store
