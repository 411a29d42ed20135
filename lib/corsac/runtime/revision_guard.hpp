#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace corsac {

// How long a revision that went back is looked at before it counts.
inline constexpr std::chrono::seconds kSecondLookAfter{5};

// Whether a document may be taken whose revision is older than the last one: design, 6
// "Supervisor". A replica that lags answers so for a moment, and so does what is left after a
// fail-over or a restore. Only revisions of the form `counter:nonce` have an order; what follows a
// `~` in them is not looked at. Knows no clock; not thread-safe.
class RevisionGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class Answer : unsigned char {
    Take,
    TakeOlder,  // it went back (a lower counter, or the same one with another nonce), and counts
    LookAgain,  // it went back: read again kSecondLookAfter from the first such answer
  };
  // A document in the state `revision` was read, also when it is the one that was judged. TakeOlder
  // when the connection was lost since the last call, or when the answers have been older for
  // kSecondLookAfter.
  [[nodiscard]] Answer judge(std::string_view revision, Time now);
  // That document was judged, whatever came of it: later ones are compared with it.
  void note_judged(std::string revision) { judged_ = std::move(revision); }
  // The place answered, and not with a document: what was older before it must be so again.
  void note_no_document() noexcept { older_since_.reset(); }
  // The place could not be reached, or the next answer is another server's.
  void note_lost() noexcept { is_lost_ = true; }

  [[nodiscard]] const std::string& judged() const noexcept { return judged_; }

 private:
  std::string judged_ = {};
  bool is_lost_ = false;
  std::optional<Time> older_since_ = {};  // the answers since then are all older
};

}  // namespace corsac
