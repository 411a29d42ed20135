#pragma once

// A CORS rule and a request, as an input chooses them: tables for what matters, and the input's own
// bytes beside them.

#include <optional>
#include <string_view>
#include <vector>

#include "corsac/base/ascii.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/rules.hpp"
#include "fuzz/fuzz.hpp"

namespace corsac::fuzz {

using Texts = std::vector<std::string_view>;

inline const Texts kOrigins[] = {
    {"https://a.example"},
    {"*"},
    {},
    {"https://a.example", "https://*.wild.example", "https://pr-*.glob.example"},
    {"http://localhost:*", "app://localhost", "https://b.example:8443"},
    {"file://", "https://a.example"},
    {"http://server.example", "https://b.example:[8000-9000]"},
};
inline const Texts kMethods[] = {{},
                                 {"*"},
                                 {"PUT"},
                                 {"GET", "PUT", "PUT"},
                                 {"put", "PATCH", "patch", "MKCOL"},
                                 {"GET", "HEAD", "POST", "OPTIONS", "delete"},
                                 {"CONNECT", "TRACE", "GET"}};
inline const Texts kHeaders[] = {{},
                                 {"*"},
                                 {"*", "Authorization"},
                                 {"X-A", "x-b", "x-a"},
                                 {"Content-Type", "X-Requested-With", "Authorization"}};
inline const Texts kExposed[] = {{}, {"X-E"}, {"x-f", "X-E"}, {"*"}};

inline const std::string_view kRequestMethods[] = {
    "OPTIONS", "GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "TRACE", "patch", "", "MKCOL"};
inline const std::string_view kOriginValues[] = {"https://a.example",
                                                 "null",
                                                 "https://evil.example",
                                                 "https://x.y.wild.example",
                                                 "https://pr-1.glob.example",
                                                 "http://localhost:5173",
                                                 "https://b.example:8443",
                                                 "app://localhost",
                                                 "http://server.example",
                                                 "file://",
                                                 "file:///sdcard",
                                                 "",
                                                 "https://A.example",
                                                 "https://a.example:443",
                                                 "https://a.example/",
                                                 "*"};
inline const std::string_view kRequestedMethods[] = {"PUT",
                                                     "GET",
                                                     "POST",
                                                     "PATCH",
                                                     "patch",
                                                     "put",
                                                     "post",
                                                     "TRACE",
                                                     "head",
                                                     "CONNECT",
                                                     "",
                                                     "a b",
                                                     "*",
                                                     "OPTIONS",
                                                     "MKCOL",
                                                     "track",
                                                     "0123456789abcdef0123456789abcdef",
                                                     "0123456789abcdef0123456789abcdef0"};
inline const std::string_view kRequestedHeaders[] = {"x-a",
                                                     "x-a,x-b",
                                                     "content-type",
                                                     "authorization",
                                                     "X-B, x-A,,x-b",
                                                     "x-z",
                                                     "",
                                                     "a b",
                                                     "authorization,x-a",
                                                     "*",
                                                     "content-type,x-requested-with"};

inline std::vector<PlacedText> placed(const Texts& texts) {
  std::vector<PlacedText> entries;
  for (const std::string_view text : texts) entries.push_back({.text = text});
  return entries;
}

template <class Enum>
void choose(Choices& choices, Enum& value, int count) {
  // 0 keeps what the profile says, so that whole profiles are common.
  const std::size_t index = choices.index(static_cast<std::size_t>(count) + 1);
  if (index != 0) value = static_cast<Enum>(index - 1);
}
inline void choose(Choices& choices, bool& value) {
  const std::size_t index = choices.index(3);
  if (index != 0) value = index == 2;
}

inline void choose_knobs(Choices& choices, CorsBehaviour& knobs) {
  choose(choices, knobs.preflight, 3);
  choose(choices, knobs.on_denied, 2);
  choose(choices, knobs.handler_headers, 2);
  choose(choices, knobs.websocket, 2);
  choose(choices, knobs.actual_answers, 2);
  choose(choices, knobs.enforces_methods);
  const std::uint16_t statuses[] = {0, 200, 204, 299};
  if (const auto status = choices.one_of(statuses)) knobs.preflight_status = status;
  const std::uint16_t refused[] = {0, 200, 204, 403, 499};
  if (const auto status = choices.one_of(refused)) knobs.refused_preflight_status = status;
  choose(choices, knobs.checks_requested);
  choose(choices, knobs.requested_method_case, 2);
  choose(choices, knobs.methods_answer, 2);
  choose(choices, knobs.headers_answer, 2);
  choose(choices, knobs.list_separator, 2);
  choose(choices, knobs.has_exact_methods);
  choose(choices, knobs.exposes_on_preflight);
  choose(choices, knobs.has_preflight_headers_on_options);
  choose(choices, knobs.vary, 3);
  choose(choices, knobs.preflight_vary, 2);
  choose(choices, knobs.same_origin, 3);
  choose(choices, knobs.malformed_origin, 2);
  choose(choices, knobs.post_without_content_type, 2);
  choose(choices, knobs.empty_requested_method, 3);
  choose(choices, knobs.preflight_needs_origin);
  choose(choices, knobs.preflight_outside_paths, 2);
  choose(choices, knobs.zero_max_age, 2);
}

inline CorsRules choose_rule(Choices& choices) {
  CorsRules rule;
  rule.profile = &profiles()[choices.index(profiles().size())];
  rule.behaviour = rule.profile->behaviour;
  rule.allowed_origins = TextList(placed(choices.one_of(kOrigins)));
  rule.allowed_methods = placed(choices.one_of(kMethods));
  rule.allowed_headers = placed(choices.one_of(kHeaders));
  rule.exposed_headers = placed(choices.one_of(kExposed));
  rule.allow_credentials = choices.flag();
  const std::optional<std::int64_t> ages[] = {std::nullopt, 0, 600, -1};
  rule.max_age_seconds = choices.one_of(ages);
  const std::uint8_t bits = choices.byte();
  rule.allow_null_origin = (bits & 1) != 0;
  rule.allow_private_network = (bits & 2) != 0;
  rule.timing_allow_origin = (bits & 4) != 0;
  rule.report_only = (bits & 8) != 0;
  rule.is_excluded = (bits & 0x30) == 0x30;
  rule.dangerously_echo_any_origin = (bits & 0x40) != 0;
  rule.dangerously_allow_insecure_origins = (bits & 0x80) != 0;
  choose_knobs(choices, rule.behaviour);
  return rule;
}

// A value from a table, or the input's own bytes.
template <std::size_t kCount>
std::string_view choose_value(Choices& choices, const std::string_view (&table)[kCount]) {
  const std::size_t index = choices.index(kCount + 1);
  return index == kCount ? trim_ows(choices.text()) : table[index];
}

inline HeaderField choose_field(std::string_view value, std::size_t lines) {
  return lines == 0 ? HeaderField{} : HeaderField{value, static_cast<std::uint32_t>(lines)};
}

struct Request {
  std::vector<std::string_view> requested_headers = {};
  RequestView view = {};
};

inline void choose_request(Choices& choices, const OwnOrigin& own, Request& request) {
  const std::size_t one_line[] = {1, 1, 1, 0, 2};
  RequestView& view = request.view;
  view.target = view.path = "/";
  view.host = {"server.example", 1};
  view.own = &own;
  view.method = choose_value(choices, kRequestMethods);
  view.origin = choose_field(choose_value(choices, kOriginValues), choices.one_of(one_line));
  view.requested_method =
      choose_field(choose_value(choices, kRequestedMethods), choices.one_of(one_line));
  for (std::size_t lines = choices.index(4); lines > 0; --lines) {
    request.requested_headers.push_back(choose_value(choices, kRequestedHeaders));
  }
  view.requested_headers = request.requested_headers;
  view.requested_private_network =
      choose_field(choices.flag() ? "false" : "true", choices.one_of(one_line));
  view.content_type =
      choose_field(choices.flag() ? "" : "application/json", choices.one_of(one_line));
  const std::uint8_t bits = choices.byte();
  view.has_cookie = (bits & 1) != 0;
  view.has_authorization = (bits & 2) != 0;
  view.is_allowed_by_application = (bits & 4) != 0;
  view.is_websocket_upgrade = (bits & 8) != 0 && view.method == "GET";
  if ((bits & 0x10) != 0) view.sec_fetch_site = {"same-origin", 1};
  if ((bits & 0x20) != 0) view.sec_fetch_site = {"cross-site", 1};
}

}  // namespace corsac::fuzz
