#pragma once

// The whole policy, compiled: what requests are decided with. Immutable; shared between threads;
// a reload makes another one.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/request_view.hpp"
#include "corsac/policy/guards.hpp"
#include "corsac/policy/idle_record.hpp"
#include "corsac/policy/path_table.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/decision.hpp"
#include "corsac/stage/pipeline.hpp"

namespace corsac {

class KnownOriginSets;

// One rule as explain and events show it.
struct RuleInfo {
  std::string name = {};   // the rule's own, else its field; "cors", "excluded paths", "no policy"
  std::string place = {};  // "policy.toml:12:1"; empty when not known
  std::string field = {};  // "cors.rules[0]"
  std::shared_ptr<const CompiledCors> cors = {};  // null = no CORS stage
  Pipeline pipeline = {};
  // Of [cors] itself only, and only where rules for paths exist: what decides an ambiguous path.
  std::shared_ptr<const CompiledCors> cors_if_ambiguous = {};
  Pipeline pipeline_if_ambiguous = {};
  // A rule that selects by path, as a route of the application does.
  bool has_paths = false;
  // Where the lists that a refusal is about stand: "policy.toml:4:1" of allowed_origins,
  // allowed_methods, allowed_headers; empty when not written.
  std::string origins_place = {};
  std::string methods_place = {};
  std::string headers_place = {};
  // allowed_methods as written, joined with ", ".
  std::string methods = {};
  // Records grant here: [cors] itself, and the rules that inherit its origins.
  bool has_records = false;
  // Plain forms of this rule's origin patterns for near misses, in the order of the document; at
  // most kNearMissPatterns. May be null.
  std::shared_ptr<const std::vector<OriginPattern>> patterns = {};
};

class Snapshot {
 public:
  // Decides. The views in the decision live as long as this snapshot and the request. noexcept, no
  // allocation, no lock; safe from any thread.
  [[nodiscard]] Decision decide(const RequestView& request) const noexcept;
  void decide(const RequestView& request, Decision& decision) const noexcept;

  [[nodiscard]] const RuleInfo& rule(std::uint32_t index) const noexcept { return rules_[index]; }
  [[nodiscard]] std::uint32_t rule_count() const noexcept {
    return static_cast<std::uint32_t>(rules_.size());
  }
  // Which rule speaks about the request, and whether its path is ambiguous. An ambiguous path leads
  // to [cors] itself, whatever rules there are. The same for a preflight and the request that it
  // announces: the method is the requested one. A request of which nothing was parsed (target
  // empty) has the default rule.
  struct Route {
    std::uint32_t rule = 0;
    bool is_ambiguous = false;
  };
  [[nodiscard]] Route route(const RequestView& request) const noexcept;

  // Every request has rule(0), whatever its path, host and method.
  [[nodiscard]] bool has_one_rule() const noexcept { return is_trivial_; }

  // The decision of a request on an excluded path; `applies_to` predicates that say no lead here.
  // Without CORS: as decide().
  void decide_excluded(const RequestView& request, Decision& decision) const noexcept;

  // Whom the guard against cross-site writes trusts for this request, whether or not it is on; and
  // on an excluded path.
  [[nodiscard]] CsrfTrust csrf_trust(const RequestView& request) const noexcept;
  [[nodiscard]] CsrfTrust csrf_trust_excluded() const noexcept;

  [[nodiscard]] std::string_view revision() const noexcept { return revision_; }
  // Of the whole document; Fetch without one.
  [[nodiscard]] ProfileName profile() const noexcept { return profile_; }
  [[nodiscard]] bool has_debug() const noexcept { return has_debug_; }
  [[nodiscard]] bool has_debug_headers() const noexcept { return has_debug_headers_; }
  // shadow.file as it is written; empty = there is no candidate.
  [[nodiscard]] const std::string& shadow_file() const noexcept { return shadow_file_; }
  // Some rule of [cors] only counts what it would refuse.
  [[nodiscard]] bool has_report_only() const noexcept;
  // True for a policy that is too old, or none at a cold start: policy document, 4 "Closed".
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }
  // The next moment at which a record's grant ends, after the time the snapshot was compiled for.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> next_expiry() const noexcept {
    return next_expiry_;
  }
  // Names of the sources that places count ("policy.toml").
  [[nodiscard]] const std::vector<std::string>& sources() const noexcept { return sources_; }
  // For near misses: the records that let no page in at the time the snapshot was compiled for, in
  // the order of the document; at most kNearMissPatterns.
  [[nodiscard]] const std::vector<IdleRecord>& idle_records() const noexcept {
    return idle_records_;
  }
  // The guards besides CORS.
  [[nodiscard]] const Guards& guards() const noexcept { return guards_; }
  // [hosts]; empty when there is no Host guard.
  [[nodiscard]] const std::vector<HostPattern>& hosts() const noexcept { return guards_.hosts; }
  // What the next compilation compares its origin lists with; null when nothing was compiled.
  [[nodiscard]] const KnownOriginSets* known_origin_sets() const noexcept {
    return known_origin_sets_.get();
  }

  // The policy for a cold start without one: blocks every cross-origin request
  // (policy_unavailable), varies by Origin, refuses cross-site writes, and lets only
  // own pages frame its answers. There is no Host guard, so
  // Host makes no page our own: that takes Sec-Fetch-Site or a public origin.
  [[nodiscard]] static std::shared_ptr<const Snapshot> closed_at_start();
  // `good` with every origin refused as policy_unavailable, and nobody trusted to write but own
  // pages; every other stage stays.
  [[nodiscard]] static std::shared_ptr<const Snapshot> closed(const Snapshot& good);

  // By the sets of a snapshot, those that take their places.
  using OriginSets = std::map<const OriginSet*, std::shared_ptr<const OriginSet>>;
  // `base` in the state `revision`, in which the origins of [cors], and of the rules that inherit
  // them, are those of `sets`. Everything else stays; of the hints for near misses those that name
  // an origin which is gone are left out.
  [[nodiscard]] static std::shared_ptr<const Snapshot> with_origins(const Snapshot& base,
                                                                    const OriginSets& sets,
                                                                    std::string revision);

 private:
  friend class SnapshotBuilder;  // policy/compile.cpp

  // `path` and `method` as the rules see them.
  [[nodiscard]] std::uint32_t rule_of(std::string_view path, std::string_view method,
                                      const RequestView& request) const noexcept;
  // Under a mount point that the rules let us guess, `path` is the file of another rule than
  // `rule`, its own.
  [[nodiscard]] bool is_ambiguous_mount(std::uint32_t rule, std::string_view method,
                                        const RequestView& request) const noexcept;

  Guards guards_ = {};
  // Never empty; [cors] itself, or "no policy", is the first.
  std::vector<RuleInfo> rules_ = std::vector<RuleInfo>(1, RuleInfo{.name = "no policy"});
  PathTable paths_ = {};  // rules and excluded paths
  // Only with included_paths: kIncluded where CORS is on. A table of its own, because being
  // included is asked before any rule is, whichever pattern is the more specific one.
  PathTable included_ = {};
  static constexpr std::uint32_t kIncluded = 1;
  // Instead of paths: CORS only on what matches, or on all but what matches. One of them at most.
  std::shared_ptr<const RegexSet> included_regexes_ = {};
  std::shared_ptr<const RegexSet> excluded_regexes_ = {};
  std::uint32_t default_rule_ = 0;
  std::uint32_t excluded_rule_ = 0;
  bool is_trivial_ = true;       // has_one_rule()
  bool has_path_rules_ = false;  // => an ambiguous path gets no grant
  std::string revision_ = {};
  std::vector<std::string> sources_ = {};
  std::string shadow_file_ = {};
  std::vector<IdleRecord> idle_records_ = {};
  std::optional<std::chrono::system_clock::time_point> next_expiry_ = {};
  std::shared_ptr<const KnownOriginSets> known_origin_sets_ = {};
  ProfileName profile_ = ProfileName::Fetch;
  bool has_debug_ = false;
  bool has_debug_headers_ = false;
  bool is_closed_ = false;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace corsac
