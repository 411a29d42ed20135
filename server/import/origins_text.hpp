#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <corsac/policy/policy.hpp>

#include "imported.hpp"
#include "source_fields.hpp"

namespace corsac::server {

// What several of the sources share in how they write origins, regexes and lists.

// Adds an origin of a source that compares it as it stands. What a policy would read as more than
// that one origin, "https://*.example.com" or "http://localhost:[3000,3001]", grants nothing there,
// as no browser sends it: it is left out and told. "*" too: who means it for any takes it before.
void add_literal_origin(Names& origins, const std::string& text, Place place,
                        const std::string& path, Imported& imported);

// The same of a whole list; `path`: the source's name of it. Not set when `texts` is not.
[[nodiscard]] Names literal_origins(const Names& texts, const std::string& path,
                                    Imported& imported);

// Tells a wildcard that stands for any bytes there, "." and "/" too, where that of a policy ends at
// the border of a label.
void tell_wide_wildcard(const std::string& origin, const std::string& path, Place place,
                        Imported& imported);

// "*" with credentials is what no browser takes, so that nobody is granted credentials there: the
// switch goes, and is told. `path`: the source's name of it.
void drop_credentials_beside_any(const Names& origins, Setting<bool>& credentials,
                                 const std::string& path, Imported& imported);

// The methods of a source that compares them: "*" is none there, and no browser asks for it. It is
// left out and told.
[[nodiscard]] Names literal_methods(const Names& texts, const std::string& path,
                                    Imported& imported);

// "*" in a list of methods or headers that its system only prints: beside credentials browsers read
// it as a name that nothing has. Here it would be any, so it is left out and told.
void drop_printed_any(Names& names, bool has_credentials, const std::string& path,
                      Imported& imported);

// The origins of a source in which no list of them means any. `name`: the source's name of the
// list. An option that the source's system does not have may be that list with a slip in its name,
// or the file may be another program's: beside one, nobody is granted anything; with no other,
// nothing is imported. Called when all options were taken.
[[nodiscard]] Names any_unless_doubtful(const SourceFields& options, std::string_view name,
                                        Imported& imported);

// A regex that its system searches for anywhere in the origin. One with both anchors goes into
// `regexes`; any other would let strangers in, or nobody, and is told.
void take_searched_regex(std::string_view pattern, Place place, const std::string& path,
                         Names& regexes, Imported& imported);

// With a status other than 200 to 299 browsers take no preflight, so that none is granted: such a
// status is told, and preflights are rejected.
void take_preflight_status(const Setting<std::int64_t>& status, const std::string& path,
                           CorsPolicy& cors, Imported& imported);

// The remark for systems whose handlers run for refused origins too; and the setting.
void mark_denied(CorsPolicy& cors, Imported& imported);

}  // namespace corsac::server
