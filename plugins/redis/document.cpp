// Entry: read_document. Spec: design, 6 "redis". Test: tests/plugins/redis_store_test.cpp.
//
// Set and hash are read in pieces, so that Redis serves others in between; a scan repeats and
// misses members that change meanwhile, and only the revision tells whether any did, and the log of
// changes which.

#include "document.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "change_log.hpp"
#include "log_read.hpp"
#include "text_key.hpp"

namespace corsac::redis_store {
namespace {

constexpr int kPasses = 3;
constexpr std::string_view kScanCount = "1000";  // 3 to 5 ms of Redis' time for each piece

class Pass {
 public:
  Pass(Connection& connection, const RedisSettings& settings, const Waiter& waiter)
      : connection_(connection),
        settings_(settings),
        waiter_(waiter),
        begun_at_(connection.received_bytes()) {}

  [[nodiscard]] Outcome<Document> read(Parts parts) {
    Document document;
    auto before = revision();
    if (!before) return std::move(before.fault());
    if (parts == Parts::All) {
      auto policy = text_of(settings_.keys.policy);
      if (!policy) return std::move(policy.fault());
      if (!*policy) return missing_policy(*before);
      document.json = **std::move(policy);
      if (!settings_.only_policy) {
        if (auto fault = scan_origins(document.origins)) return *std::move(fault);
      }
    }
    if (parts == Parts::Records || !settings_.only_policy) {
      if (auto fault = scan_records(document.records)) return *std::move(fault);
    }
    auto after = revision();
    if (!after) return std::move(after.fault());
    document.is_settled = *before == *after;
    document.revision = *std::move(before);
    if (!document.is_settled && parts == Parts::All && !settings_.only_policy) {
      if (auto fault = settle_by_log(document, *after)) return *std::move(fault);
    }
    return document;
  }

 private:
  // What the whole pass may still get.
  [[nodiscard]] std::size_t bytes_left() const {
    const std::size_t used = connection_.received_bytes() - begun_at_;
    return settings_.limit_bytes - std::min(settings_.limit_bytes, used);
  }

  Outcome<std::optional<std::string>> text_of(const std::string& key) {
    return read_text(connection_, key, bytes_left(), waiter_);
  }

  Outcome<std::string> revision() {
    return read_revision(connection_, settings_.keys, bytes_left(), waiter_);
  }

  // A key that was mistyped must not look like a policy that says nothing.
  [[nodiscard]] Fault missing_policy(const std::string& revision_there) const {
    return {FaultKind::Invalid, "redis-key-missing",
            "there is no key " + settings_.keys.policy + " in database " +
                std::to_string(settings_.database) + " of " + connection_.name() +
                (revision_there.empty()
                     ? ", and no " + settings_.keys.revision +
                           ": never written, flushed, or another key or database"
                     : ", although there is " + settings_.keys.revision + ": it was deleted"),
            "put a policy there with `corsac push POLICY --to redis://...`, or correct key and "
            "database"};
  }

  // A scan delivers what stood there all the time; what came and went meanwhile the log tells,
  // where nothing else changed. A large set that is changed again and again would never be read
  // else. Steps of people are not taken over: they may have said what they did not do.
  std::optional<Fault> settle_by_log(Document& document, const std::string& now) {
    if (is_made_up(document.revision) || is_made_up(now)) return std::nullopt;
    ChangeChain chain(document.revision, now);
    auto fault = read_log(connection_, settings_.keys, settings_.limit_bytes, waiter_, chain);
    if (fault) {
      const bool is_answered = is_command_refused(*fault) || fault->code == "redis-wrong-type" ||
                               fault->code == "redis-too-large";
      if (!is_answered) return fault;
      return std::nullopt;
    }
    if (chain.state() != ChangeChain::State::Whole || !chain.is_counted()) return std::nullopt;
    std::map<std::string_view, bool> last;
    chain.each_change(
        [&last](const plugin::OriginChange& change) { last[change.origin] = change.is_added; });
    document.origins.set(last);
    if (chain.origin_count() != document.origins.size()) return std::nullopt;
    document.revision = now;
    document.is_settled = true;
    return std::nullopt;
  }

  std::optional<Fault> scan_origins(MemberList& origins) {
    auto fault = scan("SSCAN", settings_.keys.origins, [&](std::vector<Reply>& members) {
      for (const Reply& member : members) origins.add(member.text);
      return true;
    });
    origins.settle();
    return fault;
  }

  std::optional<Fault> scan_records(RecordList& records) {
    auto fault = scan("HSCAN", settings_.keys.records, [&](std::vector<Reply>& pairs) {
      if (pairs.size() % 2 != 0) return false;
      for (std::size_t i = 0; i < pairs.size(); i += 2) {
        records.add(std::move(pairs[i].text), std::move(pairs[i + 1].text));
      }
      return true;
    });
    records.settle();
    return fault;
  }

  // All pieces of a scan; `take` gets texts, and says whether so many may be one piece.
  template <class Take>
  std::optional<Fault> scan(std::string_view command, const std::string& key, Take take) {
    std::string cursor = "0";
    do {
      auto reply = connection_.ask_for_data({command, key, cursor, "COUNT", kScanCount}, waiter_,
                                            bytes_left());
      if (!reply) return std::move(reply.fault());
      if (!reply->is_list_of_at_least(2) || !reply->elements[0].is_text() ||
          reply->elements[1].kind != Reply::Kind::List) {
        return shape_fault(connection_.name(), command);
      }
      std::vector<Reply>& piece = reply->elements[1].elements;
      const bool is_text = std::all_of(piece.begin(), piece.end(),
                                       [](const Reply& element) { return element.is_text(); });
      if (!is_text || !take(piece)) return shape_fault(connection_.name(), command);
      cursor = std::move(reply->elements[0].text);
    } while (cursor != "0");
    return std::nullopt;
  }

  Connection& connection_;
  const RedisSettings& settings_;
  const Waiter& waiter_;
  const std::size_t begun_at_;
};

}  // namespace

bool Document::is_empty() const {
  return json.empty() && origins.size() == 0 && records.size() == 0 && revision.empty();
}

DocumentMark Document::mark() const {
  return {content_hash(json), records.hash(content_hash({})), records.size(), origins.sum()};
}

std::uint64_t DocumentMark::hash() const noexcept {
  std::uint64_t hash = content_hash({});
  for (std::uint64_t number : {json_hash, record_hash, record_count, origins.hash, origins.count}) {
    for (int byte = 0; byte < 8; ++byte, number >>= 8) {
      const char value = static_cast<char>(number & 255);
      hash = content_hash({&value, 1}, hash);
    }
  }
  return hash;
}

Outcome<Document> read_document(Connection& connection, const RedisSettings& settings, Parts parts,
                                const Waiter& waiter) {
  for (int passes_left = kPasses - 1;; --passes_left) {
    auto document = Pass(connection, settings, waiter).read(parts);
    if (!document || document->is_settled || passes_left == 0) return document;
  }
}

}  // namespace corsac::redis_store
