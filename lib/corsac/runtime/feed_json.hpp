#pragma once

// The JSON reader that the core lends to stores, so that a store of JSON documents needs no parser.

#include <cstddef>
#include <cstdint>

#include "corsac_store_plugin.h"

namespace corsac {

// corsac_host::feed_json: reads the JSON document at `bytes` into `sink`; `context` is not used.
// The outermost object is the document and is not opened. Each value has line and column of its
// first byte, in bytes from 1.
//
// CORSAC_OK; CORSAC_CANCELLED when the sink said stop; CORSAC_FAILED without memory; CORSAC_INVALID
// after one of these problems was handed to the sink: document-too-large (kDocumentLimitBytes),
// json-syntax (alone: nothing of such a document was handed over), json-root (not an object),
// nesting-too-deep (kNestingLimit). A name that stands twice is handed over twice: the reader
// behind the sink reports it as field-repeated. Calls neither source() nor finish(). [store-thread]
std::int32_t feed_json(void* context, const corsac_sink* sink, const char* bytes,
                       std::size_t length) noexcept;

}  // namespace corsac
