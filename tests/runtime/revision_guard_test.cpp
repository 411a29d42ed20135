#include "corsac/runtime/revision_guard.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::seconds;
using Answer = RevisionGuard::Answer;

constexpr RevisionGuard::Time kStart{seconds(1'000)};

TEST(RevisionGuard, KnowsWhatWentBack) {
  struct Row {
    const char* desc;
    std::string before;
    std::string now;
    Answer answer;
  };
  const Row rows[] = {
      {"the first", "", "7:a", Answer::Take},
      {"a higher counter", "7:a", "8:a", Answer::Take},
      {"a counter of more digits", "9:a", "10:a", Answer::Take},
      {"a lower counter", "10:a", "9:b", Answer::LookAgain},
      {"the same counter, another nonce", "7:a", "7:b", Answer::LookAgain},
      {"the same counter and nonce, other content", "7:a", "7:a~0f", Answer::Take},
      {"back to what the revision belongs to", "7:a~0f", "7:a", Answer::Take},
      {"the same counter, another nonce, other content", "7:a~0f", "7:b~0f", Answer::LookAgain},
      {"no counter any more", "7:a", "content:0f", Answer::Take},
      {"a counter for the first time", "content:0f", "7:a", Answer::Take},
      {"numbers without a nonce have no order", "8", "7", Answer::Take},
      {"nor with an empty one", "8:a", "7:", Answer::Take},
      {"nor beyond 64 bits", "99999999999999999999:a", "7:a", Answer::Take},
      {"nor below zero", "7:a", "-1:a", Answer::Take},
  };
  for (const Row& row : rows) {
    RevisionGuard guard;
    guard.note_judged(row.before);
    EXPECT_EQ(guard.judge(row.now, kStart), row.answer) << row.desc;
  }
}

TEST(RevisionGuard, TakesAnOlderOneAtTheSecondLook) {
  RevisionGuard guard;
  guard.note_judged("7:a");
  EXPECT_EQ(guard.judge("5:b", kStart), Answer::LookAgain);
  EXPECT_EQ(guard.judge("5:b", kStart + seconds(4)), Answer::LookAgain) << "too soon";
  EXPECT_EQ(guard.judge("6:c", kStart + seconds(5)), Answer::TakeOlder) << "older still";
  guard.note_judged("6:c");
  EXPECT_EQ(guard.judge("7:d", kStart + seconds(6)), Answer::Take);
}

TEST(RevisionGuard, ForgetsAnOlderOneThatWasOnlyALag) {
  RevisionGuard guard;
  guard.note_judged("7:a");
  EXPECT_EQ(guard.judge("5:b", kStart), Answer::LookAgain);
  EXPECT_EQ(guard.judge("7:a", kStart + seconds(3)), Answer::Take);
  EXPECT_EQ(guard.judge("5:b", kStart + seconds(6)), Answer::LookAgain) << "a new first look";
}

TEST(RevisionGuard, TakesAnOlderOneAtOnceAfterALoss) {
  RevisionGuard guard;
  guard.note_judged("7:a");
  guard.note_lost();
  EXPECT_EQ(guard.judge("7:b", kStart), Answer::TakeOlder);
  guard.note_judged("7:b");
  EXPECT_EQ(guard.judge("6:c", kStart), Answer::LookAgain) << "the loss is spent";
  guard.note_lost();
  EXPECT_EQ(guard.judge("6:c", kStart + seconds(1)), Answer::TakeOlder);

  guard.note_judged("6:c");
  guard.note_lost();
  EXPECT_EQ(guard.judge("8:d", kStart), Answer::Take);
  guard.note_judged("8:d");
  EXPECT_EQ(guard.judge("7:e", kStart), Answer::LookAgain) << "spent by a newer one, too";
}

}  // namespace
}  // namespace corsac
