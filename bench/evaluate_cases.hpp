#pragma once

// The policies and requests whose decisions are measured: by time in evaluate.cpp, by instructions
// in bench/callgrind.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/own_origin.hpp"
#include "corsac/http/request_view.hpp"
#include "corsac/stage/cors/compiled.hpp"

namespace corsac::bench {

// One policy with one request. Neither copied nor moved: the request points into it.
struct EvaluateCase {
  EvaluateCase() = default;
  EvaluateCase(const EvaluateCase&) = delete;
  EvaluateCase& operator=(const EvaluateCase&) = delete;

  CompiledCors cors = {};
  OwnOrigin own = {};
  std::string origin = {};
  std::string requested_headers_line = {};
  std::vector<std::string_view> requested_headers = {};
  RequestView request = {};
};

struct EvaluateCaseName {
  std::string_view name;
  // Instructions for one decision with GCC 12 and -O2, the loop included; 0 = printed, not judged.
  std::uint32_t bar;
};

[[nodiscard]] std::span<const EvaluateCaseName> evaluate_case_names();

// The case of that name; null for an unknown one. Origin sets have a fixed seed, so that two runs
// count the same.
[[nodiscard]] std::unique_ptr<EvaluateCase> make_evaluate_case(std::string_view name);

}  // namespace corsac::bench
