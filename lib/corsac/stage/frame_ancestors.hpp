#pragma once

// Who may show our pages in a frame: policy document, 4 "frames"; CSP 3, 6.4.2 "frame-ancestors".
//
// It does not protect from: browsers that know neither the directive nor X-Frame-Options; clicks in
// pages of listed origins; pages in new windows (Cross-Origin-Opener-Policy); resources that are no
// pages (Cross-Origin-Resource-Policy).

#include <string_view>

#include "corsac/stage/stage.hpp"

namespace corsac {

// Continues, with the list for the answer chosen; the response pass writes it.
class FrameAncestors final : public Stage {
 public:
  explicit FrameAncestors(FrameList list) noexcept : list_(list) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "frames"; }
  [[nodiscard]] StageResult on_request(const RequestView& /*request*/,
                                       Decision& decision) const noexcept override {
    decision.frames = list_;
    return StageResult::Continue;
  }

 private:
  FrameList list_;
};

}  // namespace corsac
