#pragma once

// The API over an authority, and its answers as text, whole.

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "authority/authority_fixture.hpp"
#include "corsac/authority/http_api.hpp"
#include "corsac/base/sha256.hpp"

namespace corsac::testing {

inline constexpr const char* kManage = "SSWS manage-token";
inline constexpr const char* kRead = "Bearer read-token";

// What a client sends; "" = the header is not there.
struct Sent {
  std::string method = "GET";
  std::string target = "/api/v1/trustedOrigins";
  std::string authorization = kManage;
  std::string body = {};
  std::string content_type = "application/json";
  std::string accept = {};
  std::string host = "admin.example:8443";
};

inline HeaderField field(std::string_view value) {
  return value.empty() ? HeaderField{} : HeaderField{value, 1};
}

struct ApiScene : AuthorityScene {
  std::shared_ptr<Authority> authority = open();
  std::shared_ptr<TrustedOriginsApi> api;

  explicit ApiScene(TrustedOriginsOptions options = {}) {
    options.clock = clock;
    options.random_token = [] {
      return std::string("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    };
    if (options.tokens.get()->empty()) {
      options.tokens = {{"owner", AdminScope::Manage, sha256("manage-token")},
                        {"viewer", AdminScope::Read, sha256("read-token")}};
    }
    auto made = TrustedOriginsApi::make(authority, std::move(options));
    if (!made) ADD_FAILURE() << made.error().text();
    if (made) api = *made;
  }

  // The fields of `sent` outlive the call.
  static ApiRequest request_of(const Sent& sent) {
    return {.method = sent.method,
            .target = sent.target,
            .host = field(sent.host),
            .accept = field(sent.accept),
            .content_type = field(sent.content_type),
            .authorization = field(sent.authorization),
            .body = sent.body};
  }
  [[nodiscard]] ApiAnswer ask(const Sent& sent) const { return api->handle(request_of(sent)); }

  // A new record's id.
  std::string add(const std::string& name, std::vector<TrustedOrigin::Scope> scopes = {
                                               {TrustedOrigin::ScopeType::Cors}}) const {
    RecordInput input = input_of(name);
    input.scopes = std::move(scopes);
    const auto made = authority->create(input, "owner");
    if (!made) ADD_FAILURE() << "no record";
    return made ? (*made)->id : "";
  }
};

// Status, Content-Type, the headers that not every answer has, and the body.
inline std::string text_of(const ApiAnswer& answer) {
  constexpr std::array<std::string_view, 9> kEvery = {
      "Date",
      "Cache-Control",
      "Pragma",
      "Expires",
      "X-Content-Type-Options",
      "X-Okta-Request-Id",
      "X-Rate-Limit-Limit",
      "X-Rate-Limit-Remaining",
      "X-Rate-Limit-Reset",
  };
  std::string text = std::to_string(answer.status) + " " + answer.content_type + "\n";
  for (std::size_t i = 0; i < answer.headers.size(); ++i) {
    const auto& [name, value] = answer.headers[i];
    if (i < kEvery.size()) {
      EXPECT_EQ(name, kEvery[i]) << "every answer has it";
    } else {
      text += name + ": " + value + "\n";
    }
  }
  return text + answer.body;
}

// An error object of the scene, whose ids stand still.
inline std::string error_text(int status, const std::string& code, const std::string& summary,
                              const std::vector<std::string>& causes = {}) {
  std::string text = std::to_string(status) + " application/json\n";
  if (status == 401) text += "WWW-Authenticate: Bearer realm=\"corsac\"\n";
  text += R"({"errorCode":")" + code + R"(","errorSummary":")" + summary + R"(","errorLink":")" +
          code + R"(","errorId":"oae0123456789abcdef012345","errorCauses":[)";
  for (std::size_t i = 0; i < causes.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::string(R"({"errorSummary":")") + causes[i] + R"("})";
  }
  return text + "]}";
}

}  // namespace corsac::testing
