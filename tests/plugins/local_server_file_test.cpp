// The policy file for servers on localhost, as the README has it, beside the function.

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "corsac/policy/local_server.hpp"
#include "corsac/policy/writer.hpp"
#include "corsac/runtime/store_client.hpp"

namespace corsac {
namespace {

TEST(LocalServerFile, IsThePolicyOfTheFunction) {
  const std::filesystem::path file = CORSAC_TEST_LOCAL_SERVER_FILE;
  StoreConfig config;
  config.directory = file.parent_path();
  config.settings.emplace_back("file", file.filename().string());
  auto store = StoreClient::open(std::move(config), {});
  ASSERT_TRUE(store) << store.error().text();
  ReadResult read = (*store)->read();
  ASSERT_EQ(read.status, ReadStatus::Read) << read.detail;
  // They decide nothing; a program is not linted.
  ASSERT_FALSE(read.policy.tests.empty());
  read.policy.tests.clear();
  read.policy.allowed_warnings.clear();
  EXPECT_EQ(policy_to_toml(read.policy),
            policy_to_toml(local_server_policy(
                {.app_origins = {"tauri://localhost", "http://tauri.localhost"}})));
}

}  // namespace
}  // namespace corsac
