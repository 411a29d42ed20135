#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <corsac_store_plugin.hpp>

#include "record_list.hpp"

namespace corsac::redis_store {

// Hands records over as elements of a list that is open. A record gets the field's name as its id.
//
// A source for each record ("redis {corsac}:trusted_origins tos42"), with line and column in its
// JSON. A document has at most 256 sources, so that of very many records some follow each other in
// one ("... tos1 to tos9"), without a line.
class RecordFeed {
 public:
  // `host` and `records` must outlive it; `key` is theirs.
  RecordFeed(const plugin::Host& host, const RecordList& records, const std::string& key);

  [[nodiscard]] std::size_t size() const { return records_.size(); }

  // Every record, or problems: those of its JSON, and redis-record-id for a field that is no id or
  // a record that says another one. Throws nothing: it is called from inside of the core's parser.
  void feed(plugin::Sink& sink) noexcept;
  // After feed(): Ok, or what the core said of the first record that is no JSON object; Invalid.
  [[nodiscard]] plugin::Status status() const { return status_; }

  // Every record that can be read. In the place of one that cannot stands one with its id that
  // grants nothing, so that it can be seen and deleted, and the others too; a field that is no id
  // is left out. Answers nothing, or a line for the log that names them.
  [[nodiscard]] std::string feed_despite_faults(plugin::Sink& sink);

 private:
  void open_source(plugin::Sink& sink, std::size_t index) const noexcept;
  void feed_record(plugin::Sink& sink, const Record& record) noexcept;
  void refuse_field(plugin::Sink& sink, const Record& record) noexcept;

  const plugin::Host& host_;
  const RecordList& records_;
  const std::string key_;
  std::size_t records_a_source_ = 1;
  std::vector<std::string> sources_ = {};
  plugin::Status status_ = plugin::Status::Ok;
};

}  // namespace corsac::redis_store
