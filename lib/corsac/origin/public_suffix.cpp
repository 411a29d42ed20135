// Public suffixes through libpsl; the only file that includes it.
// Entries: is_public_suffix, registrable_domain, public_suffix_list_version.
// Test: tests/origin/public_suffix_test.cpp.

#include "corsac/origin/public_suffix.hpp"

#include <libpsl.h>

#include <ctime>

#include "corsac/origin/ip_text.hpp"
#include "corsac/origin/origin.hpp"

namespace corsac {
namespace {

// Empty for what is no domain name that the list speaks about.
std::string listed_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const bool is_ip = host.starts_with('[') || ends_in_number(host);
  return is_ip || is_loopback_host(host) ? std::string() : std::string(host);
}

}  // namespace

// psl_builtin is compiled into libpsl and immutable: no file is read, nothing is kept or freed.
// psl_latest would read whatever list the machine has, and with it decide about the same policy
// differently from one machine to the next. Where libpsl was built without a list, every name
// counts as a public suffix: wildcards with credentials are refused then, not let through.

bool is_public_suffix(std::string_view domain) {
  const std::string name = listed_name(domain);
  return !name.empty() && psl_is_public_suffix2(psl_builtin(), name.c_str(), PSL_TYPE_ANY) != 0;
}

std::string registrable_domain(std::string_view host) {
  const std::string name = listed_name(host);
  if (name.empty()) return {};
  const char* const domain = psl_registrable_domain(psl_builtin(), name.c_str());
  return domain == nullptr ? std::string() : std::string(domain);
}

std::string public_suffix_list_version() {
  const std::time_t seconds = psl_builtin_file_time();
  std::tm date = {};
  if (seconds <= 0 || gmtime_r(&seconds, &date) == nullptr) return {};
  char text[sizeof "9999-12-31"] = {};
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &date));
}

}  // namespace corsac
