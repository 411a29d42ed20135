// Checks [csrf.referer] and [csrf.cookie]: what is wrong stops the load, as it stops edX. Entries:
// compile_csrf_referer, compile_csrf_cookie. Spec: policy document, 1; RFC 6265, 4.1;
// draft-ietf-httpbis-rfc6265bis, 4.1.3 (prefixes) and 5.7 (public suffixes).
// Test: tests/policy/csrf_sections_test.cpp.

#include "corsac/policy/csrf_sections.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/ascii.hpp"
#include "corsac/origin/host_text.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/public_suffix.hpp"

namespace corsac {
namespace {

constexpr std::string_view kCookie = "csrf.cookie";
constexpr std::string_view kHostPrefix = "__host-";  // browsers compare it without case

// A domain without its leading dot has this form, and no port.
bool is_host_name(std::string_view host) {
  const std::string origin = "https://" + std::string(host);
  const auto parsed = parse_origin(origin);
  return parsed && parsed->host == host && !parsed->is_ip && !host.ends_with('.');
}

// Somebody may own it, and everything below it. Nobody else has what is below localhost.
bool is_shared_domain(std::string_view host) {
  return is_loopback_host(host) || !registrable_domain(host).empty();
}

bool is_path(std::string_view path) {
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), [](char c) {
           return c >= ' ' && c <= '~' && c != ';';
         });
}

class CookieChecks {
 public:
  CookieChecks(const CsrfCookie& cookie, ProblemList& problems)
      : cookie_(cookie), problems_(problems) {}

  CsrfCookieRules run() {
    check_name(cookie_.name, "name");
    check_name(cookie_.app_cookie_name, "app_cookie_name");
    check_domain();
    const CsrfCookieRules usual;
    CsrfCookieRules rules = {
        .name = cookie_.name.value_or(""),
        .domain = cookie_.domain.value_or(""),
        .path = cookie_.path.value_or(usual.path),
        .max_age_seconds = cookie_.max_age_seconds.value_or(usual.max_age_seconds),
        .app_cookie_name = cookie_.app_cookie_name.value_or(usual.app_cookie_name)};
    check_names_differ(rules);
    check_path(rules.path);
    check_max_age(rules.max_age_seconds);
    return rules;
  }

 private:
  void error(std::string_view code, std::string_view field, std::string value, Place place,
             std::string what, std::string fix) {
    problems_.add({.severity = Severity::Error,
                   .code = code,
                   .path = std::string(kCookie) + '.' + std::string(field),
                   .value = std::move(value),
                   .place = place,
                   .what = std::move(what),
                   .fix = std::move(fix)});
  }
  // True when it stands there. What stands there as no text is told already.
  bool require(const Setting<std::string>& field, std::string_view name, std::string fix) {
    if (field.is_set()) return true;
    if (field.is_unreadable()) return false;
    error("field-missing", name, "", cookie_.place, "it is missing", std::move(fix));
    return false;
  }
  void check_name(const Setting<std::string>& name, std::string_view field);
  void check_domain();
  void check_names_differ(const CsrfCookieRules& rules);
  void check_path(const std::string& path);
  void check_max_age(std::int64_t seconds);

  const CsrfCookie& cookie_;
  ProblemList& problems_;
};

void CookieChecks::check_name(const Setting<std::string>& name, std::string_view field) {
  const bool is_own = field == "name";
  if (is_own && !require(name, field, "write name = \"shared-csrftoken\"")) return;
  if (!name.is_set()) return;
  const std::string& text = name.value();
  if (!is_token(text)) {
    error("cookie-name-malformed", field, text, name.place(),
          "the name of a cookie has letters, digits and \"-\" or \"_\", one at least",
          is_own ? "write a name such as \"shared-csrftoken\""
                 : "write the name of the application's own cookie, \"csrftoken\" in Django");
  } else if (is_own && equals_ignoring_case(text.substr(0, kHostPrefix.size()), kHostPrefix)) {
    error("cookie-name-prefix", field, text, name.place(),
          "browsers take no cookie with this prefix that has a domain", "write it without __Host-");
  }
}

void CookieChecks::check_domain() {
  const Setting<std::string>& domain = cookie_.domain;
  if (!require(domain, "domain",
               "write the parent domain of page and API: domain = \".example.com\""))
    return;
  const std::string& text = domain.value();
  const std::string_view host = std::string_view(text).substr(text.starts_with('.') ? 1 : 0);
  if (!is_host_name(host)) {
    const std::string in_browsers = to_browser_host(host);
    error("cookie-domain-malformed", "domain", text, domain.place(),
          "a domain is a host name in lower case and punycode, with one dot before it or none, and "
          "no address",
          is_host_name(in_browsers)
              ? "write \"" + text.substr(0, text.size() - host.size()) + in_browsers + '"'
              : "write the parent domain of page and API, as in \".example.com\"");
  } else if (!is_shared_domain(host)) {
    error("cookie-domain-not-shared", "domain", text, domain.place(),
          "anyone can get a name under a public suffix, and browsers take no cookie for one",
          "write a domain of your own below it");
  }
}

void CookieChecks::check_names_differ(const CsrfCookieRules& rules) {
  if (rules.name.empty() || rules.name != rules.app_cookie_name) return;
  error("cookie-names-equal", "name", rules.name, cookie_.name.place(),
        "it is csrf.cookie.app_cookie_name: two cookies of one name would shadow each other",
        "write another name");
}

void CookieChecks::check_path(const std::string& path) {
  if (is_path(path)) return;
  error("cookie-path-malformed", "path", path, cookie_.path.place(),
        "a path begins with \"/\" and has printable ASCII without \";\"", "write path = \"/\"");
}

void CookieChecks::check_max_age(std::int64_t seconds) {
  if (seconds >= 1 && seconds <= kCookieMaxAgeLimitSeconds) return;
  error("cookie-max-age-range", "max_age_seconds", std::to_string(seconds),
        cookie_.max_age_seconds.place(),
        "browsers keep no cookie longer than 400 days, and none for no time",
        "write 1 to 34560000");
}

void warn(ProblemList& problems, std::string_view code, std::string_view path, Place place,
          std::string_view value, std::string_view what, std::string_view fix) {
  problems.add({.severity = Severity::Warning,
                .code = code,
                .path = std::string(path),
                .value = std::string(value),
                .place = place,
                .what = std::string(what),
                .fix = std::string(fix)});
}

bool is_off(const Setting<bool>& enabled) {
  return !enabled.is_unreadable() && !enabled.value_or(false);
}

// Whether a host that `pattern` covers is `domain`, which has no dot before it, or lies below it.
bool may_lie_in(const HostPattern& pattern, std::string_view domain) {
  const auto is_below = [](std::string_view host, std::string_view parent) {
    return host.ends_with("." + std::string(parent));
  };
  std::string_view host = pattern.host;
  if (pattern.host_form == HostForm::Exact) return host == domain || is_below(host, domain);
  // Behind the label that is not known, from a dot on: ".example.com".
  host.remove_prefix(host.find('.', host.rfind('*') + 1));  // npos + 1 is 0
  const std::string_view tail = host.substr(1);
  return tail == domain || is_below(tail, domain) || is_below(domain, tail);
}

// RFC 6265, 5.3, 6: a cookie whose domain does not cover the host that it comes from is not kept.
void warn_of_other_domain(const Setting<std::string>& domain, const std::vector<HostPattern>& hosts,
                          ProblemList& problems) {
  if (!domain.is_set() || hosts.empty()) return;
  const std::string& text = domain.value();
  const std::string_view parent = std::string_view(text).substr(text.starts_with('.') ? 1 : 0);
  const bool is_own = std::any_of(hosts.begin(), hosts.end(), [parent](const HostPattern& host) {
    return may_lie_in(host, parent);
  });
  if (is_own) return;
  warn(
      problems, "cookie-domain-other", "csrf.cookie.domain", domain.place(), text,
      "no host of hosts.allowed lies in this domain, and browsers keep no cookie of a host outside",
      "write a domain that holds the host of this server, as browsers call it");
}

}  // namespace

RefererRules compile_csrf_referer(const CsrfReferer& referer, ProblemList& problems) {
  const RefererRules rules = {
      .is_on = referer.enabled.value_or(false),
      .allows_insecure = referer.dangerously_allow_insecure.value_or(false)};
  if (rules.allows_insecure) {
    warn(problems, "dangerous-switch", "csrf.referer.dangerously_allow_insecure",
         referer.dangerously_allow_insecure.place(), "true",
         "anyone on the network between can act as a listed page",
         "take it out; it is for development alone");
    if (is_off(referer.enabled)) {
      warn(problems, "setting-has-no-effect", "csrf.referer.dangerously_allow_insecure",
           referer.dangerously_allow_insecure.place(), "true",
           "no Referer is asked for, so nothing is relaxed",
           "take it out, or write enabled = true beside it");
    }
  }
  return rules;
}

std::shared_ptr<const CsrfCookieRules> compile_csrf_cookie(const CsrfPolicy& csrf,
                                                           const std::vector<HostPattern>& hosts,
                                                           ProblemList& problems) {
  if (!csrf.cookie.is_present()) return nullptr;
  if (is_off(csrf.referer.enabled)) {
    warn(problems, "setting-has-no-effect", kCookie, csrf.cookie.place, "",
         "the cookie is for pages that their Referer makes trusted, and nothing is asked of it",
         "write [csrf.referer] with enabled = true, or take [csrf.cookie] out");
  }
  auto rules = CookieChecks(csrf.cookie, problems).run();
  warn_of_other_domain(csrf.cookie.domain, hosts, problems);
  return std::make_shared<const CsrfCookieRules>(std::move(rules));
}

}  // namespace corsac
