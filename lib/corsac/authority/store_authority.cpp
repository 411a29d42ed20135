// Entry: open_authority. Test: tests/authority/store_authority_test.cpp.

#include "corsac/authority/store_authority.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "corsac/authority/record_follower.hpp"
#include "corsac/authority/store_records.hpp"

namespace corsac {
namespace {

std::string first_error_of(const Report& report) {
  for (const Problem& problem : report.problems()) {
    if (problem.severity != Severity::Error) continue;
    const std::string place = place_text(problem.place, report.sources());
    return (place.empty() ? "" : place + ": ") + problem.what;
  }
  return {};
}

// Brings what was written into force before the authority answers it.
class EffectiveRecords final : public RecordStore {
 public:
  EffectiveRecords(std::unique_ptr<RecordStore> store, std::shared_ptr<Gate> gate,
                   std::chrono::milliseconds deadline)
      : store_(std::move(store)), gate_(std::move(gate)), deadline_(deadline) {}

  Result<StoredRecords, std::string> load() override { return store_->load(); }
  RecordWrite write(std::span<const RecordChange> changes, const AllRecords& all,
                    std::string_view expected) override {
    RecordWrite write = store_->write(changes, all, expected);
    if (write.status != RecordWrite::Status::Ok) return write;
    const Report report = gate_->reload_and_wait(deadline_);
    if (!report.has_errors()) return write;
    gate_->withdraw(withdrawals_of(changes));
    write.why_not_in_force = first_error_of(report);
    return write;
  }

 private:
  static std::vector<RecordWithdrawal> withdrawals_of(std::span<const RecordChange> changes) {
    std::vector<RecordWithdrawal> withdrawals;
    for (const RecordChange& change : changes) {
      if (change.before == nullptr) continue;
      RecordWithdrawal& withdrawal = withdrawals.emplace_back();
      withdrawal.before = *change.before;
      if (change.record != nullptr) withdrawal.after = *change.record;
    }
    return withdrawals;
  }

  const std::unique_ptr<RecordStore> store_;
  const std::shared_ptr<Gate> gate_;
  const std::chrono::milliseconds deadline_;
};

// The follower ends first.
struct Followed {
  std::shared_ptr<Authority> authority = {};
  std::unique_ptr<RecordFollower> follower = {};
};

}  // namespace

Result<std::shared_ptr<Authority>, Report> open_authority(StoreConfig config,
                                                          StoreAuthorityOptions options) {
  const auto notice = std::make_shared<ChangeNotice>();
  const std::chrono::seconds refresh = config.refresh;
  auto records = StoreRecords::open(
      std::move(config), [notice] { notice->tell(); }, options.log);
  if (!records) return fail(std::move(records.error()));
  std::unique_ptr<RecordStore> store = std::move(*records);
  if (options.gate) {
    store = std::make_unique<EffectiveRecords>(std::move(store), std::move(options.gate),
                                               options.gate_deadline);
  }
  options.authority.may_begin_unread = true;
  auto authority = Authority::open(std::move(store), std::move(options.authority));
  if (!authority) {
    return fail(Report({{.code = "store-not-opened", .what = std::move(authority.error())}}));
  }
  const auto followed = std::make_shared<Followed>();
  followed->authority = std::move(*authority);
  followed->follower = std::make_unique<RecordFollower>(*followed->authority, notice, refresh,
                                                        std::move(options.log));
  return std::shared_ptr<Authority>(followed, followed->authority.get());
}

}  // namespace corsac
