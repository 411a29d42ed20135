// Trust that is taken away while the document in force stays: by whoever manages records, and by a
// document that is refused.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/supervisor_scene.hpp"

namespace corsac {
namespace {

using test::eventually;
using test::has_code;
using test::kOrigin;
using ::testing::ElementsAre;

constexpr const char* kPartner = "https://partner.example";
constexpr const char* kOther = "https://other.example";
constexpr const char* kEvil = "https://evil.example";  // a test of the document forbids it

std::string list_of(const std::vector<std::string>& origins) {
  std::string json;
  for (const std::string& origin : origins) {
    json += (json.empty() ? "" : ", ") + std::string(R"({"name": ")") + origin +
            R"(", "origin": ")" + origin + R"(", "scopes": ["CORS"]})";
  }
  return "[" + json + "]";
}

// Allows kOrigin, and has records. `cors` are more fields of that section.
std::string document_of(const std::vector<std::string>& origins, const std::string& cors = "") {
  return std::string(R"({"version": 1, "hosts": {"allowed": ["api.example.com"]},
      "cors": {"allowed_origins": [")") +
         kOrigin + "\"]" + cors + R"(}, "trusted_origins": )" + list_of(origins) +
         R"(, "test": [{"name": "t", "origin": ")" + kEvil + R"(", "expect": "deny"}]})";
}

std::string records_of(const std::vector<std::string>& origins) {
  return R"({"version": 1, "trusted_origins": )" + list_of(origins) + "}";
}

std::vector<RecordWithdrawal> withdrawal_of(const std::string& origin) {
  TrustedOrigin record{.name = origin, .origin = origin, .scopes = {TrustedOrigin::Scope{}}};
  return {{.before = std::move(record)}};
}

// kPartner and kOther are records of the one store, or of the second one.
struct Scene : test::SupervisorScene {
  explicit Scene(bool has_second_store) {
    has_records = has_second_store;
    give({kPartner, kOther}, "1");
  }
  void give(const std::vector<std::string>& origins, const std::string& revision) {
    if (!has_records) return store.give(document_of(origins), revision);
    if (revision == "1") store.give(document_of({}), "d");
    records.give(records_of(origins), revision);
  }
  test::FakeStore& keeper() { return has_records ? records : store; }
  StoreStatus keeper_status() const {
    return has_records ? *supervisor->records_status() : supervisor->status();
  }
  // Which of the three records are granted.
  std::vector<std::string> granted() const {
    std::vector<std::string> found;
    for (const char* origin : {kPartner, kOther, kEvil}) {
      if (decision_for(origin) == "allowed") found.emplace_back(origin);
    }
    return found;
  }
};

class SupervisorWithdrawal : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override { ASSERT_TRUE(scene_.start()) << scene_.error.text(); }
  void TearDown() override {
    EXPECT_EQ(scene_.decision_for(kOrigin), "allowed") << "what nobody took away stays";
  }
  Scene scene_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Stores, SupervisorWithdrawal, ::testing::Bool(), [](const auto& row) {
  return row.param ? "OfASecondStore" : "OfTheOneStore";
});

TEST_P(SupervisorWithdrawal, IsPublishedWhenTheCallReturns) {
  ASSERT_THAT(scene_.granted(), ElementsAre(kPartner, kOther));
  scene_.supervisor->withdraw(withdrawal_of(kPartner));
  EXPECT_THAT(scene_.granted(), ElementsAre(kOther));
  scene_.supervisor->withdraw(withdrawal_of(kOther));
  EXPECT_THAT(scene_.granted(), ElementsAre());
  EXPECT_EQ(scene_.keeper_status().state, StoreState::Fresh);
}

TEST_P(SupervisorWithdrawal, PublishesNothingWhenThereIsNothingToWithdraw) {
  const std::size_t before = scene_.published().size();
  scene_.supervisor->withdraw(withdrawal_of(kEvil));
  scene_.supervisor->withdraw({});
  EXPECT_EQ(scene_.published().size(), before);
}

TEST_P(SupervisorWithdrawal, LastsUntilADocumentIsRead) {
  scene_.supervisor->withdraw(withdrawal_of(kPartner));
  EXPECT_FALSE(scene_.reload().has_errors());
  EXPECT_THAT(scene_.granted(), ElementsAre(kPartner, kOther))
      << "the store still says so: the same revision, and not what is in force";
}

// That read says what was there before.
TEST_P(SupervisorWithdrawal, IsNotUndoneByAReadUnderWay) {
  scene_.keeper().hold();
  const std::size_t reads = scene_.keeper().reads_begun();
  scene_.supervisor->request_reload();
  ASSERT_TRUE(eventually([&] { return scene_.keeper().reads_begun() > reads; }));
  scene_.supervisor->withdraw(withdrawal_of(kPartner));
  EXPECT_THAT(scene_.granted(), ElementsAre(kOther));
  scene_.keeper().release();
  EXPECT_TRUE(eventually([&] { return scene_.keeper_status().loads == 2; }));
  EXPECT_THAT(scene_.granted(), ElementsAre(kOther));
  EXPECT_FALSE(scene_.reload().has_errors());
  EXPECT_THAT(scene_.granted(), ElementsAre(kPartner, kOther)) << "a read that began after it";
}

TEST_P(SupervisorWithdrawal, WaitsForMemoryToBePublished) {
  scene_.fail_to_publish_once();
  scene_.supervisor->withdraw(withdrawal_of(kPartner));
  EXPECT_THAT(scene_.granted(), ElementsAre(kOther));
}

TEST_P(SupervisorWithdrawal, HappensByARefusedDocumentThatDiffersInRecordsAlone) {
  struct Row {
    const char* desc;
    std::vector<std::string> origins;
    std::vector<std::string> granted;
  };
  const Row rows[] = {
      {"one is added that a test forbids", {kPartner, kOther, kEvil}, {kPartner, kOther}},
      {"another one is removed", {kPartner, kEvil}, {kPartner}},
      {"and the last one", {kEvil}, {}},
      {"they come back beside it", {kPartner, kOther, kEvil}, {}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    scene_.give(row.origins, row.desc);
    EXPECT_TRUE(has_code(scene_.reload(), "test-failed"));
    EXPECT_EQ(scene_.keeper_status().state, StoreState::Degraded);
    EXPECT_EQ(scene_.granted(), row.granted);
  }
  scene_.give({kPartner, kOther}, "1");
  EXPECT_FALSE(scene_.reload().has_errors()) << "back to what was in force at first";
  EXPECT_EQ(scene_.keeper_status().state, StoreState::Fresh);
  EXPECT_THAT(scene_.granted(), ElementsAre(kPartner, kOther));
}

TEST_P(SupervisorWithdrawal, IsSaidInTheLog) {
  scene_.give({kEvil}, "2");
  EXPECT_TRUE(scene_.reload().has_errors());
  const std::string said = "the trust that the refused document takes away is withdrawn";
  const auto lines = scene_.log.all();
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [&](const std::string& line) { return line.ends_with(said); }),
            1);
}

TEST(SupervisorWithdrawalOfADocument, DoesNotHappenWhenMoreThanRecordsDiffers) {
  struct Row {
    const char* desc;
    std::string json;
    const char* code;
  };
  const Row rows[] = {
      {"another field", document_of({kEvil}, R"(, "allow_credentials": true)"), "test-failed"},
      {"a slip", document_of({}, R"(, "max_age_seconds": "x")"), "field-type"},
      {"no JSON", document_of({}) + "}", "json-syntax"},
      {"half of it", document_of({}).substr(0, 150), "json-syntax"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.desc);
    Scene scene(false);
    ASSERT_TRUE(scene.start()) << scene.error.text();
    scene.store.give(row.json, "2");
    const Report report = scene.reload();
    ASSERT_TRUE(report.has_errors());
    EXPECT_TRUE(has_code(report, row.code)) << report.text();
    EXPECT_THAT(scene.granted(), ElementsAre(kPartner, kOther));
    EXPECT_THAT(scene.published(), ElementsAre("1"));
  }
}

}  // namespace
}  // namespace corsac
