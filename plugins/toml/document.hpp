#pragma once

// From the bytes of a TOML file to the calls of a sink. No header of toml++ stands here: its .cpp
// is the only unit that includes it.

#include <functional>
#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

namespace corsac::toml_store {

// Called for each `allowed_origins_file = "name"` of [cors] and [[cors.rules]], inside that item,
// after the field itself was handed over. Hands over the list `allowed_origins_from_file`; leaves
// the sink's source as it was. `place` is that of the name in the document.
using OriginsFileField = std::function<void(std::string_view name, plugin::Place place)>;

// Hands over the whole document but source() and finish(). Every value has the line and the column,
// in bytes from 1, where it begins; a table that of its header. False when the document is no TOML,
// goes beyond a limit or names a field that only the store may fill, after the problem was handed
// over: toml-syntax, key-too-long, nesting-too-deep, field-unknown.
[[nodiscard]] bool hand_over_document(std::string_view document, plugin::Sink& sink,
                                      const OriginsFileField& on_origins_file);

}  // namespace corsac::toml_store
