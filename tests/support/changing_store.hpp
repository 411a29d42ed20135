#pragma once

// A store in this process with a long set of origins, which tells what became of it: the extension
// corsac.store.changes/1 behind the real plugin contract.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "corsac/policy/origin_changes.hpp"
#include "corsac/runtime/store_config.hpp"
#include "corsac/runtime/store_loader.hpp"
#include "corsac_store_changes.h"

namespace corsac::test {

// The source in which the set stands; the document's own one is "changing".
inline constexpr const char* kSetSource = "changing:origins";

// The n-th origin of a set: 40 bytes.
[[nodiscard]] std::string origin_of_set(std::size_t n);

// Safe from any thread.
class ChangingStore {
 public:
  // Begins in revision 1 with `count` origins of origin_of_set.
  explicit ChangingStore(std::size_t count);
  ~ChangingStore();
  ChangingStore(const ChangingStore&) = delete;
  ChangingStore& operator=(const ChangingStore&) = delete;

  [[nodiscard]] LoadedPlugin plugin() const;
  [[nodiscard]] StoreConfig config() const;  // opens this store; short waits, no regular reads

  // What stands beside the set, in the document itself. Each makes a revision of which the store
  // cannot tell what changed.
  void list(std::vector<std::string> origins);
  void allow_credentials();
  void expect_refusal_of(const std::string& origin);  // a [[test]]
  void add_record(const std::string& origin);

  // Changes the set in one step and tells the readers. The answer is the new revision.
  std::string change(std::vector<OriginChange> changes);
  // The same in silence.
  std::string change_unheard(std::vector<OriginChange> changes);
  // Tells the readers.
  void call_changed();
  // What was told so far cannot be told any more.
  void forget_changes();
  // From now on read_changes() does this instead; empty = what it should.
  using ReadChanges =
      std::function<std::int32_t(corsac_text since, const corsac_changes_sink& sink)>;
  void tell_by(ReadChanges read_changes);
  // Reads of documents wait from now on, until release().
  void hold_reads();
  void release_reads();

  [[nodiscard]] std::string revision() const;
  [[nodiscard]] std::size_t reads() const;         // of documents
  [[nodiscard]] std::size_t change_reads() const;  // whatever came of them

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace corsac::test
