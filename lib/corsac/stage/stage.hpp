#pragma once

#include <string_view>

#include "corsac/http/request_view.hpp"
#include "corsac/stage/decision.hpp"

namespace corsac {

enum class StageResult : unsigned char {
  // The next stage is asked. The stage may have added to the decision (grants, Vary, handler
  // headers, a reason under `mark`); what follows must not take that away.
  Continue,
  // The decision is final: no further stage is asked, the host answers (outcome Answer or Refuse)
  // or
  // runs the handler (Pass). A stage that sets Answer or Refuse must return Stop.
  Stop,
};

// One step of deciding, compiled from one section of the policy: immutable, safe from any thread,
// without I/O, clock, lock or allocation.
class Stage {
 public:
  virtual ~Stage() = default;
  // For explain and logs: "hosts", "cors". A literal.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual StageResult on_request(const RequestView& request,
                                               Decision& decision) const noexcept = 0;
};

}  // namespace corsac
