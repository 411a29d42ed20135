#pragma once

// A policy in force whose long list of origins changes a little, without any work in its size.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "corsac/policy/origin_changes.hpp"
#include "corsac/policy/policy.hpp"
#include "corsac/policy/snapshot.hpp"

namespace corsac {

// The document and the snapshot as they were read, and what came and went since: a change makes
// another snapshot, whose tables are the earlier ones and two small ones (OriginSet::change).
//
// Only what needs no compiler is changed so: plain origins, of which a compiler says nothing, and
// that no other part of the document grants as well. So a snapshot that was changed decides as one
// compiled from document() would, and the warnings of the document stay as they are. What is left
// to the next document that is compiled are hints alone: an added origin is no near miss for
// others, and the index in the path of a warning is the one in the list as it was read.
//
// Immutable; safe from any thread. Copies share document and tables.
class ChangeablePolicy {
 public:
  // More changes than this, or than a sixteenth of the list, are none of a few.
  static constexpr std::size_t kChangeLimit = 50'000;

  // Nothing when it is none of these: a list that is long enough to have a table of its own and
  // repeats nothing, no origins file, no records, no "*", a hundred tests at most. `snapshot` is
  // what `document` compiled to.
  [[nodiscard]] static std::optional<ChangeablePolicy> of(Policy document, SnapshotPtr snapshot);

  struct Changed;
  // With these changes, in the state `revision`. Nothing = the whole document must be read: an
  // origin that is no plain one, or an http one where credentials may go with it; one that stands
  // in another source, too; another source than the changes before; too many changes; a test that
  // fails now.
  [[nodiscard]] std::optional<Changed> changed(const OriginChanges& changes,
                                               const std::string& revision) const;

  [[nodiscard]] const SnapshotPtr& snapshot() const noexcept { return snapshot_; }
  // How many origins came and went since the document was read.
  [[nodiscard]] std::size_t change_count() const noexcept { return stands_.size(); }
  // The whole document as it is now, which others may see: written anew, in the time and memory
  // that a list of this length takes. Added origins stand last.
  [[nodiscard]] Policy document() const;

 private:
  struct Base {
    std::shared_ptr<const Policy> document = {};
    SnapshotPtr snapshot = {};
    std::shared_ptr<const OriginSet> listed = {};  // of [cors]
    bool takes_http = false;                       // no credentials anywhere
  };

  ChangeablePolicy() = default;
  [[nodiscard]] const TextList& list() const noexcept {
    return base_->document->cors.allowed_origins.values();
  }
  enum class Stands : unsigned char { Nowhere, Here, Elsewhere };
  [[nodiscard]] Stands stood(std::string_view origin) const noexcept;
  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view origin) const noexcept;
  [[nodiscard]] SnapshotPtr make_snapshot(const std::string& revision) const;

  std::shared_ptr<const Base> base_ = {};
  std::uint8_t source_ = 0;  // of the changes; 0 = there were none
  // What is otherwise than in the list of the base: true = it came, false = it went.
  std::map<std::string, bool, std::less<>> stands_ = {};
  SnapshotPtr snapshot_ = {};
};

struct ChangeablePolicy::Changed {
  ChangeablePolicy policy;
  OriginChangeCounts counts = {};  // of those that were none of the list, or were, before
};

}  // namespace corsac
