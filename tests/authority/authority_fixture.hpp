#pragma once

// An authority over a shelf, with a clock that stands still.

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "corsac/authority/authority.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_record_store.hpp"

namespace corsac::testing {

struct AuthorityScene {
  const std::shared_ptr<RecordShelf> shelf = std::make_shared<RecordShelf>();
  const std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();

  // Null, and a failure, when the shelf cannot be read.
  [[nodiscard]] std::shared_ptr<Authority> open() const {
    auto authority =
        Authority::open(std::make_unique<MemoryRecordStore>(shelf),
                        {.clock = clock, .random_token = [] { return std::string(64, 'f'); }});
    if (!authority) ADD_FAILURE() << authority.error();
    return authority ? *authority : nullptr;
  }
};

inline RecordInput input_of(const std::string& name) {
  return {.name = name,
          .origin = "https://" + name + ".example",
          .scopes = {{{TrustedOrigin::ScopeType::Cors}}}};
}

}  // namespace corsac::testing
