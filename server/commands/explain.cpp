// corsac explain: why one request is allowed or refused. Entry: explain_request. Test:
// tests/server/commands_test.cpp.

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <corsac/base/ascii.hpp>
#include <corsac/http/method.hpp>
#include <corsac/http/own_origin.hpp>
#include <corsac/policy/explain.hpp>

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

}  // namespace

namespace {

// What is explained: the requests that a browser sends for one fetch() of a page.
struct Exchange {
  RequestView actual = {};
  std::optional<RequestView> preflight = {};
};

// Fetch, 4.8: a preflight goes first when the method is not safelisted or the page sets a header of
// its own. A bare name among the headers is one that the page sets; "Name: value" is part of the
// request as it stands, and a request that is a preflight already gets no other before it.
Exchange make_exchange(const ExplainOptions& options, const OwnOrigin& own,
                       std::vector<std::string_view>& requested_headers,
                       std::string& page_headers) {
  RequestView request;
  request.method = options.method;
  request.target = options.path;
  request.path = std::string_view(options.path).substr(0, options.path.find('?'));
  request.own = &own;
  if (options.origin) set(request.origin, *options.origin);
  for (const std::string& header : options.headers) {
    if (header.find(':') != std::string::npos) {
      apply(split(header), request, requested_headers);
    } else {
      page_headers += (page_headers.empty() ? "" : ",") + to_ascii_lower(trim_ows(header));
    }
  }
  Exchange exchange;
  const bool is_preflight_itself = request.requested_method.is_present();
  if (!is_preflight_itself && (!is_safelisted_method(request.method) || !page_headers.empty())) {
    RequestView preflight = request;
    preflight.method = "OPTIONS";
    set(preflight.requested_method, options.method);
    if (!page_headers.empty()) requested_headers.push_back(page_headers);
    preflight.requested_headers = requested_headers;
    preflight.has_cookie = preflight.has_authorization = false;
    exchange.preflight = preflight;
  } else {
    request.requested_headers = requested_headers;
  }
  exchange.actual = request;
  return exchange;
}

void print_text(const std::optional<Explanation>& preflight, const Explanation* actual) {
  if (preflight) {
    std::printf("PREFLIGHT\n%s", preflight->text().c_str());
    if (actual != nullptr) std::printf("\nREQUEST\n");
  }
  if (actual != nullptr) std::fputs(actual->text().c_str(), stdout);
}

void print_json(bool is_allowed, const std::optional<Explanation>& preflight,
                const Explanation* actual) {
  std::printf("{\"allowed\":%s,\"preflight\":%s,\"request\":%s}\n", is_allowed ? "true" : "false",
              preflight ? preflight->json().c_str() : "null",
              actual != nullptr ? actual->json().c_str() : "null");
}

}  // namespace

int explain_request(const ExplainOptions& options) {
  const LoadedPolicy loaded = load_policy(options.policy);
  if (loaded.snapshot == nullptr) {
    std::fputs(loaded.report.text().c_str(), stderr);
    return 1;
  }
  OwnOrigin::Config own_config;
  if (!options.public_origin.empty()) own_config.public_origins.push_back(options.public_origin);
  const OwnOrigin own(std::move(own_config));
  std::vector<std::string_view> requested_headers;
  std::string page_headers;
  const Exchange exchange = make_exchange(options, own, requested_headers, page_headers);

  std::optional<Explanation> preflight;
  if (exchange.preflight) preflight = explain(*loaded.snapshot, *exchange.preflight);
  // A browser whose preflight was refused sends nothing more.
  std::optional<Explanation> actual;
  if (!preflight || preflight->is_allowed) actual = explain(*loaded.snapshot, exchange.actual);
  const bool is_allowed = actual && actual->is_allowed;
  const Explanation* shown = actual ? &*actual : nullptr;
  if (options.as_json) {
    print_json(is_allowed, preflight, shown);
  } else {
    print_text(preflight, shown);
  }
  return is_allowed ? 0 : 2;
}

}  // namespace corsac::server
