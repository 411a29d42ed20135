#pragma once

#include <string>
#include <string_view>

#include <corsac/policy/policy.hpp>

#include "imported.hpp"
#include "source_fields.hpp"

namespace corsac::server {

// What several of the sources share in how they write origins and regexes.

// "*" with credentials is what no browser takes, so that nobody is granted credentials there: the
// switch goes, and is told. `path`: the source's name of it.
void drop_credentials_beside_any(const Names& origins, Setting<bool>& credentials,
                                 const std::string& path, Imported& imported);

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

// The remark for systems whose handlers run for refused origins too; and the setting.
void mark_denied(CorsPolicy& cors, Imported& imported);

}  // namespace corsac::server
