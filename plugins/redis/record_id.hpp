#pragma once

#include <string>
#include <string_view>

namespace corsac::redis_store {

// What the API can name in a path, and delete: 1 to 150 printable ASCII bytes without "/", and
// neither "." nor "..", which clients take out of a path. A field of the hash may be anything.
[[nodiscard]] bool is_record_id(std::string_view id) noexcept;

// The id for a message; one of more than about 100 bytes is cut. Printable ASCII alone.
[[nodiscard]] std::string shown_id(std::string_view id);

// What a person does about a field that is no id.
[[nodiscard]] std::string advice_for_field(std::string_view field, const std::string& key);

}  // namespace corsac::redis_store
