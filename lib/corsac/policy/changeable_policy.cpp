// Changes of single origins. Entries: ChangeablePolicy::of, changed. Spec: README, "Loading".
// Tests: tests/policy/changeable_policy_test.cpp, tests/properties/origin_changes_test.cpp.

#include "corsac/policy/changeable_policy.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "corsac/origin/origin_set.hpp"
#include "corsac/policy/self_test.hpp"
#include "corsac/stage/cors/compile_origins.hpp"

namespace corsac {
namespace {

// All are run at each change.
constexpr std::size_t kTests = 100;
constexpr std::size_t kLeastPart = 16;  // of a list: fewer changes than elements by this factor

// [cors] and the rules that inherit its origins.
std::vector<const CompiledCors*> granting(const Snapshot& snapshot) {
  std::vector<const CompiledCors*> granting;
  for (std::uint32_t i = 0; i < snapshot.rule_count(); ++i) {
    const RuleInfo& rule = snapshot.rule(i);
    if (rule.has_records && rule.cors) granting.push_back(rule.cors.get());
  }
  return granting;
}

bool may_change(const CompiledCors* cors) {
  return cors->origins->may_change() && !cors->allows_any_origin && !cors->echoes_any_origin;
}

ExactKeys keys_of(const TextList& list) {
  ExactKeys keys{.bytes = list.bytes()};
  keys.offsets.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) keys.offsets.push_back(list.offset(i));
  return keys;
}

// A list that is the same as the one before has the table of that one, whose bytes are kept alone.
std::shared_ptr<const Policy> with_bytes(Policy document, const OriginSet& set) {
  TextList list = document.cors.allowed_origins.values();
  if (list.bytes() != set.list_bytes()) {
    list.share(set.list_bytes());
    document.cors.allowed_origins.replace(std::move(list));
  }
  return std::make_shared<const Policy>(std::move(document));
}

}  // namespace

std::optional<ChangeablePolicy> ChangeablePolicy::of(Policy document, SnapshotPtr snapshot) {
  const bool has_others = document.cors.allowed_origins_from_file.size() != 0 ||
                          !document.trusted_origins.empty() || document.tests.size() > kTests;
  if (has_others || snapshot->is_closed()) return std::nullopt;
  const auto rules = granting(*snapshot);
  if (rules.empty() || !std::all_of(rules.begin(), rules.end(), may_change)) return std::nullopt;
  const bool takes_http = std::none_of(rules.begin(), rules.end(), [](const CompiledCors* cors) {
    return cors->allows_credentials;
  });
  ChangeablePolicy policy;
  policy.snapshot_ = snapshot;
  const auto listed = rules.front()->origins;
  policy.base_ =
      std::make_shared<const Base>(Base{.document = with_bytes(std::move(document), *listed),
                                        .snapshot = std::move(snapshot),
                                        .listed = listed,
                                        .takes_http = takes_http});
  return policy;
}

std::optional<std::size_t> ChangeablePolicy::index_of(std::string_view origin) const noexcept {
  const TextList::Offset offset = base_->listed->list_offset(origin);
  return offset == 0 ? std::nullopt : std::optional(list().index_at(offset));
}

// In the list of the base.
ChangeablePolicy::Stands ChangeablePolicy::stood(std::string_view origin) const noexcept {
  const auto index = index_of(origin);
  if (!index) return Stands::Nowhere;
  return list().place(*index).source == source_ ? Stands::Here : Stands::Elsewhere;
}

std::optional<ChangeablePolicy::Changed> ChangeablePolicy::changed(
    const OriginChanges& changes, const std::string& revision) const {
  Changed changed{.policy = *this};
  ChangeablePolicy& next = changed.policy;
  if (!changes.made.empty()) {
    const auto& sources = base_->document->sources;
    const auto source = std::find(sources.begin(), sources.end(), changes.source);
    if (source == sources.begin() || source == sources.end()) return std::nullopt;
    next.source_ = static_cast<std::uint8_t>(source - sources.begin());
    if (source_ != 0 && source_ != next.source_) return std::nullopt;
  }
  for (const OriginChange& change : changes.made) {
    if (!is_plain_origin(change.origin)) return std::nullopt;
    const Stands stood = next.stood(change.origin);
    const auto known = next.stands_.find(change.origin);
    const bool stands = known != next.stands_.end() ? known->second : stood == Stands::Here;
    if (stands == change.is_added) continue;
    if (change.is_added) {
      const bool is_secure = change.origin.starts_with("https:") || base_->takes_http;
      if (stood == Stands::Elsewhere || !is_secure) return std::nullopt;
    }
    ++(change.is_added ? changed.counts.added : changed.counts.removed);
    if (known != next.stands_.end()) {
      next.stands_.erase(known);  // as it was
    } else {
      next.stands_.emplace(change.origin, change.is_added);
    }
  }
  const std::size_t count = list().size();
  const std::size_t limit = std::min(kChangeLimit, count / kLeastPart);
  if (next.stands_.size() > limit || count + limit > kOriginLimit) return std::nullopt;
  next.snapshot_ = next.make_snapshot(revision);
  if (!passes_all_tests(*base_->document, *next.snapshot_)) return std::nullopt;
  return changed;
}

SnapshotPtr ChangeablePolicy::make_snapshot(const std::string& revision) const {
  TextList added;
  ExactKeys removed{.bytes = list().bytes()};
  for (const auto& [origin, is_added] : stands_) {
    if (is_added) {
      added.add(origin);
    } else {
      removed.offsets.push_back(list().offset(*index_of(origin)));
    }
  }
  const ExactKeys added_keys = keys_of(added);
  const std::uint64_t seed = OriginSet::random_seed();
  Snapshot::OriginSets sets;
  for (const CompiledCors* cors : granting(*base_->snapshot)) {
    auto& set = sets[cors->origins.get()];
    if (!set) set = OriginSet::change(*cors->origins, added_keys, removed, seed);
  }
  return Snapshot::with_origins(*base_->snapshot, sets, revision);
}

Policy ChangeablePolicy::document() const {
  std::vector<std::size_t> removed;
  std::size_t added_bytes = 0;
  for (const auto& [origin, is_added] : stands_) {
    if (is_added) {
      added_bytes += origin.size();
    } else {
      removed.push_back(*index_of(origin));
    }
  }
  std::sort(removed.begin(), removed.end());
  removed.push_back(list().size());
  TextList now;
  now.reserve(list().size() + stands_.size(), list().bytes()->size() + added_bytes);
  auto next_removed = removed.begin();
  std::size_t i = 0;
  for (const std::string_view text : list()) {
    if (i == *next_removed) {
      ++next_removed;
    } else {
      now.add(text, list().place(i));
    }
    ++i;
  }
  for (const auto& [origin, is_added] : stands_) {
    if (is_added) now.add(origin, {.source = source_});
  }
  Policy document = *base_->document;
  document.cors.allowed_origins.replace(std::move(now));
  document.revision = snapshot_->revision();
  return document;
}

}  // namespace corsac
