#pragma once

// Counts what operator new hands out, to prove that deciding allocates nothing, and makes it fail.
// A test program that includes this also compiles allocation_counter.cpp
// (`allocation_counter_sources` in Meson), which replaces operator new and delete for the whole
// program.

#include <cstddef>

namespace corsac::testing {

// Allocations of the calling thread from the counter's construction on. Keep EXPECT and ASSERT
// outside of what is counted: they allocate.
class AllocationCounter {
 public:
  AllocationCounter() noexcept;
  [[nodiscard]] std::size_t count() const noexcept;

 private:
  std::size_t before_;
};

// While it lives, operator new of the calling thread succeeds `count` more times and then fails, to
// show what code does without memory. One at a time; keep EXPECT and ASSERT outside.
class FailingAllocations {
 public:
  explicit FailingAllocations(std::size_t count) noexcept;
  ~FailingAllocations();
  FailingAllocations(const FailingAllocations&) = delete;
  FailingAllocations& operator=(const FailingAllocations&) = delete;
};

// After `count` that succeed, the next operator new of the calling thread fails, and then all
// succeed again: what code does when one allocation fails, and there is memory to say so.
void fail_one_allocation_after(std::size_t count) noexcept;
// Ends that. True when it was still to come: the code under test allocates less.
bool forget_failing_allocation() noexcept;

}  // namespace corsac::testing
