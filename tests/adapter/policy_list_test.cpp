// GET /api/policies over a gate with a real file store: the list, one of it, and what is no answer.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "corsac/adapter/admin_api.hpp"
#include "corsac/base/sha256.hpp"
#include "corsac/runtime/gate.hpp"
#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

namespace corsac {
namespace {

using Json = nlohmann::json;
using test::eventually;

constexpr const char* kApp = "https://app.example";
constexpr const char* kNew = "https://new.example";

std::string document(const std::string& origins) {
  return "version = 1\n[cors]\nallowed_origins = [" + origins + "]\n";
}

std::string in_quotes(std::string_view origin) { return '"' + std::string(origin) + '"'; }

class Scene {
 public:
  Scene() { write(in_quotes(kApp)); }

  void write(const std::string& origins) { folder_.write("policy.toml", document(origins)); }
  // The file store has none any more.
  void lose_policy() { std::filesystem::remove(folder_.path() / "policy.toml"); }

  void start() {
    api_.reset();
    gate_.reset();
    StoreConfig config;
    config.settings = {{"file", "policy.toml"}};
    config.directory = folder_.path();
    config.plugin_folders = {CORSAC_TEST_PLUGINS};
    config.on_start_failure = OnStartFailure::Cached;
    config.cache_file = folder_.path() / "policy.cache";
    auto gate = open_gate(config);
    ASSERT_TRUE(gate) << gate.error().text();
    gate_ = *std::move(gate);
    AdminOptions options;
    options.tokens.replace({{"reader", AdminScope::Read, sha256("read-token")}});
    auto api = AdminApi::make(gate_, std::move(options));
    ASSERT_TRUE(api) << api.error().text();
    api_ = *std::move(api);
  }
  void reload(const std::string& origins) {
    write(origins);
    static_cast<void>(gate_->reload_and_wait(std::chrono::seconds(20)));
  }
  [[nodiscard]] bool has_cache() const {
    return eventually([this] { return std::filesystem::exists(folder_.path() / "policy.cache"); });
  }

  struct Answer {
    int status = 0;
    Json body = {};
  };
  [[nodiscard]] Answer get(
      std::vector<std::pair<std::string_view, std::string_view>> query = {}) const {
    AdminRequest request;
    request.method = "GET";
    request.path = "/api/policies";
    request.query = std::move(query);
    request.host = {"127.0.0.1:8081", 1};
    request.authorization = {"Bearer read-token", 1};
    const auto answer = api_->handle(request);
    if (!answer) return {};
    return {answer->status, Json::parse(answer->body, nullptr, false)};
  }

 private:
  test::TempFolder folder_ = {};
  std::shared_ptr<Gate> gate_ = {};
  std::shared_ptr<AdminApi> api_ = {};
};

TEST(PolicyList, TellsTheLastPoliciesAndWhatEachChanged) {
  Scene scene;
  scene.start();
  scene.reload(in_quotes(kApp) + ", " + in_quotes(kNew));
  scene.reload(in_quotes("https://app.example/"));  // refused: it never came into force
  const Json list = scene.get().body["policies"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["number"], 2);
  EXPECT_EQ(list[1]["number"], 1);
  for (const Json& one : list) {
    EXPECT_EQ(one["is_kept"], true);
    EXPECT_EQ(one["source"], "store");
    EXPECT_NE(one["revision"], "");
    EXPECT_NE(one["taken_at"], "");
  }

  const Json first = scene.get({{"number", "1"}}).body;
  EXPECT_EQ(first["before"], nullptr);
  EXPECT_EQ(first["changes"], nullptr);
  EXPECT_EQ(first["has_beside"], false);
  EXPECT_EQ(first["document"]["cors"]["allowed_origins"], (Json{kApp}));
  const Json second = scene.get({{"number", "2"}}).body;
  EXPECT_EQ(second["before"], 1);
  EXPECT_EQ(second["changes"]["verdict"], "wider");
  EXPECT_EQ(second["changes"]["changes"][0]["examples"], (Json{kNew}));
  EXPECT_EQ(second["document"]["cors"]["allowed_origins"], (Json{kApp, kNew}));
}

TEST(PolicyList, TellsWhatItDoesNotUnderstand) {
  Scene scene;
  scene.start();
  const struct {
    const char* desc;
    std::vector<std::pair<std::string_view, std::string_view>> query;
    int status;
    const char* error;
  } rows[] = {
      {"none with this number", {{"number", "2"}}, 404, "policy_not_kept"},
      {"none at all", {{"number", "0"}}, 404, "policy_not_kept"},
      {"no number", {{"number", "x"}}, 400, "parameter"},
      {"an empty one", {{"number", ""}}, 400, "parameter"},
      {"a negative one", {{"number", "-1"}}, 400, "parameter"},
      {"something behind it", {{"number", "1 "}}, 400, "parameter"},
      {"too large a one", {{"number", "99999999999999999999"}}, 400, "parameter"},
      {"another name", {{"numbr", "1"}}, 400, "parameter"},
      {"two", {{"number", "1"}, {"number", "1"}}, 400, "parameter"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const auto answer = scene.get(row.query);
    EXPECT_EQ(answer.status, row.status);
    EXPECT_EQ(answer.body["error"], row.error);
  }
}

TEST(PolicyList, ToldOfALongPolicyKeepsNoneOfIt) {
  Scene scene;
  scene.start();
  std::string origins;
  for (int i = 0; i < 20'000; ++i) {
    origins += in_quotes("https://" + std::to_string(i) + ".app.example") + ",";
  }
  scene.reload(origins);
  const Json list = scene.get().body["policies"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0]["is_kept"], false);
  EXPECT_EQ(scene.get({{"number", "2"}}).body["error"], "policy_not_kept");
  scene.reload(in_quotes(kNew));
  EXPECT_EQ(scene.get({{"number", "3"}}).body["changes"], nullptr) << "the one before is not kept";
}

TEST(PolicyList, HasAPolicyOfTheCacheWithItsSource) {
  Scene scene;
  scene.start();
  ASSERT_TRUE(scene.has_cache());
  const std::string revision = scene.get().body["policies"][0]["revision"];
  scene.lose_policy();
  scene.start();
  const Json list = scene.get().body["policies"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["source"], "cache");
  EXPECT_EQ(list[0]["revision"], revision);
  EXPECT_EQ(list[0]["is_kept"], true);
  scene.reload(in_quotes(kNew));
  const Json then = scene.get().body["policies"];
  ASSERT_EQ(then.size(), 2U);
  EXPECT_EQ(then[0]["source"], "store");
  const Json changes = scene.get({{"number", "2"}}).body["changes"];
  EXPECT_EQ(changes["verdict"], "both");
}

}  // namespace
}  // namespace corsac
