// JSON (RFC 8259) to a tree with places. Entry: read_json. Test: tests/import/hostile_test.py.

#include "read_json.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <corsac/runtime/json_places.hpp>

namespace corsac::server {
namespace {

using Json = nlohmann::json;
using Kind = SourceValue::Kind;

Place to_place(corsac_place place) noexcept {
  // Place has 24 bits for a column: what stands further right has its line only.
  const bool fits = place.column < (1U << 24U);
  return {.line = place.line, .column = fits ? place.column : 0};
}

// What the parser calls (nlohmann's SAX interface; false = stop parsing).
class JsonToTree final : public nlohmann::json_sax<Json> {
 public:
  JsonToTree(SourceBuilder& builder, const TokenPlaces& places)
      : builder_(builder), places_(places) {}

  bool null() override { return builder_.value({.place = here()}); }
  bool boolean(bool value) override {
    return builder_.value({.kind = Kind::Flag, .flag = value, .place = here()});
  }
  bool number_integer(number_integer_t value) override {
    return builder_.value({.kind = Kind::Integer, .integer = value, .place = here()});
  }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kLargest =
        static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max());
    if (value > kLargest) return builder_.value({.kind = Kind::Real, .place = here()});
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override {
    // Terraform writes whole numbers that way too: 600.0.
    constexpr double kExact = 9007199254740992.0;  // 2^53
    if (value >= -kExact && value <= kExact &&
        value == static_cast<double>(static_cast<std::int64_t>(value))) {
      return number_integer(static_cast<std::int64_t>(value));
    }
    return builder_.value({.kind = Kind::Real, .place = here()});
  }
  bool string(string_t& value) override {
    return builder_.value({.kind = Kind::Text, .text = std::move(value), .place = here()});
  }
  bool binary(binary_t&) override { return false; }  // JSON has none
  bool start_object(std::size_t) override { return builder_.open(Kind::Object, here()); }
  bool key(string_t& name) override { return builder_.key(std::move(name), here()); }
  bool end_object() override { return builder_.close(); }
  bool start_array(std::size_t) override { return builder_.open(Kind::List, here()); }
  bool end_array() override { return builder_.close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    const JsonFault fault = to_json_fault(error.what());
    const Place place = to_place(fault.is_about_token ? places_.token() : places_.value());
    return builder_.fail_with("json-syntax", place, fault.what, std::string(fault.fix));
  }

 private:
  [[nodiscard]] Place here() const noexcept { return to_place(places_.value()); }

  SourceBuilder& builder_;
  const TokenPlaces& places_;
};

}  // namespace

Result<SourceValue, Problem> read_json(std::string_view text) {
  SourceBuilder builder;
  TokenPlaces places;
  JsonToTree handler(builder, places);
  const PlacingIterator begin(text.data(), &places);
  const PlacingIterator end(text.data() + text.size(), &places);
  Json::sax_parse(begin, end, &handler);
  return builder.take();
}

}  // namespace corsac::server
