// Lints of a policy. Entry: lint_policy. Spec: the edge cases of tests/edge_cases.md that say
// "lint"; Fetch, 2.2.2 and 2.9 (blocked ports). Test: tests/policy/lint_test.cpp.

#include "corsac/policy/lint.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/ascii.hpp"
#include "corsac/base/rfc3339.hpp"
#include "corsac/http/header_name.hpp"
#include "corsac/http/method.hpp"
#include "corsac/origin/idna.hpp"
#include "corsac/origin/origin.hpp"
#include "corsac/origin/origin_hash.hpp"
#include "corsac/origin/origin_set.hpp"
#include "corsac/origin/pattern.hpp"
#include "corsac/origin/public_suffix.hpp"
#include "corsac/origin/slot_table.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/stage/cors/profile.hpp"

namespace corsac {
namespace {

// Fetch, 2.9 "bad port".
constexpr auto kBlockedPorts = std::to_array<std::uint16_t>(
    {1,    7,    9,    11,   13,   15,   17,   19,   20,   21,   22,   23,   25,   37,
     42,   43,   53,   69,   77,   79,   87,   95,   101,  102,  103,  104,  109,  110,
     111,  113,  115,  117,  119,  123,  135,  137,  139,  143,  161,  179,  389,  427,
     465,  512,  513,  514,  515,  526,  530,  531,  532,  540,  548,  554,  556,  563,
     587,  601,  636,  989,  990,  993,  995,  1719, 1720, 1723, 2049, 3659, 4045, 4190,
     5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080});

constexpr std::array<std::string_view, 3> kOverrides = {"x-http-method-override", "x-http-method",
                                                        "x-method-override"};

// Chromium keeps a preflight's answer two hours, Safari ten minutes.
constexpr std::int64_t kHonouredMaxAge = 7200;
constexpr std::int64_t kDayMaxAge = 86400;
// New suffixes are listed every week; hosting services among them.
constexpr std::chrono::hours kOldListHours{24 * 366};
// So many of both are compared at most, one with another.
constexpr std::size_t kComparedOrigins = 10'000;
constexpr std::size_t kComparedPatterns = 100;

bool has(const auto& list, auto value) noexcept {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// One section: [cors] or a rule.
template <class Section>
class Lint {
 public:
  // `sends_credentials`: what the section inherits, where it does not say it itself.
  Lint(const Section& section, const Profile& profile, bool sends_credentials, std::string field,
       ProblemList& problems)
      : section_(section),
        profile_(profile),
        sends_credentials_(section.allow_credentials.value_or(sends_credentials)),
        field_(std::move(field)),
        problems_(problems) {}

  void run() {
    lint_origins(section_.allowed_origins, "allowed_origins");
    lint_origins(section_.allowed_origins_from_file, "allowed_origins_file");
    lint_methods();
    lint_headers();
    lint_max_age();
  }

 private:
  void warn(std::string_view code, std::string path, const std::string& value, Place place,
            std::string what, std::string fix) {
    problems_.add({.severity = Severity::Warning,
                   .code = code,
                   .path = std::move(path),
                   .value = value,
                   .place = place,
                   .what = std::move(what),
                   .fix = std::move(fix)});
  }
  void warn_of(const Names& names, const char* name, std::size_t i, std::string_view code,
               std::string what, std::string fix) {
    warn(code, field_ + '.' + name + '[' + std::to_string(i) + ']', std::string(names.values()[i]),
         names.place(i), std::move(what), std::move(fix));
  }
  void lint_origins(const Names& origins, const char* name);
  void lint_origin(const Names& origins, const char* name, std::size_t i,
                   const OriginPattern& pattern);
  void lint_port(const Names& origins, const char* name, std::size_t i,
                 const OriginPattern& pattern);
  void lint_host(const Names& origins, const char* name, std::size_t i,
                 const OriginPattern& pattern);
  void lint_redundant(const Names& origins, const char* name,
                      const std::vector<OriginPattern>& wildcards);
  void lint_repeated(const Names& origins, const char* name);
  void lint_methods();
  void lint_headers();
  void lint_max_age();

  const Section& section_;
  const Profile& profile_;
  bool sends_credentials_;
  std::string field_;
  ProblemList& problems_;
};

// A default port is read as "none written", so what is left is the other scheme's.
template <class Section>
void Lint<Section>::lint_port(const Names& origins, const char* name, std::size_t i,
                              const OriginPattern& pattern) {
  if (pattern.port_form != PortForm::Exact || pattern.ports.empty()) return;
  const std::uint16_t port = pattern.ports.front().first;
  const bool is_other =
      (pattern.scheme == "http" && port == 443) || (pattern.scheme == "https" && port == 80);
  if (is_other) {
    warn_of(origins, name, i, "port-suspicious", "this is the other scheme's default port",
            "change the scheme, or take the port out");
  }
  if ((pattern.scheme == "http" || pattern.scheme == "https") && has(kBlockedPorts, port)) {
    warn_of(origins, name, i, "port-blocked",
            "browsers load no page from this port, so no page has this origin", "take it out");
  }
}

template <class Section>
void Lint<Section>::lint_host(const Names& origins, const char* name, std::size_t i,
                              const OriginPattern& pattern) {
  const std::string_view host = fixed_right_part(pattern);
  if (host.ends_with('.')) {
    warn_of(origins, name, i, "trailing-dot",
            "browsers tell this origin from the one without the final dot",
            "list the other one too, or instead");
  }
  if (host.find("xn--") != std::string_view::npos && !has_unicode_form(host)) {
    warn_of(origins, name, i, "punycode-unknown", "what follows xn-- stands for no name",
            "convert the name again");
  }
  if (is_loopback_host(host)) {
    warn_of(origins, name, i, "loopback-origin",
            "any program on the machine of a user may serve this origin",
            "leave it to policies for development");
  }
}

template <class Section>
void Lint<Section>::lint_origin(const Names& origins, const char* name, std::size_t i,
                                const OriginPattern& pattern) {
  lint_port(origins, name, i, pattern);
  if (pattern.scheme == "http" || pattern.scheme == "https") {
    lint_host(origins, name, i, pattern);
  } else if (pattern.scheme == "moz-extension") {
    warn_of(origins, name, i, "extension-id",
            "Firefox gives an extension another id in each installation",
            "let the extension ask for host permissions instead");
  } else if (pattern.scheme.find("extension") == std::string::npos) {
    warn_of(origins, name, i, "app-scheme", "any app on a device may claim this origin",
            "grant it nothing that needs a known page");
  }
}

template <class Section>
void Lint<Section>::lint_redundant(const Names& origins, const char* name,
                                   const std::vector<OriginPattern>& wildcards) {
  for (std::size_t i = 0; i < std::min(origins.size(), kComparedOrigins); ++i) {
    for (const OriginPattern& wildcard : wildcards) {
      if (!matches_plainly(wildcard, origins.values()[i])) continue;
      warn_of(origins, name, i, "origin-redundant", '"' + wildcard.text + "\" covers it already",
              "take one of them out");
      break;
    }
  }
}

// Of texts that stand in the list before. There may be ten million, so that those with one tag are
// brought together by a sort, which jumps through no table; the seed is random, since tenants may
// have written them.
std::vector<std::uint32_t> repeats_in(const TextList& texts) {
  const HashSeed seed = HashSeed::from(OriginSet::random_seed());
  std::vector<SlotTable::Slot> slots;
  slots.reserve(texts.size());
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    slots.push_back({SlotTable::tag_of(hash_bytes(texts[i], seed)), i});
  }
  sort_by_tags(slots);
  std::vector<std::uint32_t> repeats;
  for (auto first = slots.begin(), at = first; at != slots.end(); ++at) {
    if (at->tag != first->tag) first = at;
    const bool has_stood = std::any_of(first, at, [&](SlotTable::Slot before) {
      return texts[before.payload] == texts[at->payload];
    });
    if (has_stood) repeats.push_back(at->payload);
  }
  std::sort(repeats.begin(), repeats.end());
  return repeats;
}

template <class Section>
void Lint<Section>::lint_repeated(const Names& origins, const char* name) {
  for (const std::uint32_t i : repeats_in(origins.values())) {
    warn_of(origins, name, i, "origin-redundant", "the list has it already",
            "take one of them out");
  }
}

// An https origin without a port, of which lint_origin has nothing to say: a list may have a
// million of them.
bool is_unremarkable(std::string_view text) noexcept {
  constexpr std::string_view kHttps = "https://";
  if (!text.starts_with(kHttps) || !is_origin(text)) return false;
  const std::string_view host = text.substr(kHttps.size());
  return host.find(':') == std::string_view::npos && host.find("xn--") == std::string_view::npos &&
         !host.ends_with('.') && !is_loopback_host(host);
}

template <class Section>
void Lint<Section>::lint_origins(const Names& origins, const char* name) {
  std::vector<OriginPattern> wildcards;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (is_unremarkable(origins.values()[i])) continue;
    auto pattern = parse_origin_pattern(origins.values()[i]);
    if (!pattern) continue;
    lint_origin(origins, name, i, *pattern);
    if (!pattern->is_exact() && wildcards.size() < kComparedPatterns) {
      wildcards.push_back(std::move(*pattern));
    }
  }
  lint_redundant(origins, name, wildcards);
  lint_repeated(origins, name);
}

template <class Section>
void Lint<Section>::lint_methods() {
  const Names& methods = section_.allowed_methods;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    const std::string_view method = methods.values()[i];
    if (method != "PATCH" && equals_ignoring_case(method, "PATCH")) {
      warn_of(methods, "allowed_methods", i, "method-case",
              "fetch() sends the case in which the page writes this method", "write \"PATCH\"");
    } else if (equals_ignoring_case(method, "OPTIONS") && !profile_.behaviour.enforces_methods) {
      warn_of(methods, "allowed_methods", i, "options-needless",
              "preflights are answered without it", "take it out unless pages call OPTIONS");
    } else if (is_forbidden_method(method)) {
      warn_of(methods, "allowed_methods", i, "verb-unsendable", "no page can send CONNECT or TRACE",
              "take it out");
    }
  }
}

template <class Section>
void Lint<Section>::lint_headers() {
  const Names& allowed = section_.allowed_headers;
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (!has(kOverrides, to_ascii_lower(allowed.values()[i]))) continue;
    warn_of(allowed, "allowed_headers", i, "method-override",
            "a server that obeys it runs methods that allowed_methods does not name",
            "take it out, or make the server ignore it");
  }
  const Names& exposed = section_.exposed_headers;
  for (std::size_t i = 0; i < exposed.size(); ++i) {
    if (!is_safelisted_response_header(exposed.values()[i])) continue;
    warn_of(exposed, "exposed_headers", i, "exposed-needless",
            "pages can read this header of every answer that they may read", "take it out");
  }
}

template <class Section>
void Lint<Section>::lint_max_age() {
  const Setting<std::int64_t>& seconds = section_.max_age_seconds;
  if (!seconds.is_set() || seconds.value() <= kHonouredMaxAge) return;
  if (seconds.value() > profile_.max_age_most) return;  // an error already, with its own fix
  const auto warn_of_max_age = [&](std::string_view code, std::string what) {
    warn(code, field_ + ".max_age_seconds", std::to_string(seconds.value()), seconds.place(),
         std::move(what), "write 7200 or less");
  };
  warn_of_max_age("max-age-long",
                  "only Firefox keeps it longer than two hours, and until then what was taken away "
                  "is still allowed there");
  if (seconds.value() < kDayMaxAge || !sends_credentials_) return;
  warn_of_max_age("max-age-revocation",
                  "with credentials, what is taken away is still allowed for a day");
}

// The first wildcard with credentials that stands right on a registrable domain: there a suffix
// that the list does not know yet would open it to everybody. One warning a document, since all
// have one cause.
struct OpenWildcard {
  const Names* origins = nullptr;
  std::size_t index = 0;
};

OpenWildcard find_open_wildcard(const Names& origins) {
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins.values()[i].find('*') == std::string::npos) continue;
    const auto pattern = parse_origin_pattern(origins.values()[i]);
    if (!pattern || pattern->host_form == HostForm::Exact) continue;
    const std::string_view host = fixed_right_part(*pattern);
    if (registrable_domain(std::string(host)) == host) return {&origins, i};
  }
  return {};
}

void lint_suffix_list(const Names& origins, const std::string& field, const std::string& date,
                      ProblemList& problems) {
  const OpenWildcard found = find_open_wildcard(origins);
  if (found.origins == nullptr) return;
  problems.add({.severity = Severity::Warning,
                .code = "suffix-list-old",
                .path = field + ".allowed_origins[" + std::to_string(found.index) + ']',
                .value = std::string(origins.values()[found.index]),
                .place = origins.place(found.index),
                .what = "the list of public suffixes is of " + date +
                        ": whether this is one by now is not known",
                .fix = "install a newer libpsl, or list the names that are yours"});
}

void lint_suffix_list(const CorsPolicy& cors, bool sends_credentials,
                      std::chrono::system_clock::time_point now, ProblemList& problems) {
  const std::string date = public_suffix_list_version();
  if (!is_suffix_list_old(date, now)) return;
  if (sends_credentials) return lint_suffix_list(cors.allowed_origins, "cors", date, problems);
  for (std::size_t i = 0; i < cors.rules.size(); ++i) {
    if (!cors.rules[i].allow_credentials.value_or(false)) continue;
    const std::string field = "cors.rules[" + std::to_string(i) + ']';
    return lint_suffix_list(cors.rules[i].allowed_origins, field, date, problems);
  }
}

}  // namespace

bool is_suffix_list_old(std::string_view date, std::chrono::system_clock::time_point now) noexcept {
  const auto listed = parse_time(std::string(date) + "T00:00:00Z");
  return listed && now - *listed > kOldListHours;
}

void lint_policy(const Policy& policy, std::chrono::system_clock::time_point now,
                 ProblemList& problems) {
  const CorsPolicy& cors = policy.cors;
  const Profile& profile = profile_of(cors);
  const bool sends_credentials = cors.allow_credentials.value_or(profile.allow_credentials);
  Lint<CorsPolicy>(cors, profile, sends_credentials, "cors", problems).run();
  for (std::size_t i = 0; i < cors.rules.size(); ++i) {
    Lint<CorsRule>(cors.rules[i], profile, sends_credentials,
                   "cors.rules[" + std::to_string(i) + ']', problems)
        .run();
  }
  lint_suffix_list(cors, sends_credentials, now, problems);
}

}  // namespace corsac
