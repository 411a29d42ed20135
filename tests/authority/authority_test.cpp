#include "corsac/authority/authority.hpp"

#include "authority/authority_fixture.hpp"

namespace corsac::testing {
namespace {

using Kind = AuthorityError::Kind;
using ScopeType = TrustedOrigin::ScopeType;
using Status = TrustedOrigin::Status;
using std::chrono::seconds;

std::string summary(const TrustedOrigin& record) {
  return record.id + " " + record.name + " " + record.origin + " " +
         std::string(to_text(record.status)) + " " + record.created + " " + record.created_by +
         " " + record.last_updated + " " + record.last_updated_by;
}

std::string summary(const Result<RecordPtr, AuthorityError>& result) {
  if (result) return summary(**result);
  std::string text = "error " + std::to_string(static_cast<int>(result.error().kind));
  for (const FieldFault& fault : result.error().faults) {
    text += " [" + fault.field + ": " + fault.what + "]";
  }
  return text;
}

std::vector<std::string> names_of(const Authority& authority) {
  std::vector<std::string> names;
  for (const RecordPtr& record : authority.find_page({.limit = 200}).records) {
    names.push_back(record->name);
  }
  return names;
}

using Names = std::vector<std::string>;

// Proves M1, M7, M18, M19, M20, M21.
TEST(Authority, MakesChangesAndKeepsThem) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  const auto made = authority->create(input_of("a"), "anna");
  ASSERT_TRUE(made);
  const std::string id = (*made)->id;
  EXPECT_EQ(id, "tos6474846204000ffff") << "20 characters";
  EXPECT_EQ(summary(made), id + " a https://a.example ACTIVE 2026-01-01T00:00:00.000Z anna "
                                "2026-01-01T00:00:00.000Z anna");

  scene.clock->advance(seconds(1));
  EXPECT_EQ(summary(authority->set_status(id, Status::Active, "bert")), summary(made))
      << "it is so already";
  EXPECT_EQ(summary(authority->set_status(id, Status::Inactive, "bert")),
            id + " a https://a.example INACTIVE 2026-01-01T00:00:00.000Z anna "
                 "2026-01-01T00:00:01.000Z bert");

  scene.clock->advance(seconds(1));
  EXPECT_EQ(summary(authority->replace(id, input_of("b"), "carl")),
            id + " b https://b.example INACTIVE 2026-01-01T00:00:00.000Z anna "
                 "2026-01-01T00:00:02.000Z carl")
      << "its state stays";
  RecordInput active = input_of("b");
  active.status = Status::Active;
  const auto replaced = authority->replace(id, active, "carl");
  EXPECT_EQ((*replaced)->status, Status::Active);
  EXPECT_EQ(authority->find(id), *replaced);

  ASSERT_EQ(scene.shelf->records().size(), 1U);
  EXPECT_EQ(summary(scene.shelf->records()[0]), summary(replaced));
  EXPECT_EQ(summary(*scene.open()->find(id)), summary(replaced)) << "after a restart";

  EXPECT_EQ(summary(authority->remove(id)), summary(replaced)) << "of any status";
  EXPECT_EQ(authority->find(id), nullptr);
  EXPECT_TRUE(scene.shelf->records().empty());
  EXPECT_EQ(scene.shelf->writes(), 5);
}

TEST(Authority, KnowsNoOtherIds) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  EXPECT_EQ(authority->find("x"), nullptr);
  EXPECT_EQ(authority->replace("x", input_of("a"), "anna").error().kind, Kind::NotFound);
  EXPECT_EQ(authority->set_status("x", Status::Active, "anna").error().kind, Kind::NotFound);
  EXPECT_EQ(authority->remove("x").error().kind, Kind::NotFound);
  EXPECT_EQ(scene.shelf->writes(), 0);
}

// Proves M2, M3.
TEST(Authority, TellsEveryFaultAtOnce) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  const auto a = authority->create(input_of("a"), "anna");
  const auto b = authority->create(input_of("b"), "anna");
  const std::string taken =
      ": An object with this field already exists in the current organization]";
  RecordInput bad = input_of("a");
  bad.origin = "https://b.example";
  bad.scopes = {};
  bad.status = Status::Inactive;
  EXPECT_EQ(summary(authority->create(bad, "anna")),
            "error 1 [name" + taken + " [origin" + taken +
                " [scopes: The field cannot be left blank]"
                " [status: A record is created ACTIVE; deactivate it afterwards]");
  EXPECT_EQ(summary(authority->replace((*b)->id, bad, "anna")),
            "error 1 [name" + taken + " [scopes: The field cannot be left blank]")
      << "its own origin, and a status, are no fault";
  EXPECT_EQ(scene.shelf->writes(), 2);
  EXPECT_EQ(names_of(*authority), (Names{"a", "b"}));
}

TEST(Authority, KeepsAnExpiryThatTheApiDoesNotShow) {
  const AuthorityScene scene;
  TrustedOrigin record{.name = "a", .origin = "https://a.example", .id = "tos1"};
  record.valid_until = scene.clock->wall_now() + seconds(9);
  scene.shelf->put(record);
  const auto replaced = scene.open()->replace("tos1", input_of("b"), "anna");
  EXPECT_EQ((*replaced)->valid_until, record.valid_until);
}

TEST(Authority, CompletesRecordsThatPeopleWrote) {
  const AuthorityScene scene;
  scene.shelf->put({.name = "a", .origin = "https://a.example"});
  scene.shelf->put({.name = "b", .origin = "https://b.example", .id = "tos1"});
  scene.shelf->put({.name = "c", .origin = "https://c.example", .id = "tos1"});
  const auto authority = scene.open();
  const Page page = authority->find_page({});
  ASSERT_EQ(page.records.size(), 3U);
  const std::string made = " 2026-01-01T00:00:00.000Z store 2026-01-01T00:00:00.000Z store";
  EXPECT_EQ(summary(*authority->find("tos1")), "tos1 b https://b.example ACTIVE" + made);
  for (const RecordPtr& record : page.records) {
    if (record->id == "tos1") continue;
    EXPECT_EQ(record->id.size(), 20U);
    EXPECT_TRUE(record->id.starts_with("tos"));
  }
  scene.clock->advance(seconds(5));
  EXPECT_TRUE(authority->refresh());
  const Page again = authority->find_page({});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(summary(*again.records[i]), summary(*page.records[i])) << "what was made once stays";
  }
  EXPECT_NE(scene.open()->find(page.records[0]->id), nullptr) << "ids stay for a new process too";
}

TEST(Authority, SaysWhatTheStoreDid) {
  const struct {
    const char* desc;
    RecordWrite::Status status;
    Kind kind;
    int writes;
  } rows[] = {
      {"read only", RecordWrite::Status::ReadOnly, Kind::ReadOnly, 1},
      {"away", RecordWrite::Status::Unreachable, Kind::Unreachable, 1},
      {"somebody else writes all the time", RecordWrite::Status::Conflict, Kind::Contended, 50},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.desc);
    const AuthorityScene scene;
    const auto authority = scene.open();
    const auto kept = authority->create(input_of("kept"), "anna");
    scene.shelf->answer_writes_with(row.status);
    const auto refused = authority->create(input_of("a"), "anna");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, row.kind);
    EXPECT_EQ(refused.error().detail, "the shelf says no");
    EXPECT_EQ(scene.shelf->writes(), 1 + row.writes);
    EXPECT_EQ(names_of(*authority), Names{"kept"});
    EXPECT_EQ(authority->create(RecordInput{}, "anna").error().kind, Kind::Invalid)
        << "what is wrong is not asked of the store";
    EXPECT_EQ(*authority->set_status((*kept)->id, Status::Active, "anna"),
              authority->find((*kept)->id))
        << "nor is what is so already";

    scene.shelf->answer_writes_with(RecordWrite::Status::Ok);
    EXPECT_TRUE(authority->create(input_of("a"), "anna"));
    EXPECT_EQ(names_of(*authority), (Names{"kept", "a"}));
  }
}

TEST(Authority, ReadsAgainWhenAnAnswerWasLost) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  scene.shelf->lose_answers(true);
  EXPECT_EQ(authority->create(input_of("a"), "anna").error().kind, Kind::Unreachable);
  scene.shelf->lose_answers(false);
  EXPECT_EQ(authority->create(input_of("a"), "anna").error().kind, Kind::Invalid)
      << "it had been written";
  EXPECT_EQ(names_of(*authority), Names{"a"});
}

TEST(Authority, ChecksAgainWhatSomebodyElseWrote) {
  const AuthorityScene scene;
  const auto one = scene.open();
  const auto two = scene.open();
  ASSERT_TRUE(one->create(input_of("a"), "anna"));
  EXPECT_EQ(names_of(*two), Names{}) << "until it hears of it";
  EXPECT_EQ(two->create(input_of("a"), "bert").error().kind, Kind::Invalid);
  ASSERT_TRUE(two->create(input_of("b"), "bert"));
  EXPECT_EQ(names_of(*two), (Names{"a", "b"}));
  const std::string id = two->find_page({.q = "b"}).records.at(0)->id;
  EXPECT_EQ(one->find(id), nullptr) << "reads see memory";
  EXPECT_TRUE(one->set_status(id, Status::Inactive, "anna")) << "a change asks the store first";
  ASSERT_TRUE(two->set_status(id, Status::Active, "bert"));
  ASSERT_TRUE(one->set_status(id, Status::Inactive, "anna"));
  EXPECT_EQ(scene.shelf->records().at(1).status, Status::Inactive)
      << "it was so in memory already, and not in the store";
  EXPECT_EQ(one->remove("tosnone").error().kind, Kind::NotFound);
  ASSERT_TRUE(two->remove(id));
  EXPECT_EQ(scene.shelf->records().size(), 1U);

  scene.shelf->interfere(3);
  EXPECT_TRUE(one->create(input_of("c"), "anna")) << "the fourth attempt";
}

TEST(Authority, KeepsItsRecordsWhenTheStoreCannotBeRead) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  ASSERT_TRUE(authority->create(input_of("a"), "anna"));
  scene.shelf->answer_loads(false);
  EXPECT_FALSE(authority->refresh());
  EXPECT_EQ(names_of(*authority), Names{"a"});
  EXPECT_EQ(authority->create(input_of("b"), "anna").error().detail, "the shelf is away");
  EXPECT_FALSE(Authority::open(std::make_unique<MemoryRecordStore>(scene.shelf)));
  scene.shelf->answer_loads(true);
  EXPECT_TRUE(authority->create(input_of("b"), "anna"));
}

}  // namespace
}  // namespace corsac::testing
