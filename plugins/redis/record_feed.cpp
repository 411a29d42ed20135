// Entry: RecordFeed. Spec: design, 6 "redis". Tests: tests/plugins/redis_records_test.cpp,
// redis_record_hand_test.cpp.

#include "record_feed.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "record_id.hpp"
#include "record_sink.hpp"

namespace corsac::redis_store {
namespace {

using plugin::Sink;
using plugin::Status;

constexpr std::size_t kSourceLimit = 200;  // of the 256 that a document may have
constexpr std::size_t kFaultsTold = 5;

// Of a record that cannot be read. No name can be looked up below "invalid" (RFC 6761, 6.4), so it
// stays harmless when somebody switches it on.
void feed_placeholder(Sink& sink, const std::string& id) {
  sink.begin_item({});
  sink.text("id", id);
  sink.text("name", "(unreadable) " + id);
  sink.text("origin", "https://unreadable.invalid");
  sink.text("status", "INACTIVE");
  sink.begin_list("scopes");
  sink.text({}, "CORS");
  sink.end_list();
  sink.end_item();
}

// The faults of a read, as one line: lines that alternate would fill the log.
class FaultLine {
 public:
  explicit FaultLine(const std::string& key) : key_(key) {}

  void add_unreadable(const std::string& id, const std::string& why) {
    add("\"" + shown_id(id) + "\" (" + why + ")");
  }
  void add_field(const std::string& field) {
    add("\"" + shown_id(field) + "\" (redis-record-id: no id, and not shown; " +
        advice_for_field(field, key_) + ")");
  }
  [[nodiscard]] std::string text() const {
    if (count_ == 0) return {};
    return "redis-record-unreadable: " + std::to_string(count_) + " of " + key_ +
           " cannot be read: " + told_ + (count_ > kFaultsTold ? ", ..." : "") +
           "; they are shown INACTIVE as \"(unreadable) ID\": delete them or write them again, " +
           "until then servers keep the policy that they have";
  }

 private:
  void add(const std::string& fault) {
    if (++count_ > kFaultsTold) return;
    told_ += (told_.empty() ? "" : ", ") + fault;
  }

  const std::string& key_;
  std::size_t count_ = 0;
  std::string told_ = {};
};

}  // namespace

RecordFeed::RecordFeed(const plugin::Host& host, const RecordList& records, const std::string& key)
    : host_(host),
      records_(records),
      key_(key),
      records_a_source_(
          std::max<std::size_t>((records.size() + kSourceLimit - 1) / kSourceLimit, 1)) {
  for (std::size_t first = 0; first < records.size(); first += records_a_source_) {
    const std::size_t last = std::min(first + records_a_source_, records.size()) - 1;
    std::string source = "redis " + key + " " + shown_id(records[first].id);
    if (last != first) source += " to " + shown_id(records[last].id);
    sources_.push_back(std::move(source));
  }
}

void RecordFeed::feed(Sink& sink) noexcept {
  for (std::size_t i = 0; i < records_.size() && !sink.is_stopped(); ++i) {
    open_source(sink, i);
    if (is_record_id(records_[i].id)) {
      feed_record(sink, records_[i]);
    } else {
      refuse_field(sink, records_[i]);
    }
  }
}

std::string RecordFeed::feed_despite_faults(Sink& sink) {
  FaultLine faults(key_);
  for (std::size_t i = 0; i < records_.size() && !sink.is_stopped(); ++i) {
    const Record& record = records_[i];
    open_source(sink, i);
    if (!is_record_id(record.id)) {
      faults.add_field(record.id);
    } else if (const auto fault = fault_of_record(host_, record)) {
      faults.add_unreadable(record.id, *fault);
      feed_placeholder(sink, record.id);
    } else {
      feed_record(sink, record);
    }
  }
  return faults.text();
}

void RecordFeed::open_source(Sink& sink, std::size_t index) const noexcept {
  if (index % records_a_source_ == 0) sink.source(sources_[index / records_a_source_]);
}

void RecordFeed::feed_record(Sink& sink, const Record& record) noexcept {
  RecordSink on_the_way(
      sink, record.id,
      records_a_source_ == 1 ? RecordSink::Places::Kept : RecordSink::Places::LeftOut);
  sink.begin_item({});
  Sink to_record(on_the_way.table());
  Status status = host_.feed_json(to_record, record.json);
  if (status == Status::Ok && on_the_way.has_another_id()) status = Status::Invalid;
  if (status != Status::Ok && status_ == Status::Ok) status_ = status;
  on_the_way.finish();
  sink.end_item();
}

void RecordFeed::refuse_field(Sink& sink, const Record& record) noexcept {
  if (status_ == Status::Ok) status_ = Status::Invalid;
  try {
    sink.problem("redis-record-id",
                 "the field \"" + shown_id(record.id) +
                     "\" is no id: 1 to 150 printable ASCII characters without /",
                 advice_for_field(record.id, key_));
  } catch (...) {  // no memory
    sink.problem("redis-record-id", "a field of the hash is no id", "");
  }
}

}  // namespace corsac::redis_store
