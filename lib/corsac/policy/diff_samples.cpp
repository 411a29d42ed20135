// What requests are made of. Entry: diff_samples. Test: tests/policy/diff_test.cpp.

#include "corsac/policy/diff_samples.hpp"

#include <algorithm>
#include <utility>

#include "corsac/http/method.hpp"
#include "corsac/policy/effective_rule.hpp"
#include "corsac/policy/listed_origins.hpp"
#include "corsac/policy/path_samples.hpp"
#include "corsac/stage/host_guard.hpp"

namespace corsac {
namespace {

constexpr std::size_t kGuardOriginLimit = 100;
constexpr std::size_t kHostLimit = 200;

// A method that no policy names; the others are those that Fetch treats apart, and forms that no
// browser sends.
const std::vector<std::string> kMethods = {"GET",   "HEAD",    "POST",  "PUT",     "DELETE",
                                           "PATCH", "OPTIONS", "TRACE", "CONNECT", "UNLISTED",
                                           "put",   "get",     "patch"};
const std::vector<std::string> kMalformedMethods = {"", "a b"};
// Two that a router and a policy could read differently; the second is no path at all.
const std::vector<std::string> kAmbiguous = {"/x//y", "*", "/api/%2e/x"};

std::string host_sample(const HostPattern& pattern, bool has_default_port) {
  std::string host = pattern.host_form == HostForm::Subdomain ? "a" + pattern.host : pattern.host;
  std::replace(host.begin(), host.end(), '*', 'a');
  if (has_default_port) return host;
  const bool has_ports = pattern.port_form != PortForm::Any && !pattern.ports.empty();
  return host + ':' + std::to_string(has_ports ? pattern.ports.front().first : 8443);
}

class Collector {
 public:
  Collector(const DiffSide& old_side, const DiffSide& new_side) : old_(old_side), new_(new_side) {}
  DiffSamples run();

 private:
  void collect_hosts(const Policy& policy, const Snapshot& snapshot);
  void collect_methods(const CorsPolicy& cors);
  void collect_guard_origins(const Policy& policy);

  const DiffSide& old_;
  const DiffSide& new_;
  DiffSamples samples_ = {};
  std::set<std::string> seen_methods_ = {};
  std::set<std::string> seen_hosts_ = {};
  std::set<std::string> seen_guard_origins_ = {};
};

void Collector::collect_methods(const CorsPolicy& cors) {
  const auto take = [&](const Names& methods) {
    for (const std::string& method : methods.values()) {
      if (method != "*") add_new(samples_.methods, seen_methods_, normalize_method(method));
    }
  };
  take(cors.allowed_methods);
  for (const CorsRule& rule : cors.rules) {
    take(rule.allowed_methods);
    take(rule.methods);
  }
}

void Collector::collect_hosts(const Policy& policy, const Snapshot& snapshot) {
  std::vector<HostPattern> patterns = snapshot.hosts();
  for (const CorsRule& rule : policy.cors.rules) {
    for (const std::string& text : rule.hosts.values()) {
      auto pattern = parse_host_pattern(text);
      if (pattern) patterns.push_back(*std::move(pattern));
    }
  }
  for (const HostPattern& pattern : patterns) {
    if (samples_.hosts.size() >= kHostLimit) {
      samples_.has_all_hosts = false;
      return;
    }
    add_new(samples_.hosts, seen_hosts_, host_sample(pattern, true));
    add_new(samples_.hosts, seen_hosts_, host_sample(pattern, false));
  }
}

void Collector::collect_guard_origins(const Policy& policy) {
  const auto take = [&](const std::string& text) {
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
  for (const std::string& text : policy.csrf.trusted_origins.values()) take(text);
  for (const std::string& text : policy.redirects.allowed_origins.values()) take(text);
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
      for (const std::string& path : paths.values()) add_new(patterns, seen, path);
    };
    take(excluded);
    take(cors.included_paths);
    for (const CorsRule& rule : cors.rules) take(rule.paths);
    take(side->policy.csrf.exempt_paths);
    take(side->policy.frames.paths);
    take(side->policy.frames.enduser_paths);
    collect_methods(cors);
    collect_hosts(side->policy, side->snapshot);
    collect_guard_origins(side->policy);
  }
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
