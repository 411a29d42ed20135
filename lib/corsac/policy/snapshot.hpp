#pragma once

// The whole policy, compiled: what requests are decided with. Immutable; shared between threads;
// a reload makes another one.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/request_view.hpp"
#include "corsac/policy/path_table.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/decision.hpp"
#include "corsac/stage/host_guard.hpp"
#include "corsac/stage/pipeline.hpp"

namespace corsac {

// One rule as explain and events show it.
struct RuleInfo {
  std::string name = {};   // the rule's own, "cors", "excluded paths", "no policy"
  std::string place = {};  // "policy.toml:12:1"; empty when not known
  std::string field = {};  // "cors.rules[0]"
  std::shared_ptr<const CompiledCors> cors = {};  // null = no CORS stage
  std::shared_ptr<const CompiledCors> cors_if_ambiguous = {};
  Pipeline pipeline = {};
  Pipeline pipeline_if_ambiguous = {};
  // Where the lists that a refusal is about stand: "policy.toml:4:1" of allowed_origins,
  // allowed_methods, allowed_headers; empty when not written.
  std::string origins_place = {};
  std::string methods_place = {};
  std::string headers_place = {};
  // Plain forms of this rule's origin patterns for near misses; at most kNearMissPatterns.
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
  // Which rule speaks about the request, and whether its path is ambiguous.
  struct Route {
    std::uint32_t rule = 0;
    bool is_ambiguous = false;
  };
  [[nodiscard]] Route route(const RequestView& request) const noexcept;

  // The decision of a request on an excluded path; `applies_to` predicates that say no lead here.
  void decide_excluded(const RequestView& request, Decision& decision) const noexcept;

  [[nodiscard]] std::string_view revision() const noexcept { return revision_; }
  [[nodiscard]] bool has_debug() const noexcept { return has_debug_; }
  [[nodiscard]] bool has_debug_headers() const noexcept { return has_debug_headers_; }
  // True for a policy that is too old, or none at a cold start: policy document, 4 "Closed".
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }
  // The next moment at which a record's grant ends, after the time the snapshot was compiled for.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> next_expiry() const noexcept {
    return next_expiry_;
  }
  // The policy without lists of a million origins; for status and the writer.
  [[nodiscard]] const std::vector<std::string>& sources() const noexcept { return sources_; }

  // The policy for a cold start without one: blocks every cross-origin request
  // (policy_unavailable), varies by Origin.
  [[nodiscard]] static std::shared_ptr<const Snapshot> closed_at_start();
  // `good` with every origin refused as policy_unavailable; every other stage stays.
  [[nodiscard]] static std::shared_ptr<const Snapshot> closed(const Snapshot& good);

 private:
  friend class SnapshotBuilder;  // policy/compile.cpp
  std::shared_ptr<const HostGuard> host_guard_ = {};
  std::vector<RuleInfo> rules_ = {};
  PathTable paths_ = {};
  std::uint32_t excluded_rule_ = 0;
  std::string revision_ = {};
  std::vector<std::string> sources_ = {};
  std::optional<std::chrono::system_clock::time_point> next_expiry_ = {};
  bool has_debug_ = false;
  bool has_debug_headers_ = false;
  bool is_closed_ = false;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace corsac
