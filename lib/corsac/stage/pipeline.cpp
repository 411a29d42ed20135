// The stages of one rule in order. Entry: Pipeline. Spec: what a stage may leave behind is written
// at StageResult (stage.hpp). Test: tests/stage/pipeline_test.cpp.

#include "corsac/stage/pipeline.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace corsac {

Pipeline::Pipeline(std::vector<std::shared_ptr<const Stage>> stages) : stages_(std::move(stages)) {
  assert(std::none_of(stages_.begin(), stages_.end(), [](const auto& stage) { return !stage; }) &&
         "a pipeline has no empty place");
}

}  // namespace corsac
