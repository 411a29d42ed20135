// Tells a change that only removes records from a new document, and takes trust away from one.
// Entry: only_removes_trust, with_trust_removed, without_withdrawn. Spec: policy document, 1
// "Removing trust cannot be refused". Test: tests/runtime/trust_removal_test.cpp.
//
// Each struct is taken apart with structured bindings, which name every field: one that is added to
// the policy stops this file from compiling until it is compared as well.

#include "corsac/runtime/trust_removal.hpp"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace corsac {
namespace {

auto fields_of(const CorsKnobs& knobs) {
  const auto& [actual, enforce, status, refused_status, check, method_case, methods, headers,
               separator, exact, expose, on_options, vary, preflight_vary, same_origin, malformed,
               untyped_post, empty_method, needs_origin, outside, zero_max_age] = knobs;
  return std::tie(actual, enforce, status, refused_status, check, method_case, methods, headers,
                  separator, exact, expose, on_options, vary, preflight_vary, same_origin,
                  malformed, untyped_post, empty_method, needs_origin, outside, zero_max_age);
}

auto fields_of(const CorsRule& rule) {
  const auto& [name, paths, hosts, methods, origins, origins_file, origins_from_file,
               origin_regexes, allowed_methods, headers, exposed, credentials, max_age, preflight,
               on_denied, handler_headers, websocket, null_origin, private_network, timing,
               report_only, insecure, suffixes, echo, knobs, place] = rule;
  return std::tie(name, paths, hosts, methods, origins, origins_file, origins_from_file,
                  origin_regexes, allowed_methods, headers, exposed, credentials, max_age,
                  preflight, on_denied, handler_headers, websocket, null_origin, private_network,
                  timing, report_only, insecure, suffixes, echo, knobs, place);
}

auto fields_of(const CorsPolicy& cors) {
  const auto& [enabled, profile, origins, origins_file, origins_from_file, origin_regexes, methods,
               headers, exposed, credentials, max_age, excluded, included, excluded_regexes,
               included_regexes, preflight, on_denied, handler_headers, websocket, null_origin,
               private_network, timing, debug, debug_headers, report_only, insecure, suffixes, echo,
               knobs, rules, place] = cors;
  return std::tie(enabled, profile, origins, origins_file, origins_from_file, origin_regexes,
                  methods, headers, exposed, credentials, max_age, excluded, included,
                  excluded_regexes, included_regexes, preflight, on_denied, handler_headers,
                  websocket, null_origin, private_network, timing, debug, debug_headers,
                  report_only, insecure, suffixes, echo, knobs, rules, place);
}

auto fields_of(const HostsPolicy& hosts) {
  const auto& [allowed] = hosts;
  return std::tie(allowed);
}

auto fields_of(const CsrfReferer& referer) {
  const auto& [enabled, insecure, place] = referer;
  return std::tie(enabled, insecure, place);
}

auto fields_of(const CsrfCookie& cookie) {
  const auto& [name, domain, path, max_age, app_name, place] = cookie;
  return std::tie(name, domain, path, max_age, app_name, place);
}

auto fields_of(const CsrfPolicy& csrf) {
  const auto& [enabled, trusted_origins, exempt_paths, referer, cookie, place] = csrf;
  return std::tie(enabled, trusted_origins, exempt_paths, referer, cookie, place);
}

auto fields_of(const FramesPolicy& frames) {
  const auto& [paths, enduser_paths, report_only, place] = frames;
  return std::tie(paths, enduser_paths, report_only, place);
}

auto fields_of(const RedirectsPolicy& redirects) {
  const auto& [enabled, allowed_origins, parameters, place] = redirects;
  return std::tie(enabled, allowed_origins, parameters, place);
}

auto fields_of(const PolicyTest& test) {
  const auto& [name, origin, method, path, host, headers, request, expect, reason, at, place] =
      test;
  return std::tie(name, origin, method, path, host, headers, request, expect, reason, at, place);
}

template <std::equality_comparable T>
bool is_same(const T& a, const T& b) {
  return a == b;
}

bool is_same(const Place&, const Place&) { return true; }  // a line removed above moves them all

template <class T>
bool is_same(const Setting<T>& a, const Setting<T>& b) {
  return a.is_set() == b.is_set() && (!a.is_set() || a.value() == b.value());
}

bool is_same(const Names& a, const Names& b) {
  return a.is_set() == b.is_set() && a.values() == b.values();
}

template <class T>
requires requires(const T& value) { fields_of(value); }
bool is_same(const T& a, const T& b);

template <class T>
requires requires(const T& value) { fields_of(value); }
bool is_same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return is_same(x, y); });
}

template <class... T>
bool are_same(const std::tuple<T...>& a, const std::tuple<T...>& b) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (is_same(std::get<I>(a), std::get<I>(b)) && ...);
  }
  (std::index_sequence_for<T...>());
}

template <class T>
requires requires(const T& value) { fields_of(value); }
bool is_same(const T& a, const T& b) { return are_same(fields_of(a), fields_of(b)); }

// An app that is taken out of the list is one page less that may be framed.
bool has_apps(const TrustedOrigin::Scope& scope, const TrustedOrigin::Scope& wanted) {
  if (!wanted.allowed_okta_apps) return true;
  const auto& apps = *wanted.allowed_okta_apps;
  return std::all_of(apps.begin(), apps.end(), [&scope](const std::string& app) {
    const auto& known = scope.allowed_okta_apps;
    return known && std::find(known->begin(), known->end(), app) != known->end();
  });
}

bool has_scope(const TrustedOrigin& record, const TrustedOrigin::Scope& wanted) {
  return std::any_of(record.scopes.begin(), record.scopes.end(), [&wanted](const auto& scope) {
    return scope.type == wanted.type && has_apps(scope, wanted);
  });
}

// `old` gives everything that `next` gives, for as long.
bool covers(const TrustedOrigin& old, const TrustedOrigin& next) {
  if (old.valid_until && (!next.valid_until || *next.valid_until > *old.valid_until)) return false;
  return std::all_of(next.scopes.begin(), next.scopes.end(),
                     [&old](const auto& scope) { return has_scope(old, scope); });
}

bool is_active(const TrustedOrigin& record) {
  return record.status == TrustedOrigin::Status::Active;
}

bool differs_only_in_records(const Policy& before, const Policy& after) {
  const auto& [version, cors, records, hosts, csrf, frames, redirects, shadow, warnings, tests,
               sources, revision] = before;
  static_cast<void>(records);
  static_cast<void>(shadow);  // decides nothing
  static_cast<void>(warnings);
  static_cast<void>(sources);
  static_cast<void>(revision);
  return is_same(version, after.version) && is_same(cors, after.cors) &&
         is_same(hosts, after.hosts) && is_same(csrf, after.csrf) &&
         is_same(frames, after.frames) && is_same(redirects, after.redirects) &&
         is_same(tests, after.tests);
}

std::chrono::system_clock::time_point end_of(const TrustedOrigin& record) {
  return record.valid_until.value_or(std::chrono::system_clock::time_point::max());
}

// Takes the applications out of `scope` that `next` has not; true when there was one.
bool limit_apps(TrustedOrigin::Scope& scope, const TrustedOrigin& next) {
  if (!scope.allowed_okta_apps) return false;
  return std::erase_if(*scope.allowed_okta_apps, [&](const std::string& app) {
           return !has_scope(next, {.type = scope.type, .allowed_okta_apps = {{app}}});
         }) != 0;
}

using Records = std::vector<const TrustedOrigin*>;

// The one of `nexts` that gives `scope` as `record` does, or else the first that gives some of it.
// One alone: the applications of one and the end of another would be more than either gives.
const TrustedOrigin* giver_of(const TrustedOrigin::Scope& scope, const TrustedOrigin& record,
                              const Records& nexts) {
  const TrustedOrigin* some = nullptr;
  for (const TrustedOrigin* next : nexts) {
    if (!is_active(*next) || next->origin != record.origin) continue;
    if (has_scope(*next, scope) && end_of(*next) >= end_of(record)) return next;
    if (some == nullptr && has_scope(*next, {.type = scope.type})) some = next;
  }
  return some;
}

// Leaves `record` what `nexts` give as well; true when that is less than it had. Where its scopes
// end at different moments, all of them end at the first.
bool limit(TrustedOrigin& record, const Records& nexts) {
  std::vector<TrustedOrigin::Scope> left;
  bool is_less = false;
  auto end = end_of(record);
  for (const TrustedOrigin::Scope& scope : record.scopes) {
    const TrustedOrigin* next = giver_of(scope, record, nexts);
    if (next == nullptr) continue;
    left.push_back(scope);
    is_less |= limit_apps(left.back(), *next);
    end = std::min(end, end_of(*next));
  }
  is_less |= left.size() != record.scopes.size() || end < end_of(record);
  if (!is_less) return false;
  if (end < end_of(record)) record.valid_until = end;
  if (left.empty()) record.status = TrustedOrigin::Status::Inactive;
  record.scopes = std::move(left);
  return true;
}

bool is_about(const RecordWithdrawal& withdrawal, const TrustedOrigin& record) {
  const TrustedOrigin& before = withdrawal.before;
  const bool has_id = !record.id.empty() && record.id == before.id;
  return has_id || (record.name == before.name && record.origin == before.origin);
}

bool covers(const std::vector<TrustedOrigin>& before, const std::vector<TrustedOrigin>& after) {
  std::unordered_multimap<std::string_view, const TrustedOrigin*> by_origin;
  for (const TrustedOrigin& record : before) {
    if (is_active(record)) by_origin.emplace(record.origin, &record);
  }
  return std::all_of(after.begin(), after.end(), [&by_origin](const TrustedOrigin& record) {
    if (!is_active(record)) return true;
    const auto [first, last] = by_origin.equal_range(record.origin);
    return std::any_of(first, last, [&](const auto& old) { return covers(*old.second, record); });
  });
}

}  // namespace

bool only_removes_trust(const Policy& before, const Policy& after) {
  return differs_only_in_records(before, after) &&
         covers(before.trusted_origins, after.trusted_origins);
}

std::optional<Policy> with_trust_removed(const Policy& before, const Policy& after) {
  if (before.trusted_origins.empty() || !differs_only_in_records(before, after)) return {};
  std::unordered_multimap<std::string_view, const TrustedOrigin*> by_origin;
  for (const TrustedOrigin& record : after.trusted_origins) {
    by_origin.emplace(record.origin, &record);
  }
  Policy limited = before;
  bool is_less = false;
  for (TrustedOrigin& record : limited.trusted_origins) {
    if (!is_active(record)) continue;
    Records nexts;
    const auto [first, last] = by_origin.equal_range(record.origin);
    for (auto next = first; next != last; ++next) nexts.push_back(next->second);
    is_less |= limit(record, nexts);
  }
  if (!is_less) return {};
  return limited;
}

std::optional<Policy> without_withdrawn(const Policy& policy,
                                        std::span<const RecordWithdrawal> withdrawn) {
  std::optional<Policy> limited;
  for (std::size_t i = 0; i < policy.trusted_origins.size(); ++i) {
    if (!is_active(policy.trusted_origins[i])) continue;
    for (const RecordWithdrawal& withdrawal : withdrawn) {
      if (!is_about(withdrawal, policy.trusted_origins[i])) continue;
      TrustedOrigin record = limited ? limited->trusted_origins[i] : policy.trusted_origins[i];
      const Records nexts = withdrawal.after ? Records{&*withdrawal.after} : Records();
      if (!limit(record, nexts)) continue;
      if (!limited) limited = policy;
      limited->trusted_origins[i] = std::move(record);
    }
  }
  return limited;
}

}  // namespace corsac
