// Entry: parse_cloudflare_domain. Test: tests/import/import_test.py.

#include "cloudflare_domain.hpp"

#include <utility>

#include <corsac/base/ascii.hpp>
#include <corsac/policy/path_pattern.hpp>
#include <corsac/stage/host_guard.hpp>

namespace corsac::server {

std::optional<CloudflareDomain> parse_cloudflare_domain(const std::string& text, Place place) {
  const std::size_t slash = text.find('/');
  CloudflareDomain domain = {.host = to_ascii_lower(text.substr(0, slash)), .place = place};
  if (!parse_host_pattern(domain.host)) return std::nullopt;
  if (slash == std::string::npos) return domain;
  std::string path = text.substr(slash);
  if (path.ends_with("/*")) path.resize(path.size() - 2);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!path.empty()) domain.path = std::move(path);
  if (!parse_path_pattern(domain.path)) return std::nullopt;
  return domain;
}

}  // namespace corsac::server
