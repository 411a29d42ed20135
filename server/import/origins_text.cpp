// Entries: see the header. Test: tests/import/import_test.py.

#include "origins_text.hpp"

#include <algorithm>
#include <utility>

#include <corsac/origin/pattern.hpp>

#include "regex_text.hpp"

namespace corsac::server {
namespace {

bool is_one_origin_at_most(const std::string& text) {
  if (text.find('*') != std::string::npos) return false;
  const auto pattern = parse_origin_pattern(text);
  return !pattern || pattern->is_exact();  // what is none is left out and told as that
}

struct Reason {
  std::string_view code = {};
  const char* what = "";
  const char* fix = "";
};

Names without_any(const Names& names, const std::string& path, Imported& imported,
                  const Reason& reason) {
  Names kept;
  if (names.is_set()) kept.set_empty(names.place());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.values()[i] != "*") {
      kept.add(names.values()[i], names.place(i));
      continue;
    }
    imported.leave_out(reason.code, path + '[' + std::to_string(i) + ']', "*", names.place(i),
                       reason.what, reason.fix);
  }
  return kept;
}

}  // namespace

void add_literal_origin(Names& origins, const std::string& text, Place place,
                        const std::string& path, Imported& imported) {
  if (is_one_origin_at_most(text)) return origins.add(text, place);
  if (!origins.is_set()) origins.set_empty(place);
  imported.leave_out(
      "origin-literal-pattern", path, text, place,
      "nothing says that it is a pattern there; as it stands it is no browser's "
      "origin and grants nothing, and here it would be a pattern",
      "list the origins; if a wildcard was meant, write \"https://*.example.com\", or "
      "\"*\" for any, into allowed_origins of the policy");
}

Names literal_origins(const Names& texts, const std::string& path, Imported& imported) {
  if (!texts.is_set()) return {};
  Names origins;
  origins.set_empty(texts.place());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    add_literal_origin(origins, std::string(texts.values()[i]), texts.place(i),
                       path + '[' + std::to_string(i) + ']', imported);
  }
  return origins;
}

Names literal_methods(const Names& texts, const std::string& path, Imported& imported) {
  return without_any(
      texts, path, imported,
      {"method-any-literal", "\"*\" is compared as it stands there, and no request has that method",
       "list the methods; for any write allowed_methods = [\"*\"] into the policy"});
}

void drop_printed_any(Names& names, bool has_credentials, const std::string& path,
                      Imported& imported) {
  const auto& texts = names.values();
  if (!has_credentials || std::find(texts.begin(), texts.end(), "*") == texts.end()) return;
  names =
      without_any(names, path, imported,
                  {"any-printed-credentials",
                   "it is printed there, and with credentials browsers read \"*\" as a name that "
                   "nothing has, so that it grants nothing",
                   "list what is meant"});
}

void tell_wide_wildcard(const std::string& origin, const std::string& path, Place place,
                        Imported& imported) {
  const std::size_t star = origin.find('*');
  if (star == std::string::npos) return;
  const bool is_whole_label =
      star >= 3 && origin.compare(star - 3, 3, "://") == 0 && origin.compare(star + 1, 1, ".") == 0;
  const bool is_port = star > 0 && origin[star - 1] == ':' && star + 1 == origin.size();
  // What is no pattern at all is left out, and told as that.
  if (is_whole_label || is_port || !parse_origin_pattern(origin)) return;
  imported.leave_out("wildcard-narrowed", path, origin, place,
                     "the wildcard stands for any characters there, dots too; here for a part of "
                     "one label",
                     "add \"https://*.example.com\" if subdomains are meant");
}

void drop_credentials_beside_any(const Names& origins, Setting<bool>& credentials,
                                 const std::string& path, Imported& imported) {
  const auto& texts = origins.values();
  const bool has_any = std::find(texts.begin(), texts.end(), "*") != texts.end();
  if (!has_any || !credentials.value_or(false)) return;
  imported.leave_out("origin-any-credentials", path, "true", credentials.place(),
                     "browsers take no answer with \"*\" and credentials, so it did nothing",
                     "list the origins that need it, and set allow_credentials = true");
  credentials = {};
}

Names any_unless_doubtful(const SourceFields& options, std::string_view name, Imported& imported) {
  if (!options.has_unknown()) return {"*"};
  if (has_error(imported.problems)) return Names::none();  // of which these may come
  const std::string list(name);
  if (!options.has_known()) {
    imported.refuse("nothing-to-import", "", options.place_of(name),
                    "none of its fields is an option of that system",
                    "give the options themselves, with " + list);
  } else {
    imported.leave_out(
        "origins-not-named", options.path_of(name), {}, {},
        "it names no origin, which means any; beside a field that is no option that "
        "may be a slip, so nobody is granted anything",
        "correct that field or take it out; for any origin write " + list + ": \"*\"");
  }
  return Names::none();
}

void take_searched_regex(std::string_view pattern, Place place, const std::string& path,
                         Names& regexes, Imported& imported) {
  const RegexAnchors anchors = anchors_of(pattern);
  if (anchors.has_begin && anchors.has_end) {
    regexes.add(std::string(pattern), place);
    return;
  }
  imported.leave_out("regex-not-anchored", path, std::string(pattern), place,
                     "it is searched for anywhere in the origin there, so that a stranger's origin "
                     "may hold what it matches",
                     "write the origins, a wildcard such as \"https://*.example.com\", or a "
                     "pattern of the whole origin, ^https://...$");
}

void take_preflight_status(const Setting<std::int64_t>& status, const std::string& path,
                           CorsPolicy& cors, Imported& imported) {
  const std::int64_t number = status.value_or(200);
  if (number >= 200 && number <= 299) {
    cors.knobs.preflight_status = status;
    return;
  }
  imported.leave_out(
      "preflight-status", path, std::to_string(number), status.place(),
      "browsers take a preflight that is answered with 200 to 299 only, so that none "
      "is granted there: the policy says preflight = \"reject\"",
      "take that line out, and write a status of that range");
  cors.preflight = {std::string("reject"), status.place()};
}

void mark_denied(CorsPolicy& cors, Imported& imported) {
  cors.on_denied = "mark";
  imported.remarks.push_back(
      "A request of another origin runs there, only without a grant: on_denied = \"mark\". Without "
      "that line it is refused.");
}

}  // namespace corsac::server
