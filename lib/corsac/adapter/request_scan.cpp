// Sorts header lines into a RequestView. Lengths are compared first, so that a header that nobody
// asks for costs one comparison; asking the host's container for each name costs ten times that.
// Entry: RequestScan::add. Spec: RFC 9110, 5.5 (blanks at the ends of a value are not part of it).
// Test: tests/adapter/request_scan_test.cpp.

#include "corsac/adapter/request_scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>

#include "corsac/base/ascii.hpp"
#include "corsac/http/short_bytes.hpp"

namespace corsac {
namespace {

// The bits in which a name of letters and "-" may differ from `lower`, its lower-case form: 0x20 of
// each letter. Not of "-", which that bit would make out of CR.
[[nodiscard]] constexpr std::uint64_t case_bits(std::uint64_t lower) noexcept {
  return (lower & (short_bytes::kEveryByte * 0x40)) >> 1U;
}

[[nodiscard]] inline bool is_word(std::uint64_t word, std::uint64_t lower) noexcept {
  return (word | case_bits(lower)) == lower;
}

// Whether `name`, which is as long as `lower`, is that lower-case name in any case. Eight bytes at
// a time, and a template so that the words of `lower` and their masks are constants: browsers send
// several names of each length, and comparing them byte by byte was half of the scan.
template <std::size_t Terminated>
[[nodiscard]] inline bool is_name(std::string_view name, const char (&lower)[Terminated]) noexcept {
  using short_bytes::load8;
  constexpr std::size_t kSize = Terminated - 1;
  if constexpr (kSize < 8) {
    return is_word(short_bytes::load_padded(name.data(), kSize),
                   short_bytes::load_padded(lower, kSize));
  } else {
    // The last eight bytes first, which most names of one length differ in.
    if (!is_word(load8(name.data() + kSize - 8), load8(lower + kSize - 8))) return false;
    for (std::size_t i = 0; i + 8 <= kSize; i += 8) {
      if (!is_word(load8(name.data() + i), load8(lower + i))) return false;
    }
    return true;
  }
}

// RFC 9110, 5.6.2, as a table.
constexpr auto kTokenChars = [] {
  std::array<bool, 256> table = {};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = is_token_char(static_cast<char>(i));
  return table;
}();

void add_field(HeaderField& field, std::string_view value) noexcept {
  if (field.lines++ == 0) field.value = trim_ows(value);
}

// RFC 9110, 8.6: digits only. Nothing for anything else, or for what is too large.
std::optional<std::uint64_t> parse_length(std::string_view value) noexcept {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return length;
}

// RFC 9110, 7.8: Upgrade is a list of protocols.
bool names_websocket(std::string_view value) noexcept {
  while (true) {
    const std::size_t comma = value.find(',');
    if (equals_ignoring_case(trim_ows(value.substr(0, comma)), "websocket")) return true;
    if (comma == std::string_view::npos) return false;
    value.remove_prefix(comma + 1);
  }
}

// Most values are `keep-alive` or `close`.
bool mentions_upgrade(std::string_view value) noexcept {
  constexpr std::string_view kWord = "upgrade";
  if (value == "keep-alive") return false;
  while (value.size() >= kWord.size()) {
    if (equals_ignoring_case(value.substr(0, kWord.size()), kWord)) return true;
    value.remove_prefix(1);
  }
  return false;
}

using Bytes16 = unsigned char __attribute__((vector_size(16)));
using Halves = std::array<std::uint64_t, 2>;

// Whether the bytes of both are letters, "-" or "_": what nearly every name is made of.
[[gnu::always_inline]] inline bool are_name_letters(std::uint64_t some,
                                                    std::uint64_t others) noexcept {
  const auto bytes = std::bit_cast<Bytes16>(Halves{some, others});
  const auto is_letter = (bytes | 0x20) - 'a' <= 'z' - 'a';
  const auto is_fine = is_letter | (bytes == '-') | (bytes == '_');
  const auto halves = std::bit_cast<Halves>(is_fine);
  return (halves[0] & halves[1]) == ~std::uint64_t{0};
}

[[gnu::noinline]] bool is_token_by_bytes(std::string_view name) noexcept {
  bool is_token = !name.empty();
  for (const char c : name) is_token &= kTokenChars[static_cast<unsigned char>(c)];
  return is_token;
}

}  // namespace

void RequestScan::add(std::string_view name, std::string_view value) noexcept {
  const auto is = [name](const auto& lower) { return is_name(name, lower); };
  switch (name.size()) {
    case 4:
      if (is("host")) add_field(view_.host, value);
      return;
    case 6:
      if (is("origin")) add_field(view_.origin, value);
      if (is("cookie")) view_.has_cookie = true;
      return;
    case 7:
      if (is("referer")) add_field(view_.referer, value);
      if (is("upgrade") && names_websocket(value)) names_websocket_ = true;
      return;
    case 10:
      if (is("connection") && mentions_upgrade(value)) mentions_upgrade_ = true;
      return;
    case 12:
      if (is("content-type")) add_field(view_.content_type, value);
      return;
    case 13:
      if (is("authorization")) view_.has_authorization = true;
      return;
    case 14:
      if (is("sec-fetch-site")) add_field(view_.sec_fetch_site, value);
      if (is("content-length")) add_content_length(trim_ows(value));
      return;
    case 16:
      if (is("content-encoding")) framing_.has_content_encoding = true;
      if (is("x-forwarded-host")) add_field(view_.forwarded_host, value);
      if (is("x-forwarded-port")) add_field(view_.forwarded_port, value);
      return;
    case 17:
      if (is("x-forwarded-proto")) add_field(view_.forwarded_proto, value);
      if (is("sec-websocket-key")) has_websocket_key_ = true;
      if (is("transfer-encoding")) add_transfer_encoding(trim_ows(value));
      return;
    default:
      if (name.size() >= 29) add_long_name(name, value);
  }
}

void RequestScan::add_content_length(std::string_view value) noexcept {
  const auto length = parse_length(value);
  if (framing_.has_content_length || framing_.has_transfer_encoding || !length) {
    framing_.is_ambiguous = true;
  } else {
    framing_.content_length = *length;
  }
  framing_.has_content_length = true;
  if (value != "0") framing_.has_body = true;
}

void RequestScan::add_transfer_encoding(std::string_view value) noexcept {
  if (framing_.has_transfer_encoding || framing_.has_content_length ||
      !equals_ignoring_case(value, "chunked")) {
    framing_.is_ambiguous = true;
  }
  framing_.has_transfer_encoding = framing_.has_body = true;
}

// Every name of every request: sixteen bytes at a time, the last ones perhaps twice.
void RequestScan::check_name(std::string_view name) noexcept {
  using short_bytes::load8;
  const char* const begin = name.data();
  const std::size_t size = name.size();
  bool is_plain = size >= 4;
  if (size >= 8) {
    std::size_t i = 0;
    for (; is_plain && i + 16 < size; i += 16) {
      is_plain = are_name_letters(load8(begin + i), load8(begin + i + 8));
    }
    i = std::min(i, size - 8);
    is_plain = is_plain && are_name_letters(load8(begin + i), load8(begin + size - 8));
  } else if (is_plain) {
    const std::uint64_t both = short_bytes::load4(begin) | short_bytes::load4(begin + size - 4)
                                                               << 32U;
    is_plain = are_name_letters(both, both);
  }
  if (!is_plain && !is_token_by_bytes(name)) framing_.is_ambiguous = true;
}

void RequestScan::add_long_name(std::string_view name, std::string_view value) noexcept {
  if (name.size() == 29 && is_name(name, "access-control-request-method")) {
    add_field(view_.requested_method, value);
  } else if (name.size() == 30 && is_name(name, "access-control-request-headers")) {
    if (line_count_ == lines_.size()) return;
    std::construct_at(&lines_[line_count_++], trim_ows(value));
    view_.requested_headers = {lines_.data(), line_count_};
  } else if (name.size() == 38 && is_name(name, "access-control-request-private-network")) {
    add_field(view_.requested_private_network, value);
  }
}

}  // namespace corsac
