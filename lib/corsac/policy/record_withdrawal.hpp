#pragma once

#include <optional>

#include "corsac/policy/trusted_origin.hpp"

namespace corsac {

// What became of one record: whatever it trusted before and does not now is to be trusted no more.
// What it trusts besides now is not looked at.
struct RecordWithdrawal {
  TrustedOrigin before = {};
  std::optional<TrustedOrigin> after = {};  // absent = it is gone
};

}  // namespace corsac
