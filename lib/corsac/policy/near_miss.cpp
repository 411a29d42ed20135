// What a refused request lacked. Entries: near_miss, hint, place_of_refusal. Spec: policy document,
// 5 "Errors and events"; the comparison of origins and
// hosts is in near_origin and near_host, that of guards in near_guard. Never on the way of a
// request: it scans and allocates. Test: tests/policy/near_miss_test.cpp.

#include "corsac/policy/near_miss.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "corsac/base/ascii.hpp"
#include "corsac/base/printable.hpp"
#include "corsac/http/method.hpp"
#include "corsac/http/own_origin.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/policy/near_guard.hpp"
#include "corsac/policy/near_host.hpp"
#include "corsac/policy/near_origin.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/policy/selectors.hpp"

namespace corsac {
namespace {

// Names of one rule that a misspelled header is compared with.
constexpr std::size_t kNearMissNames = 1000;

// Fetch, 2.2.1: only six methods are put into upper case by the browser; `patch` is not.
std::string near_method(const RuleInfo& rule, std::string_view method) {
  std::string upper(method);
  for (char& c : upper) c = is_ascii_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c;
  const auto is_listed = [&](const std::string& name) { return rule.cors->methods.contains(name); };
  if (upper != method && (is_listed(upper) || is_safelisted_method(upper))) {
    return "the client sent " + to_quoted(method) + "; write " + to_quoted(upper) + " in fetch()";
  }
  const std::string lower = to_ascii_lower(method);
  if (lower != method && is_listed(lower)) {
    return "allowed_methods has " + to_quoted(lower) +
           ", and methods are compared with case; write " + to_quoted(method);
  }
  return {};
}

std::string idle_text(const IdleRecord& record) {
  std::string text = "the record ";
  if (!record.name.empty()) text += to_quoted(record.name) + ' ';
  if (!record.place.empty()) text += '(' + record.place + ") ";
  text += "names " + to_quoted(record.pattern.text) + " and gives it nothing: ";
  switch (record.cause) {
    case IdleRecord::Cause::Inactive:
      return text + "its status is INACTIVE; write status = \"ACTIVE\" to allow it again";
    case IdleRecord::Cause::Over:
      return text + "its valid_until is past; write a later one to allow it again";
    case IdleRecord::Cause::OtherScope:
      break;
  }
  return text + "its scopes have no CORS; write \"CORS\" into them to allow it";
}

std::string near_record(const Snapshot& snapshot, std::string_view origin) {
  if (origin.size() > kOriginLimitBytes) return {};
  for (const IdleRecord& record : snapshot.idle_records()) {
    if (matches_plainly(record.pattern, origin)) return idle_text(record);
  }
  return {};
}

// A rule that writes allowed_origins has that list alone, which people forget.
std::string near_replaced_list(const Snapshot& snapshot, const RuleInfo& rule,
                               std::string_view origin) {
  const RuleInfo& cors = snapshot.rule(kCorsRule);
  if (origin.size() > kOriginLimitBytes || rule.cors->is_excluded || !cors.cors ||
      !cors.cors->origins || cors.cors->origins->find(origin).kind == OriginMatchKind::None) {
    return {};
  }
  std::string text = "[cors] allows " + to_quoted(origin);
  if (!cors.origins_place.empty()) text += " (" + cors.origins_place + ')';
  return text + ", and the rule " + to_quoted(rule.name) +
         " replaces that list by its own; write " + to_quoted(origin) +
         " there too, or take allowed_origins out of the rule";
}

std::string near_page(const Snapshot& snapshot, const RuleInfo& rule, std::string_view origin) {
  std::string text =
      rule.has_records ? near_record(snapshot, origin) : near_replaced_list(snapshot, rule, origin);
  if (!text.empty()) return text;
  return near_origin({rule.cors->origins.get(), rule.patterns.get()}, origin);
}

std::string near_header(const CompiledCors& cors, std::string_view name) {
  if (cors.allows_any_header && equals_ignoring_case(name, "authorization")) {
    return "\"*\" does not cover Authorization; write allowed_headers = [\"*\", "
           "\"authorization\"]";
  }
  std::vector<std::string_view> known;
  const std::size_t count = std::min(cors.headers.size(), kNearMissNames);
  for (std::uint32_t rank = 0; rank < count; ++rank) known.push_back(cors.headers.at(rank));
  const std::string_view nearest = nearest_name(name, known);
  if (nearest.empty()) return {};
  return to_quoted(nearest) + " is allowed; the client asks for " + to_quoted(name);
}

// The page's host is the one that it called, and still the request is not own: most often a proxy
// stands between, or the page is on another port or scheme.
std::string hint_for_own_host(const RequestView& request) {
  ParsedHost host;
  const auto origin = parse_origin(request.origin.value);
  if (!origin || request.origin.is_repeated() || request.host.is_repeated() ||
      !parse_host(request.host.value, request.is_tls, host) ||
      !equals_ignoring_case(origin->host, host.host)) {
    return {};
  }
  const std::string start = "The page comes from the host that it calls";
  const std::string page = to_quoted(request.origin.value);
  if (request.own != nullptr && !request.own->public_origins().empty()) {
    return start + ", but " + page +
           " is not among public_origins; add it there if browsers reach this server under it.";
  }
  return start +
         ", but its port or scheme differs, which makes it another origin. If a proxy stands "
         "between, set public_origins to what browsers see, or name the proxy in "
         "trusted_proxies; else add " +
         page + " to allowed_origins.";
}

constexpr std::string_view kNullFromOwnForm =
    " A form of this server's own pages under Referrer-Policy: no-referrer sends null too, and "
    "over "
    "plain http nothing proves it own: serve it over https, or use another Referrer-Policy.";

std::string hint_for_null(const RequestView& request, const Decision& decision) {
  std::string text(reason_info(Reason::OriginNull).hint);
  const bool is_write = request.method != "GET" && request.method != "HEAD";
  if (!is_write || decision.is_preflight || request.sec_fetch_site.is_present()) return text;
  return text + std::string(kNullFromOwnForm);
}

std::string hint_for_write(const RequestView& request) {
  std::string text = hint_for_own_host(request);
  if (text.empty()) text = reason_info(Reason::CrossSiteWrite).hint;
  if (request.origin.value != "null" || request.sec_fetch_site.is_present()) return text;
  return text + std::string(kNullFromOwnForm);
}

std::string hint_for_redirect(const RequestView& request) {
  std::string text(reason_info(Reason::RedirectNotAllowed).hint);
  if (request.own != nullptr && !request.own->public_origins().empty()) return text;
  return text +
         " No public_origins are configured, so only relative targets are this server's own: "
         "Host proves nothing.";
}

// Either the target is ambiguous as it is written, or a mount point of the host makes it so.
std::string hint_for_path(const RequestView& request) {
  if (request.target.empty() || is_ambiguous_target(request.target)) {
    return std::string(reason_info(Reason::PathAmbiguous).hint);
  }
  return "The path goes on behind a segment of the policy's paths without \"/\", and a mount point "
         "there (cpp-httplib before 0.53) would answer with the file of another path: name the "
         "path otherwise, or, where nothing is mounted, set InstallOptions::has_no_mount_points.";
}

std::string hint_for_upgrade() {
  return "WebSockets always send cookies, so their origin needs a rule that lists it with "
         "allow_credentials = true.";
}

std::string hint_for_excluded_upgrade() {
  return "WebSockets always send cookies, so where the policy excludes a path only this server's "
         "own pages may connect: write a rule for the path that lists the origin with "
         "allow_credentials = true, and do not exclude it.";
}

}  // namespace

std::string near_miss(const Snapshot& snapshot, const RequestView& request,
                      const Decision& decision) {
  const RuleInfo& rule = snapshot.rule(decision.rule);
  switch (decision.reason) {
    case Reason::HostNotAllowed:
      return near_host(snapshot, request);
    case Reason::CrossSiteWrite:
      return near_write(snapshot, request, decision);
    case Reason::RedirectNotAllowed:
      return near_redirect(snapshot, decision);
    default:
      break;
  }
  if (!rule.cors) return {};
  switch (decision.reason) {
    case Reason::OriginNotAllowed:
    case Reason::OriginMalformed:
      return near_page(snapshot, rule, request.origin.value);
    case Reason::RequestedMethodNotAllowed:
      return near_method(rule, request.requested_method.value);
    case Reason::RequestedHeaderNotAllowed:
      return near_header(*rule.cors, decision.offending);
    default:
      return {};
  }
}

std::string hint(const Snapshot& snapshot, const RequestView& request, const Decision& decision) {
  switch (decision.reason) {
    case Reason::None:
      return {};
    case Reason::OriginNull:
      return hint_for_null(request, decision);
    case Reason::OriginNotAllowed: {
      std::string text = hint_for_own_host(request);
      if (!text.empty()) return text;
      const RuleInfo& rule = snapshot.rule(decision.rule);
      if (rule.has_records && !near_record(snapshot, request.origin.value).empty()) {
        return "Change the record as the near miss says, if this page shall be allowed.";
      }
      const auto& cors = rule.cors;
      if (request.is_websocket_upgrade) {
        return cors && cors->is_excluded ? hint_for_excluded_upgrade() : hint_for_upgrade();
      }
      break;
    }
    case Reason::CrossSiteWrite:
      return hint_for_write(request);
    case Reason::RedirectNotAllowed:
      return hint_for_redirect(request);
    case Reason::PathAmbiguous:
      return hint_for_path(request);
    case Reason::UpgradeNotAllowed: {
      std::string text = hint_for_own_host(request);
      return text.empty() ? hint_for_upgrade() : text;
    }
    default:
      break;
  }
  return std::string(reason_info(decision.reason).hint);
}

std::string place_of_refusal(const Snapshot& snapshot, const Decision& decision) {
  const RuleInfo& rule = snapshot.rule(decision.rule);
  const auto list_or_rule = [&](const std::string& list) {
    return list.empty() ? rule.place : list;
  };
  switch (decision.reason) {
    case Reason::None:
    case Reason::PolicyUnavailable:  // nothing that stands in the policy is the cause
      return {};
    case Reason::CrossSiteWrite:
      return snapshot.guards().csrf_place;
    case Reason::RedirectNotAllowed:
      return snapshot.guards().redirects_place;
    case Reason::HostNotAllowed:
      return snapshot.guards().hosts_place;
    case Reason::OriginNotAllowed:
    case Reason::OriginMalformed:
    case Reason::OriginNull:
    case Reason::UpgradeNotAllowed:
      return list_or_rule(rule.origins_place);
    case Reason::MethodNotAllowed:
    case Reason::RequestedMethodNotAllowed:
      return list_or_rule(rule.methods_place);
    case Reason::RequestedHeaderNotAllowed:
      return list_or_rule(rule.headers_place);
    default:
      return rule.place;
  }
}

}  // namespace corsac
