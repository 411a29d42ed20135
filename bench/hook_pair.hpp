#pragma once

// One policy of 1,000 origins, as Corsac's hooks and as a hand-written one.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <corsac/httplib.hpp>

#include "hand_written_hook.hpp"

namespace corsac::bench {

inline std::string hook_origin(int number) {
  return "https://app" + std::to_string(number) + ".example.com";
}

inline std::vector<std::string> hook_origins() {
  std::vector<std::string> origins;
  for (int i = 0; i < 1000; ++i) origins.push_back(hook_origin(i));
  return origins;
}

inline HandWrittenHook make_hand_written_hook() {
  return {hook_origins(), {"PUT"}, {"content-type", "x-request-id"}, "600"};
}

inline std::shared_ptr<Gate> make_corsac_gate() {
  Policy policy = {.cors = {.allowed_methods = {"PUT"},
                            .allowed_headers = {"content-type", "x-request-id"},
                            .max_age_seconds = 600}};
  policy.cors.allowed_origins = Names(hook_origins());
  return make_gate(std::move(policy)).value();
}

inline Hooks make_corsac_hooks() { return Hooks(make_corsac_gate()); }

}  // namespace corsac::bench
