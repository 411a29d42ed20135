// Which entries of a HAR file are exchanges of another origin, and what became of them. Entries:
// make_exchange, judge_recorded. Test: tests/server/explain_har_test.py.

#include "har_exchange.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <corsac/base/ascii.hpp>
#include <corsac/base/printable.hpp>
#include <corsac/http/header_name.hpp>
#include <corsac/origin/target.hpp>

namespace corsac::server {
namespace {

HeaderField field(const HarMessage& message, std::string_view name) {
  HeaderField found;
  for (const auto& [key, value] : message.headers) {
    if (!equals_ignoring_case(key, name)) continue;
    if (found.lines++ == 0) found.value = trim_ows(value);
  }
  return found;
}

std::string origin_of(std::string_view url) {
  const Target target = parse_target(url, PageScheme::Https);
  return std::string(target.origin());
}

// A URL in a HAR file is absolute and as the browser has serialised it.
bool split_url(std::string url, HarExchange& exchange) {
  if (url.starts_with("ws")) url.replace(0, 2, "http");
  exchange.server = origin_of(url);
  if (exchange.server.empty()) return false;
  exchange.authority = exchange.server.substr(exchange.server.find("://") + 3);
  url.resize(std::min(url.find('#'), url.size()));
  const std::size_t path = url.find_first_of("/?", url.find("://") + 3);
  exchange.target = path == std::string::npos ? "/" : url.substr(path);
  if (exchange.target.front() == '?') exchange.target.insert(0, "/");
  return true;
}

// A failed request often has only those headers that the page set: who asked stands elsewhere. What
// kind of request it is is not always told; then Chromium's error for what CORS refuses must do.
std::string origin_of_page(const HarEntry& entry) {
  constexpr std::string_view kChecked[] = {"fetch", "xhr", "preflight", "eventsource", "font"};
  const bool is_checked = entry.resource_type.empty()
                              ? entry.error == "net::ERR_FAILED"
                              : std::find(std::begin(kChecked), std::end(kChecked),
                                          entry.resource_type) != std::end(kChecked);
  if (!is_checked || entry.status > 0) return {};
  const HeaderField referer = field(entry.request, "referer");
  return origin_of(referer.is_present() ? referer.value : std::string_view(entry.page_url));
}

// Where Fetch Metadata are missing (plain http, what Playwright keeps), Chromium's type of the
// request tells what is no fetch().
RequestMode mode_of(const HarEntry& entry) {
  if (entry.url.starts_with("ws")) return RequestMode::WebSocket;
  const HeaderField mode = field(entry.request, "sec-fetch-mode");
  if (!mode.is_present() && entry.resource_type == "document") return RequestMode::Navigate;
  return parse_request_mode(mode.value).value_or(RequestMode::Cors);
}

// Fetch, 3.2: a form that posts has an Origin, a link has none; then the page is its Referer.
std::string origin_of_navigation(const HarEntry& entry) {
  return origin_of(field(entry.request, "referer").value);
}

// Fetch Metadata, 2.3: also where the page keeps its address back (Referrer-Policy).
bool is_of_other_site(const HarEntry& entry) {
  const std::string_view site = field(entry.request, "sec-fetch-site").value;
  return site == "cross-site" || site == "same-site";
}

void fill_view(const HarEntry& entry, const OwnOrigin& own, HarExchange& exchange) {
  RequestView& view = exchange.view;
  view.method = entry.method;
  view.target = exchange.target;
  view.path = std::string_view(exchange.target).substr(0, exchange.target.find('?'));
  const unsigned origin_lines = field(entry.request, "origin").lines;
  if (origin_lines != 0 || !exchange.is_navigation()) {
    view.origin = {exchange.origin, std::max(origin_lines, 1U)};
  }
  view.host = {exchange.authority, 1};
  view.requested_method = field(entry.request, "access-control-request-method");
  for (const auto& [name, value] : entry.request.headers) {
    if (equals_ignoring_case(name, "access-control-request-headers")) {
      exchange.requested_headers.push_back(trim_ows(value));
    }
  }
  view.requested_headers = exchange.requested_headers;
  view.sec_fetch_site = field(entry.request, "sec-fetch-site");
  view.content_type = field(entry.request, "content-type");
  view.referer = field(entry.request, "referer");
  view.has_cookie = entry.has_cookies || field(entry.request, "cookie").is_present();
  view.has_authorization = field(entry.request, "authorization").is_present();
  view.is_websocket_upgrade = exchange.browser.mode == RequestMode::WebSocket;
  view.is_tls = exchange.server.starts_with("https");
  view.own = &own;
}

// What Chromium and Firefox add to requests by themselves, besides the names that no page can set.
// Conditions are the HTTP cache's (Fetch, 4.6), and with Range a media element's. Who set Accept
// and its like is not asked: Fetch safelists what browsers write there.
constexpr std::string_view kOfBrowser[] = {
    "accept-language",
    "alt-used",
    "device-memory",
    "downlink",
    "dpr",
    "ect",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "last-event-id",
    "priority",
    "purpose",
    "range",
    "rtt",
    "save-data",
    "service-worker",
    "upgrade-insecure-requests",
    "user-agent",
    "viewport-width",
    "width",
    "x-client-data",
};

// Fetch, 4.6: a cache that is switched off or told to ask again adds these two pairs, and a page
// that sets Cache-Control itself (as some libraries do) has only the one.
bool is_of_cache(const HarEntry& entry, std::string_view name) {
  const HeaderField control = field(entry.request, "cache-control");
  const HeaderField pragma = field(entry.request, "pragma");
  const bool is_off = control.value == "no-cache" && pragma.value == "no-cache";
  if (equals_ignoring_case(name, "pragma")) return is_off;
  return equals_ignoring_case(name, "cache-control") && (is_off || control.value == "max-age=0");
}

bool is_of_browser(const HarEntry& entry, std::string_view name) {
  return is_forbidden_request_header(name) || is_of_cache(entry, name) ||
         std::any_of(std::begin(kOfBrowser), std::end(kOfBrowser),
                     [&](std::string_view added) { return equals_ignoring_case(name, added); });
}

// Those that need a preflight, as far as it can be seen who has set a header.
std::string headers_of_page(const HarEntry& entry) {
  std::vector<std::string> names;
  for (const auto& [name, value] : entry.request.headers) {
    if (!is_header_name(name) || is_of_browser(entry, name) ||
        is_safelisted_request_header(name, trim_ows(value))) {
      continue;
    }
    names.push_back(name);
  }
  return to_requested_headers(std::move(names));
}

// Of a header that is shown.
std::string shown_value(std::string_view name, std::string_view value) {
  return equals_ignoring_case(name, "location") ? to_shown_url(value) : std::string(value);
}

void fill_browser(const HarEntry& entry, HarExchange& exchange) {
  BrowserRequest& browser = exchange.browser;
  browser.origin = exchange.origin;
  browser.url = to_shown_url(entry.url);  // stands in the console's line
  browser.method = entry.method;
  // That it may have cookies is seen only where it had some.
  if (exchange.view.has_cookie) browser.credentials = CredentialsMode::Include;
  if (exchange.is_navigation()) return;  // no page sets its headers
  if (!exchange.is_preflight) {
    browser.requested_headers = headers_of_page(entry);
    return;
  }
  browser.method = exchange.view.requested_method.value;
  for (const std::string_view line : exchange.requested_headers) {
    if (!browser.requested_headers.empty()) browser.requested_headers += ',';
    browser.requested_headers += line;
  }
}

bool is_shown(std::string_view name) {
  return to_ascii_lower(name).starts_with("access-control-") ||
         equals_ignoring_case(name, "vary") || equals_ignoring_case(name, "location");
}

// Of a header's name and value that is shown, and of how many headers.
constexpr std::size_t kNameShownBytes = 100;
constexpr std::size_t kValueShownBytes = 200;
constexpr std::size_t kHeadersShown = 20;

void fill_headers(const HarEntry& entry, HarRecorded& recorded) {
  std::vector<std::string> cuts;
  std::size_t hidden = 0;
  for (const auto& [name, value] : entry.response.headers) {
    if (!is_shown(name)) continue;
    if (recorded.headers.size() == kHeadersShown) {
      ++hidden;
      continue;
    }
    recorded.headers.push_back(to_one_line(name, kNameShownBytes) + ": " +
                               to_one_line(shown_value(name, value), kValueShownBytes));
  }
  if (hidden != 0) cuts.push_back(std::to_string(hidden) + " more of these headers");
  const auto add_lines = [&](const HarMessage& message, const char* of) {
    if (message.cut == 0) return;
    cuts.push_back(std::to_string(message.cut) + " header lines of the " + of +
                   " that go beyond 16 KiB, or 500 lines or 256 KiB together");
  };
  add_lines(entry.request, "request");
  add_lines(entry.response, "answer");
  if (entry.is_url_cut) cuts.push_back("the address behind 16 KiB");
  for (const std::string& cut : cuts) recorded.cut += (recorded.cut.empty() ? "" : "; ") + cut;
}

std::string error_text(const HarEntry& entry) {
  return entry.error.empty() ? std::string() : " (" + to_one_line(entry.error, 120) + ")";
}

// What Chromium's error says when it is not CORS that refused; else null. net::ERR_FAILED is what
// CORS gives, and ERR_BLOCKED_BY_RESPONSE is decided by headers of the server as well.
const char* other_cause(std::string_view error) {
  if (!error.starts_with("net::ERR_") || error == "net::ERR_FAILED" ||
      error.starts_with("net::ERR_BLOCKED_BY_RESPONSE") ||
      error.starts_with("net::ERR_BLOCKED_BY_PRIVATE_NETWORK") ||
      error.starts_with("net::ERR_BLOCKED_BY_LOCAL_NETWORK")) {
    return nullptr;
  }
  if (error.starts_with("net::ERR_BLOCKED_BY_")) {
    return "an extension or a setting of the browser blocked it; this is not CORS";
  }
  if (error == "net::ERR_ABORTED") return "the page gave it up; this is not CORS";
  return "the connection failed; this is not CORS";
}

// Fetch, 4.6: a 304 for the browser's own condition updates the stored response, which is checked.
bool is_revalidated(const HarEntry& entry) {
  return entry.status == 304 && entry.error.empty() &&
         (field(entry.request, "if-none-match").is_present() ||
          field(entry.request, "if-modified-since").is_present());
}

// Fetch, 4.1: no answer of a navigation is checked, so that only a server refuses it.
void judge_navigation(const HarEntry& entry, HarRecorded& recorded) {
  if (!recorded.is_answered) {
    recorded.has_failed = true;
    recorded.why =
        "no answer was recorded" + error_text(entry) + ": a navigation never fails by CORS";
  } else if (entry.status == 403 || entry.status == 421) {
    recorded.is_unknown = true;
    recorded.why = "a navigation, refused by a policy, the application or something in front";
  } else {
    recorded.why = "a navigation, of which browsers check no header of CORS";
  }
}

}  // namespace

bool make_exchange(const HarEntry& entry, const OwnOrigin& own, HarExchange& exchange) {
  exchange.entry = &entry;
  if (!split_url(entry.url, exchange)) return false;
  exchange.browser.mode = mode_of(entry);
  if (exchange.browser.mode == RequestMode::NoCors) return false;
  const HeaderField origin = field(entry.request, "origin");
  exchange.origin = origin.is_present()        ? std::string(origin.value)
                    : exchange.is_navigation() ? origin_of_navigation(entry)
                                               : origin_of_page(entry);
  if (exchange.origin == exchange.server) return false;
  if (exchange.origin.empty() && !(exchange.is_navigation() && is_of_other_site(entry)))
    return false;
  fill_view(entry, own, exchange);
  exchange.is_preflight = !exchange.is_navigation() && entry.method == "OPTIONS" &&
                          exchange.view.requested_method.is_present();
  fill_browser(entry, exchange);
  return true;
}

std::string to_shown_url(std::string_view url) {
  const std::size_t query = std::min(url.find('?'), url.find('#'));
  const std::string_view tail = query == std::string_view::npos ? ""
                                : url[query] == '?'             ? "?..."
                                                                : "#...";
  url = url.substr(0, query);
  // Browsers read a backslash as a slash; an "@" behind the first of either is of the path.
  const std::size_t slashes = url.find("//");
  const std::size_t begin = slashes == std::string_view::npos ? 0 : slashes + 2;
  const std::size_t path = std::min(url.find_first_of("/\\", begin), url.size());
  return without_userinfo(url.substr(0, path)) + std::string(url.substr(path)) + std::string(tail);
}

bool is_unreadable(const HarEntry& entry) {
  if (entry.method.empty() || entry.url.empty() || entry.has_wrong_type) return true;
  HarExchange exchange;
  for (const std::string_view scheme : {"http:", "https:", "ws:", "wss:"}) {
    if (entry.url.starts_with(scheme)) return !split_url(entry.url, exchange);
  }
  return false;
}

HarRecorded judge_recorded(const HarExchange& exchange) {
  const HarEntry& entry = *exchange.entry;
  HarRecorded recorded;
  BrowserAnswer answer{.status = entry.status, .headers = entry.response.headers};
  fill_headers(entry, recorded);
  recorded.is_answered = entry.status > 0;
  if (exchange.is_navigation()) {
    judge_navigation(entry, recorded);
    return recorded;
  }
  if (!recorded.is_answered) {
    recorded.has_failed = true;
    const char* other = other_cause(entry.error);
    recorded.is_by_cors = other == nullptr;
    recorded.why = "no answer was recorded" + error_text(entry) +
                   (other != nullptr        ? std::string(": ") + other
                    : exchange.is_preflight ? ""
                                            : ": its preflight failed, or the browser kept the "
                                              "answer from the page");
    return recorded;
  }
  if (exchange.browser.mode == RequestMode::WebSocket) {
    recorded.has_failed = entry.status != 101;
    if (recorded.has_failed) recorded.why = "the server did not switch to WebSocket";
    return recorded;
  }
  if (entry.response.cut != 0) {
    recorded.is_unknown = true;
    recorded.why = "not all headers of the answer were kept";
    return recorded;
  }
  const BrowserVerdict verdict = exchange.is_preflight ? check_preflight(exchange.browser, answer)
                                                       : check_answer(exchange.browser, answer);
  if (verdict.fault == BrowserFault::AllowOriginMissing && is_revalidated(entry)) {
    recorded.is_unknown = true;
    recorded.why = "304 renews the stored answer, whose headers count and are not in the file";
    return recorded;
  }
  recorded.has_failed = !verdict.passes() || !entry.error.empty();
  const char* other = other_cause(entry.error);
  recorded.is_by_cors = recorded.has_failed && (!verdict.passes() || other == nullptr);
  recorded.why = verdict.why;
  recorded.console = verdict.console;
  if (verdict.passes() && other != nullptr) {
    recorded.why = "the browser reports a failure" + error_text(entry) + ": " + other;
  } else if (verdict.passes() && !entry.error.empty()) {
    recorded.why = "the browser reports a failure" + error_text(entry) +
                   ", although the answer passes for a request without credentials";
  }
  return recorded;
}

}  // namespace corsac::server
