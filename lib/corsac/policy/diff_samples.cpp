// What requests are made of. Entry: diff_samples. Test: tests/policy/diff_test.cpp.

#include "corsac/policy/diff_samples.hpp"

#include <algorithm>
#include <utility>

#include "corsac/http/method.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/host_overlap.hpp"
#include "corsac/policy/listed_origins.hpp"
#include "corsac/policy/path_samples.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {
namespace {

constexpr std::size_t kGuardOriginLimit = 100;
constexpr std::size_t kHostLimit = 400;

// A method that no policy names; the others are those that Fetch treats apart, and forms that no
// browser sends.
const std::vector<std::string> kMethods = {"GET",   "HEAD",    "POST",  "PUT",     "DELETE",
                                           "PATCH", "OPTIONS", "TRACE", "CONNECT", "UNLISTED",
                                           "put",   "get",     "patch"};
const std::vector<std::string> kMalformedMethods = {"", "a b"};
// Two that a router and a policy could read differently; the second is no path at all.
const std::vector<std::string> kAmbiguous = {"/x//y", "*", "/api/%2e/x"};

// A label that no policy is expected to write beside a wildcard.
constexpr std::string_view kStrangeLabel = "q7z";

std::string host_sample(const HostPattern& pattern, std::string_view label) {
  std::string host;
  if (pattern.host_form == HostForm::Subdomain) host = label;
  for (const char c : pattern.host) {
    if (c == '*') {
      host += label;
    } else {
      host += c;
    }
  }
  return host;
}

HostPattern with_any_port(HostPattern pattern) {
  pattern.port_form = PortForm::Any;
  pattern.ports.clear();
  return pattern;
}

bool has_host(const HostPattern& pattern, std::string_view host) {
  ParsedHost parsed;
  return parse_host(host, false, parsed) &&
         matches_host(with_any_port(pattern), parsed, HostForMatching::PortIfWritten);
}

class Collector {
 public:
  Collector(const DiffSide& old_side, const DiffSide& new_side) : old_(old_side), new_(new_side) {}
  DiffSamples run();

 private:
  void collect_host_patterns(const DiffSide& side);
  void collect_host_names();
  void collect_hosts();
  void collect_methods(const CorsPolicy& cors);
  void collect_guard_origins(const Policy& policy);

  const DiffSide& old_;
  const DiffSide& new_;
  DiffSamples samples_ = {};
  std::set<std::string> seen_methods_ = {};
  std::vector<HostPattern> host_patterns_ = {};  // of both, each text once
  std::set<std::string> seen_patterns_ = {};
  std::vector<std::string> host_names_ = {};  // without ports
  std::set<std::string> seen_names_ = {};
  std::set<std::string> seen_hosts_ = {};
  std::set<std::string> seen_guard_origins_ = {};
};

void Collector::collect_methods(const CorsPolicy& cors) {
  const auto take = [&](const Names& methods) {
    for (const std::string_view method : methods.values()) {
      if (method != "*") add_new(samples_.methods, seen_methods_, normalize_method(method));
    }
  };
  take(cors.allowed_methods);
  for (const CorsRule& rule : cors.rules) {
    take(rule.allowed_methods);
    take(rule.methods);
  }
}

void Collector::collect_host_patterns(const DiffSide& side) {
  for (const HostPattern& pattern : side.snapshot.hosts()) {
    if (seen_patterns_.insert(pattern.text).second) host_patterns_.push_back(pattern);
  }
  for (const CorsRule& rule : side.policy.cors.rules) {
    for (const std::string_view text : rule.hosts.values()) {
      auto pattern = parse_host_pattern(text);
      if (!pattern || !seen_patterns_.insert(pattern->text).second) continue;
      host_patterns_.push_back(*std::move(pattern));
    }
  }
}

// A name for each set of patterns that some name meets: of two subdomain patterns one holds the
// other or they share nothing, so that a strange name under each is enough, and a name of both for
// each other pair. Only patterns with a wildcard inside a label can overlap in more ways.
void Collector::collect_host_names() {
  std::vector<const HostPattern*> wild;
  for (const HostPattern& pattern : host_patterns_) {
    add_new(host_names_, seen_names_, host_sample(pattern, "a"));
    if (pattern.host_form == HostForm::Exact) continue;
    add_new(host_names_, seen_names_, host_sample(pattern, kStrangeLabel));
    wild.push_back(&pattern);
  }
  for (std::size_t i = 0; i < wild.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const HostPattern& a = *wild[i];
      const HostPattern& b = *wild[j];
      if (a.host == b.host) continue;
      if (a.host_form == HostForm::Subdomain && b.host_form == HostForm::Subdomain) continue;
      auto both = host_of_both(with_any_port(a), with_any_port(b));
      if (!both) continue;
      if (a.host_form == b.host_form) samples_.has_all_host_sets = false;
      for (const HostPattern& exact : host_patterns_) {
        if (exact.host_form != HostForm::Exact || exact.host != *both) continue;
        samples_.has_all_host_sets = false;  // a name of three, and none of the two alone
      }
      add_new(host_names_, seen_names_, *std::move(both));
    }
  }
}

// Each name without a port, with a common one, and with the ends of each range that may be asked
// for with it and their neighbours: between those all ports are alike.
void Collector::collect_hosts() {
  if (host_patterns_.size() > kHostLimit) {
    host_patterns_.resize(kHostLimit);
    samples_.has_all_hosts = false;
  }
  collect_host_names();
  for (const std::string& name : host_names_) {
    std::vector<int> ports;
    for (const HostPattern& pattern : host_patterns_) {
      if (pattern.ports.empty() || !has_host(pattern, name)) continue;
      for (const PortRange& range : pattern.ports) {
        ports.insert(ports.end(), {range.first, range.last, range.first - 1, range.last + 1});
      }
    }
    ports.push_back(8443);
    add_new(samples_.hosts, seen_hosts_, name);
    for (const int port : ports) {
      if (port < 1 || port > 65535) continue;
      if (samples_.hosts.size() >= kHostLimit) {
        samples_.has_all_hosts = false;
        return;
      }
      add_new(samples_.hosts, seen_hosts_, name + ':' + std::to_string(port));
    }
  }
}

void Collector::collect_guard_origins(const Policy& policy) {
  const auto take = [&](std::string_view text) {
    if (samples_.guard_origins.size() >= kGuardOriginLimit) {
      samples_.has_all_guard_origins = false;
      return;
    }
    const auto pattern = parse_record_origin(text);
    if (!pattern) return;
    for (std::string& sample : origin_samples(*pattern)) {
      add_new(samples_.guard_origins, seen_guard_origins_, std::move(sample));
    }
    if (pattern->is_exact()) add_new(samples_.guard_origins, seen_guard_origins_, pattern->text);
  };
  for (const std::string_view text : policy.csrf.trusted_origins.values()) take(text);
  for (const std::string_view text : policy.redirects.allowed_origins.values()) take(text);
  for (const TrustedOrigin& record : policy.trusted_origins) take(record.origin);
}

DiffSamples Collector::run() {
  for (const std::string& method : kMethods) add_new(samples_.methods, seen_methods_, method);
  std::vector<std::string> patterns;
  std::set<std::string> seen;
  for (const DiffSide* side : {&old_, &new_}) {
    const CorsPolicy& cors = side->policy.cors;
    const Names excluded = excluded_paths_of(cors);
    const auto take = [&](const Names& paths) {
      for (const std::string_view path : paths.values()) {
        add_new(patterns, seen, std::string(path));
      }
    };
    take(excluded);
    take(cors.included_paths);
    for (const CorsRule& rule : cors.rules) take(rule.paths);
    take(side->policy.csrf.exempt_paths);
    take(side->policy.frames.paths);
    take(side->policy.frames.enduser_paths);
    collect_methods(cors);
    collect_host_patterns(*side);
    collect_guard_origins(side->policy);
  }
  collect_hosts();
  PathSamples walked = path_samples(patterns);
  samples_.has_all_paths = walked.is_complete;
  samples_.paths = std::move(walked.paths);
  samples_.paths.insert(samples_.paths.end(), kAmbiguous.begin(), kAmbiguous.end());
  for (const std::string& method : kMalformedMethods)
    add_new(samples_.methods, seen_methods_, method);
  add_new(samples_.hosts, seen_hosts_, std::string(kStrangeHost));
  return std::move(samples_);
}

}  // namespace

DiffSamples diff_samples(const DiffSide& old_side, const DiffSide& new_side) {
  return Collector(old_side, new_side).run();
}

void add_new(std::vector<std::string>& list, std::set<std::string>& seen, std::string text) {
  if (seen.insert(text).second) list.push_back(std::move(text));
}

}  // namespace corsac
