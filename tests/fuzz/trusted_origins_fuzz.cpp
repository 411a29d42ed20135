// The Trusted Origins API. The input is the query of a list up to the first line break, then the
// body of a new record.

#include <memory>

#include "corsac/authority/http_api.hpp"
#include "corsac/base/sha256.hpp"
#include "fuzz/fuzz.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_record_store.hpp"

namespace corsac::fuzz {
namespace {

constexpr std::string_view kPath = "/api/v1/trustedOrigins";
constexpr std::string_view kServer = "http://a.example";

struct Scene {
  std::shared_ptr<testing::RecordShelf> shelf = std::make_shared<testing::RecordShelf>();
  std::shared_ptr<test::FakeClock> clock = std::make_shared<test::FakeClock>();
  std::shared_ptr<TrustedOriginsApi> api = {};

  Scene() {
    using enum TrustedOrigin::ScopeType;
    shelf->put({.name = "a", .origin = "https://a.example", .scopes = {{Cors}}, .id = "tos1"});
    shelf->put({.name = "https", .origin = "ftp://a", .scopes = {{Redirect}}, .id = "tos2"});
    shelf->put({.name = "b\xFF", .origin = "*", .status = TrustedOrigin::Status::Inactive});
    const auto random_token = [] { return std::string(64, '0'); };
    auto authority = Authority::open(std::make_unique<testing::MemoryRecordStore>(shelf),
                                     {.clock = clock, .random_token = random_token});
    static const auto kToken = sha256("token");
    api = *TrustedOriginsApi::make(*authority, {.tokens = {{"owner", AdminScope::Manage, kToken}},
                                                .clock = clock,
                                                .random_token = random_token});
  }

  ApiAnswer ask(std::string_view method, std::string_view target, std::string_view body) const {
    ApiAnswer answer = api->handle({.method = method,
                                    .target = target,
                                    .host = {"a.example", 1},
                                    .content_type = {"application/json", 1},
                                    .authorization = {"SSWS token", 1},
                                    .body = body});
    for (const auto& [name, value] : answer.headers) {
      if (value.find_first_of("\r\n") != std::string::npos) {
        fail_with("a header breaks its line", shown(name, value));
      }
    }
    const bool is_error = answer.body.starts_with(R"({"errorCode":"E)");
    if (is_error != (answer.status != 200)) fail_with("status and body differ", answer.body);
    if (answer.status != 200 && answer.status != 400 && answer.status != 413) {
      fail_with("status " + std::to_string(answer.status), shown("target", target), answer.body);
    }
    return answer;
  }
};

// The first Link, "self", leads to the same page, and says the same of itself.
void check_list(const Scene& scene, std::string_view query) {
  const ApiAnswer first = scene.ask("GET", std::string(kPath) + "?" + std::string(query), {});
  if (first.status != 200) return;
  const auto self_of = [](const ApiAnswer& answer) {
    for (const auto& [name, value] : answer.headers) {
      if (name == "Link" && value.ends_with(">; rel=\"self\"")) {
        return value.substr(1, value.size() - std::string_view("<>; rel=\"self\"").size());
      }
    }
    fail_with("a list without a link to itself", answer.body);
  };
  const std::string self = self_of(first);
  if (!self.starts_with(kServer)) fail_with("a link to elsewhere", self);
  const ApiAnswer again = scene.ask("GET", std::string_view(self).substr(kServer.size()), {});
  if (again.body != first.body) fail_with("self is another page", self, first.body, again.body);
  if (self_of(again) != self) fail_with("self has another self", self, self_of(again));
}

// One record more, or nothing at all.
void check_create(const Scene& scene, std::string_view body) {
  const std::size_t before = scene.shelf->records().size();
  const int status = scene.ask("POST", kPath, body).status;
  const std::vector<TrustedOrigin> records = scene.shelf->records();
  if (records.size() != before + (status == 200 ? 1 : 0)) fail_with("half a record", body);
  if (status != 200) return;
  const TrustedOrigin& made = records.back();
  RecordInput input{.name = made.name, .origin = made.origin, .scopes = made.scopes};
  if (!check_record(input).empty()) fail_with("a record that breaks the rules", body);
  if (scene.ask("POST", kPath, body).status != 400) fail_with("the same record twice", body);
}

}  // namespace
}  // namespace corsac::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corsac::fuzz;
  const std::string_view input = to_text(data, size);
  const std::size_t end = std::min(input.find('\n'), size);
  const Scene scene;
  check_list(scene, input.substr(0, end));
  check_create(scene, input.substr(std::min(end + 1, size)));
  return 0;
}
