#pragma once

#include <memory>
#include <span>
#include <vector>

#include "corsac/stage/stage.hpp"

namespace corsac {

// The stages of one rule in the order in which they are asked. Stages are shared between pipelines
// (every rule has the same Host guard). Immutable; safe from any thread.
class Pipeline {
 public:
  Pipeline() = default;
  explicit Pipeline(std::vector<std::shared_ptr<const Stage>> stages);

  // Asks the stages until one stops. `decision` must be fresh. Without stages: Pass, untouched.
  void run(const RequestView& request, Decision& decision) const noexcept {
    for (const auto& stage : stages_) {
      if (stage->on_request(request, decision) == StageResult::Stop) return;
    }
  }

  [[nodiscard]] std::span<const std::shared_ptr<const Stage>> stages() const noexcept {
    return stages_;
  }

 private:
  std::vector<std::shared_ptr<const Stage>> stages_;
};

}  // namespace corsac
