#pragma once

#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

#include "member_list.hpp"

namespace corsac::redis_store {

// A sink that passes a document on and adds origins at the end of cors.allowed_origins; where the
// list or the table is not there, it is opened. A list that stands there as something else stays as
// it is, and is an error of the reader's.
class MergingSink {
 public:
  // Elements that are added stand in the source `origins_name`, all others in `document_name`. All
  // arguments must outlive it.
  MergingSink(plugin::Sink& sink, const MemberList& origins, std::string_view document_name,
              std::string_view origins_name);
  MergingSink(const MergingSink&) = delete;  // the table points back to this object
  MergingSink& operator=(const MergingSink&) = delete;

  [[nodiscard]] const corsac_sink& table() const { return table_; }
  // After the document: adds what has found no place yet.
  void finish();

 private:
  struct Calls;  // the C functions

  [[nodiscard]] bool is_in_cors() const { return depth_ == 1 && is_cors_open_; }
  // A field of the table that is open now, of whatever type.
  void note_field(std::string_view field);
  void add_list();
  void add_elements();

  plugin::Sink& sink_;
  const MemberList& origins_;
  const std::string_view document_name_;
  const std::string_view origins_name_;
  corsac_sink table_;
  std::size_t depth_ = 0;      // of tables and lists that are open
  bool is_cors_open_ = false;  // the table at depth 1 is cors
  bool is_list_open_ = false;  // the list at depth 2 is its allowed_origins
  bool has_cors_ = false;      // it stood there, as whatever
  bool has_list_ = false;      // the same of its allowed_origins
};

}  // namespace corsac::redis_store
