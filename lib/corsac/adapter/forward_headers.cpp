// What passes a forward. Entries: forward_target, forward_request_headers, forward_answer_head.
// Spec: RFC 9110, 5.5, 7.6.1, 15; RFC 9112, 3.2, 6.3. Test: tests/adapter/forward_headers_test.cpp.

#include "corsac/adapter/forward_headers.hpp"

#include <algorithm>
#include <charconv>

#include "corsac/base/ascii.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/policy/path_table.hpp"

namespace corsac {
namespace {

constexpr std::string_view kConnectionHeaders[] = {"Connection",
                                                   "Keep-Alive",
                                                   "Proxy-Connection",
                                                   "Proxy-Authenticate",
                                                   "Proxy-Authorization",
                                                   "TE",
                                                   "Trailer",
                                                   "Transfer-Encoding",
                                                   "Upgrade"};

char fold(char c) { return c == '_' ? '-' : ascii_lower(c); }

template <class Names>
bool has_name(const Names& names, std::string_view name) {
  return std::any_of(std::begin(names), std::end(names),
                     [name](std::string_view other) { return is_same_header(other, name); });
}

bool is_named(std::string_view name, std::string_view wanted) {
  return equals_ignoring_case(name, wanted);
}

// What the lines of Connection name besides.
std::vector<std::string_view> named_by_connection(const ForwardHeaders& headers) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : headers) {
    if (!is_named(name, "Connection")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      names.push_back(trim_ows(rest.substr(0, comma)));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return names;
}

// May stand in a line of its own: no control byte but a tab. Bytes above ASCII pass, as they came.
bool is_sendable(std::string_view name, std::string_view value) {
  return is_token(name) && std::none_of(value.begin(), value.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\t') || byte == 0x7F;
         });
}

// RFC 9110, 8.6: digits.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t number = 0;
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_ascii_digit)) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

// The framing that an answer says.
struct AnswerFraming {
  unsigned lengths = 0;
  unsigned codings = 0;
  std::optional<std::uint64_t> length = {};
  bool is_chunked = true;  // of all codings

  void add(std::string_view name, std::string_view value) {
    if (is_named(name, "Content-Length")) {
      ++lengths;
      length = parse_length(trim_ows(value));
    } else if (is_named(name, "Transfer-Encoding")) {
      ++codings;
      is_chunked = is_chunked && is_named(trim_ows(value), "chunked");
    }
  }
  [[nodiscard]] bool is_clear() const {
    if (lengths + codings > 1) return false;
    return lengths == 0 ? is_chunked : length.has_value();
  }
};

// The byte that an escape at the beginning of `text` stands for; -1 = none stands there.
int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  unsigned byte = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
  return error == std::errc{} && end == text.data() + 3 ? static_cast<int>(byte) : -1;
}

// UTF-8 of more bytes than its character needs: careless readers find a dot or a slash in it.
bool is_overlong(std::string_view text) {
  const int lead = escaped_byte(text);
  const int next = lead < 0 ? -1 : escaped_byte(text.substr(3));
  if (next < 0x80) return false;
  switch (lead) {
    case 0xC0:
    case 0xC1:
      return next <= 0xBF;
    case 0xE0:
      return next <= 0x9F;
    case 0xF0:
      return next <= 0x8F;
    case 0xF8:
      return next <= 0x87;
    case 0xFC:
      return next <= 0x83;
    default:
      return false;
  }
}

// A dot, a slash or a backslash, escaped more than once.
bool is_escaped_again(std::string_view text) {
  if (escaped_byte(text) != '%') return false;
  text.remove_prefix(3);
  while (text.starts_with("25")) text.remove_prefix(2);
  return text.size() >= 2 &&
         ((text[0] == '2' && (ascii_lower(text[1]) == 'e' || ascii_lower(text[1]) == 'f')) ||
          (text[0] == '5' && ascii_lower(text[1]) == 'c'));
}

// `text` begins with "/": a dot segment for servers that take off path parameters.
bool is_dot_segment_with_parameters(std::string_view text) {
  if (!text.starts_with("/.")) return false;
  text.remove_prefix(text.starts_with("/..") ? 3 : 2);
  return text.starts_with(';') || escaped_byte(text) == ';';
}

// What an upstream that decodes once more, or knows path parameters, may read as another path.
bool may_leave_the_prefix(std::string_view path) {
  for (; !path.empty(); path.remove_prefix(1)) {
    if (is_overlong(path) || is_escaped_again(path) || is_dot_segment_with_parameters(path)) {
      return true;
    }
  }
  return false;
}

// The directives of a Cache-Control value, with their arguments. A comma in quotes parts nothing; a
// quote without end takes the rest along.
std::vector<std::string_view> directives_of(std::string_view value) {
  std::vector<std::string_view> directives;
  bool is_quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (is_quoted && value[i] == '\\')
      ++i;
    else if (value[i] == '"')
      is_quoted = !is_quoted;
    else if (value[i] == ',' && !is_quoted) {
      directives.push_back(trim_ows(value.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  directives.push_back(trim_ows(value.substr(begin)));
  return directives;
}

bool says_who_may_keep(std::string_view directive) {
  const std::string_view name = directive.substr(0, directive.find('='));
  for (const std::string_view whole : {"public", "private", "no-store"}) {
    if (is_named(directive, whole)) return true;
  }
  return is_named(name, "s-maxage");
}

}  // namespace

bool is_connection_header(std::string_view name) noexcept {
  return has_name(kConnectionHeaders, name);
}

bool is_same_header(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return fold(x) == fold(y); });
}

bool is_plain_header_value(std::string_view value) noexcept {
  if (value.empty() || trim_ows(value).size() != value.size()) return false;
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

std::optional<std::string> forward_target(const Forward& forward, std::string_view target) {
  const bool is_plain = std::all_of(target.begin(), target.end(),
                                    [](char c) { return c > ' ' && c <= '~' && c != '#'; });
  if (!is_plain || is_ambiguous_target(target)) return std::nullopt;
  const std::string_view path = target.substr(0, target.find('?'));
  if (may_leave_the_prefix(path)) return std::nullopt;
  const std::string& prefix = forward.path_prefix;
  const bool is_below =
      path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
  if (!is_below) return std::nullopt;
  if (!forward.strip_prefix) return std::string(target);
  const std::string_view rest = target.substr(prefix.size());
  return rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
}

ForwardedFrom forwarded_from(const OwnOrigin& own, const RequestView& request) {
  const bool is_proxy = own.is_trusted_proxy(request.peer_address);
  const HeaderField& host = request.forwarded_host;
  const HeaderField& proto = request.forwarded_proto;
  const bool tells_host = is_proxy && host.lines == 1 && !host.value.empty() &&
                          host.value.find(',') == std::string_view::npos;
  // Not OwnOrigin::is_https_page, which guesses by public_origins: to an upstream `https` is a
  // promise that nobody on the way has read or changed the request.
  const bool tells_scheme = is_proxy && proto.lines == 1;
  return {.client_address = own.client_address(request),
          .host = tells_host ? host.value : request.host.value,
          .is_https = tells_scheme ? is_named(proto.value, "https") : request.is_tls};
}

std::optional<ForwardHeaders> forward_request_headers(const Forward& forward,
                                                      const ForwardHeaders& client,
                                                      const ForwardedFrom& from) {
  const auto named = named_by_connection(client);
  const auto is_kept = [&](std::string_view name) {
    for (const std::string_view own :
         {"Host", "Content-Length", "Expect", "Forwarded", "X-Original-URL", "X-Rewrite-URL"}) {
      if (is_same_header(name, own)) return false;
    }
    if (name.size() >= 12 && is_same_header(name.substr(0, 12), "X-Forwarded-")) return false;
    if (is_connection_header(name) || has_name(named, name)) return false;
    if (has_name(forward.drop_request_headers, name)) return false;
    return std::none_of(
        forward.injected.begin(), forward.injected.end(),
        [name](const auto& injected) { return is_same_header(injected.first, name); });
  };
  ForwardHeaders headers = {{"Host", forward.authority}};
  for (const auto& [name, value] : client) {
    if (!is_kept(name)) continue;
    if (!is_sendable(name, value)) return std::nullopt;
    headers.emplace_back(name, value);
  }
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty() || has_name(forward.drop_request_headers, name)) return;
    const bool is_injected =
        std::any_of(forward.injected.begin(), forward.injected.end(),
                    [name](const auto& other) { return is_same_header(other.first, name); });
    if (!is_injected) headers.emplace_back(name, value);
  };
  add("X-Forwarded-For", from.client_address);
  add("X-Forwarded-Host", from.host);
  add("X-Forwarded-Proto", from.is_https ? "https" : "http");
  // Behind the client's, RFC 9110, 7.6.3; nothing drops it.
  if (!from.pseudonym.empty()) headers.emplace_back("Via", "1.1 " + std::string(from.pseudonym));
  headers.insert(headers.end(), forward.injected.begin(), forward.injected.end());
  const bool is_right = std::all_of(headers.begin(), headers.end(), [](const auto& line) {
    return is_sendable(line.first, line.second);
  });
  return is_right ? std::optional(std::move(headers)) : std::nullopt;
}

std::optional<ForwardHead> forward_answer_head(const Forward& forward, std::string_view method,
                                               int status, const ForwardHeaders& upstream) {
  if (status < 200 || status > 599) return std::nullopt;
  ForwardHead head{.status = status};
  AnswerFraming framing;
  const auto named = named_by_connection(upstream);
  for (const auto& [name, value] : upstream) {
    if (!is_sendable(name, value)) return std::nullopt;
    framing.add(name, value);
    const bool is_dropped = is_connection_header(name) || is_named(name, "Content-Length") ||
                            has_name(named, name) || has_name(forward.drop_response_headers, name);
    if (!is_dropped) head.headers.emplace_back(name, value);
  }
  if (!framing.is_clear()) return std::nullopt;
  const bool never_has_body = status == 204 || status == 205 || status == 304;
  if (!never_has_body) head.length = framing.length;
  head.has_body = !never_has_body && method != "HEAD" && head.length != std::uint64_t{0};
  return head;
}

bool has_passed(const ForwardHeaders& client, std::string_view pseudonym) {
  return std::any_of(client.begin(), client.end(), [pseudonym](const auto& line) {
    return is_named(line.first, "Via") && line.second.find(pseudonym) != std::string::npos;
  });
}

bool says_who_may_keep(const ForwardHeaders& answer) {
  return std::any_of(answer.begin(), answer.end(), [](const auto& line) {
    if (!is_named(line.first, "Cache-Control")) return false;
    const auto directives = directives_of(line.second);
    return std::any_of(directives.begin(), directives.end(),
                       [](std::string_view directive) { return says_who_may_keep(directive); });
  });
}

}  // namespace corsac
