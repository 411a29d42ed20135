#include "support/allocation_counter.hpp"

#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace corsac::testing {
namespace {

struct alignas(64) Line {
  char bytes[64];
};

// Clang leaves out a pair of new and delete whose memory nobody else sees.
const void* volatile seen = nullptr;
void show(const void* memory) { seen = memory; }

TEST(AllocationCounter, CountsEveryFormOfNew) {
  const AllocationCounter counter;
  const auto one = std::make_unique<int>(1);
  const auto array = std::make_unique<int[]>(4);
  const auto aligned = std::make_unique<Line>();
  const std::unique_ptr<int> quiet(new (std::nothrow) int(2));
  const std::string text(100, 'x');
  for (const void* memory :
       {static_cast<const void*>(one.get()), static_cast<const void*>(array.get()),
        static_cast<const void*>(aligned.get()), static_cast<const void*>(quiet.get()),
        static_cast<const void*>(text.data())}) {
    show(memory);
  }
  const std::size_t counted = counter.count();
  EXPECT_EQ(counted, 5U);
  EXPECT_EQ(*one + array[0] + aligned->bytes[0] + *quiet, 3);
  EXPECT_EQ(text.size(), 100U);
}

TEST(AllocationCounter, CountsNothingWhereNothingIsAllocated) {
  std::vector<int> numbers;
  numbers.reserve(8);
  const AllocationCounter counter;
  for (int i = 0; i < 8; ++i) numbers.push_back(i);
  const std::string short_text = "short";
  const std::size_t counted = counter.count();
  EXPECT_EQ(counted, 0U);
  EXPECT_EQ(numbers.size() + short_text.size(), 13U);
}

TEST(AllocationCounter, LeavesOtherThreadsOut) {
  std::size_t counted_there = 0;
  std::unique_ptr<int> one;  // outlives the thread, so that the compiler must allocate it
  std::thread other([&counted_there, &one] {
    const AllocationCounter counter;
    one = std::make_unique<int>(1);
    counted_there = counter.count();
  });
  other.join();
  const AllocationCounter counter;
  const std::size_t counted = counter.count();
  EXPECT_EQ(counted_there, 1U);
  EXPECT_EQ(counted, 0U);
  EXPECT_EQ(*one, 1);
}

TEST(FailingAllocations, FailsAfterSoManyAndForItsLifeOnly) {
  std::unique_ptr<int> first;
  bool has_failed = false;
  {
    const FailingAllocations failing(1);
    first = std::make_unique<int>(1);
    try {
      first = std::make_unique<int>(2);
    } catch (const std::bad_alloc&) {
      has_failed = true;
    }
  }
  EXPECT_TRUE(has_failed);
  EXPECT_EQ(*first, 1);
  EXPECT_EQ(*std::make_unique<int>(3), 3);
}

TEST(FailingAllocations, MayBeOneAfterSoMany) {
  fail_one_allocation_after(1);
  std::unique_ptr<int> first = std::make_unique<int>(1);
  bool has_failed = false;
  try {
    first = std::make_unique<int>(2);
  } catch (const std::bad_alloc&) {
    has_failed = true;
  }
  const std::unique_ptr<int> third = std::make_unique<int>(3);
  EXPECT_TRUE(has_failed);
  EXPECT_EQ(*third, 3);
  EXPECT_FALSE(forget_failing_allocation());
  fail_one_allocation_after(1'000'000);
  EXPECT_TRUE(forget_failing_allocation()) << "it was still to come";
}

}  // namespace
}  // namespace corsac::testing
