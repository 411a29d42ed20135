// The meeting place of the two threads of a forward: bounded, in time, and ended from both sides.

#include "corsac/adapter/forward_exchange.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace corsac {
namespace {

using std::chrono::milliseconds;
using Taken = ForwardExchange::Taken;

constexpr milliseconds kLong{10'000};
constexpr milliseconds kShort{20};

Forward with_limits(milliseconds answer, milliseconds idle, milliseconds total) {
  return {.answer_limit = answer, .idle_limit = idle, .total_limit = total};
}

// An upstream's thread that does `work` and ends.
template <class Work>
std::thread upstream(ForwardExchange& exchange, Work work) {
  return std::thread([&exchange, work] {
    work(exchange);
    exchange.end();
  });
}

TEST(ForwardExchange, PassesAHeadAndEveryByteInOrder) {
  const Forward forward = with_limits(kLong, kLong, kLong);
  ForwardExchange exchange(forward);
  constexpr int kPieces = 3000;
  const std::string piece(1000, 'x');
  std::thread thread = upstream(exchange, [&piece](ForwardExchange& to) {
    if (!to.put_head({.status = 200, .has_body = true})) return;
    for (int i = 0; i < kPieces; ++i) {
      if (!to.put(piece)) return;
    }
  });
  const ForwardHead* head = exchange.wait_for_head(kLong);
  ASSERT_NE(head, nullptr);
  EXPECT_EQ(head->status, 200);
  std::size_t total = 0, largest = 0;
  std::string bytes;
  Taken taken = exchange.take(bytes, kLong);
  for (; taken == Taken::Bytes; taken = exchange.take(bytes, kLong)) {
    total += bytes.size();
    largest = std::max(largest, bytes.size());
  }
  EXPECT_EQ(taken, Taken::Whole);
  EXPECT_EQ(total, kPieces * piece.size());
  EXPECT_LE(largest, std::size_t{256} * 1024 + piece.size());  // whatever the upstream sends
  exchange.cut_and_wait();
  thread.join();
}

TEST(ForwardExchange, EndsAnUpstreamThatWaitsForRoom) {
  const Forward forward = with_limits(kLong, kLong, kLong);
  ForwardExchange exchange(forward);
  bool was_wanted = true;
  std::thread thread = upstream(exchange, [&was_wanted](ForwardExchange& to) {
    const std::string piece(100'000, 'x');
    while (was_wanted) was_wanted = to.put(piece);
  });
  exchange.cut_and_wait();
  thread.join();
  EXPECT_FALSE(was_wanted);
}

TEST(ForwardExchange, GivesUpAfterItsLimits) {
  struct Row {
    const char* desc;
    Forward forward;
    bool sends_head;
    bool drips;
  };
  const Row rows[] = {
      {"no head", with_limits(kShort, kLong, kLong), false, false},
      {"no head in all", with_limits(kLong, kLong, kShort), false, false},
      {"no bytes", with_limits(kLong, kShort, kLong), true, false},
      {"bytes without end", with_limits(kLong, kLong, kShort), true, true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    ForwardExchange exchange(row.forward);
    std::thread thread = upstream(exchange, [&row](ForwardExchange& to) {
      if (row.sends_head) static_cast<void>(to.put_head({.status = 200, .has_body = true}));
      while (to.put(row.drips ? "x" : "")) std::this_thread::yield();
    });
    const ForwardHead* head = nullptr;
    while (head == nullptr && exchange.failure() == ForwardFailure::None) {
      head = exchange.wait_for_head(kLong);
    }
    EXPECT_EQ(head != nullptr, row.sends_head);
    std::string bytes;
    while (head != nullptr && exchange.take(bytes, kLong) != Taken::Failed) {
    }
    EXPECT_EQ(exchange.failure(), ForwardFailure::TooLate);
    exchange.cut_and_wait();
    thread.join();
  }
}

TEST(ForwardExchange, TellsAFailureAfterTheBytesBeforeIt) {
  const Forward forward = with_limits(kLong, kLong, kLong);
  ForwardExchange exchange(forward);
  EXPECT_TRUE(exchange.put_head({.status = 200, .has_body = true}));
  EXPECT_TRUE(exchange.put("half"));
  exchange.fail(ForwardFailure::Broken);
  exchange.fail(ForwardFailure::NotReached);
  exchange.end();
  std::string bytes;
  EXPECT_EQ(exchange.take(bytes, kLong), Taken::Bytes);
  EXPECT_EQ(bytes, "half");
  EXPECT_EQ(exchange.take(bytes, kLong), Taken::Failed);
  EXPECT_EQ(exchange.failure(), ForwardFailure::Broken);
}

TEST(ForwardExchange, ReadsTheBodyOnceAndNeverBehindTheHead) {
  const Forward forward = with_limits(kLong, kLong, kLong);
  ForwardExchange once(forward);
  EXPECT_TRUE(once.begin_upload());
  EXPECT_FALSE(once.begin_upload());
  ForwardExchange behind(forward);
  EXPECT_TRUE(behind.put_head({.status = 413}));
  EXPECT_FALSE(behind.begin_upload());
}

TEST(ForwardExchange, AnUpstreamThatSaysNothingIsBroken) {
  const Forward forward = with_limits(kLong, kLong, kLong);
  ForwardExchange exchange(forward);
  exchange.end();
  EXPECT_EQ(exchange.wait_for_head(kLong), nullptr);
  EXPECT_EQ(exchange.failure(), ForwardFailure::Broken);
}

}  // namespace
}  // namespace corsac
