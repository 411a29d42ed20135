#include "corsac/stage/pipeline.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "corsac/stage/cors/cors_stage.hpp"
#include "stage/cors_table.hpp"

namespace corsac::testing {
namespace {

// Does what it is told, and counts how often it was asked.
class FakeStage final : public Stage {
 public:
  FakeStage(Outcome outcome, StageResult result) : outcome_(outcome), result_(result) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "fake"; }
  [[nodiscard]] StageResult on_request(const RequestView& /*request*/,
                                       Decision& decision) const noexcept override {
    ++asked_;
    decision.outcome = outcome_;
    return result_;
  }
  [[nodiscard]] int asked() const noexcept { return asked_; }

 private:
  Outcome outcome_;
  StageResult result_;
  mutable int asked_ = 0;
};

TEST(Pipeline, WithoutStagesPassesUntouched) {
  Decision decision;
  Pipeline().run(RequestView{}, decision);
  EXPECT_EQ(whole(decision), untouched());
}

TEST(Pipeline, AsksEachStageUntilOneStops) {
  const auto first = std::make_shared<FakeStage>(Outcome::Pass, StageResult::Continue);
  const auto second = std::make_shared<FakeStage>(Outcome::Refuse, StageResult::Stop);
  const auto third = std::make_shared<FakeStage>(Outcome::Pass, StageResult::Continue);
  const Pipeline pipeline({first, second, third});
  Decision decision;
  pipeline.run(RequestView{}, decision);
  EXPECT_EQ(decision.outcome, Outcome::Refuse);
  EXPECT_EQ(first->asked(), 1);
  EXPECT_EQ(second->asked(), 1);
  EXPECT_EQ(third->asked(), 0);
  EXPECT_EQ(pipeline.stages().size(), 3U);
}

TEST(CorsStage, StopsOnAnswersAndRefusalsOnly) {
  const CorsStage stage(std::make_shared<const CompiledCors>(compile({})));
  struct StageRow {
    const char* desc;
    TestRequest request;
    StageResult result;
  };
  const std::vector<StageRow> rows = {
      {"a grant", get("https://a.example"), StageResult::Continue},
      {"without Origin", {}, StageResult::Continue},
      {"an answered preflight", preflight("https://a.example", "GET"), StageResult::Stop},
      {"a refusal", get("https://evil.example"), StageResult::Stop},
  };
  for (const StageRow& row : rows) {
    const BuiltRequest request(row.request);
    Decision decision;
    EXPECT_EQ(stage.on_request(request.view(), decision), row.result) << row.desc;
  }
  EXPECT_EQ(stage.name(), "cors");
}

}  // namespace
}  // namespace corsac::testing
