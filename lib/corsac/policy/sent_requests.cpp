// The requests of one fetch(): what a page and its browser put together. Entry: SentRequests. Spec:
// Fetch, 2.2.2 and 4.8. Test: tests/policy/explain_exchange_test.cpp.

#include "corsac/policy/sent_requests.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "corsac/base/ascii.hpp"
#include "corsac/http/header_name.hpp"
#include "corsac/http/method.hpp"

namespace corsac {
namespace {

void set(HeaderField& field, std::string_view value) {
  if (field.lines++ == 0) field.value = value;
}

// Puts one header where deciding looks for it. Headers that deciding does not know change nothing.
void apply(const HeaderLine& line, RequestView& request,
           std::vector<std::string_view>& requested_headers) {
  const auto is = [&](std::string_view name) { return equals_ignoring_case(line.name, name); };
  if (is("origin")) set(request.origin, line.value);
  if (is("host")) set(request.host, line.value);
  if (is("sec-fetch-site")) set(request.sec_fetch_site, line.value);
  if (is("content-type")) set(request.content_type, line.value);
  if (is("referer")) set(request.referer, line.value);
  if (is("access-control-request-method")) set(request.requested_method, line.value);
  if (is("access-control-request-headers")) requested_headers.push_back(line.value);
  if (is("access-control-request-private-network")) {
    set(request.requested_private_network, line.value);
  }
  if (is("cookie")) request.has_cookie = true;
  if (is("authorization")) request.has_authorization = true;
  if (is("upgrade") && equals_ignoring_case(line.value, "websocket")) {
    request.is_websocket_upgrade = true;
  }
}

// Fetch, 2.2.2 "CORS-unsafe request-header names": safelisted values count only as long as all of
// them together are no longer than this.
constexpr std::size_t kSafelistedValuesLimitBytes = 1024;

// The headers that the page sets, as far as they need a preflight.
class PageHeaders {
 public:
  // A bare name stands for any value.
  void add_name(std::string_view name) { unsafe_.emplace_back(name); }

  void add(const HeaderLine& line) {
    if (is_forbidden_request_header(line.name)) return;  // a page cannot set it
    if (!is_safelisted_request_header(line.name, line.value)) return add_name(line.name);
    safelisted_.emplace_back(line.name);
    safelisted_bytes_ += line.value.size();
  }

  // The value of Access-Control-Request-Headers; empty = no such header.
  [[nodiscard]] std::string joined() const {
    std::vector<std::string> names = unsafe_;
    if (safelisted_bytes_ > kSafelistedValuesLimitBytes) {
      names.insert(names.end(), safelisted_.begin(), safelisted_.end());
    }
    return to_requested_headers(std::move(names));
  }

 private:
  std::vector<std::string> unsafe_ = {};
  std::vector<std::string> safelisted_ = {};
  std::size_t safelisted_bytes_ = 0;
};

bool is_host_line(std::string_view header) {
  return header.find(':') != std::string_view::npos &&
         equals_ignoring_case(split_header(header).name, "host");
}

}  // namespace

HeaderLine split_header(std::string_view header) {
  const std::size_t colon = header.find(':');
  if (colon == std::string_view::npos) return {trim_ows(header), {}};
  return {trim_ows(header.substr(0, colon)), trim_ows(header.substr(colon + 1))};
}

std::string host_of_headers(const std::vector<std::string>& headers) {
  const auto line = std::find_if(headers.begin(), headers.end(), is_host_line);
  return line == headers.end() ? std::string() : std::string(split_header(*line).value);
}

// What only the browser sets is not the page's, so that no guard looks at it. Without a value it is
// any, and not every value is safelisted.
bool SentRequests::is_taken(std::string_view header) {
  const HeaderLine line = split_header(header);
  if (question_.mode != RequestMode::NoCors || is_forbidden_request_header(line.name)) return true;
  if (header.find(':') == std::string_view::npos) return false;
  std::string name = to_ascii_lower(line.name);
  const auto before = taken_.find(name);
  std::string value(line.value);
  if (before != taken_.end()) value = before->second + ", " + value;
  if (!is_no_cors_safelisted_request_header(name, value)) return false;
  taken_.insert_or_assign(std::move(name), std::move(value));
  return true;
}

// Fetch, 4.8: a preflight goes first when the page is of another origin and the method or a header
// is not safelisted. A request that is a preflight already gets no other before it.
SentRequests::SentRequests(ExplainQuestion question, const OwnOrigin& own, std::string host)
    : question_(std::move(question)), host_(std::move(host)) {
  actual_.method = question_.method;
  actual_.target = question_.path;
  actual_.path = std::string_view(question_.path).substr(0, question_.path.find('?'));
  actual_.own = &own;
  actual_.is_tls = own.has_only_https_origins();
  if (question_.origin) set(actual_.origin, *question_.origin);
  if (!host_.empty()) set(actual_.host, host_);
  if (question_.mode == RequestMode::WebSocket) {
    actual_.is_websocket_upgrade = true;
    actual_.has_cookie = true;
  }
  if (question_.credentials == CredentialsMode::Include) actual_.has_cookie = true;
  PageHeaders page;
  // The first Host line is `host`, unless the question names one; another one is a second line.
  bool is_host_met = !question_.host.empty();
  for (const std::string& header : question_.headers) {
    if (!is_taken(header)) {
      dropped_headers_.push_back(split_header(header).name);
      continue;
    }
    if (header.find(':') == std::string::npos) {
      page.add_name(trim_ows(header));
      continue;
    }
    page.add(split_header(header));
    if (is_host_line(header) && !std::exchange(is_host_met, true)) continue;
    apply(split_header(header), actual_, requested_headers_);
  }
  page_headers_ = page.joined();
  is_own_ = own.is_same_origin(actual_);
  // Fetch, 3.2 "append a request Origin header": what is no CORS request has none with GET and
  // HEAD.
  const bool is_read = actual_.method == "GET" || actual_.method == "HEAD";
  const bool is_cors = question_.mode == RequestMode::Cors || actual_.is_websocket_upgrade;
  if (!is_cors && is_read) actual_.origin = {};
  const bool goes_alone =
      actual_.requested_method.is_present() || !is_cors || actual_.is_websocket_upgrade || is_own_;
  if (goes_alone || (is_safelisted_method(actual_.method) && page_headers_.empty())) {
    actual_.requested_headers = requested_headers_;
    return;
  }
  if (!page_headers_.empty()) requested_headers_.push_back(page_headers_);
  preflight_ = actual_;
  preflight_->method = "OPTIONS";
  set(preflight_->requested_method, question_.method);
  preflight_->requested_headers = requested_headers_;
  preflight_->has_cookie = preflight_->has_authorization = false;
  preflight_->content_type = {};
}

BrowserRequest SentRequests::as_browser() const {
  BrowserRequest browser;
  if (actual_.origin.is_present()) browser.origin = actual_.origin.value;
  if (question_.origin) browser.origin = *question_.origin;
  browser.mode = actual_.is_websocket_upgrade ? RequestMode::WebSocket : question_.mode;
  browser.credentials = question_.credentials;
  browser.is_own = is_own_ || (!question_.origin && !actual_.origin.is_present());
  browser.method = actual_.method;
  browser.requested_headers = page_headers_;
  if (!actual_.requested_method.is_present()) return browser;
  browser.method = actual_.requested_method.value;
  for (const std::string_view line : actual_.requested_headers) {
    if (!browser.requested_headers.empty()) browser.requested_headers += ',';
    browser.requested_headers += line;
  }
  return browser;
}

}  // namespace corsac
