#pragma once

// Writes a decision into a host's response headers: erase, then add. Works on any container with
// the interface of a multimap from names to values; knows no host.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/ascii.hpp"
#include "corsac/http/frame_limit.hpp"
#include "corsac/http/response_edits.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac {

// Erases every line for which `is_meant(name)`; true when there was one. Allocates nothing, which
// erasing by key would.
template <class Headers, class Predicate>
bool erase_lines(Headers& headers, Predicate is_meant) {
  bool erased = false;
  for (auto line = headers.begin(); line != headers.end();) {
    if (is_meant(std::string_view(line->first))) {
      line = headers.erase(line);
      erased = true;
    } else {
      ++line;
    }
  }
  return erased;
}

template <class Headers>
bool erase_cors_lines(Headers& headers) {
  return erase_lines(headers, [](std::string_view name) { return is_cors_response_header(name); });
}

// Every line of this name.
template <class Headers>
void erase_named(Headers& headers, std::string_view name) {
  erase_lines(headers,
              [name](std::string_view other) { return equals_ignoring_case(name, other); });
}

// One line of this name, whatever there was.
template <class Headers>
void replace_line(Headers& headers, std::string_view name, std::string_view value) {
  erase_named(headers, name);
  headers.emplace(std::string(name), std::string(value));
}

// The last line of this name alone: hosts append, and what was set last is meant.
template <class Headers>
void keep_last_line(Headers& headers, std::string_view name) {
  std::size_t count = 0;
  const std::string* last = nullptr;
  for (const auto& [other, value] : headers) {
    if (!equals_ignoring_case(name, other)) continue;
    ++count;
    last = &value;
  }
  if (count > 1) replace_line(headers, name, std::string(*last));
}

// One Vary line out of those that are there and `added`, a comma list that may be empty; then
// nothing is changed.
template <class Headers>
void add_vary(Headers& headers, std::string_view added) {
  if (added.empty()) return;
  std::vector<std::string_view> lines;
  for (const auto& [name, value] : headers) {
    if (equals_ignoring_case(name, "Vary")) lines.push_back(value);
  }
  if (lines.empty()) {
    headers.emplace(std::string("Vary"), std::string(added));
    return;
  }
  const std::string merged = merge_vary(lines, added);
  if (lines.size() == 1 && lines[0] == merged) return;
  replace_line(headers, "Vary", merged);
}

// The names that the handler may have set on two lines itself (its own, and the server's default
// headers): a browser refuses a doubled Access-Control-Allow-Origin. Of a list both lines stay, as
// one; of the others the last, which is the more particular one.
template <class Headers>
void join_repeated_cors_lines(Headers& headers) {
  std::vector<std::pair<std::string, std::string>> lines;
  bool has_repeats = false;
  for (const auto& [name, value] : headers) {
    if (!is_cors_response_header(name)) continue;
    std::string* known = nullptr;
    for (auto& [other, kept] : lines) {
      if (equals_ignoring_case(other, name)) known = &kept;
    }
    if (known == nullptr) {
      lines.emplace_back(name, value);
      continue;
    }
    has_repeats = true;
    const bool is_list = equals_ignoring_case(name, "Access-Control-Expose-Headers") ||
                         equals_ignoring_case(name, "Access-Control-Allow-Methods") ||
                         equals_ignoring_case(name, "Access-Control-Allow-Headers");
    *known = is_list ? *known + ", " + value : value;
  }
  if (!has_repeats) return;
  erase_cors_lines(headers);
  for (auto& [name, value] : lines) headers.emplace(std::move(name), std::move(value));
}

// Adds `directive` ("frame-ancestors 'self' ...") as a policy of its own: a browser holds each, so
// that the handler's is never loosened, whatever it says. Throws for memory only.
template <class Headers>
void add_frame_ancestors(Headers& headers, std::string_view directive, bool is_report_only) {
  constexpr std::string_view kOwn = "frame-ancestors 'self'";
  if (directive.empty()) return;
  if (is_report_only) {
    headers.emplace("Content-Security-Policy-Report-Only", std::string(directive));
    return;
  }
  std::vector<std::string_view> policies;
  std::vector<std::string_view> options;
  for (const auto& [name, value] : headers) {
    if (equals_ignoring_case(name, "Content-Security-Policy")) policies.push_back(value);
    if (equals_ignoring_case(name, "X-Frame-Options")) options.push_back(value);
  }
  const FrameLimit limit = frame_limit(policies, options);
  if (limit == FrameLimit::SameOrigin) directive = kOwn;
  if (limit == FrameLimit::Nobody) directive = "frame-ancestors 'none'";
  const bool tells_old_browsers = directive == kOwn && options.empty();
  headers.emplace("Content-Security-Policy", std::string(directive));
  if (tells_old_browsers) headers.emplace("X-Frame-Options", "SAMEORIGIN");
}

enum class AnsweredBy : unsigned char {
  Handler,  // or the host: a 404, a 500; HandlerHeaders::Keep speaks about these
  // A preflight's answer or a refusal: whatever stands there comes from default headers and would
  // grant what was refused, so it goes whatever HandlerHeaders says.
  Adapter,
};

// `Vary: *`, in the place of what stands there: no cache gives the answer to anybody else (RFC
// 9110, 12.5.5). Allocates nothing: without a line of that name one that only says how the
// connection goes on becomes it. That it ends is taken only where no body came with the request,
// which the host might read on otherwise; then, and without such a line, nothing is done.
template <class Headers>
void vary_by_everything(Headers& headers, bool has_body) noexcept {
  auto spare = headers.end();
  for (auto line = headers.begin(); line != headers.end(); ++line) {
    const bool is_vary = equals_ignoring_case(line->first, "Vary");
    if (is_vary) line->second = "*";
    if (is_vary) return;
    const bool is_spare = equals_ignoring_case(line->first, "Keep-Alive") ||
                          (!has_body && equals_ignoring_case(line->first, "Connection"));
    if (is_spare) spare = line;
  }
  if (spare == headers.end()) return;
  if constexpr (requires { spare->first = "Vary"; }) {
    spare->first = "Vary";
    spare->second = "*";
  } else {
    auto node = headers.extract(spare);
    node.key() = "Vary";
    node.mapped() = "*";
    headers.insert(std::move(node));
  }
}

// The whole pass. `extra_vary` is what predicates looked at. Throws for memory only; then lines of
// ours may be missing, so the caller erases what there is. True when headers of the handler had to
// give way to ours.
template <class Headers>
bool write_decision(Headers& headers, const Decision& decision,
                    std::span<const std::string_view> extra_vary, AnsweredBy answered_by) {
  const bool is_handlers = answered_by == AnsweredBy::Handler;
  bool had_own = false;
  bool keeps_own = false;
  if (decision.handler_headers == HandlerHeaders::Keep && is_handlers) {
    for (const auto& [name, value] : headers) {
      if (equals_ignoring_case(name, "Access-Control-Allow-Origin")) keeps_own = true;
    }
  }
  if (keeps_own) {
    join_repeated_cors_lines(headers);
  } else if (decision.handler_headers != HandlerHeaders::Untouched || !is_handlers) {
    had_own = erase_cors_lines(headers);
  }
  // Before the grants: when memory ends in between, an answer without a grant still varies.
  add_vary(headers, vary_value(decision.vary));
  for (const std::string_view names : extra_vary) add_vary(headers, names);
  if (keeps_own) return false;
  for (std::size_t i = 0; i < decision.grant_count; ++i) {
    const auto& grant = decision.grants[i];
    headers.emplace(std::string(header_name(grant.header)),
                    grant.value.data != nullptr ? std::string(grant.value.view())
                                                : allow_headers_value(decision.requested));
  }
  return had_own && is_handlers;
}

}  // namespace corsac
