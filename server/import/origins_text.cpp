// Entries: see the header. Test: tests/import/import_test.py.

#include "origins_text.hpp"

#include <algorithm>

#include "regex_text.hpp"

namespace corsac::server {

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

void mark_denied(CorsPolicy& cors, Imported& imported) {
  cors.on_denied = "mark";
  imported.remarks.push_back(
      "A request of another origin runs there, only without a grant: on_denied = \"mark\". Without "
      "that line it is refused.");
}

}  // namespace corsac::server
