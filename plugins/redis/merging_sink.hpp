#pragma once

#include <string_view>

#include <corsac_store_plugin.hpp>

#include "forwarding_sink.hpp"
#include "member_list.hpp"
#include "record_feed.hpp"

namespace corsac::redis_store {

// A sink that passes a document on and adds origins at the end of cors.allowed_origins, and records
// at the end of trusted_origins; where a list or its table is not there, it is opened. A list that
// stands there as something else stays as it is, and is an error of the reader's.
class MergingSink final : public ForwardingSink {
 public:
  // Elements that are added stand in the source `origins_name` or in those of `records`, all others
  // in `document_name`. All arguments must outlive it.
  MergingSink(plugin::Sink& sink, const MemberList& origins, std::string_view origins_name,
              RecordFeed& records, std::string_view document_name);

  // After the document: adds what has found no place yet.
  void finish();

 private:
  // A list of the document that grows.
  struct Target {
    bool is_open = false;
    bool has_stood = false;  // it stood there, as whatever
  };

  void on_field(std::string_view field) override;
  void on_begin_list(std::string_view field) override;
  void on_begin_item(std::string_view field) override;
  void on_end_list() override;
  void on_end_item() override;

  [[nodiscard]] bool is_in_cors() const { return depth() == 1 && is_cors_open_; }
  void add_origin_list();
  void add_origins();
  void add_records();

  const MemberList& origins_;
  const std::string_view origins_name_;
  RecordFeed& records_;
  const std::string_view document_name_;
  bool is_cors_open_ = false;  // the table at depth 1 is cors
  bool has_cors_ = false;      // it stood there, as whatever
  Target origin_list_ = {};    // cors.allowed_origins
  Target record_list_ = {};    // trusted_origins
};

}  // namespace corsac::redis_store
