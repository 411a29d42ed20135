// Entry: ForwardingSink. Tests: those of the sinks that derive from it, tests/plugins/
// redis_store_test.cpp and redis_records_test.cpp.

#include "forwarding_sink.hpp"

namespace corsac::redis_store {
namespace {

std::string_view view(corsac_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

int go_on(bool goes_on) { return goes_on ? 1 : 0; }

}  // namespace

// The functions of the table: `context` is the ForwardingSink.
struct ForwardingSink::Calls {
  static ForwardingSink& of(void* context) { return *static_cast<ForwardingSink*>(context); }
  static plugin::Place place_in(const ForwardingSink& self, corsac_place place) {
    return self.place_of({place.line, place.column});
  }

  static int source(void* context, corsac_text name) {
    return go_on(of(context).sink_.source(view(name)));
  }
  static int begin_list(void* context, corsac_text field, corsac_place place) {
    ForwardingSink& self = of(context);
    self.on_begin_list(view(field));
    self.on_field(view(field));
    ++self.depth_;
    return go_on(self.sink_.begin_list(view(field), place_in(self, place)));
  }
  static int end_list(void* context) {
    ForwardingSink& self = of(context);
    self.on_end_list();
    if (self.depth_ > 0) --self.depth_;
    return go_on(self.sink_.end_list());
  }
  static int begin_item(void* context, corsac_text field, corsac_place place) {
    ForwardingSink& self = of(context);
    self.on_begin_item(view(field));
    self.on_field(view(field));
    ++self.depth_;
    return go_on(self.sink_.begin_item(view(field), place_in(self, place)));
  }
  static int end_item(void* context) {
    ForwardingSink& self = of(context);
    self.on_end_item();
    if (self.depth_ > 0) --self.depth_;
    return go_on(self.sink_.end_item());
  }
  static int text(void* context, corsac_text field, corsac_text value, corsac_place place) {
    ForwardingSink& self = of(context);
    self.on_text(view(field), view(value));
    self.on_field(view(field));
    return go_on(self.sink_.text(view(field), view(value), place_in(self, place)));
  }
  static int integer(void* context, corsac_text field, std::int64_t value, corsac_place place) {
    ForwardingSink& self = of(context);
    self.on_field(view(field));
    return go_on(self.sink_.integer(view(field), value, place_in(self, place)));
  }
  static int real(void* context, corsac_text field, double value, corsac_place place) {
    ForwardingSink& self = of(context);
    self.on_field(view(field));
    return go_on(self.sink_.real(view(field), value, place_in(self, place)));
  }
  static int flag(void* context, corsac_text field, int value, corsac_place place) {
    ForwardingSink& self = of(context);
    self.on_field(view(field));
    return go_on(self.sink_.flag(view(field), value != 0, place_in(self, place)));
  }
  static int null_value(void* context, corsac_text field, corsac_place place) {
    ForwardingSink& self = of(context);
    self.on_field(view(field));
    return go_on(self.sink_.null(view(field), place_in(self, place)));
  }
  static int problem(void* context, corsac_text code, corsac_text what, corsac_text fix,
                     corsac_place place) {
    ForwardingSink& self = of(context);
    return go_on(self.sink_.problem(view(code), view(what), view(fix), place_in(self, place)));
  }
  static int finish(void* context, corsac_text revision) {
    return go_on(of(context).sink_.finish(view(revision)));
  }
};

ForwardingSink::ForwardingSink(plugin::Sink& sink)
    : sink_(sink), table_{sizeof(corsac_sink), this,
                          Calls::source,       Calls::begin_list,
                          Calls::end_list,     Calls::begin_item,
                          Calls::end_item,     Calls::text,
                          Calls::integer,      Calls::real,
                          Calls::flag,         Calls::null_value,
                          Calls::problem,      Calls::finish} {}

}  // namespace corsac::redis_store
