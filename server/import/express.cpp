// The options of the npm package cors, as JSON. Entry: import_express. Spec: its README,
// "Configuration Options". Test: tests/import/import_test.py.
//
// JSON has no regex: a text "/^...$/i" is read as one, as JavaScript writes it, and so is an object
// with source and flags. What JSON.stringify makes of a regex or a function is {} or nothing.

#include <optional>
#include <string>
#include <utility>

#include "importers.hpp"
#include "origins_text.hpp"
#include "source_fields.hpp"

namespace corsac::server {
namespace {

using Kind = SourceValue::Kind;

struct Regex {
  std::string source = {};
  std::string flags = {};
};

// Nothing when the value is no regex.
std::optional<Regex> to_regex(const SourceValue& value) {
  if (value.is(Kind::Text) && value.text.starts_with('/')) {
    const std::size_t end = value.text.rfind('/');
    if (end == 0) return std::nullopt;
    return Regex{value.text.substr(1, end - 1), value.text.substr(end + 1)};
  }
  const SourceValue* source = value.find("source");
  if (source == nullptr || !source->is(Kind::Text)) return std::nullopt;
  const SourceValue* flags = value.find("flags");
  return Regex{source->text, flags != nullptr ? flags->text : std::string()};
}

class Origins {
 public:
  Origins(CorsPolicy& cors, Imported& imported) : cors_(cors), imported_(imported) {}

  void take(const SourceValue& value, const std::string& path) {
    if (const auto regex = to_regex(value)) return take_regex(*regex, value.place, path);
    switch (value.kind) {
      case Kind::Flag:
        return take_flag(value);
      case Kind::Text:
        return take_text(value, path);
      case Kind::Null:
        return switch_off(value.place);
      case Kind::List:
        cors_.allowed_origins.set_empty(value.place);
        for (std::size_t i = 0; i < value.items.size(); ++i) {
          take_element(value.items[i], path + '[' + std::to_string(i) + ']');
        }
        return;
      default:
        return tell(value, path);
    }
  }

 private:
  void take_element(const SourceValue& value, const std::string& path) {
    if (const auto regex = to_regex(value)) return take_regex(*regex, value.place, path);
    if (value.is(Kind::Null)) return;  // no origin is that
    if (!value.is(Kind::Text)) return tell(value, path);
    if (value.text == "*") {  // it compares, and no browser sends it
      imported_.leave_out("origin-any-not-alone", path, "*", value.place,
                          "in a list \"*\" is compared as it stands, and matches no origin",
                          "write origin: \"*\" if every site is meant, else take it out");
      return;
    }
    add_literal_origin(cors_.allowed_origins, value.text, value.place, path, imported_);
  }
  // One text is "*", or an origin that is sent as it stands; "" is as false.
  void take_text(const SourceValue& value, const std::string& path) {
    if (value.text.empty()) return switch_off(value.place);
    if (value.text == "*") return cors_.allowed_origins.add("*", value.place);
    add_literal_origin(cors_.allowed_origins, value.text, value.place, path, imported_);
  }
  void switch_off(Place place) {
    cors_.allowed_origins.set_empty(place);
    cors_.enabled = {false, place};
  }
  void take_flag(const SourceValue& value) {
    if (value.flag) {
      cors_.allowed_origins.add("*", value.place);
    } else {
      switch_off(value.place);
    }
    reflects_ = value.flag;
  }
  void take_regex(const Regex& regex, Place place, const std::string& path) {
    // Origins are in lower case, and i makes no difference; g and y and u make none for one match.
    if (regex.flags.find_first_not_of("iguy") != std::string::npos) {
      imported_.leave_out("regex-flags", path, regex.source, place,
                          "a pattern with other flags than i, g, u and y is not carried over",
                          "write it without them");
      return;
    }
    if (!cors_.allowed_origins.is_set()) cors_.allowed_origins.set_empty(place);
    take_searched_regex(regex.source, place, path, cors_.allowed_origin_regexes, imported_);
  }
  void tell(const SourceValue& value, const std::string& path) {
    if (value.is(Kind::Object) && value.members.empty()) {
      if (!cors_.allowed_origins.is_set()) cors_.allowed_origins.set_empty(value.place);
      imported_.leave_out("code-not-read", path, {}, value.place,
                          "JSON writes {} for a regular expression or a function, and their text "
                          "is lost",
                          "write a regex as the text \"/^https:...$/\", list the origins, or give "
                          "the gate an allow_request predicate");
      return;
    }
    imported_.refuse("field-type", path, value.place,
                     "an origin is a text, a regular expression, true or false, and this is " +
                         std::string(kind_text(value.kind)),
                     "write the origins as a list of texts");
  }

  CorsPolicy& cors_;
  Imported& imported_;
  bool reflects_ = false;

 public:
  // origin: true answers with whatever origin asks, which browsers take with credentials too.
  [[nodiscard]] bool reflects() const noexcept { return reflects_; }
};

void take_preflight(SourceFields& options, CorsPolicy& cors, Imported& imported) {
  const Setting<std::int64_t> status = options.integer("optionsSuccessStatus");
  if (status.is_set()) {
    take_preflight_status(status, options.path_of("optionsSuccessStatus"), cors, imported);
  }
  const SourceValue* age = options.take("maxAge");
  if (age != nullptr && age->is(Kind::Text)) {
    const bool is_number = !age->text.empty() && age->text.size() < 10 &&
                           age->text.find_first_not_of("0123456789") == std::string::npos;
    if (is_number) {
      cors.max_age_seconds = {static_cast<std::int64_t>(std::stoll(age->text)), age->place};
    } else {
      imported.leave_out("max-age-not-read", options.path_of("maxAge"), age->text, age->place,
                         "it is no number of seconds, so that browsers take their own limit",
                         "write a number, as 600");
    }
  } else {
    cors.max_age_seconds = options.integer("maxAge");
  }
  const Setting<bool> goes_on = options.flag("preflightContinue");
  if (!goes_on.value_or(false)) return;
  imported.leave_out("preflight-continued", options.path_of("preflightContinue"), "true",
                     goes_on.place(),
                     "the handler answers preflights there, with these headers; here it is not "
                     "asked",
                     "set preflight = \"pass_through\" if the application answers by itself");
}

// Whether there is a list of allowed ones.
bool take_headers(SourceFields& options, CorsPolicy& cors) {
  cors.allowed_headers = options.texts("allowedHeaders", ListForm::ListOrCommas);
  const Names old = options.texts("headers", ListForm::ListOrCommas);
  if (!cors.allowed_headers.is_set()) cors.allowed_headers = old;
  cors.exposed_headers = options.texts("exposedHeaders", ListForm::ListOrCommas);
  if (cors.allowed_headers.is_set()) return true;
  // Without a list it answers with what was asked for.
  cors.allowed_headers = {"*", "Authorization"};
  return false;
}

}  // namespace

Imported import_express(std::string_view text) {
  Imported imported;
  const auto document = read_object(text, imported);
  if (!document) return imported;
  SourceFields options(*document, "", imported);
  CorsPolicy& cors = imported.policy.cors;
  cors.profile = "fetch";
  Origins origins(cors, imported);
  (void)options.take("origin");
  const SourceValue* origin = document->find("origin");  // null is as false, and not as absent
  if (origin != nullptr) origins.take(*origin, options.path_of("origin"));
  cors.allowed_methods = options.texts("methods", ListForm::ListOrCommas);
  if (!cors.allowed_methods.is_set()) {
    cors.allowed_methods = {"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"};
  }
  const bool has_header_list = take_headers(options, cors);
  cors.allow_credentials = options.flag("credentials");
  take_preflight(options, cors, imported);
  if (origin == nullptr) {
    cors.allowed_origins = any_unless_doubtful(options, "origin", imported);
  }
  if (!origins.reflects()) {
    drop_credentials_beside_any(cors.allowed_origins, cors.allow_credentials, "credentials",
                                imported);
  }
  const bool has_credentials = cors.allow_credentials.value_or(false);
  if (has_header_list) {
    drop_printed_any(cors.allowed_headers, has_credentials, "allowedHeaders", imported);
  }
  drop_printed_any(cors.allowed_methods, has_credentials, "methods", imported);
  mark_denied(cors, imported);
  options.tell_unknown("the package has no such option",
                       "see whether the policy has a field for it");
  return imported;
}

}  // namespace corsac::server
