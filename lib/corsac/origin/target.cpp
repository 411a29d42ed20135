// Reads a URL as far as it decides the origin: URL standard, 4.4 "basic URL parser" with a base of
// http or https, 3.5 "host parsing". Entry: parse_target. Test: tests/origin/target_test.cpp, and
// against the whole algorithm tests/fuzz/target_fuzz.cpp.

#include "corsac/origin/target.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/ip_text.hpp"

namespace corsac {
namespace {

// host[:port] as written: each byte of the longest host may be percent-encoded.
constexpr std::size_t kAuthorityLimitBytes = 3 * kHostLimitBytes + 16;

constexpr bool is_tab_or_line_break(char c) noexcept { return c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_slash(char c) noexcept { return c == '/' || c == '\\'; }
constexpr bool is_above_ascii(char c) noexcept { return static_cast<unsigned char>(c) >= 0x80; }
constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7F';
}
constexpr bool ends_authority(char c) noexcept { return is_slash(c) || c == '?' || c == '#'; }

// A text of a bounded size. What is beyond is not kept, but told.
template <std::size_t kSize>
class ShortText {
 public:
  void add(char c) noexcept {
    if (size_ < kSize) bytes_[size_] = c;
    ++size_;
  }
  void add(std::string_view text) noexcept {
    for (const char c : text) add(c);
  }
  void clear() noexcept { size_ = 0; }
  [[nodiscard]] bool is_over() const noexcept { return size_ > kSize; }
  [[nodiscard]] std::string_view view() const noexcept {
    return {bytes_.data(), std::min(size_, kSize)};
  }

 private:
  std::array<char, kSize> bytes_;
  std::size_t size_ = 0;
};

using HostBuffer = ShortText<kHostLimitBytes>;

// URL standard, 4.4, 1 and 3: without the bytes 0x00 to 0x20 at its ends and without tabs and line
// breaks anywhere.
class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {
    const auto is_end_blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
    while (!rest_.empty() && is_end_blank(rest_.front())) rest_.remove_prefix(1);
    while (!rest_.empty() && is_end_blank(rest_.back())) rest_.remove_suffix(1);
  }

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  // The last byte of `rest` is no blank, so there is one that counts.
  [[nodiscard]] bool is_at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] char peek() noexcept {
    while (is_tab_or_line_break(rest_.front())) rest_.remove_prefix(1);
    return rest_.front();
  }
  char take() noexcept {
    const char c = peek();
    rest_.remove_prefix(1);
    return c;
  }

 private:
  std::string_view rest_;
};

Target refused(TargetFault fault) noexcept { return {.fault = fault}; }

// URL standard, 4.4 "scheme start state" and "scheme state". Moves behind the colon; false, and
// nothing moves, when the text begins with no scheme. A scheme that is longer than http and https
// is cut.
bool take_scheme(Reader& reader, ShortText<6>& scheme) noexcept {
  Reader ahead = reader;
  while (!ahead.is_at_end()) {
    const char c = ascii_lower(ahead.take());
    if (c == ':' && !scheme.view().empty()) {
      reader = ahead;
      return true;
    }
    const bool may_stand_first = is_ascii_lower(c);
    const bool may_follow = is_ascii_digit(c) || c == '+' || c == '-' || c == '.';
    if (!may_stand_first && (!may_follow || scheme.view().empty())) return false;
    scheme.add(c);
  }
  return false;
}

// Two slashes of either kind: 4.4 "relative state" and "relative slash state".
bool begins_with_two_slashes(Reader reader) noexcept {
  for (int i = 0; i < 2; ++i) {
    if (reader.is_at_end() || !is_slash(reader.take())) return false;
  }
  return true;
}

// 4.4 "authority state": what stands behind the last "@".
void take_authority(Reader& reader, ShortText<kAuthorityLimitBytes>& authority) noexcept {
  while (!reader.is_at_end()) {
    const char c = reader.take();
    if (ends_authority(c)) return;
    if (c == '@') {
      authority.clear();
    } else {
      authority.add(c);
    }
  }
}

// 4.4 "host state": a colon between brackets is part of the host.
std::size_t find_port_colon(std::string_view authority) noexcept {
  bool is_in_brackets = false;
  for (std::size_t i = 0; i < authority.size(); ++i) {
    if (authority[i] == ':' && !is_in_brackets) return i;
    if (authority[i] == '[') is_in_brackets = true;
    if (authority[i] == ']') is_in_brackets = false;
  }
  return authority.size();
}

// URL standard, 1.3 "percent-decode": the byte at the front of `text`; a "%" without two hex digits
// stays.
char take_decoded(std::string_view& text) noexcept {
  const char c = text.front();
  text.remove_prefix(1);
  if (c != '%' || text.size() < 2 || hex_value(text[0]) < 0 || hex_value(text[1]) < 0) return c;
  const char decoded = static_cast<char>(hex_value(text[0]) * 16 + hex_value(text[1]));
  text.remove_prefix(2);
  return decoded;
}

// Punycode of nothing but ASCII, or of nothing: browsers of some years read it as that ASCII,
// others refuse it.
bool has_label_of_plain_punycode(std::string_view host) noexcept {
  while (!host.empty()) {
    const std::string_view label = host.substr(0, host.find('.'));
    if (label.starts_with("xn--") && label.ends_with('-')) return true;
    host.remove_prefix(std::min(host.size(), label.size() + 1));
  }
  return false;
}

// URL standard, 3.5 "host parser", the part behind the brackets.
TargetFault normalise_domain(std::string_view written, HostBuffer& host) noexcept {
  while (!written.empty()) {
    const char c = ascii_lower(take_decoded(written));
    if (is_above_ascii(c)) return TargetFault::NonAsciiHost;
    if (!is_ascii_lower(c) && !is_ascii_digit(c) && c != '-' && c != '_' && c != '.') {
      return TargetFault::Host;
    }
    host.add(c);
  }
  if (host.is_over() || has_label_of_plain_punycode(host.view())) return TargetFault::Host;
  if (ends_in_number(host.view())) {
    const std::string address = to_serialised_ipv4(host.view());  // 15 bytes: not allocated
    if (address.empty()) return TargetFault::Host;
    host.clear();
    host.add(address);
  }
  return TargetFault::None;
}

TargetFault normalise_host(std::string_view written, HostBuffer& host) noexcept {
  if (written.empty()) return TargetFault::NoHost;
  if (written.front() != '[') return normalise_domain(written, host);
  for (const char c : written) host.add(ascii_lower(c));
  return written.ends_with(']') ? TargetFault::None : TargetFault::Host;  // the rest: parse_origin
}

// 4.4 "port state". 0 for none; -1 for what is no port.
std::int32_t read_port(std::string_view text) noexcept {
  if (text.empty()) return 0;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_port = error == std::errc() && end == text.data() + text.size() && port != 0;
  return is_port ? port : -1;
}

Target make_origin(std::string_view scheme, std::string_view host, std::int32_t port) noexcept {
  ShortText<kOriginLimitBytes> text;
  text.add(scheme);
  text.add("://");
  text.add(host);
  if (port != 0 && port != default_port(scheme)) {
    std::array<char, 5> digits;
    const char* const end = std::to_chars(digits.begin(), digits.end(), port).ptr;
    text.add(':');
    text.add({digits.begin(), static_cast<std::size_t>(end - digits.begin())});
  }
  if (text.is_over() || !parse_origin(text.view())) return refused(TargetFault::Host);
  Target target = {.kind = TargetKind::Origin};
  target.origin_bytes = static_cast<std::uint16_t>(text.view().size());
  text.view().copy(target.origin_text.data(), target.origin_text.size());
  return target;
}

// From "special authority ignore slashes state" on.
Target read_origin(std::string_view scheme, Reader& reader) noexcept {
  while (!reader.is_at_end() && is_slash(reader.peek())) reader.take();
  ShortText<kAuthorityLimitBytes> authority;
  take_authority(reader, authority);
  if (authority.is_over()) return refused(TargetFault::Host);
  const std::size_t colon = find_port_colon(authority.view());
  HostBuffer host;
  const TargetFault fault = normalise_host(authority.view().substr(0, colon), host);
  if (fault != TargetFault::None) return refused(fault);
  const std::size_t port_begin = std::min(colon + 1, authority.view().size());
  const std::int32_t port = read_port(authority.view().substr(port_begin));
  if (port < 0) return refused(TargetFault::Port);
  return make_origin(scheme, host.view(), port);
}

}  // namespace

Target parse_target(std::string_view text, PageScheme page) noexcept {
  if (text.size() > kTargetLimitBytes) return refused(TargetFault::TooLong);
  Reader reader(text);
  const std::string_view rest = reader.rest();
  if (std::any_of(rest.begin(), rest.end(),
                  [](char c) { return is_control(c) && !is_tab_or_line_break(c); })) {
    return refused(TargetFault::ControlByte);
  }
  if (!rest.empty() && is_above_ascii(rest.front())) return refused(TargetFault::FirstByte);

  ShortText<6> scheme;
  if (take_scheme(reader, scheme)) {
    const bool is_web = !scheme.is_over() && (scheme.view() == "http" || scheme.view() == "https");
    return is_web ? read_origin(scheme.view(), reader) : refused(TargetFault::Scheme);
  }
  if (begins_with_two_slashes(reader)) {
    return read_origin(page == PageScheme::Https ? "https" : "http", reader);
  }
  return {.kind = TargetKind::Relative};
}

}  // namespace corsac
