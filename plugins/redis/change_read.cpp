// Entry: follow_changes. Spec: plugins/README.md, "Changes of origins". Tests:
// tests/plugins/redis_changes_test.cpp, redis_changes_race_test.cpp.
//
// A store that changes again and again while it is read is told as the log has it: the next call
// finds the rest.
//
// Why an entry is not enough. Whoever changes by hand may raise the revision without an entry: the
// chain breaks. Or write an entry and no revision: the chain does not end at the key's. Or neither:
// the policy is compared, and the sizes of the set and of the hash with what they must be; what
// keeps all of that (one origin in another's place) is found by the next whole read, which comes
// after full_read_seconds at the latest. Redis itself changes set, revision and log in one step,
// and a replica takes that step whole, so after a fail-over the log fits its revision, and the
// chain from one that is lost is not found.

#include "change_read.hpp"

#include <string_view>
#include <utility>

#include "log_read.hpp"
#include "text_key.hpp"

namespace corsac::redis_store {
namespace {

constexpr int kPasses = 3;

class Following {
 public:
  Following(Connection& connection, const RedisSettings& settings, const KnownDocument& known,
            const Waiter& waiter)
      : connection_(connection), settings_(settings), known_(known), waiter_(waiter) {}

  Outcome<std::optional<FollowedChanges>> run() {
    for (int passes_left = kPasses - 1;; --passes_left) {
      auto before = revision();
      if (!before) return std::move(before.fault());
      auto followed = follow_to(*before);
      if (!followed) return followed;
      auto fit = *followed ? fit_of(**followed) : Fit{};
      if (!fit) return std::move(fit.fault());
      auto after = revision();
      if (!after) return std::move(after.fault());
      const bool is_settled = *before == *after;
      if (!is_settled && passes_left > 0) continue;
      const bool is_told = is_settled ? fit->to_keys : fit->to_log;
      return is_told ? std::move(followed) : std::optional<FollowedChanges>();
    }
  }

 private:
  // Whether what was followed fits all else that is known; the set as it is now, or as the log says
  // that it was in that revision.
  struct Fit {
    bool to_keys = false;
    bool to_log = false;
  };

  Outcome<std::string> revision() {
    return read_revision(connection_, settings_.keys, settings_.limit_bytes, waiter_);
  }

  Outcome<std::optional<FollowedChanges>> follow_to(const std::string& now) {
    if (now.empty() || is_made_up(now)) return std::optional<FollowedChanges>();
    FollowedChanges followed{now, std::nullopt, known_.mark.origins};
    if (now != known_.revision) {
      followed.chain.emplace(known_.revision, now);
      if (auto fault =
              read_log(connection_, settings_.keys, 2 * kLogBytesLimit, waiter_, *followed.chain)) {
        return *std::move(fault);
      }
      if (followed.chain->state() != ChangeChain::State::Whole) {
        return std::optional<FollowedChanges>();
      }
      followed.chain->each_change([&](const plugin::OriginChange& change) {
        change.is_added ? followed.origins.add(change.origin)
                        : followed.origins.remove(change.origin);
      });
    }
    return std::optional(std::move(followed));
  }

  // A list of origins that comes into being or goes is a change of more than its elements.
  [[nodiscard]] bool is_list_kept(const FollowedChanges& followed) const {
    return (known_.mark.origins.count == 0) == (followed.origins.count == 0);
  }

  Outcome<Fit> fit_of(const FollowedChanges& followed) {
    if (!is_list_kept(followed)) return Fit{};
    auto origins = read_size(connection_, "SCARD", settings_.keys.origins, waiter_);
    if (!origins) return std::move(origins.fault());
    auto records = read_size(connection_, "HLEN", settings_.keys.records, waiter_);
    if (!records) return std::move(records.fault());
    if (static_cast<std::size_t>(*records) != known_.mark.record_count) return Fit{};
    auto json = read_text(connection_, settings_.keys.policy, settings_.limit_bytes, waiter_);
    if (!json) return std::move(json.fault());
    if (!*json || content_hash(**json) != known_.mark.json_hash) return Fit{};
    const auto& chain = followed.chain;
    return Fit{static_cast<std::size_t>(*origins) == followed.origins.count &&
                   !(chain && chain->has_newer()),
               chain && chain->origin_count() == followed.origins.count};
  }

  Connection& connection_;
  const RedisSettings& settings_;
  const KnownDocument& known_;
  const Waiter& waiter_;
};

}  // namespace

Outcome<std::optional<FollowedChanges>> follow_changes(Connection& connection,
                                                       const RedisSettings& settings,
                                                       const KnownDocument& known,
                                                       const Waiter& waiter) {
  return Following(connection, settings, known, waiter).run();
}

}  // namespace corsac::redis_store
