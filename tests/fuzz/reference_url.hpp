#pragma once

// The URL standard's "basic URL parser" (4.4) and "host parser" (3.5), state by state, as far as
// they decide the origin: slow, and as near to the words of the standard as C++ allows. Against it
// the fuzzers compare the parsers of origin/. Nothing of the library is used here.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace corsac::fuzz {

struct UrlReading {
  enum class Kind {
    Failure,
    OfBase,       // scheme, host and port of the base
    Web,          // http or https, with a host of its own
    OtherScheme,  // whatever follows the colon
  };
  Kind kind = Kind::Failure;
  std::string scheme = {};
  std::string host = {};   // as it is serialised
  std::int32_t port = -1;  // -1 = null
  // The host has bytes or labels whose mapping (IDNA) this reading does not know: `host` may be
  // another one, or a failure.
  bool is_host_unsure = false;

  [[nodiscard]] std::string origin() const {
    return scheme + "://" + host + (port < 0 ? "" : ":" + std::to_string(port));
  }
};

namespace url {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
inline int hex(char c) {
  if (is_digit(c)) return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}
inline bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

inline std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// 1.3 "percent-decode".
inline std::string percent_decode(const std::string& text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

// 3.5 "IPv4 number parser". Numbers above 2^32 are all alike.
inline std::optional<std::uint64_t> parse_ipv4_number(std::string text) {
  if (text.empty()) return std::nullopt;
  int radix = 10;
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.erase(0, 2);
    radix = 16;
  } else if (text.size() >= 2 && text[0] == '0') {
    text.erase(0, 1);
    radix = 8;
  }
  if (text.empty()) return 0;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (hex(c) < 0 || hex(c) >= radix) return std::nullopt;
    number = number * static_cast<std::uint64_t>(radix) + static_cast<std::uint64_t>(hex(c));
    if (number > (std::uint64_t{1} << 32)) number = std::uint64_t{1} << 33;
  }
  return number;
}

// 3.5 "ends in a number checker".
inline bool ends_in_number(const std::string& host) {
  std::vector<std::string> parts = split(host, '.');
  if (parts.back().empty()) {
    if (parts.size() == 1) return false;
    parts.pop_back();
  }
  const std::string& last = parts.back();
  if (!last.empty() && last.find_first_not_of("0123456789") == std::string::npos) return true;
  return parse_ipv4_number(last).has_value();
}

// 3.5 "IPv4 parser" and "IPv4 serializer".
inline std::optional<std::string> parse_ipv4(const std::string& host) {
  std::vector<std::string> parts = split(host, '.');
  if (parts.back().empty() && parts.size() > 1) parts.pop_back();
  if (parts.size() > 4) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  for (const std::string& part : parts) {
    const auto number = parse_ipv4_number(part);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) {
    if (numbers[i] > 255) return std::nullopt;
  }
  std::uint64_t limit = 1;  // 256 to the power of (5 - size of numbers)
  for (std::size_t i = numbers.size(); i < 5; ++i) limit *= 256;
  if (numbers.back() >= limit) return std::nullopt;
  std::uint64_t address = numbers.back();
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) address += numbers[i] << (8 * (3 - i));
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += (text.empty() ? "" : ".") + std::to_string((address >> shift) % 256);
  }
  return text;
}

using Ipv6 = std::array<std::uint16_t, 8>;

// 3.5 "IPv6 parser"; '\0' at the end stands for EOF, since no NUL is ever taken.
inline std::optional<Ipv6> parse_ipv6(const std::string& input) {
  Ipv6 address = {};
  std::size_t piece_index = 0;
  std::optional<std::size_t> compress;
  std::size_t pointer = 0;
  const auto at = [&](std::size_t i) { return i < input.size() ? input[i] : '\0'; };
  const auto is_eof = [&] { return pointer >= input.size(); };
  if (at(pointer) == ':') {
    if (at(pointer + 1) != ':') return std::nullopt;
    pointer += 2;
    ++piece_index;
    compress = piece_index;
  }
  while (!is_eof()) {
    if (piece_index == 8) return std::nullopt;
    if (at(pointer) == ':') {
      if (compress) return std::nullopt;
      ++pointer;
      ++piece_index;
      compress = piece_index;
      continue;
    }
    unsigned value = 0;
    std::size_t length = 0;
    while (length < 4 && hex(at(pointer)) >= 0) {
      value = value * 16 + static_cast<unsigned>(hex(at(pointer)));
      ++pointer;
      ++length;
    }
    if (at(pointer) == '.') {
      if (length == 0) return std::nullopt;
      pointer -= length;
      if (piece_index > 6) return std::nullopt;
      int numbers_seen = 0;
      while (!is_eof()) {
        int ipv4_piece = -1;
        if (numbers_seen > 0) {
          if (at(pointer) != '.' || numbers_seen >= 4) return std::nullopt;
          ++pointer;
        }
        if (!is_digit(at(pointer))) return std::nullopt;
        while (is_digit(at(pointer))) {
          const int number = at(pointer) - '0';
          if (ipv4_piece < 0) {
            ipv4_piece = number;
          } else if (ipv4_piece == 0) {
            return std::nullopt;
          } else {
            ipv4_piece = ipv4_piece * 10 + number;
          }
          if (ipv4_piece > 255) return std::nullopt;
          ++pointer;
        }
        address[piece_index] = static_cast<std::uint16_t>(address[piece_index] * 256 + ipv4_piece);
        ++numbers_seen;
        if (numbers_seen == 2 || numbers_seen == 4) ++piece_index;
      }
      if (numbers_seen != 4) return std::nullopt;
      break;
    }
    if (at(pointer) == ':') {
      ++pointer;
      if (is_eof()) return std::nullopt;
    } else if (!is_eof()) {
      return std::nullopt;
    }
    address[piece_index] = static_cast<std::uint16_t>(value);
    ++piece_index;
  }
  if (compress) {
    std::size_t swaps = piece_index - *compress;
    piece_index = 7;
    while (piece_index != 0 && swaps > 0) {
      std::swap(address[piece_index], address[*compress + swaps - 1]);
      --piece_index;
      --swaps;
    }
  } else if (piece_index != 8) {
    return std::nullopt;
  }
  return address;
}

// 3.6 "IPv6 serializer".
inline std::string serialise_ipv6(const Ipv6& address) {
  std::size_t compress = 8;
  std::size_t longest = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t length = 0;
    while (i + length < 8 && address[i + length] == 0) ++length;
    if (length > longest) {
      longest = length;
      compress = i;
    }
  }
  std::string output;
  bool ignores_zero = false;
  for (std::size_t i = 0; i < 8; ++i) {
    if (ignores_zero && address[i] == 0) continue;
    ignores_zero = false;
    if (compress == i) {
      output += i == 0 ? "::" : ":";
      ignores_zero = true;
      continue;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string piece;
    for (unsigned value = address[i]; value != 0; value /= 16) {
      piece.insert(piece.begin(), kDigits[value % 16]);
    }
    output += piece.empty() ? "0" : piece;
    if (i != 7) output += ':';
  }
  return output;
}

// 3.2 "forbidden domain code point", of those in ASCII.
inline bool is_forbidden_in_domain(char c) {
  if (static_cast<unsigned char>(c) <= 0x1F || c == 0x7F) return true;
  return std::string_view(" #/:<>?@[\\]^|%").find(c) != std::string_view::npos;
}

struct Host {
  std::string text = {};
  bool is_unsure = false;
};

// 3.5 "host parser" with isOpaque = false. The part of "domain to ASCII" that concerns ASCII: it
// maps to lower case; labels in punycode it may refuse.
inline std::optional<Host> parse_host(const std::string& input) {
  if (input.front() == '[') {
    if (input.back() != ']') return std::nullopt;
    const auto address = parse_ipv6(input.substr(1, input.size() - 2));
    if (!address) return std::nullopt;
    return Host{'[' + serialise_ipv6(*address) + ']'};
  }
  Host host;
  for (const char c : percent_decode(input)) {
    if (!is_ascii(c)) host.is_unsure = true;
    host.text += lower(c);
  }
  if (host.is_unsure) return host;
  for (const std::string& label : split(host.text, '.')) {
    if (label.substr(0, 4) == "xn--") host.is_unsure = true;
  }
  for (const char c : host.text) {
    if (is_forbidden_in_domain(c)) return std::nullopt;
  }
  if (ends_in_number(host.text)) {
    const auto address = parse_ipv4(host.text);
    if (!address) return std::nullopt;
    return Host{*address, host.is_unsure};
  }
  return host;
}

inline bool is_special(const std::string& scheme) {
  for (const char* special : {"ftp", "file", "http", "https", "ws", "wss"}) {
    if (scheme == special) return true;
  }
  return false;
}

inline int default_port(const std::string& scheme) { return scheme == "https" ? 443 : 80; }

// From "special authority ignore slashes state" on.
inline UrlReading parse_authority(const std::string& scheme, const std::string& input,
                                  std::size_t pointer) {
  const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
  const auto ends = [&](std::size_t i) {
    return i >= input.size() || is_slash(input[i]) || input[i] == '?' || input[i] == '#';
  };
  while (pointer < input.size() && is_slash(input[pointer])) ++pointer;
  // Authority state.
  std::size_t begin = pointer;
  bool has_seen_at_sign = false;
  for (; !ends(pointer); ++pointer) {
    if (input[pointer] != '@') continue;
    has_seen_at_sign = true;
    begin = pointer + 1;
  }
  if (has_seen_at_sign && begin == pointer) return {};
  // Host state.
  std::string buffer;
  bool is_inside_brackets = false;
  pointer = begin;
  for (; !ends(pointer); ++pointer) {
    const char c = input[pointer];
    if (c == ':' && !is_inside_brackets) break;
    if (c == '[') is_inside_brackets = true;
    if (c == ']') is_inside_brackets = false;
    buffer += c;
  }
  if (buffer.empty()) return {};
  const auto host = parse_host(buffer);
  if (!host) return {};
  UrlReading reading = {UrlReading::Kind::Web, scheme, host->text, -1, host->is_unsure};
  if (ends(pointer)) return reading;
  // Port state.
  ++pointer;
  std::uint32_t port = 0;
  bool has_port = false;
  for (; !ends(pointer); ++pointer) {
    if (!is_digit(input[pointer])) return {};
    has_port = true;
    port = port * 10 + static_cast<std::uint32_t>(input[pointer] - '0');
    if (port > 65535) return {};
  }
  if (has_port && static_cast<int>(port) != default_port(scheme)) {
    reading.port = static_cast<std::int32_t>(port);
  }
  return reading;
}

}  // namespace url

// `text` against a base of the scheme `base_scheme` (http or https) with a host of its own.
inline UrlReading read_url(std::string_view text, const std::string& base_scheme) {
  // 4.4, 1 and 3.
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= 0x20) text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= 0x20) text.remove_suffix(1);
  std::string input;
  for (const char c : text) {
    if (c != '\t' && c != '\n' && c != '\r') input += c;
  }
  const auto at = [&](std::size_t i) { return i < input.size() ? input[i] : '\0'; };

  std::size_t pointer = 0;
  std::string scheme;
  bool is_relative = true;  // "no scheme state", then "relative state"
  // Scheme start state, scheme state.
  if (url::is_alpha(at(0))) {
    while (url::is_alpha(at(pointer)) || url::is_digit(at(pointer)) || at(pointer) == '+' ||
           at(pointer) == '-' || at(pointer) == '.') {
      scheme += url::lower(at(pointer++));
    }
    if (at(pointer) == ':') {
      ++pointer;
      is_relative = false;
    }
  }
  if (!is_relative) {
    if (scheme != "http" && scheme != "https") {
      return {UrlReading::Kind::OtherScheme, scheme};
    }
    if (scheme != base_scheme) return url::parse_authority(scheme, input, pointer);
    // Special relative or authority state.
    if (at(pointer) == '/' && at(pointer + 1) == '/') {
      return url::parse_authority(scheme, input, pointer + 2);
    }
  } else {
    pointer = 0;
  }
  // Relative state, relative slash state; the base is special.
  const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
  if (is_slash(at(pointer)) && is_slash(at(pointer + 1))) {
    return url::parse_authority(base_scheme, input, pointer + 2);
  }
  return {UrlReading::Kind::OfBase};
}

}  // namespace corsac::fuzz
