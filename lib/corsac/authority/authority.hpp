#pragma once

// Trusted Origins as records: who is trusted, for what, since when, by whom.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/authority/page.hpp"
#include "corsac/authority/record_store.hpp"
#include "corsac/base/clock.hpp"
#include "corsac/base/result.hpp"

namespace corsac {

struct AuthorityOptions {
  std::shared_ptr<const Clock> clock = {};  // empty = the system's
  // 64 hex digits that nobody guesses; empty = make_random_token.
  std::function<std::string()> random_token = {};
  // A store that cannot be read is no error of open(): the authority is unread until a refresh()
  // succeeds.
  bool may_begin_unread = false;
  // Changes that wait for the store at a time; one more is Busy. Each holds a thread of whoever
  // asks for it, and a store may take until its deadline.
  std::size_t waiting_limit = 24;
};

struct AuthorityError {
  enum class Kind : unsigned char {
    NotFound,     // no record has this id
    Invalid,      // `faults` has everything that is wrong
    ReadOnly,     // the store cannot be written
    Unread,       // the store could not be read; nothing was written
    NotWritten,   // the store could not write it now; nothing was written
    Unreachable,  // the store did not answer; perhaps it was written
    Contended,    // others wrote in between, again and again; nothing was written
    Busy,         // too many changes wait for the store; nothing was written
    NotInForce,   // it is kept, but the policy that has it cannot be loaded; detail says why
  };
  Kind kind = Kind::NotFound;
  std::vector<FieldFault> faults = {};
  std::string detail = {};  // of the store: one line, escaped
};

// Safe from any thread. Reads see memory alone and never wait for the store. Changes wait for it,
// one write at a time; those that wait meanwhile share the next one, each checked against those
// before it. A change that was answered is kept, and seen by every read from then on.
class Authority {
 public:
  // Reads the store (never null). The error side: why it could not be read.
  [[nodiscard]] static Result<std::shared_ptr<Authority>, std::string> open(
      std::unique_ptr<RecordStore> store, AuthorityOptions options = {});
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // Why the store was never read; nothing once it was. An unread authority knows no record, which
  // is not the same as that there is none: whoever asks must be told.
  [[nodiscard]] std::optional<AuthorityError> why_unread() const;

  // Null without one.
  [[nodiscard]] RecordPtr find(std::string_view id) const;
  [[nodiscard]] Page find_page(const PageQuery& query) const;
  // What of the records that the store had last nobody made through an authority: names or origins
  // that stand in several, one sentence for a log. Empty = none.
  [[nodiscard]] std::string repeated() const;

  // What is answered is the record after the change. `by` is who asks, for createdBy and
  // lastUpdatedBy.
  //
  // A new record is ACTIVE; a `status` of INACTIVE is a fault. Name and origin are compared byte
  // for byte with those of all records.
  [[nodiscard]] Result<RecordPtr, AuthorityError> create(const RecordInput& input,
                                                         std::string_view by);
  // Name, origin and scopes; the status only when `input` has one. An expiry stays.
  [[nodiscard]] Result<RecordPtr, AuthorityError> replace(std::string_view id,
                                                          const RecordInput& input,
                                                          std::string_view by);
  // A record that is so already, in the store too, stays as it is, times too, and nothing is
  // written.
  [[nodiscard]] Result<RecordPtr, AuthorityError> set_status(std::string_view id,
                                                             TrustedOrigin::Status status,
                                                             std::string_view by);
  // The record that is gone now; of any status.
  [[nodiscard]] Result<RecordPtr, AuthorityError> remove(std::string_view id);

  // Reads the store again, for what others wrote. The error side: why it could not be read; then
  // nothing changes.
  [[nodiscard]] Result<void, std::string> refresh();

 private:
  struct State;
  explicit Authority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace corsac
