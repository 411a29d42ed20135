// Checks the options of a gate. Entry: own_origin_config. Spec: policy document, 4 "Same origin".
// Test: tests/runtime/gate_options_test.cpp.
//
// A public origin that no browser sends would quietly never be own; a proxy that is no address
// would quietly never be trusted. Both are errors.

#include "corsac/runtime/gate_options.hpp"

#include <string>
#include <utility>

#include "corsac/http/ip_range.hpp"
#include "corsac/origin/pattern.hpp"

namespace corsac {
namespace {

std::string element(const char* list, std::size_t index) {
  return std::string("options.") + list + "[" + std::to_string(index) + "]";
}

void check_public_origin(const std::string& text, std::size_t index,
                         std::vector<Problem>& problems) {
  Problem problem{
      .code = "option-public-origin", .path = element("public_origins", index), .value = text};
  const auto pattern = parse_origin_pattern(text);
  if (!pattern) {
    if (!pattern.error().may_show_value) problem.value.clear();
    problem.what = pattern.error().what;
    problem.fix = pattern.error().fix;
  } else if (!pattern->is_exact()) {
    problem.what = "a public origin is exactly one origin";
    problem.fix = "list each origin under which browsers reach the server";
  } else if (pattern->scheme != "http" && pattern->scheme != "https") {
    problem.what = "browsers reach a server by http or https";
    problem.fix = "write an https:// origin";
  } else {
    return;
  }
  problems.push_back(std::move(problem));
}

}  // namespace

OwnOrigin::Config own_origin_config(const GateOptions& options, std::vector<Problem>& problems) {
  OwnOrigin::Config config;
  for (std::size_t i = 0; i < options.public_origins.size(); ++i) {
    check_public_origin(options.public_origins[i], i, problems);
  }
  config.public_origins = options.public_origins;
  for (std::size_t i = 0; i < options.trusted_proxies.size(); ++i) {
    const std::string& text = options.trusted_proxies[i];
    if (const auto range = IpRange::parse(text)) {
      config.trusted_proxies.push_back(*range);
      continue;
    }
    problems.push_back({.code = "option-trusted-proxy",
                        .path = element("trusted_proxies", i),
                        .value = text,
                        .what = "this is no address and no block of addresses",
                        .fix = "write an address such as \"127.0.0.1\", or a block such as "
                               "\"10.0.0.0/8\" without bits beyond its length"});
  }
  return config;
}

}  // namespace corsac
