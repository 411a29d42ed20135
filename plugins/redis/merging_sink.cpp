// Entry: MergingSink. Spec: design, 6 "redis". Tests: tests/plugins/redis_store_test.cpp,
// redis_records_test.cpp.
//
// The document is parsed by the core while it is handed over (feed_json), so the only place to add
// elements to a list of it is the sink.

#include "merging_sink.hpp"

namespace corsac::redis_store {
namespace {

constexpr std::string_view kCors = "cors";
constexpr std::string_view kOrigins = "allowed_origins";
constexpr std::string_view kRecords = "trusted_origins";

}  // namespace

MergingSink::MergingSink(plugin::Sink& sink, const MemberList& origins,
                         std::string_view origins_name, RecordFeed& records,
                         std::string_view document_name)
    : ForwardingSink(sink),
      origins_(origins),
      origins_name_(origins_name),
      records_(records),
      document_name_(document_name) {}

void MergingSink::finish() {
  if (!has_cors_ && origins_.size() != 0) {
    sink().begin_item(kCors);
    add_origin_list();
    sink().end_item();
  }
  if (!record_list_.has_stood && records_.size() != 0) {
    sink().begin_list(kRecords);
    add_records();
    sink().end_list();
  }
}

// Only the first list of a name grows: a second one is an error of the reader's.
void MergingSink::on_begin_list(std::string_view field) {
  origin_list_.is_open = is_in_cors() && field == kOrigins && !origin_list_.has_stood;
  if (depth() == 0) record_list_.is_open = field == kRecords && !record_list_.has_stood;
}

void MergingSink::on_begin_item(std::string_view field) {
  if (depth() == 0) is_cors_open_ = field == kCors;
}

void MergingSink::on_field(std::string_view field) {
  if (is_in_cors() && field == kOrigins) origin_list_.has_stood = true;
  if (depth() != 0) return;
  if (field == kCors) has_cors_ = true;
  if (field == kRecords) record_list_.has_stood = true;
}

void MergingSink::on_end_list() {
  const bool ends_in_cors = depth() == 2 && is_cors_open_;
  if (ends_in_cors && origin_list_.is_open) {
    origin_list_.is_open = false;
    add_origins();
  }
  if (depth() == 1 && record_list_.is_open) {
    record_list_.is_open = false;
    add_records();
  }
}

void MergingSink::on_end_item() {
  if (is_in_cors() && !origin_list_.has_stood) add_origin_list();
  if (depth() == 1) is_cors_open_ = false;
}

void MergingSink::add_origin_list() {
  origin_list_.has_stood = true;
  if (origins_.size() == 0) return;
  sink().begin_list(kOrigins);
  add_origins();
  sink().end_list();
}

void MergingSink::add_origins() {
  if (origins_.size() == 0) return;
  sink().source(origins_name_);
  for (std::size_t i = 0; i < origins_.size() && !sink().is_stopped(); ++i) {
    sink().text({}, origins_[i]);
  }
  sink().source(document_name_);
}

void MergingSink::add_records() {
  if (records_.size() == 0) return;
  records_.feed(sink());
  sink().source(document_name_);
}

}  // namespace corsac::redis_store
