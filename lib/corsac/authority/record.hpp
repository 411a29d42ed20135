#pragma once

// What a caller may write into a Trusted Origin record, and what is wrong with it. Source: Okta's
// Trusted Origins API. Plain data, no JSON.

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/policy/trusted_origin.hpp"

namespace corsac {

// Characters (code points) of a name, and bytes of an origin, which is ASCII.
inline constexpr std::size_t kRecordNameLimit = 255;
inline constexpr std::size_t kRecordOriginLimit = 255;
// One for each type there is.
inline constexpr std::size_t kRecordScopesLimit = 3;

// A record that nobody changes any more; shared by the table, pages and answers.
using RecordPtr = std::shared_ptr<const TrustedOrigin>;

// One thing that is wrong with what a caller wrote.
struct FieldFault {
  std::string field = {};  // "scopes[0].type"
  std::string what = {};   // "The field cannot be left blank"; may show the value, escaped and cut
  // Not of the field's type, or no value of its enum: the request cannot be read, whatever the
  // rules say.
  bool is_malformed = false;
};

// The fields that a caller may write; absent = not written, or null.
struct RecordInput {
  std::optional<std::string> name = {};
  std::optional<std::string> origin = {};
  std::optional<std::vector<TrustedOrigin::Scope>> scopes = {};
  std::optional<TrustedOrigin::Status> status = {};
  // What was wrong already when the fields were read; a field that is named here is absent above.
  std::vector<FieldFault> faults = {};
};

// Everything that is wrong with `input` by itself, `input.faults` included, in the order of the
// fields: name, origin and scopes are there; name has 1 to 255 characters, none of them a control
// character; origin has at most 255 bytes and is one exact origin of http, https, ftp, ionic or
// capacitor (parse_record_origin: a trailing "/", upper case and a default port are taken); scopes
// are 1 to 3 of different types, and only IFRAME_EMBED names apps. Empty = nothing.
[[nodiscard]] std::vector<FieldFault> check_record(const RecordInput& input);

// "CORS", "REDIRECT", "IFRAME_EMBED"; "ACTIVE", "INACTIVE". Static bytes.
[[nodiscard]] std::string_view to_text(TrustedOrigin::ScopeType type) noexcept;
[[nodiscard]] std::string_view to_text(TrustedOrigin::Status status) noexcept;
// In exactly this case; nothing for anything else.
[[nodiscard]] std::optional<TrustedOrigin::ScopeType> parse_scope_type(
    std::string_view text) noexcept;
[[nodiscard]] std::optional<TrustedOrigin::Status> parse_record_status(
    std::string_view text) noexcept;

// Okta's spelling of a moment: whole seconds, milliseconds printed: "2027-01-31T00:00:00.000Z".
[[nodiscard]] std::string record_time_text(std::chrono::system_clock::time_point time);

// What records are searched by.
enum class RecordAttribute : unsigned char { Id, Name, Origin, Status, Type };
inline constexpr std::size_t kRecordAttributes = 5;

// The values of one attribute: one, but for Type any number, each once.
struct AttributeValues {
  std::array<std::string_view, kRecordScopesLimit> texts = {};  // bytes of the record, or static
  std::size_t count = 0;
  [[nodiscard]] const std::string_view* begin() const noexcept { return texts.data(); }
  [[nodiscard]] const std::string_view* end() const noexcept { return texts.data() + count; }
};
[[nodiscard]] AttributeValues values_of(const TrustedOrigin& record,
                                        RecordAttribute attribute) noexcept;

}  // namespace corsac
