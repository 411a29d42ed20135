#pragma once

#include <cstdint>
#include <string_view>

#include "corsac_store_plugin.h"

namespace corsac {

// corsac_host.feed_json: reads one JSON document into `sink`, with line and column of every value.
// Bounded by kDocumentLimitBytes and kNestingLimit (policy/reader.hpp). CORSAC_OK; CORSAC_INVALID,
// after the problems ("json-syntax", ...) were handed to the sink; CORSAC_CANCELLED when the sink
// said stop; CORSAC_FAILED without memory. Calls neither source() nor finish().
[[nodiscard]] std::int32_t feed_json(const corsac_sink& sink, std::string_view bytes) noexcept;

}  // namespace corsac
