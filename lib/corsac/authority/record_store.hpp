#pragma once

// Where records are kept. The authority holds them in memory and is the only one that decides; a
// store keeps what it is given, and notices when somebody else wrote in between.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/authority/record.hpp"
#include "corsac/base/result.hpp"

namespace corsac {

struct RecordChange {
  std::string id = {};
  RecordPtr record = {};  // with that id; null = the record goes
  RecordPtr before = {};  // null = there was none
};

struct StoredRecords {
  std::string revision = {};
  // As they are kept; a record without an id, or without times, gets them from the authority.
  std::vector<TrustedOrigin> records = {};
};

struct RecordWrite {
  enum class Status : unsigned char {
    Ok,           // all changes are kept, whatever happens to this process; `revision` is the new
    Conflict,     // nothing was written: the store is in another revision
    ReadOnly,     // nothing was written: the store, or these credentials, cannot write
    NotWritten,   // nothing was written: the store is not there, has no room or no time
    Unreachable,  // perhaps written, all or nothing: the next load tells
  };
  Status status = Status::Unreachable;
  std::string revision = {};
  std::string detail = {};  // for people, one line, escaped; no secrets
  // Of Ok: why what was added is not in force yet; empty = it is. What was taken away is.
  std::string why_not_in_force = {};
};

// All records as they are after the changes of a write, for stores that keep them in one piece.
// Only during the call.
using AllRecords = std::function<std::vector<RecordPtr>()>;

// The authority calls it from one thread at a time, and holds no lock that a reader waits for. Both
// calls may block; a store has deadlines of its own.
class RecordStore {
 public:
  virtual ~RecordStore() = default;
  // Everything there is, as of one revision. The error side: why not, as `detail` above.
  [[nodiscard]] virtual Result<StoredRecords, std::string> load() = 0;
  // All of the changes in one step, or none, when the store is in the revision `expected`. They
  // stand in their order; where an id stands in several of them the last one counts.
  [[nodiscard]] virtual RecordWrite write(std::span<const RecordChange> changes,
                                          const AllRecords& all, std::string_view expected) = 0;
};

}  // namespace corsac
