// Compares a refused origin with the patterns of a list, one after the other, in every respect in
// which people get origins wrong. Entry: near_origin. Spec: policy document, 2 and 5. Test:
// tests/policy/near_miss_test.cpp.

#include "corsac/policy/near_origin.hpp"

#include <optional>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/origin/fixed_origin.hpp"
#include "corsac/origin/host_match.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/policy/near_host.hpp"

namespace corsac {
namespace {

// In the order of nearness: a smaller one is the better hint.
enum class Difference : unsigned char {
  Port,
  Scheme,
  Host,
  TrailingDot,  // of the host that asks
  Loopback,     // localhost and 127.0.0.1
  SchemeAndPort,
  None,
};

struct Found {
  Difference difference = Difference::None;
  HostDifference host = HostDifference::None;  // None <=> the difference is not Host

  [[nodiscard]] bool is_nearer_than(const Found& other) const noexcept {
    return difference != other.difference ? difference < other.difference : host < other.host;
  }
};

// Each refused origin of a flood is compared with each pattern: without a copy.
Found compare(const OriginPattern& pattern, const ParsedOrigin& origin) noexcept {
  const bool has_scheme = pattern.scheme == origin.scheme;
  if (covers_host(pattern.host_form, pattern.host, origin.host)) {
    ParsedOrigin moved = origin;
    moved.scheme = pattern.scheme;
    if (moved.port == default_port(pattern.scheme)) moved.port = -1;
    const bool has_port = matches_port(pattern, moved);
    if (has_scheme && has_port) return {};
    if (has_scheme) return {Difference::Port};
    return {has_port ? Difference::Scheme : Difference::SchemeAndPort};
  }
  if (!has_scheme || !matches_port(pattern, origin)) return {};
  const HostDifference host = host_difference(pattern.host_form, pattern.host, origin.host);
  if (host != HostDifference::None) return {Difference::Host, host};
  if (pattern.host_form != HostForm::Exact) return {};
  const bool has_dot_more = origin.host.size() == pattern.host.size() + 1 &&
                            origin.host.ends_with('.') && origin.host.starts_with(pattern.host);
  if (has_dot_more) return {Difference::TrailingDot};
  const bool is_loopback = is_loopback_host(pattern.host) && is_loopback_host(origin.host);
  return {is_loopback ? Difference::Loopback : Difference::None};
}

std::string port_words(const ParsedOrigin& origin) {
  return origin.port < 0 ? "no port" : "port " + std::to_string(origin.port);
}

std::string describe(const Found& found, const OriginPattern& pattern, std::string_view origin,
                     const ParsedOrigin& parsed, OriginOf whose) {
  const std::string listed = to_quoted(pattern.text) + " is listed";
  const std::string shown = to_quoted(origin);
  const std::string write = "; write " + shown + " to allow it too";
  const std::string scheme = "the scheme " + to_printable(parsed.scheme);
  const bool is_page = whose == OriginOf::Page;
  const std::string has = is_page ? "; the request has " : "; the target has ";
  switch (found.difference) {
    case Difference::Port:
      return listed + has + port_words(parsed) + write;
    case Difference::Scheme:
      return listed + has + scheme + (is_page ? "; open the page under " : "; let it begin with ") +
             to_printable(pattern.scheme);
    case Difference::SchemeAndPort:
      return listed + has + scheme + " and " + port_words(parsed) + write;
    case Difference::Host:
      if (found.host != HostDifference::WithoutWww) {
        return listed + host_difference_text(found.host, shown) + write;
      }
      return listed + (is_page ? "; the request comes from " : "; the target is at ") + shown +
             write;
    case Difference::TrailingDot:
      return listed + "; " + shown + " ends with a dot, which makes it another host; " +
             (is_page ? "open the page without it" : "leave it out");
    case Difference::Loopback:
      return listed + "; " + shown + " is another origin, although both hosts name this machine" +
             write;
    case Difference::None:
      break;
  }
  return {};
}

// The origin that a client meant which wrote it as no browser does: without path, in lower case,
// without a default port. Nothing when it is no origin at all.
std::optional<std::string> in_normal_form(std::string_view origin) {
  const std::size_t host = origin.find("://");
  if (host == std::string_view::npos) return std::nullopt;
  const auto pattern = parse_record_origin(origin.substr(0, origin.find_first_of("/?#", host + 3)));
  if (!pattern || !pattern->is_exact()) return std::nullopt;
  return pattern->text;
}

// What was meant, and how to write it. Empty when that is not listed.
std::string near_meant(const MissedList& listed, std::string_view origin) {
  const auto pattern = parse_origin_pattern(origin);
  if (pattern || listed.set == nullptr || !pattern.error().may_show_value) return {};
  const std::string_view code = pattern.error().code;
  if (code == "origin-list") {
    return "the client sent several origins at once; browsers send one: look for a proxy or a "
           "client that joins them";
  }
  const auto is_listed = [&](std::string_view text) {
    return parse_origin(text) && listed.set->find(text).kind != OriginMatchKind::None;
  };
  std::string meant = fixed_origin(origin);
  if (code == "origin-no-scheme" && !is_listed(meant)) {
    // Of those without a scheme one is a guess.
    const std::size_t rest = meant.find("://");
    if (rest != std::string::npos) {
      meant = (meant.starts_with("https") ? "http" : "https") + meant.substr(rest);
    }
  }
  if (code == "origin-non-ascii" && parse_origin(meant) && !is_listed(meant)) {
    return "the client sent " + to_quoted(origin) + "; browsers write an international name in " +
           "punycode, here " + to_quoted(meant);
  }
  if (!is_listed(meant)) return {};
  const char* how = code == "origin-no-scheme"   ? "with its scheme"
                    : code == "origin-non-ascii" ? "with its host in punycode"
                                                 : "without anything around it";
  return to_quoted(meant) + " is listed; the client sent " + to_quoted(origin) +
         ", and browsers write an origin " + how;
}

std::string spelling_mistake(std::string_view origin, std::string_view normal) {
  if (to_ascii_lower(origin) == normal) return "in lower case";
  if (origin.find_first_of("/?#", origin.find("://") + 3) != std::string_view::npos) {
    return "without a path or a trailing slash";
  }
  return "without the default port";
}

}  // namespace

std::string near_origin(const MissedList& listed, std::string_view origin, OriginOf whose) {
  if (origin.size() > kOriginLimitBytes) return {};
  if (origin != "null" && equals_ignoring_case(origin, "null")) {
    return "the client sent " + to_quoted(origin) + "; browsers write null in lower case";
  }
  // What a browser wrote is in normal form.
  const auto normal = is_origin(origin) ? std::nullopt : in_normal_form(origin);
  const std::string text = normal.value_or(std::string(origin));
  if (text != origin && listed.set != nullptr &&
      listed.set->find(text).kind != OriginMatchKind::None) {
    return to_quoted(text) + " is listed; the client sent " + to_quoted(origin) +
           ", and browsers write an origin " + spelling_mistake(origin, text);
  }
  const auto parsed = parse_origin(text);
  if (!parsed) return near_meant(listed, origin);
  if (listed.patterns == nullptr) return {};
  Found nearest;
  const OriginPattern* nearest_pattern = nullptr;
  for (const OriginPattern& pattern : *listed.patterns) {
    const Found found = compare(pattern, *parsed);
    if (!found.is_nearer_than(nearest)) continue;
    nearest = found;
    nearest_pattern = &pattern;
  }
  if (nearest_pattern == nullptr) return {};
  return describe(nearest, *nearest_pattern, text, *parsed, whose);
}

}  // namespace corsac
