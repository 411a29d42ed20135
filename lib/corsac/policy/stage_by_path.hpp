#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "corsac/policy/path_table.hpp"
#include "corsac/stage/stage.hpp"

namespace corsac {

// Asks another stage on other paths: what csrf.exempt_paths and [frames] make of their guards,
// which know no paths themselves.
class StageByPath final : public Stage {
 public:
  // `paths` names an index of `stages` for each path. Null = nothing is asked there, but the one
  // for `ambiguous`, which is asked where a router and the table could read the path differently,
  // and is never null.
  StageByPath(std::shared_ptr<const PathTable> paths,
              std::vector<std::shared_ptr<const Stage>> stages, std::uint32_t ambiguous);
  // The guard's own.
  [[nodiscard]] std::string_view name() const noexcept override {
    return stages_[ambiguous_]->name();
  }
  [[nodiscard]] StageResult on_request(const RequestView& request,
                                       Decision& decision) const noexcept override;

 private:
  [[nodiscard]] std::uint32_t index_of(const RequestView& request) const noexcept;

  std::shared_ptr<const PathTable> paths_;
  std::vector<std::shared_ptr<const Stage>> stages_;
  std::uint32_t ambiguous_;
};

}  // namespace corsac
