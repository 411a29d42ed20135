#pragma once

#include <memory>

#include "corsac/base/result.hpp"
#include "corsac/policy/explain_exchange.hpp"
#include "corsac/policy/report.hpp"
#include "corsac/runtime/gate.hpp"

namespace corsac {

// What the policy in force does with one fetch() of a page, and what the page's browser makes of
// it. Counts and records nothing, asks no predicate. Any thread; allocates. The error side: what no
// browser sends, each problem with the name of its field. The answer keeps the policy that it is
// about.
[[nodiscard]] Result<ExplainedExchange, Report> explain(const Gate& gate,
                                                        const ExplainQuestion& question);

}  // namespace corsac
