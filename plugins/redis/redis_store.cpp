// The store plugin "redis": a policy in Redis, for a fleet of servers. Entry: CORSAC_STORE_PLUGIN
// at the end. Tests: tests/plugins/redis_*_test.cpp, through the loader, against a real Redis.
// Settings, keys and rights: plugins/README.md.
//
// Each read makes a connection of its own: what a connection remembers (its login, its database,
// that it broke) is one thing less to be wrong about, and Sentinels are asked each time. Changes
// come through subscriptions on threads of their own.

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <corsac_store_changes.hpp>
#include <corsac_store_plugin.hpp>
#include <corsac_store_records.hpp>
#include <corsac_store_write.hpp>

#include "change_read.hpp"
#include "connection.hpp"
#include "document.hpp"
#include "document_write.hpp"
#include "fault.hpp"
#include "kept_records.hpp"
#include "known_document.hpp"
#include "merging_sink.hpp"
#include "node_identity.hpp"
#include "notices.hpp"
#include "origins_write.hpp"
#include "record_feed.hpp"
#include "record_write.hpp"
#include "server_finder.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {
namespace {

using plugin::Host;
using plugin::LogLevel;
using plugin::Sink;
using plugin::Status;

// A read that a fail-over cuts short begins again, so often.
constexpr int kSwitchTries = 3;

Status status_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::Invalid:
      return Status::Invalid;
    case FaultKind::Cancelled:
      return Status::Cancelled;
    case FaultKind::Unreachable:
    case FaultKind::Denied:
    case FaultKind::ReadOnly:
      break;
  }
  return Status::Unreachable;
}

std::string hexadecimal(std::uint64_t number) {
  std::string digits(16, '0');
  for (std::size_t i = digits.size(); i-- > 0; number >>= 4) {
    digits[i] = "0123456789abcdef"[number & 15];
  }
  return digits;
}

class RedisStore final : public plugin::Store {
 public:
  static constexpr const char* kName = "redis";
  static constexpr const char* kVersion = "1.0";
  static constexpr std::int32_t kRecordsForm = CORSAC_RECORDS_CHANGES;

  static const void* extension(std::string_view name) noexcept {
    if (name == CORSAC_STORE_WRITE_NAME) return plugin::write_table<RedisStore>();
    if (name == CORSAC_STORE_RECORDS_NAME) return plugin::records_table<RedisStore>();
    return name == CORSAC_STORE_CHANGES_NAME ? plugin::changes_table<RedisStore>() : nullptr;
  }

  static plugin::OpenResult open(Host host, plugin::Settings settings) {
    auto read = read_settings(host, settings);
    if (!read) return Status::Invalid;
    return std::make_unique<RedisStore>(host, *std::move(read));
  }

  RedisStore(Host host, RedisSettings settings)
      : host_(host),
        settings_(std::move(settings)),
        reading_(settings_),
        notices_(host_, settings_, [this] {
          ++switch_count_;
          pipe_.wake();
        }) {}

  Status read(Sink& sink) override {
    sink.source("redis " + settings_.keys.policy);
    auto document = read_despite_switches(Parts::All);
    if (!document) return report(document.fault(), sink);
    if (!document->is_settled) ask_for_another_read();
    const Status status = hand_over(*document, sink);
    if (status != Status::Ok) return status;
    sink.finish(revision_of(*document));
    return sink.is_stopped() ? Status::Cancelled : Status::Ok;
  }

  void interrupt() override { pipe_.wake(); }

  // The extension corsac.store.write/1.
  Status put_document(std::string_view json, std::string_view expected, std::string& revision) {
    const Waiter waiter = begin_call();
    // Servers with this limit would not read it.
    if (json.size() > settings_.limit_bytes) {
      return report_write(too_large_fault(json.size()), Written::Nothing);
    }
    auto connection = reading_.connect(waiter);
    if (!connection) return report_write(connection.fault(), Written::Nothing);
    show_progress_of(*connection);
    if (is_made_up(expected)) return put_over_read(*connection, json, expected, revision, waiter);
    return report_write_of(*connection,
                           write_document(*connection, settings_.keys, json, expected, waiter),
                           revision, waiter);
  }

  // The extension corsac.store.records/1.
  Status read_records(Sink& sink) {
    if (settings_.only_policy) {
      host_.failed(failure_of(only_policy_fault("trusted origins")));
      return Status::ReadOnly;
    }
    sink.source("redis " + settings_.keys.records);
    auto document = read_despite_switches(Parts::Records);
    if (!document) return report(document.fault(), sink);
    if (!document->is_settled) ask_for_another_read();
    kept_ = kept_in(*document);
    RecordFeed records(host_, document->records, settings_.keys.records);
    sink.integer("version", 1);  // of the core's document; the hash has none
    sink.begin_list("trusted_origins");
    const std::string faults = records.feed_despite_faults(sink);
    sink.end_list();
    if (!faults.empty()) host_.log(LogLevel::Error, faults);
    sink.finish(kept_->name());
    return sink.is_stopped() ? Status::Cancelled : Status::Ok;
  }

  Status put_records(const plugin::RecordChanges& changes, std::string_view /*all*/,
                     std::string_view expected, std::string& revision) {
    if (settings_.only_policy) {
      return report_write(only_policy_fault("trusted origins"), Written::Nothing);
    }
    if (const auto fault = oversize_fault(changes, settings_.limit_bytes)) {
      return report_write(*fault, Written::Nothing);
    }
    const Waiter waiter = begin_call();
    auto connection = reading_.connect(waiter);
    if (!connection) return report_write(connection.fault(), Written::Nothing);
    show_progress_of(*connection);
    // Whoever opened the store again may expect a revision of before.
    if (!kept_ || kept_->name() != expected) {
      auto document = read_document(*connection, settings_, Parts::Records, waiter);
      if (!document) return report_write(document.fault(), Written::Nothing);
      kept_ = kept_in(*document);
      if (kept_->name() != expected) return Status::Conflict;
    }
    auto result =
        write_records(*connection, settings_, changes, kept_->revision, kept_->records, waiter);
    if (!result) {
      return report_write(write_fault_of(*connection, std::move(result.fault()), waiter),
                          Written::Perhaps);
    }
    if (!result->is_written) return Status::Conflict;
    Kept kept = *std::exchange(kept_, std::nullopt);
    kept.records.apply(changes);
    kept.revision = std::move(result->revision);
    revision = kept.name();
    kept_ = std::move(kept);
    return Status::Ok;
  }

  // The extension corsac.store.changes/1.
  Status read_changes(std::string_view since, plugin::ChangesSink& sink) {
    const bool is_known = !since.empty() && since == known_.revision;
    const bool is_too_long_ago =
        std::chrono::steady_clock::now() - known_.read_at > settings_.full_read;
    if (settings_.only_policy || !is_known || is_too_long_ago || notices_.is_connection_lost()) {
      return Status::Conflict;
    }
    const Waiter waiter = begin_call();
    auto followed = follow_once(waiter);
    if (!followed) return report_changes(followed.fault());
    if (!*followed) return Status::Conflict;
    FollowedChanges& changes = **followed;
    sink.source("redis " + settings_.keys.origins);
    if (changes.chain) {
      changes.chain->each_change(
          [&sink](const plugin::OriginChange& change) { sink.origin(change); });
    }
    if (!sink.finish(changes.revision)) return Status::Cancelled;
    if (changes.chain) is_right_missed_ = false;  // without one the log was not asked for
    known_.revision = std::move(changes.revision);
    known_.mark.origins = changes.origins;
    return Status::Ok;
  }

  Status change_origins(const plugin::OriginChanges& changes, std::string_view expected,
                        std::string& revision) {
    if (settings_.only_policy) {
      return report_write(only_policy_fault("origins"), Written::Nothing);
    }
    if (const auto fault = fault_of_changes(changes)) {
      return report_write(*fault, Written::Nothing);
    }
    const Waiter waiter = begin_call();
    auto connection = reading_.connect(waiter);
    if (!connection) return report_write(connection.fault(), Written::Nothing);
    show_progress_of(*connection);
    std::optional<std::string_view> in_key;
    if (!expected.empty()) in_key = expected;
    std::optional<Document> before;
    if (is_made_up(expected)) {
      auto named = read_named(*connection, expected, revision, waiter);
      if (!named) return report_write(named.fault(), Written::Nothing);
      if (!*named) return Status::Conflict;
      before = *std::move(named);
      in_key = before->revision;
    }
    return report_write_of(*connection,
                           write_origins(*connection, settings_, changes, in_key, waiter), revision,
                           waiter);
  }

 private:
  // Where Redis' own revision does not vouch for the document: what is there must have that name.
  // Nothing when it has another one, which is told as `revision`.
  Outcome<std::optional<Document>> read_named(Connection& connection, std::string_view name,
                                              std::string& revision, const Waiter& waiter) {
    auto document = read_document(connection, settings_, Parts::All, waiter);
    if (!document) return std::move(document.fault());
    std::string now = revision_of(*document);
    if (document->revision != name && (now != name || !document->is_settled)) {
      revision = std::move(now);
      return std::optional<Document>();
    }
    return std::optional(*std::move(document));
  }

  Status put_over_read(Connection& connection, std::string_view json, std::string_view expected,
                       std::string& revision, const Waiter& waiter) {
    auto before = read_named(connection, expected, revision, waiter);
    if (!before) return report_write(before.fault(), Written::Nothing);
    if (!*before) return Status::Conflict;
    return report_write_of(connection,
                           write_document_over(connection, settings_.keys, json, **before, waiter),
                           revision, waiter);
  }

  // Nothing when they cannot be told.
  Outcome<std::optional<FollowedChanges>> follow_once(const Waiter& waiter) {
    auto connection = reading_.connect(waiter);
    if (!connection) return std::move(connection.fault());
    auto identity = ask_identity(*connection, waiter);
    if (!identity) return std::move(identity.fault());
    // The read of all tells that it is another one.
    if (!identity_ || tell_difference(*identity_, *identity)) {
      return std::optional<FollowedChanges>();
    }
    show_progress_of(*connection);
    return follow_changes(*connection, settings_, known_, waiter);
  }

  // What read_changes answers. What the document has wrong the read of all says.
  Status report_changes(const Fault& fault) {
    if (fault.kind == FaultKind::Cancelled && host_.is_cancelled()) return Status::Cancelled;
    const bool is_refused = is_command_refused(fault);
    if (is_refused && !std::exchange(is_right_missed_, true)) {
      host_.log(LogLevel::Warning,
                "not told which origins changed, all of them are read instead: " + fault.line());
    }
    if (is_refused || fault.kind == FaultKind::Invalid || fault.kind == FaultKind::Cancelled) {
      return Status::Conflict;
    }
    host_.log(LogLevel::Error, fault.line());
    host_.failed(failure_of(fault));
    return Status::Unreachable;
  }

  Status report_write_of(Connection& connection, Outcome<WriteResult> result, std::string& revision,
                         const Waiter& waiter) {
    if (!result) {
      return report_write(write_fault_of(connection, std::move(result.fault()), waiter),
                          Written::Perhaps);
    }
    revision = std::move(result->revision);
    return result->is_written ? Status::Ok : Status::Conflict;
  }

  // The records as they were read or written last.
  struct Kept {
    std::string revision = {};  // of the key; empty = no key
    KeptRecords records;

    // With the hash: what was changed by hand under a revision that stayed is not the same.
    [[nodiscard]] std::string name() const {
      return (revision.empty() ? "no revision" : revision) + kHashMark +
             hexadecimal(records.hash());
    }
  };

  static Kept kept_in(const Document& document) {
    return {document.revision, KeptRecords(document.records)};
  }

  void show_progress_of(Connection& connection) const {
    connection.set_progress(
        [this](std::size_t bytes, std::size_t total) { host_.moved(bytes, total); });
  }

  // Forgets wakes of earlier calls; an interrupt of this one shows in is_cancelled().
  Waiter begin_call() {
    pipe_.drain();
    return {pipe_, host_.deadline(), [this, count = switch_count_.load()] {
              return host_.is_cancelled() || switch_count_ != count;
            }};
  }

  Outcome<Document> read_despite_switches(Parts parts) {
    for (int tries_left = kSwitchTries - 1;; --tries_left) {
      const Waiter waiter = begin_call();
      auto document = read_once(parts, waiter);
      const bool is_switched =
          !document && document.fault().kind == FaultKind::Cancelled && !host_.is_cancelled();
      if (!is_switched) return document;
      if (tries_left == 0) {
        return Fault{FaultKind::Unreachable, "redis-switching",
                     "the primary changes again and again", "look into the logs of the Sentinels"};
      }
    }
  }

  Outcome<Document> read_once(Parts parts, const Waiter& waiter) {
    auto connection = reading_.connect(waiter);
    if (!connection) return std::move(connection.fault());
    auto identity = ask_identity(*connection, waiter);
    if (!identity) return std::move(identity.fault());
    if (identity->role == "sentinel") return sentinel_fault(identity->server);
    show_progress_of(*connection);
    auto document = read_document(*connection, settings_, parts, waiter);
    const bool is_missing =
        document ? document->is_empty() : document.fault().code == "redis-key-missing";
    if (is_missing) {
      if (auto fault = not_synced_fault_of(*identity)) return *std::move(fault);
    }
    // What comes from another node is told by the read that the revisions of are compared.
    if (document && parts == Parts::All) note_identity(*std::move(identity));
    return document;
  }

  void note_identity(NodeIdentity identity) {
    const auto line = identity_ ? tell_difference(*identity_, identity) : std::nullopt;
    if (line) host_.log(LogLevel::Warning, "redis-other-node: " + *line);
    // A revision may go back then; otherwise the core looks a second time.
    const bool is_lost = notices_.take_connection_loss();
    if (line || is_lost) host_.switched();
    identity_ = std::move(identity);
  }

  Status hand_over(const Document& document, Sink& sink) {
    const std::string policy_name = "redis " + settings_.keys.policy;
    const std::string origins_name = "redis " + settings_.keys.origins;
    RecordFeed records(host_, document.records, settings_.keys.records);
    MergingSink merging(sink, document.origins, origins_name, records, policy_name);
    Sink merged(merging.table());
    const Status status = host_.feed_json(merged, document.json);
    if (status != Status::Ok) return status;
    merging.finish();
    if (records.status() != Status::Ok) return records.status();
    return sink.is_stopped() ? Status::Cancelled : Status::Ok;
  }

  void ask_for_another_read() {
    host_.log(LogLevel::Warning,
              "redis-unsettled: the policy changed each time that it was read; what was read last "
              "is taken, and it is read again");
    host_.changed();
  }

  // The key's own, unless what stands there was changed without it.
  std::string revision_of(const Document& document) {
    const DocumentMark mark = document.mark();
    if (document.revision.empty()) return std::string(kContentPrefix) + hexadecimal(mark.hash());
    if (document.is_settled && document.revision != known_.revision) {
      known_ = {document.revision, mark, {}};
    }
    if (document.revision == known_.revision && mark == known_.mark) {
      known_.read_at = std::chrono::steady_clock::now();
      return document.revision;
    }
    if (document.is_settled) {
      host_.log(LogLevel::Warning,
                "redis-revision-not-raised: the policy changed and its revision did not; write "
                "both in one transaction, as plugins/README.md shows");
    }
    return document.revision + kHashMark + hexadecimal(mark.hash());
  }

  // What the read answers. Only what Redis holds is a problem of the document.
  Status report(const Fault& fault, Sink& sink) {
    const Status status = status_of(fault.kind);
    if (status == Status::Invalid) sink.problem(fault.code, fault.what, fault.fix);
    if (status == Status::Unreachable) {
      host_.log(LogLevel::Error, fault.line());
      host_.failed(failure_of(fault));
    }
    return status;
  }

  [[nodiscard]] Fault too_large_fault(std::size_t bytes) const {
    return {FaultKind::Invalid, "redis-too-large",
            "the policy has " + std::to_string(bytes) + " bytes, and limit_bytes allows " +
                std::to_string(settings_.limit_bytes),
            "make it smaller, or raise limit_bytes here and on all servers"};
  }

  static Fault only_policy_fault(const std::string& what) {
    return {FaultKind::ReadOnly, "redis-only-policy",
            "only_policy leaves out the " + what + " that Redis keeps",
            "remove only_policy, or write " + what + " into the policy", "only_policy"};
  }

  [[nodiscard]] plugin::Failure failure_of(const Fault& fault) const {
    const bool is_by_sentinels = fault.setting == "url" && !settings_.sentinels.empty();
    return {fault.code, is_by_sentinels ? "sentinels" : fault.setting, fault.what, fault.fix};
  }

  // What the call had done when it failed.
  enum class Written : unsigned char { Nothing, Perhaps };

  // Nothing was written after ReadOnly, Denied and Invalid.
  Status report_write(const Fault& fault, Written written) {
    if (fault.kind == FaultKind::Cancelled) {
      if (host_.is_cancelled()) return Status::Cancelled;
      return report_write(
          {FaultKind::Unreachable, "redis-switching", "another Redis became the primary meanwhile"},
          written);
    }
    host_.log(LogLevel::Error, fault.line());
    plugin::Failure failure = failure_of(fault);
    failure.has_written_nothing = written == Written::Nothing;
    host_.failed(failure);
    const bool is_refused = fault.kind == FaultKind::ReadOnly || fault.kind == FaultKind::Denied;
    return is_refused ? Status::ReadOnly : status_of(fault.kind);
  }

  const Host host_;
  const RedisSettings settings_;
  const WakePipe pipe_ = {};  // of the call under way
  std::atomic<std::uint64_t> switch_count_{0};

  // Of the store's own thread.
  ServerFinder reading_;
  std::optional<NodeIdentity> identity_ = {};  // of the last read that succeeded
  KnownDocument known_ = {};
  std::optional<Kept> kept_ = {};  // nothing before the first read
  bool is_right_missed_ = false;   // to follow changes; it was told

  Notices notices_;  // last: its threads end before the rest goes
};

}  // namespace
}  // namespace corsac::redis_store

CORSAC_STORE_PLUGIN(corsac::redis_store::RedisStore)
