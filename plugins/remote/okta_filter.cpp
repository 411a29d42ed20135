// Okta's records to ours. Entry: OktaFilter. Spec: Okta's Trusted Origins API, as in
// tests/plugins/remote_okta_test.cpp, which is the test; policy document, 1.

#include "okta_filter.hpp"

#include <array>
#include <exception>
#include <utility>

namespace corsac::remote_store {
namespace {

using plugin::Place;

// Of a record; `scopes` is a list and has its own way.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kFields = {{
    {"id", "id"},
    {"name", "name"},
    {"origin", "origin"},
    {"status", "status"},
    {"created", "created"},
    {"createdBy", "created_by"},
    {"lastUpdated", "last_updated"},
    {"lastUpdatedBy", "last_updated_by"},
}};
constexpr std::array<std::string_view, 3> kScopeTypes = {"CORS", "REDIRECT", "IFRAME_EMBED"};

// Empty = the document has no such field.
std::string_view our_name(std::string_view field) noexcept {
  for (const auto& [theirs, ours] : kFields) {
    if (field == theirs) return ours;
  }
  return {};
}

// Without a record there is no use for one of these.
bool is_needed(std::string_view field) noexcept {
  return field == "name" || field == "origin" || field == "status";
}

std::string_view to_view(corsac_text text) noexcept {
  return text.data == nullptr ? std::string_view{} : std::string_view{text.data, text.size};
}

// The page begins behind the prefix.
Place in_page(corsac_place place) noexcept {
  if (place.line == 1 && place.column > kPagePrefix.size()) {
    place.column -= static_cast<std::uint32_t>(kPagePrefix.size());
  }
  return {place.line, place.column};
}

}  // namespace

// `context` is the OktaFilter. No exception leaves: the caller is C.
struct OktaFilter::Calls {
  template <class Call>
  static int pass(void* context, Call call) noexcept {
    OktaFilter& self = *static_cast<OktaFilter*>(context);
    try {
      return call(self) && !self.to_.is_stopped() ? 1 : 0;
    } catch (const std::exception&) {
      self.has_problem_ = true;
      return 0;  // no memory
    }
  }
  static int source(void*, corsac_text) noexcept { return 1; }
  static int begin_list(void* context, corsac_text field, corsac_place place) noexcept {
    return pass(context,
                [&](OktaFilter& self) { return self.begin_list(to_view(field), in_page(place)); });
  }
  static int begin_item(void* context, corsac_text field, corsac_place place) noexcept {
    return pass(context,
                [&](OktaFilter& self) { return self.begin_item(to_view(field), in_page(place)); });
  }
  static int end(void* context) noexcept {
    return pass(context, [](OktaFilter& self) { return self.end(); });
  }
  static int text(void* context, corsac_text field, corsac_text value,
                  corsac_place place) noexcept {
    return pass(context, [&](OktaFilter& self) {
      return self.text(to_view(field), to_view(value), in_page(place));
    });
  }
  static int integer(void* context, corsac_text field, std::int64_t value,
                     corsac_place place) noexcept {
    return pass(context, [&](OktaFilter& self) {
      return self.other(to_view(field), in_page(place), [&](std::string_view name, Place at) {
        return self.to_.integer(name, value, at);
      });
    });
  }
  static int real(void* context, corsac_text field, double value, corsac_place place) noexcept {
    return pass(context, [&](OktaFilter& self) {
      return self.other(to_view(field), in_page(place), [&](std::string_view name, Place at) {
        return self.to_.real(name, value, at);
      });
    });
  }
  static int flag(void* context, corsac_text field, int value, corsac_place place) noexcept {
    return pass(context, [&](OktaFilter& self) {
      return self.other(to_view(field), in_page(place), [&](std::string_view name, Place at) {
        return self.to_.flag(name, value != 0, at);
      });
    });
  }
  static int null_value(void* context, corsac_text field, corsac_place place) noexcept {
    return pass(context, [&](OktaFilter& self) {
      return self.other(to_view(field), in_page(place), [&](std::string_view name, Place at) {
        return is_needed(name) || name == "scopes" ? self.to_.null(name, at) : true;
      });
    });
  }
  static int problem(void* context, corsac_text code, corsac_text what, corsac_text fix,
                     corsac_place place) noexcept {
    return pass(context, [&](OktaFilter& self) {
      self.has_problem_ = true;
      return self.to_.problem(to_view(code), to_view(what), to_view(fix), in_page(place));
    });
  }
  static int finish(void*, corsac_text) noexcept { return 0; }  // the reader's own; never comes
};

OktaFilter::OktaFilter(plugin::Sink& to)
    : to_(to), table_{sizeof(corsac_sink), this,         Calls::source,
                      Calls::begin_list,   Calls::end,   Calls::begin_item,
                      Calls::end,          Calls::text,  Calls::integer,
                      Calls::real,         Calls::flag,  Calls::null_value,
                      Calls::problem,      Calls::finish} {}

void OktaFilter::begin_page() noexcept {
  level_ = Level::Page;
  skipped_ = 0;
  has_list_ = false;
}

bool OktaFilter::skip() noexcept {
  ++skipped_;
  return true;
}

bool OktaFilter::wrong(std::string_view what, Place place) {
  has_problem_ = true;
  to_.problem("okta-answer", what, "check that url names the list of trusted origins", place);
  return false;
}

// Whatever stands beside the list would be a part of the wrapped object: `[], "cors": ...`.
bool OktaFilter::wrong_page(Place place) {
  return wrong("the answer is no list of records and nothing else", place);
}

bool OktaFilter::begin_list(std::string_view field, Place place) {
  if (skipped_ > 0) return skip();
  switch (level_) {
    case Level::Page:
      if (has_list_) return wrong_page(place);
      has_list_ = true;
      level_ = Level::List;
      return true;
    case Level::List:
      return wrong("a record is an object", place);
    case Level::Record:
      if (field == "scopes") {
        level_ = Level::Scopes;
        return to_.begin_list("scopes", place);
      }
      // Of a field that we know it is the core's to say that it is no list.
      if (const std::string_view name = our_name(field); !name.empty()) {
        to_.begin_list(name, place);
        to_.end_list();
      }
      return skip();
    case Level::Scopes:
      return wrong("a scope is an object", place);
    case Level::Scope:
      if (field != "allowedOktaApps") return skip();
      scope_.apps.emplace();
      scope_.apps_place = place;
      level_ = Level::Apps;
      return true;
    case Level::Apps:
      return wrong("the name of an app is a text", place);
  }
  return false;
}

bool OktaFilter::begin_item(std::string_view field, Place place) {
  if (skipped_ > 0) return skip();
  switch (level_) {
    case Level::Page:
      return wrong_page(place);
    case Level::List:
      ++records_;
      scopes_ = 0;
      level_ = Level::Record;
      return to_.begin_item("", place);
    case Level::Record:
      if (const std::string_view name = field == "scopes" ? field : our_name(field);
          !name.empty()) {
        to_.begin_item(name, place);
        to_.end_item();
      }
      return skip();
    case Level::Scopes:
      scope_ = Scope{.place = place};
      level_ = Level::Scope;
      return true;
    case Level::Scope:
      return skip();
    case Level::Apps:
      return wrong("the name of an app is a text", place);
  }
  return false;
}

// The reader has seen to it that a list ends a list and an item an item.
bool OktaFilter::end() {
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  switch (std::exchange(level_, Level::Page)) {
    case Level::Page:
      return false;
    case Level::List:
      return true;
    case Level::Record:
      level_ = Level::List;
      return to_.end_item();
    case Level::Scopes:
      level_ = Level::Record;
      return to_.end_list();
    case Level::Scope:
      level_ = Level::Scopes;
      return end_scope();
    case Level::Apps:
      level_ = Level::Scope;
      return true;
  }
  return false;
}

// Handed over at its end: until then its type may be unknown.
bool OktaFilter::end_scope() {
  const std::size_t index = scopes_++;
  bool is_known = scope_.type.empty();  // then the core says that it lacks one
  for (const std::string_view type : kScopeTypes) is_known = is_known || scope_.type == type;
  if (!is_known) {
    if (unknown_scopes_++ < kUnknownScopesDescribed) {
      first_unknown_scopes_.push_back(
          {records_ - 1, index, std::move(scope_.type), scope_.type_place});
    }
    return true;
  }
  to_.begin_item("", scope_.place);
  if (!scope_.type.empty()) to_.text("type", scope_.type, scope_.type_place);
  if (scope_.apps) {
    to_.begin_list("allowed_okta_apps", scope_.apps_place);
    for (const std::string& app : *scope_.apps) to_.text("", app, scope_.apps_place);
    to_.end_list();
  }
  return to_.end_item();
}

bool OktaFilter::text(std::string_view field, std::string_view value, Place place) {
  if (level_ == Level::Scope && skipped_ == 0) {
    if (field == "type") {
      scope_.type = value;
      scope_.type_place = place;
    }
    return true;
  }
  if (level_ == Level::Apps && skipped_ == 0) {
    scope_.apps->emplace_back(value);
    return true;
  }
  return other(field, place,
               [&](std::string_view name, Place at) { return to_.text(name, value, at); });
}

// A value that is no list and no item. Known fields go on with whatever type they have: that it is
// a wrong one is the core's to say.
template <class PassOn>
bool OktaFilter::other(std::string_view field, Place place, PassOn pass_on) {
  if (skipped_ > 0) return true;
  switch (level_) {
    case Level::Page:
      return wrong_page(place);
    case Level::List:
      return wrong("a record is an object", place);
    case Level::Record: {
      const std::string_view name = field == "scopes" ? field : our_name(field);
      return name.empty() || pass_on(name, place);
    }
    case Level::Scopes:
      return wrong("a scope is an object", place);
    case Level::Scope:
      return true;
    case Level::Apps:
      return wrong("the name of an app is a text", place);
  }
  return false;
}

}  // namespace corsac::remote_store
