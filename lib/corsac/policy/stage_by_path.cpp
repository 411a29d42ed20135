// Chooses a stage by the path of the request. Entry: StageByPath. Spec: policy document, 2 "Paths",
// the sentence about guards: an ambiguous path is never exempt and always guarded.
// Test: tests/policy/guards_test.cpp.

#include "corsac/policy/stage_by_path.hpp"

#include <cassert>
#include <utility>

#include "corsac/policy/mounted_path.hpp"

namespace corsac {

StageByPath::StageByPath(std::shared_ptr<const PathTable> paths,
                         std::vector<std::shared_ptr<const Stage>> stages, std::uint32_t ambiguous)
    : paths_(std::move(paths)), stages_(std::move(stages)), ambiguous_(ambiguous) {
  assert(paths_ && stages_[ambiguous_] && "what is ambiguous is guarded");
}

std::uint32_t StageByPath::index_of(const RequestView& request) const noexcept {
  if (is_ambiguous_target(request.target)) return ambiguous_;
  const auto index = [this](std::string_view path) { return paths_->find(path, {}, {}, false); };
  const std::uint32_t found = index(request.path);
  const bool may_be_file =
      request.mounts_by_raw_prefix && (request.method == "GET" || request.method == "HEAD");
  if (!may_be_file) return found;
  const bool is_ambiguous = may_be_file_of_another(
      request, [this](std::string_view mount) { return paths_->has_segments(mount); },
      [&](std::string_view file) { return index(file) != found; });
  return is_ambiguous ? ambiguous_ : found;
}

StageResult StageByPath::on_request(const RequestView& request, Decision& decision) const noexcept {
  const Stage* const stage = stages_[index_of(request)].get();
  return stage == nullptr ? StageResult::Continue : stage->on_request(request, decision);
}

}  // namespace corsac
