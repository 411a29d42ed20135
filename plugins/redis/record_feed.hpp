#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <corsac_store_plugin.hpp>

#include "record_list.hpp"

namespace corsac::redis_store {

// Hands records over as elements of a list that is open. A record gets the field's name as its id;
// one that says another is the problem redis-record-id.
//
// A source for each record ("redis {corsac}:trusted_origins tos42"), with line and column in its
// JSON. A document has at most 256 sources, so that of very many records some follow each other in
// one ("... tos1 to tos9"), without a line.
class RecordFeed {
 public:
  // `host` and `records` must outlive it; `name` is that of the key.
  RecordFeed(const plugin::Host& host, const RecordList& records, const std::string& name);

  [[nodiscard]] std::size_t size() const { return records_.size(); }
  // Throws nothing: it is called from inside of the core's parser.
  void feed(plugin::Sink& sink) noexcept;
  // Ok, or what the core said of the first record that is no JSON object.
  [[nodiscard]] plugin::Status status() const { return status_; }

 private:
  void feed_record(plugin::Sink& sink, const Record& record) noexcept;

  const plugin::Host& host_;
  const RecordList& records_;
  std::size_t records_a_source_ = 1;
  std::vector<std::string> sources_ = {};
  plugin::Status status_ = plugin::Status::Ok;
};

}  // namespace corsac::redis_store
