// Entries: is_record_id, shown_id, advice_for_field. Test:
// tests/plugins/redis_record_hand_test.cpp.

#include "record_id.hpp"

#include <algorithm>
#include <cstddef>

namespace corsac::redis_store {
namespace {

constexpr std::size_t kIdLimitBytes = 150;
constexpr std::size_t kShownBytes = 100;
constexpr std::size_t kTypedBytes = 600;  // a problem has room for 1,024

bool is_printable(char byte) noexcept { return byte >= ' ' && byte < 127; }

// As redis-cli reads it between double quotes.
std::string escaped(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (!is_printable(byte)) {
      text += {'\\', 'x', kDigits[value >> 4], kDigits[value & 15]};
      continue;
    }
    if (byte == '"' || byte == '\\') text += '\\';
    text += byte;
  }
  return text;
}

}  // namespace

bool is_record_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kIdLimitBytes && id != "." && id != ".." &&
         std::all_of(id.begin(), id.end(),
                     [](char byte) { return is_printable(byte) && byte != '/'; });
}

std::string shown_id(std::string_view id) {
  std::string text = escaped(id.substr(0, kShownBytes));
  if (id.size() > kShownBytes) text += "...";
  return text;
}

std::string advice_for_field(std::string_view field, const std::string& key) {
  const std::string typed = escaped(field.substr(0, kTypedBytes + 1));
  if (typed.size() > kTypedBytes)
    return "find it with HKEYS " + key + ", and take it away with HDEL";
  return "take it away in redis-cli: HDEL " + key + " \"" + typed + "\"";
}

}  // namespace corsac::redis_store
