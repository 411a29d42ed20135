// Which redirects end a grant. Entry: taints_origin. Spec: Fetch, 4.4 "HTTP-redirect fetch" (a
// redirect-tainted origin serialises as "null"). Test: tests/stage/redirect_taint_test.cpp.

#include "corsac/stage/redirect_taint.hpp"

#include <string>

#include "corsac/base/ascii.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/target.hpp"

namespace corsac {
namespace {

void find_navigation(void* context, std::string_view name, std::string_view value) {
  if (equals_ignoring_case(name, "Sec-Fetch-Mode") && value == "navigate") {
    *static_cast<bool*>(context) = true;
  }
}

bool is_navigation(const RequestView& request) {
  bool is_found = false;
  if (request.headers != nullptr) request.headers->visit(find_navigation, &is_found);
  return is_found;
}

// Without a default port, of whichever scheme: so `http://a:80` and `https://a` are one.
std::string_view host_and_port(std::string_view origin) {
  const std::size_t host = origin.find("://");
  if (host != std::string_view::npos) origin.remove_prefix(host + 3);
  for (const std::string_view port : {":80", ":443"}) {
    if (origin.ends_with(port)) return origin.substr(0, origin.size() - port.size());
  }
  return origin;
}

bool is_ours(const RequestView& request, const OwnOrigin& own, std::string_view target) {
  if (!own.public_origins().empty()) return own.is_public_origin(target);
  const std::string described = own.describe(request);
  const bool knows_scheme = came_by_tls(request) || described.starts_with("https://");
  if (knows_scheme && !target.starts_with("https://")) return false;
  return equals_ignoring_case(host_and_port(described), host_and_port(target));
}

}  // namespace

bool taints_origin(const RequestView& request, std::string_view location) {
  static const OwnOrigin kNothingConfigured;
  if (request.origin.lines != 1 || is_navigation(request)) return false;
  const OwnOrigin& own = request.own != nullptr ? *request.own : kNothingConfigured;
  if (own.is_same_origin(request)) return false;
  const PageScheme page = own.is_https_page(request) ? PageScheme::Https : PageScheme::Http;
  const Target target = parse_target(location, page);
  return target.kind == TargetKind::Origin && !is_ours(request, own, target.origin());
}

}  // namespace corsac
