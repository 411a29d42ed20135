#pragma once

#include <string>
#include <string_view>

#include <corsac_store_plugin.hpp>

namespace corsac::toml_store {

// What to write instead of a syntax error, as an imperative, when it can be told from the parser's
// words and the line that it stopped in; else empty. `place` counts bytes.
[[nodiscard]] std::string advice_for(std::string_view description, std::string_view document,
                                     plugin::Place place);

// The parser's words without what the place says already: "Error while parsing value: could not
// determine value type" is "value: could not determine value type".
[[nodiscard]] std::string_view short_description(std::string_view description);

}  // namespace corsac::toml_store
