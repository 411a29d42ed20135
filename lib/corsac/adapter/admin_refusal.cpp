// How the admin listener says no. Entry: refusal. Test: tests/adapter/admin_api_test.cpp.

#include "corsac/adapter/admin_refusal.hpp"

#include <nlohmann/json.hpp>

namespace corsac {

AdminAnswer refusal(int status, std::string_view code, std::string_view message) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["error"] = code;
  json["message"] = message;
  return {.status = status,
          .body = json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"};
}

}  // namespace corsac
