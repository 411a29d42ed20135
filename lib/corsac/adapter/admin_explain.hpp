#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "corsac/base/result.hpp"
#include "corsac/policy/explain_exchange.hpp"
#include "corsac/policy/report.hpp"

namespace corsac {

// The question that the parameters of GET /api/explain ask: origin, method, path, header (as often
// as needed), host, mode, credentials; each but `header` once. The error side: a problem for each
// parameter that is unknown (parameter-unknown), repeated (parameter-repeated) or has no such value
// (option-value).
[[nodiscard]] Result<ExplainQuestion, Report> question_of_query(
    const std::vector<std::pair<std::string_view, std::string_view>>& query);

}  // namespace corsac
