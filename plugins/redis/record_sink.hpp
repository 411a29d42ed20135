#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

#include "forwarding_sink.hpp"
#include "record_list.hpp"

namespace corsac::redis_store {

// One record on its way: gets the field's name as its id. One that says another id is the problem
// redis-record-id.
class RecordSink final : public ForwardingSink {
 public:
  enum class Places : unsigned char { Kept, LeftOut };
  // Both must outlive it.
  RecordSink(plugin::Sink& sink, std::string_view id, Places places)
      : ForwardingSink(sink), id_(id), places_(places) {}

  // After its JSON.
  void finish() {
    if (!has_id_) sink().text("id", id_);
  }
  [[nodiscard]] bool has_another_id() const { return has_another_id_; }

 private:
  void on_field(std::string_view field) override {
    if (depth() == 0 && field == "id") has_id_ = true;
  }
  void on_text(std::string_view field, std::string_view value) override;
  [[nodiscard]] plugin::Place place_of(plugin::Place place) const override {
    return places_ == Places::Kept ? place : plugin::Place{};
  }

  const std::string_view id_;
  const Places places_;
  bool has_id_ = false;
  bool has_another_id_ = false;
};

// Why a record cannot be handed over, as far as that can be told without knowing what records mean:
// "json-syntax 1:12: the JSON is wrong". Nothing when it can. Of a record whose id is one.
[[nodiscard]] std::optional<std::string> fault_of_record(const plugin::Host& host,
                                                         const Record& record);

}  // namespace corsac::redis_store
