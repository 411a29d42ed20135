#pragma once

// GET /api/policies: the last documents that came into force, and what each one changed.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "corsac/adapter/admin_api.hpp"

namespace corsac {

// Safe from any thread.
class PolicyList {
 public:
  // Never null.
  explicit PolicyList(std::shared_ptr<const Gate> gate) : gate_(std::move(gate)) {}

  // The list, or with number=N one of it: admin_api.hpp. To compare two takes seconds of a
  // processor at worst, so one request at a time does, and the answer is kept.
  [[nodiscard]] AdminAnswer answer(const AdminRequest& request);

 private:
  [[nodiscard]] AdminAnswer one(const std::vector<KeptPolicy>& policies, std::size_t index);
  // As PolicyDiff::json; "null" when it cannot be told. Nothing when others are compared for long.
  [[nodiscard]] std::optional<std::string> changes(const KeptPolicy& before,
                                                   const KeptPolicy& after);

  const std::shared_ptr<const Gate> gate_;
  std::timed_mutex mutex_;                                            // guards what follows
  std::vector<std::pair<std::uint64_t, std::string>> compared_ = {};  // by the later one's number
};

}  // namespace corsac
