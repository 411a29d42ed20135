// Documents of a store plugin for an API, behind the real contract. Writing: store_client_test.cpp,
// and with a real Redis tests/server/policy_api_test.py.

#include "corsac/policy_api/store_documents.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "corsac_store_plugin.h"
#include "support/fake_store.hpp"

namespace corsac {
namespace {

TEST(StoreDocuments, ReadWhatTheStoreHolds) {
  test::FakeStore store;
  store.give(R"({"version": 1, "cors": {"debug": true}})", "7");
  const auto documents = StoreDocuments::open(store.plugin(), store.config());
  ASSERT_TRUE(documents) << documents.error().text();
  const ReadResult read = (*documents)->read();
  EXPECT_EQ(read.status, ReadStatus::Read);
  EXPECT_EQ(read.policy.revision, "7");
  EXPECT_TRUE(read.policy.cors.debug.value_or(false));
  store.answer(CORSAC_UNREACHABLE);
  EXPECT_EQ((*documents)->read().status, ReadStatus::Unreachable);
}

TEST(StoreDocuments, AreNotWrittenWhereThePluginCannot) {
  test::FakeStore store;
  const auto documents = StoreDocuments::open(store.plugin(), store.config());
  ASSERT_TRUE(documents);
  EXPECT_FALSE((*documents)->can_write());
  EXPECT_EQ((*documents)->write("{}", "").status, WriteStatus::Refused);
}

TEST(StoreDocuments, ArePartOfNoCallThatHangs) {
  test::FakeStore store;
  StoreConfig config = store.config();
  config.deadline = std::chrono::seconds(0);
  const auto documents = StoreDocuments::open(store.plugin(), config);
  ASSERT_TRUE(documents);
  store.hold(test::FakeStore::Interrupts::Ignored);
  const ReadResult read = (*documents)->read();
  EXPECT_EQ(read.status, ReadStatus::Unreachable);
  EXPECT_EQ(read.detail, "the store plugin does not return from its last call");
  const WriteResult written = (*documents)->write("{}", "");
  EXPECT_EQ(written.status, WriteStatus::Failed);
  ASSERT_EQ(written.problems.size(), 1U);
  EXPECT_EQ(written.problems[0].what, read.detail);
  store.release();
}

TEST(StoreDocuments, TellWhyAStoreIsNotOpened) {
  test::FakeStore store;
  store.answer_open(CORSAC_INVALID);
  const auto documents = StoreDocuments::open(store.plugin(), store.config());
  ASSERT_FALSE(documents);
  EXPECT_NE(documents.error().text().find("setting-value"), std::string::npos);
}

}  // namespace
}  // namespace corsac
