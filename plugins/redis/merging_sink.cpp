// Entry: MergingSink. Spec: design, 6 "redis". Test: tests/plugins/redis_store_test.cpp.
//
// The document is parsed by the core while it is handed over (feed_json), so the only place to add
// elements to a list of it is the sink.

#include "merging_sink.hpp"

namespace corsac::redis_store {
namespace {

constexpr std::string_view kCors = "cors";
constexpr std::string_view kList = "allowed_origins";

std::string_view view(corsac_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

plugin::Place place_of(corsac_place place) { return {place.line, place.column}; }

int go_on(bool goes_on) { return goes_on ? 1 : 0; }

}  // namespace

// The functions of the table: `context` is the MergingSink. None throws: they call the sink only.
struct MergingSink::Calls {
  static MergingSink& of(void* context) { return *static_cast<MergingSink*>(context); }

  static int source(void* context, corsac_text name) {
    return go_on(of(context).sink_.source(view(name)));
  }
  static int begin_list(void* context, corsac_text field, corsac_place place) {
    MergingSink& self = of(context);
    self.is_list_open_ = self.is_in_cors() && !self.has_list_ && view(field) == kList;
    self.note_field(view(field));
    ++self.depth_;
    return go_on(self.sink_.begin_list(view(field), place_of(place)));
  }
  static int end_list(void* context) {
    MergingSink& self = of(context);
    if (self.depth_ > 0) --self.depth_;
    if (self.is_in_cors() && self.is_list_open_) {
      self.is_list_open_ = false;
      self.add_elements();
    }
    return go_on(self.sink_.end_list());
  }
  static int begin_item(void* context, corsac_text field, corsac_place place) {
    MergingSink& self = of(context);
    self.note_field(view(field));
    if (self.depth_ == 0) self.is_cors_open_ = view(field) == kCors;
    ++self.depth_;
    return go_on(self.sink_.begin_item(view(field), place_of(place)));
  }
  static int end_item(void* context) {
    MergingSink& self = of(context);
    if (self.is_in_cors() && !self.has_list_) self.add_list();
    if (self.depth_ > 0) --self.depth_;
    if (self.depth_ == 0) self.is_cors_open_ = false;
    return go_on(self.sink_.end_item());
  }
  static int text(void* context, corsac_text field, corsac_text value, corsac_place place) {
    of(context).note_field(view(field));
    return go_on(of(context).sink_.text(view(field), view(value), place_of(place)));
  }
  static int integer(void* context, corsac_text field, std::int64_t value, corsac_place place) {
    of(context).note_field(view(field));
    return go_on(of(context).sink_.integer(view(field), value, place_of(place)));
  }
  static int real(void* context, corsac_text field, double value, corsac_place place) {
    of(context).note_field(view(field));
    return go_on(of(context).sink_.real(view(field), value, place_of(place)));
  }
  static int flag(void* context, corsac_text field, int value, corsac_place place) {
    of(context).note_field(view(field));
    return go_on(of(context).sink_.flag(view(field), value != 0, place_of(place)));
  }
  static int null_value(void* context, corsac_text field, corsac_place place) {
    of(context).note_field(view(field));
    return go_on(of(context).sink_.null(view(field), place_of(place)));
  }
  static int problem(void* context, corsac_text code, corsac_text what, corsac_text fix,
                     corsac_place place) {
    return go_on(of(context).sink_.problem(view(code), view(what), view(fix), place_of(place)));
  }
  static int finish(void* context, corsac_text revision) {
    return go_on(of(context).sink_.finish(view(revision)));
  }
};

MergingSink::MergingSink(plugin::Sink& sink, const MemberList& origins,
                         std::string_view document_name, std::string_view origins_name)
    : sink_(sink),
      origins_(origins),
      document_name_(document_name),
      origins_name_(origins_name),
      table_{sizeof(corsac_sink), this,
             Calls::source,       Calls::begin_list,
             Calls::end_list,     Calls::begin_item,
             Calls::end_item,     Calls::text,
             Calls::integer,      Calls::real,
             Calls::flag,         Calls::null_value,
             Calls::problem,      Calls::finish} {}

void MergingSink::finish() {
  if (has_cors_ || origins_.size() == 0) return;
  sink_.begin_item(kCors);
  add_list();
  sink_.end_item();
}

void MergingSink::note_field(std::string_view field) {
  if (is_in_cors() && field == kList) has_list_ = true;
  if (depth_ == 0 && field == kCors) has_cors_ = true;
}

void MergingSink::add_list() {
  has_list_ = true;
  if (origins_.size() == 0) return;
  sink_.begin_list(kList);
  add_elements();
  sink_.end_list();
}

void MergingSink::add_elements() {
  if (origins_.size() == 0) return;
  sink_.source(origins_name_);
  for (std::size_t i = 0; i < origins_.size() && !sink_.is_stopped(); ++i) {
    sink_.text({}, origins_[i]);
  }
  sink_.source(document_name_);
}

}  // namespace corsac::redis_store
