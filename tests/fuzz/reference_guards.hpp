#pragma once

// The guards read from the policy document, 4 "hosts", "csrf" and "redirects", and the RFCs that it
// rests on: slow and plain. What is own is OwnOrigin's word; where a target leads is
// parse_target's, which has a fuzzer of its own.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/origin/target.hpp"
#include "corsac/stage/decision.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/reference_pattern.hpp"

namespace corsac::fuzz {

struct GuardRules {
  std::vector<std::string> hosts = {};  // empty = no [hosts]
  bool has_csrf = false;
  std::vector<std::string> trusted_origins = {};  // only own pages when empty
  bool has_redirects = false;
  std::vector<std::string> targets = {};
  std::vector<std::string> parameters = {};
};

struct GuardReading {
  Outcome outcome = Outcome::Pass;
  std::uint16_t status = 0;
  Reason reason = Reason::None;

  friend bool operator==(const GuardReading&, const GuardReading&) = default;
};

struct HostReading {
  std::string name = {};   // in lower case, without a final dot
  std::int32_t port = -1;  // -1 = none, or the connection's default
};

// RFC 9110, 7.2: uri-host [ ":" port ], with RFC 3986, 3.2.2; no IPvFuture.
inline std::optional<HostReading> read_host_line(std::string_view text, std::int32_t default_port) {
  const bool is_literal = text.starts_with('[');
  const std::size_t end = is_literal ? text.find(']') : text.find(':');
  if (is_literal && end == std::string_view::npos) return std::nullopt;
  const std::size_t name_end = std::min(end + (is_literal ? 1 : 0), text.size());
  HostReading host;
  for (const char c : text.substr(0, name_end)) host.name += url::lower(c);
  if (is_literal) {
    if (!url::parse_ipv6(host.name.substr(1, host.name.size() - 2))) return std::nullopt;
  } else {
    if (host.name.ends_with('.')) host.name.pop_back();
    if (host.name.empty() || host.name.size() > 253) return std::nullopt;
    for (std::size_t i = 0; i < host.name.size(); ++i) {
      const std::string_view rest = std::string_view(host.name).substr(i);
      const bool is_encoded =
          rest[0] == '%' && rest.size() > 2 && url::hex(rest[1]) >= 0 && url::hex(rest[2]) >= 0;
      const bool is_plain =
          has_only(rest.substr(0, 1), "abcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=");
      if (!is_encoded && !is_plain) return std::nullopt;
    }
  }
  const std::string_view rest = text.substr(name_end);
  if (rest.empty()) return host;
  if (rest[0] != ':' || !has_only(rest.substr(1), "0123456789")) return std::nullopt;
  std::string digits(rest.substr(1));
  while (digits.size() > 1 && digits.front() == '0') digits.erase(0, 1);
  if (digits.size() > 5) return std::nullopt;
  if (!digits.empty()) host.port = std::stoi(digits);
  if (host.port > 65535) return std::nullopt;
  if (host.port == default_port) host.port = -1;
  return host;
}

inline bool is_name_of_labels(const std::string& name) {
  const std::vector<std::string> labels = url::split(name, '.');
  return std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
    return !label.empty() && has_only(label, "abcdefghijklmnopqrstuvwxyz0123456789-_");
  });
}

// `text` is one that hosts.allowed takes.
inline bool allows_host(const std::string& text, const HostReading& host,
                        std::int32_t default_port) {
  const std::size_t bracket = text.rfind(']');
  const bool has_set = bracket != std::string::npos && !text.starts_with('[');
  const std::size_t colon =
      has_set ? text.find(':') : text.find(':', bracket == std::string::npos ? 0 : bracket);
  const std::string name = text.substr(0, colon);
  PatternReading ports;
  if (colon == std::string::npos) {
    if (host.port != -1) return false;
  } else {
    if (!read_ports_plainly(text.substr(colon + 1), ports)) fail_with("no host", text);
    const std::int32_t port = host.port == -1 ? default_port : host.port;
    const bool is_in = std::any_of(
        ports.ports.begin(), ports.ports.end(),
        [port](const PortRange& range) { return range.first <= port && port <= range.last; });
    if (ports.port_form != PortForm::Any && !is_in) return false;
  }
  if (name.find('*') == std::string::npos) return name == host.name;
  if (!is_name_of_labels(host.name)) return false;
  if (name.starts_with("*.")) {
    return host.name.ends_with(name.substr(1)) && host.name.size() > name.size() - 1;
  }
  const std::vector<std::string> wanted = url::split(name, '.');
  const std::vector<std::string> labels = url::split(host.name, '.');
  return std::equal(wanted.begin(), wanted.end(), labels.begin(), labels.end(), covers_label);
}

inline bool covers_any(const std::vector<std::string>& patterns, std::string_view origin) {
  return std::any_of(patterns.begin(), patterns.end(), [origin](const std::string& text) {
    const auto pattern = read_pattern_plainly(text);
    return pattern && covers_plainly(*pattern, origin);
  });
}

// URL standard, 5.1; nothing for `%u`, which some hosts decode and others do not.
inline std::optional<std::string> decode_form(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 1 < text.size() && url::lower(text[i + 1]) == 'u') {
      return std::nullopt;
    }
    plain += text[i] == '+' ? ' ' : text[i];
  }
  return url::percent_decode(plain);
}

// The query's pairs that name a target, decoded; nothing for one that cannot be read.
inline std::vector<std::optional<std::string>> targets_of(
    std::string_view target, const std::vector<std::string>& parameters) {
  std::vector<std::optional<std::string>> targets;
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  if (question == std::string_view::npos) return targets;
  for (const std::string& pair : url::split(std::string(target.substr(question + 1)), '&')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    const auto name = decode_form(std::string_view(pair).substr(0, equals));
    const bool is_judged =
        !name || std::find(parameters.begin(), parameters.end(), *name) != parameters.end();
    if (is_judged) targets.push_back(decode_form(std::string_view(pair).substr(equals + 1)));
  }
  return targets;
}

class GuardModel {
 public:
  GuardModel(const GuardRules& rules, const OwnOrigin& own) : rules_(rules), own_(own) {}

  [[nodiscard]] GuardReading decide(const RequestView& request) const {
    if (const std::uint16_t status = judge_host(request)) {
      return {Outcome::Refuse, status, Reason::HostNotAllowed};
    }
    if (rules_.has_csrf && !may_write(request)) {
      return {Outcome::Refuse, 403, Reason::CrossSiteWrite};
    }
    if (rules_.has_redirects && !may_redirect(request)) {
      return {Outcome::Refuse, 403, Reason::RedirectNotAllowed};
    }
    return {};
  }

 private:
  // 0 = allowed.
  [[nodiscard]] std::uint16_t judge_host(const RequestView& request) const {
    if (rules_.hosts.empty()) return 0;
    if (request.host.lines == 0) return request.is_http_1_0 ? 421 : 400;
    const std::int32_t default_port = request.is_tls ? 443 : 80;
    const auto host = read_host_line(request.host.value, default_port);
    if (request.host.lines > 1 || !host) return 400;
    for (const std::string& text : rules_.hosts) {
      if (allows_host(text, *host, default_port)) return 0;
    }
    return 421;
  }

  [[nodiscard]] bool may_write(const RequestView& request) const {
    for (const char* read : {"", "GET", "HEAD", "OPTIONS"}) {
      if (request.method == read) return true;
    }
    const HeaderField& site = request.sec_fetch_site;
    if (site.lines == 0 && request.origin.lines == 0) return true;  // no browser
    if (request.origin.lines > 1) return false;
    if (site.lines == 1 && (site.value == "same-origin" || site.value == "none")) return true;
    if (request.origin.lines == 0) return false;
    return own_.is_same_origin(request) || covers_any(rules_.trusted_origins, request.origin.value);
  }

  [[nodiscard]] bool may_redirect(const RequestView& request) const {
    const auto targets = targets_of(request.target, rules_.parameters);
    return std::all_of(targets.begin(), targets.end(), [&](const auto& target) {
      return target && may_go_to(*target, own_.is_https_page(request));
    });
  }

  [[nodiscard]] bool may_go_to(const std::string& target, bool is_https) const {
    const Target read = parse_target(target, is_https ? PageScheme::Https : PageScheme::Http);
    if (read.kind != TargetKind::Origin) return read.kind == TargetKind::Relative;
    return own_.is_public_origin(read.origin()) || covers_any(rules_.targets, read.origin());
  }

  const GuardRules& rules_;
  const OwnOrigin& own_;
};

}  // namespace corsac::fuzz
