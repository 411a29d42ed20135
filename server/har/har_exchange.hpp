#pragma once

// One exchange of a HAR file that a browser checks by CORS, or a navigation, and what is to be said
// about it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <corsac/http/own_origin.hpp>
#include <corsac/policy/explain_exchange.hpp>
#include <corsac/policy/snapshot.hpp>

#include "read_har.hpp"

namespace corsac::server {

// An entry as a request of another origin. Views into the entry, but for what it owns.
struct HarExchange {
  const HarEntry* entry = nullptr;
  std::string origin = {};     // of the page; empty: a navigation from one that is not told
  std::string authority = {};  // host and port of the server
  std::string server = {};     // its origin
  std::string target = {};     // path and query
  std::vector<std::string_view> requested_headers = {};
  bool is_preflight = false;
  BrowserRequest browser = {};
  RequestView view = {};

  // A link or a form: judged, and never checked by CORS.
  [[nodiscard]] bool is_navigation() const noexcept {
    return browser.mode == RequestMode::Navigate;
  }
};

// Nothing for what is no exchange of another origin: requests of the server's own pages, images,
// navigations that come from no other site, what is neither http nor https; `exchange` then has its
// authority and server, empty for what is no address of the web. The answer lives as long as
// `entry` and `own`; its address must not change.
[[nodiscard]] bool make_exchange(const HarEntry& entry, const OwnOrigin& own,
                                 HarExchange& exchange);

// An entry that is no exchange at all: a method or an address of the web is missing or cannot be
// read, or what decides has another type than a HAR file gives it. It is told, not judged.
[[nodiscard]] bool is_unreadable(const HarEntry& entry);

// A URL, or a reference to one, without what may be secret: user information as "***", of a query
// "?...", of a fragment "#...". Not escaped.
[[nodiscard]] std::string to_shown_url(std::string_view url);

// What the browser recorded.
struct HarRecorded {
  bool has_failed = false;
  bool is_by_cors = false;  // => has_failed; else the network failed, or something in the browser
  bool is_unknown = false;  // => !has_failed; what would decide is not in the file
  bool is_answered = false;
  std::string why = {};  // of the failure, or what is odd
  std::string console = {};
  std::vector<std::string> headers = {};  // its Access-Control-*, Vary and Location, escaped
  std::string cut = {};                   // what is not kept or not shown; empty = nothing
};
[[nodiscard]] HarRecorded judge_recorded(const HarExchange& exchange);

}  // namespace corsac::server
