#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "corsac/policy/policy.hpp"

namespace corsac {

// Where a document came from.
enum class PolicySource : unsigned char {
  Store,
  Cache,  // of the policy cache, at a start without the store
};

// A document that came into force.
struct KeptPolicy {
  std::uint64_t number = 0;   // counts the documents of this run, from 1; a revision may come again
  std::string revision = {};  // printable; empty = it had none
  std::chrono::system_clock::time_point taken_at = {};  // in this run
  PolicySource source = PolicySource::Store;
  std::shared_ptr<const Policy> policy = {};  // null = too long to keep
};

}  // namespace corsac
