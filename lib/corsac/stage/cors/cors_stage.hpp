#pragma once

#include <memory>

#include "corsac/stage/cors/compiled.hpp"
#include "corsac/stage/stage.hpp"

namespace corsac {

// evaluate() as a stage. Stops on Answer and Refuse.
class CorsStage final : public Stage {
 public:
  explicit CorsStage(std::shared_ptr<const CompiledCors> cors) : cors_(std::move(cors)) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "cors"; }
  [[nodiscard]] StageResult on_request(const RequestView& request,
                                       Decision& decision) const noexcept override;
  [[nodiscard]] const CompiledCors& compiled() const noexcept { return *cors_; }

 private:
  std::shared_ptr<const CompiledCors> cors_;  // never null
};

}  // namespace corsac
