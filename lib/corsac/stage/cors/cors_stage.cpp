// evaluate() as a stage of the pipeline. Entry: CorsStage. Test: tests/stage/pipeline_test.cpp.

#include "corsac/stage/cors/cors_stage.hpp"

#include "corsac/stage/cors/evaluate.hpp"

namespace corsac {

StageResult CorsStage::on_request(const RequestView& request, Decision& decision) const noexcept {
  evaluate(*cors_, request, decision);
  return decision.outcome == Outcome::Pass ? StageResult::Continue : StageResult::Stop;
}

}  // namespace corsac
