#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <corsac_store_plugin.hpp>

namespace corsac::redis_store {

// A sink that passes every call on to another one: what a derived class changes on the way. Host's
// feed_json takes it as Sink(table()). No override may throw: whoever calls is C.
class ForwardingSink {
 public:
  // `sink` must outlive it.
  explicit ForwardingSink(plugin::Sink& sink);
  virtual ~ForwardingSink() = default;
  ForwardingSink(const ForwardingSink&) = delete;  // the table points back to this object
  ForwardingSink& operator=(const ForwardingSink&) = delete;

  [[nodiscard]] const corsac_sink& table() const { return table_; }

 protected:
  [[nodiscard]] plugin::Sink& sink() { return sink_; }
  // Of tables and lists that are open; 0 = in the document itself.
  [[nodiscard]] std::size_t depth() const { return depth_; }

  // Each is told before the call is passed on; depth() is that of what is open around it.
  virtual void on_begin_list(std::string_view field) { static_cast<void>(field); }
  virtual void on_begin_item(std::string_view field) { static_cast<void>(field); }
  virtual void on_text(std::string_view field, std::string_view value) {
    static_cast<void>(field);
    static_cast<void>(value);
  }
  // After these, and for every other value: something of this name stands there.
  virtual void on_field(std::string_view field) { static_cast<void>(field); }
  // depth() still counts what ends.
  virtual void on_end_list() {}
  virtual void on_end_item() {}
  // Where a value stands, as it is passed on.
  [[nodiscard]] virtual plugin::Place place_of(plugin::Place place) const { return place; }

 private:
  struct Calls;  // the C functions

  plugin::Sink& sink_;
  corsac_sink table_;
  std::size_t depth_ = 0;
};

}  // namespace corsac::redis_store
