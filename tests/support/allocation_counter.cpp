// Replaces operator new and delete by ones that count for each thread, over malloc, so that
// sanitizers still see every block. Entry: AllocationCounter,
// FailingAllocations, fail_one_allocation_after.

#include "support/allocation_counter.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace corsac::testing {
namespace {

thread_local std::size_t allocations_of_thread = 0;
// How many more succeed; kEndless unless a FailingAllocations lives.
constexpr std::size_t kEndless = static_cast<std::size_t>(-1);
thread_local std::size_t allocations_left = kEndless;
thread_local bool fails_only_once = false;

}  // namespace

AllocationCounter::AllocationCounter() noexcept : before_(allocations_of_thread) {}

std::size_t AllocationCounter::count() const noexcept { return allocations_of_thread - before_; }

FailingAllocations::FailingAllocations(std::size_t count) noexcept {
  allocations_left = count;
  fails_only_once = false;
}

FailingAllocations::~FailingAllocations() { allocations_left = kEndless; }

void fail_one_allocation_after(std::size_t count) noexcept {
  allocations_left = count;
  fails_only_once = true;
}

bool forget_failing_allocation() noexcept {
  return std::exchange(allocations_left, kEndless) != kEndless;
}

namespace {

// False when this one must fail.
bool count_allocation() noexcept {
  if (allocations_left != kEndless) {
    if (allocations_left == 0) {
      if (fails_only_once) allocations_left = kEndless;
      return false;
    }
    --allocations_left;
  }
  ++allocations_of_thread;
  return true;
}

void* allocate(std::size_t size) noexcept {
  if (!count_allocation()) return nullptr;
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  if (!count_allocation()) return nullptr;
  const auto align = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(align, (size + align - 1) / align * align);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace
}  // namespace corsac::testing

// The other forms (array, nothrow, sized) call these by the standard's default definitions, except
// where a sanitizer's runtime defines them itself; so all of them stand here.
using corsac::testing::allocate;
using corsac::testing::or_throw;

void* operator new(std::size_t size) { return or_throw(allocate(size)); }
void* operator new[](std::size_t size) { return or_throw(allocate(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, alignment);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}
