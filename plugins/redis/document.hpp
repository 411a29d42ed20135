#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "connection.hpp"
#include "fault.hpp"
#include "member_list.hpp"
#include "record_list.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

// What a document is known by, without its texts: the same for the same document.
struct DocumentMark {
  std::uint64_t json_hash = 0;
  std::uint64_t record_hash = 0;
  std::uint64_t record_count = 0;
  MemberSum origins = {};

  // Of all of it.
  [[nodiscard]] std::uint64_t hash() const noexcept;
  friend bool operator==(const DocumentMark&, const DocumentMark&) = default;
};

// What the keys hold.
struct Document {
  std::string json = {};
  MemberList origins = {};  // settled
  RecordList records = {};  // settled
  // Of the key, as it was before the rest was read, or after it where the log led there; empty = no
  // key.
  std::string revision = {};
  bool is_settled = true;  // false = it was written again and again while it was read

  // There is nothing, not even a revision.
  [[nodiscard]] bool is_empty() const;
  // Of what is handed over.
  [[nodiscard]] DocumentMark mark() const;
};

// What is read of it: all (without what only_policy leaves out), or the hash of records alone.
enum class Parts : unsigned char { All, Records };

// Reads revision, data, revision; when the two differ, and the log of changes does not tell what
// that was, again, twice at most, and then what was read is answered as not settled. At most
// `settings.limit_bytes` in one pass (redis-too-large). Other codes besides those of commands:
// redis-key-missing (there is no policy: that is no empty one; of records there may be none),
// redis-revision (no text of at most 200 printable bytes).
[[nodiscard]] Outcome<Document> read_document(Connection& connection, const RedisSettings& settings,
                                              Parts parts, const Waiter& waiter);

}  // namespace corsac::redis_store
