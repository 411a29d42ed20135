// Entry: open_authority. Test: tests/authority/store_authority_test.cpp.

#include "corsac/authority/store_authority.hpp"

#include <chrono>
#include <utility>

#include "corsac/authority/record_follower.hpp"
#include "corsac/authority/store_records.hpp"

namespace corsac {
namespace {

// Says what was written, before the authority answers it.
class AnnouncedRecords final : public RecordStore {
 public:
  AnnouncedRecords(std::unique_ptr<RecordStore> store, std::function<void()> on_written)
      : store_(std::move(store)), on_written_(std::move(on_written)) {}

  Result<StoredRecords, std::string> load() override { return store_->load(); }
  RecordWrite write(std::span<const RecordChange> changes, const AllRecords& all,
                    std::string_view expected) override {
    RecordWrite write = store_->write(changes, all, expected);
    if (write.status == RecordWrite::Status::Ok && on_written_) {
      try {
        on_written_();
      } catch (...) {  // it was written, whatever becomes of that
      }
    }
    return write;
  }

 private:
  const std::unique_ptr<RecordStore> store_;
  const std::function<void()> on_written_;
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
  auto records = StoreRecords::open(std::move(config), [notice] { notice->tell(); });
  if (!records) return fail(std::move(records.error()));
  options.authority.may_begin_unread = true;
  auto authority = Authority::open(
      std::make_unique<AnnouncedRecords>(std::move(*records), std::move(options.on_written)),
      std::move(options.authority));
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
