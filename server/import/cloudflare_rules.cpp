// Entry: cloudflare_rules. Test: tests/import/grants_test.py.

#include "cloudflare_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <corsac/policy/host_overlap.hpp>

namespace corsac::server {
namespace {

std::string host_of(const Scope& scope) { return std::string(scope.hosts.values().front()); }
std::string path_of(const Scope& scope) { return std::string(scope.paths.values().front()); }

bool is_wildcard(const std::string& host) { return host.find('*') != std::string::npos; }

bool do_hosts_meet(const std::string& a, const std::string& b) {
  if (a == b) return true;
  if (!is_wildcard(a) && !is_wildcard(b)) return false;
  const auto first = parse_host_pattern(a);
  const auto second = parse_host_pattern(b);
  return first && second && host_of_both(*first, *second).has_value();
}

bool is_at_or_below(const std::string& path, const std::string& above) {
  return above == "/" || path == above || path.starts_with(above + '/');
}

// Whether `scope` decides for requests of `other`, which is not the wider one of the two.
bool takes_from(const Scope& scope, const Scope& other) {
  const std::string& host = host_of(scope);
  const std::string& narrower = host_of(other);
  if (!do_hosts_meet(host, narrower)) return false;
  if (host == narrower) return path_of(scope) == path_of(other);
  const bool is_narrow =
      !is_wildcard(host) || (is_wildcard(narrower) && host.size() > narrower.size());
  return !is_narrow && is_at_or_below(path_of(scope), path_of(other));
}

bool takes_from_another(const CloudflareScope& one, const std::vector<CloudflareScope>& others) {
  return std::any_of(others.begin(), others.end(), [&one](const CloudflareScope& other) {
    return other.application != one.application && takes_from(one.scope, other.scope);
  });
}

// Of one application only one rule may be for a request: the one of the wider host says the same.
std::vector<Scope> without_repeated(const std::vector<CloudflareScope>& all) {
  std::vector<Scope> scopes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Scope& scope = all[i].scope;
    bool is_repeated = false;
    for (std::size_t j = 0; j < all.size() && !is_repeated; ++j) {
      const Scope& other = all[j].scope;
      if (i == j || all[i].application != all[j].application) continue;
      if (path_of(scope) != path_of(other)) continue;
      is_repeated = takes_from(other, scope) && (!takes_from(scope, other) || j < i);
    }
    if (!is_repeated) scopes.push_back(scope);
  }
  return scopes;
}

}  // namespace

std::vector<Scope> cloudflare_rules(const std::vector<CloudflareScope>& granting,
                                    const std::vector<CloudflareScope>& rejecting,
                                    Imported& imported) {
  std::vector<CloudflareScope> kept;
  for (const CloudflareScope& one : granting) {
    if (!takes_from_another(one, granting) && !takes_from_another(one, rejecting)) {
      kept.push_back(one);
      continue;
    }
    imported.leave_out("hosts-overlap", "domain", host_of(one.scope) + path_of(one.scope),
                       one.scope.hosts.place(),
                       "another application is for a part of its requests, and no rule says so: "
                       "its preflights are rejected",
                       "write a rule with the hosts that are meant");
  }
  std::vector<CloudflareScope> needed;
  for (const CloudflareScope& one : rejecting) {
    const bool is_met = std::any_of(kept.begin(), kept.end(), [&one](const CloudflareScope& other) {
      return do_hosts_meet(host_of(other.scope), host_of(one.scope));
    });
    if (is_met) needed.push_back(one);
  }
  std::vector<Scope> rules = without_repeated(kept);
  for (Scope& scope : without_repeated(needed)) rules.push_back(std::move(scope));
  return rules;
}

}  // namespace corsac::server
