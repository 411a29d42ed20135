// corsac explain: why one request is allowed or refused. Entry: explain_request. Test:
// tests/server/commands_test.cpp.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <corsac/base/ascii.hpp>
#include <corsac/base/printable.hpp>
#include <corsac/http/header_name.hpp>
#include <corsac/http/method.hpp>
#include <corsac/http/own_origin.hpp>
#include <corsac/policy/explain.hpp>
#include <corsac/policy/self_test.hpp>
#include <corsac/runtime/gate_options.hpp>

#include "commands.hpp"
#include "load_policy.hpp"

namespace corsac::server {
namespace {

struct HeaderLine {
  std::string_view name;
  std::string_view value;
};

HeaderLine split(const std::string& header) {
  const std::size_t colon = header.find(':');
  const std::string_view text = header;
  if (colon == std::string::npos) return {trim_ows(text), {}};
  return {trim_ows(text.substr(0, colon)), trim_ows(text.substr(colon + 1))};
}

// What no browser sends, and what would not be heard, is no request to explain. An Origin and a
// Host may be anything: that they are wrong is what is explained.
std::vector<Problem> check_options(const ExplainOptions& options) {
  std::vector<Problem> problems;
  if (!is_method(options.method)) {
    problems.push_back({.code = "option-value",
                        .path = "--method",
                        .value = options.method,
                        .what = "this is no method",
                        .fix = "write one word, like PUT"});
  }
  if (!options.path.starts_with('/')) {
    problems.push_back({.code = "option-value",
                        .path = "--path",
                        .value = without_userinfo(options.path),
                        .what = "a path begins with /",
                        .fix = "write it like /api/users, without scheme and host"});
  }
  for (const std::string& header : options.headers) {
    const HeaderLine line = split(header);
    if (is_header_name(line.name)) continue;
    problems.push_back({.code = "option-value",
                        .path = "--header",
                        .value = std::string(line.name),
                        .what = "this is no name of a header",
                        .fix = "write a name, like X-Custom, or \"Name: value\""});
  }
  if (options.public_origin.empty()) return problems;
  GateOptions own;
  own.public_origins = {options.public_origin};
  const std::size_t begin = problems.size();
  static_cast<void>(own_origin_config(own, problems));
  if (problems.size() != begin) problems.back().path = "--public-origin";
  return problems;
}

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

// The Host of the request, and whose choice it is.
struct ChosenHost {
  std::string value = {};  // empty = no Host
  std::string_view from = {};
};

bool is_host_line(const std::string& header) {
  return header.find(':') != std::string::npos && equals_ignoring_case(split(header).name, "host");
}

ChosenHost choose_host(const ExplainOptions& options, const Snapshot& snapshot) {
  if (!options.host.empty()) return {options.host, "--host"};
  const auto line = std::find_if(options.headers.begin(), options.headers.end(), is_host_line);
  if (line != options.headers.end()) return {std::string(split(*line).value), "--header"};
  const std::size_t scheme_end = options.public_origin.find("://");
  if (scheme_end != std::string::npos) {
    return {options.public_origin.substr(scheme_end + 3), "--public-origin"};
  }
  if (snapshot.hosts().empty()) return {};
  return {host_of_tests(snapshot), "hosts.allowed; --host names another"};
}

// What is explained: the requests that a browser sends for one fetch() of a page. Owns the bytes of
// its views; neither copied nor moved.
class Exchange {
 public:
  Exchange(const ExplainOptions& options, const OwnOrigin& own, const ChosenHost& host);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] const RequestView& actual() const noexcept { return actual_; }
  [[nodiscard]] const std::optional<RequestView>& preflight() const noexcept { return preflight_; }

 private:
  std::string page_headers_ = {};
  std::vector<std::string_view> requested_headers_ = {};
  RequestView actual_ = {};
  std::optional<RequestView> preflight_ = {};
};

// Fetch, 4.8: a preflight goes first when the page is of another origin and the method or a header
// is not safelisted. What only a browser sets ("Origin: ...", "Sec-Fetch-Site: ...") is part of the
// request as it stands, and one that is a preflight already gets no other before it.
Exchange::Exchange(const ExplainOptions& options, const OwnOrigin& own, const ChosenHost& host) {
  actual_.method = options.method;
  actual_.target = options.path;
  actual_.path = std::string_view(options.path).substr(0, options.path.find('?'));
  actual_.own = &own;
  actual_.is_tls = options.public_origin.starts_with("https://");
  if (options.origin) set(actual_.origin, *options.origin);
  if (!host.value.empty()) set(actual_.host, host.value);
  PageHeaders page;
  bool is_host_met = !options.host.empty();
  for (const std::string& header : options.headers) {
    if (header.find(':') == std::string::npos) {
      page.add_name(trim_ows(header));
      continue;
    }
    page.add(split(header));
    // The first Host line is `host`, unless --host is; another one is a second line.
    if (is_host_line(header) && !std::exchange(is_host_met, true)) continue;
    apply(split(header), actual_, requested_headers_);
  }
  page_headers_ = page.joined();
  const bool goes_alone = actual_.requested_method.is_present() || actual_.is_websocket_upgrade ||
                          own.is_same_origin(actual_);
  if (goes_alone || (is_safelisted_method(actual_.method) && page_headers_.empty())) {
    actual_.requested_headers = requested_headers_;
    return;
  }
  if (!page_headers_.empty()) requested_headers_.push_back(page_headers_);
  preflight_ = actual_;
  preflight_->method = "OPTIONS";
  set(preflight_->requested_method, options.method);
  preflight_->requested_headers = requested_headers_;
  preflight_->has_cookie = preflight_->has_authorization = false;
  preflight_->content_type = {};
}

void print_host(const ChosenHost& host) {
  if (host.value.empty()) return;
  std::printf("\nasked with Host: %s (from %s)\n", to_printable(host.value).c_str(),
              std::string(host.from).c_str());
}

void print_text(const std::optional<Explanation>& preflight, const Explanation* actual) {
  if (preflight) {
    std::printf("PREFLIGHT\n%s", preflight->text().c_str());
    if (actual != nullptr) std::printf("\nREQUEST\n");
  }
  if (actual != nullptr) std::fputs(actual->text().c_str(), stdout);
}

void print_json(bool is_allowed, const ChosenHost& host,
                const std::optional<Explanation>& preflight, const Explanation* actual) {
  const std::string host_json =
      host.value.empty() ? "null" : nlohmann::json(to_printable(host.value)).dump();
  std::printf("{\"allowed\":%s,\"host\":%s,\"preflight\":%s,\"request\":%s}\n",
              is_allowed ? "true" : "false", host_json.c_str(),
              preflight ? preflight->json().c_str() : "null",
              actual != nullptr ? actual->json().c_str() : "null");
}

}  // namespace

int explain_request(const ExplainOptions& options) {
  if (Report wrong(check_options(options)); wrong.has_errors()) {
    std::fputs(wrong.text().c_str(), stderr);
    return 1;
  }
  const LoadedPolicy loaded = load_policy(options.policy);
  if (loaded.snapshot == nullptr) {
    std::fputs(loaded.report.text().c_str(), stderr);
    return 1;
  }
  OwnOrigin::Config own_config;
  if (!options.public_origin.empty()) own_config.public_origins.push_back(options.public_origin);
  const OwnOrigin own(std::move(own_config));
  const ChosenHost host = choose_host(options, *loaded.snapshot);
  const Exchange exchange(options, own, host);

  std::optional<Explanation> preflight;
  if (exchange.preflight()) preflight = explain(*loaded.snapshot, *exchange.preflight());
  // A browser whose preflight was refused sends nothing more.
  std::optional<Explanation> actual;
  if (!preflight || preflight->is_allowed) actual = explain(*loaded.snapshot, exchange.actual());
  const bool is_allowed = actual && actual->is_allowed;
  const Explanation* shown = actual ? &*actual : nullptr;
  if (options.as_json) {
    print_json(is_allowed, host, preflight, shown);
  } else {
    print_text(preflight, shown);
    print_host(host);
  }
  return is_allowed ? 0 : 2;
}

}  // namespace corsac::server
