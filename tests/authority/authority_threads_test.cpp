#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "authority/authority_fixture.hpp"
#include "support/eventually.hpp"

namespace corsac::testing {
namespace {

using Kind = AuthorityError::Kind;
using Status = TrustedOrigin::Status;

// Runs all of them and waits.
template <class Work>
void in_threads(int count, Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

TEST(AuthorityThreads, ReadsDoNotWaitForTheStore) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  const auto kept = authority->create(input_of("kept"), "anna");
  scene.shelf->hold_writes();
  std::thread writer([&] { EXPECT_TRUE(authority->create(input_of("slow"), "anna")); });
  ASSERT_TRUE(test::eventually([&] { return scene.shelf->held_writes() == 1; }));
  // Would never come back if they waited.
  EXPECT_EQ(authority->find((*kept)->id), *kept);
  EXPECT_EQ(authority->find_page({}).records.size(), 1U) << "nor is shown what is not yet kept";
  scene.shelf->let_writes_go();
  writer.join();
  EXPECT_EQ(authority->find_page({}).records.size(), 2U);
}

TEST(AuthorityThreads, ThoseThatWaitAreCheckedAgainstEachOther) {
  constexpr int kThreads = 20;
  const AuthorityScene scene;
  const auto authority = scene.open();
  scene.shelf->hold_writes();
  std::atomic<int> taken{0};
  std::atomic<int> failed{0};
  std::thread release([&] {
    EXPECT_TRUE(test::eventually([&] { return scene.shelf->held_writes() == 1; }));
    scene.shelf->let_writes_go();
  });
  in_threads(kThreads, [&](int i) {
    // Half of them want the name of another one.
    const auto made = authority->create(input_of("n" + std::to_string(i / 2)), "anna");
    if (made) {
      EXPECT_EQ(authority->find((*made)->id), *made) << "its own write at once";
      ++taken;
    } else if (made.error().kind == Kind::Invalid) {
      ++failed;
    }
  });
  release.join();
  EXPECT_EQ(taken, kThreads / 2);
  EXPECT_EQ(failed, kThreads / 2);
  EXPECT_EQ(scene.shelf->records().size(), std::size_t{kThreads / 2});
}

TEST(AuthorityThreads, AWriteThatFailsFailsForAllWhoShareIt) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  scene.shelf->hold_writes();
  scene.shelf->answer_writes_with(RecordWrite::Status::ReadOnly);
  std::thread release([&] {
    EXPECT_TRUE(test::eventually([&] { return scene.shelf->held_writes() == 1; }));
    scene.shelf->let_writes_go();
  });
  std::atomic<int> refused{0};
  in_threads(20, [&](int) {
    const auto made = authority->create(input_of("same"), "anna");
    if (!made && made.error().kind == Kind::ReadOnly) ++refused;
  });
  release.join();
  EXPECT_EQ(refused, 20) << "none is told that a record has its name, for there is none";
  EXPECT_TRUE(authority->find_page({}).records.empty());
}

// Each one that waits holds a thread of a server.
TEST(AuthorityThreads, NoMoreWaitThanMay) {
  const AuthorityScene scene;
  const auto authority = *Authority::open(std::make_unique<MemoryRecordStore>(scene.shelf),
                                          {.clock = scene.clock, .waiting_limit = 3});
  scene.shelf->hold_writes();
  std::atomic<int> busy{0};
  std::thread release([&] {
    EXPECT_TRUE(test::eventually([&] { return busy == 7; }));
    scene.shelf->let_writes_go();
  });
  std::atomic<int> made{0};
  in_threads(10, [&](int i) {
    const auto outcome = authority->create(input_of("n" + std::to_string(i)), "anna");
    if (outcome) ++made;
    if (!outcome && outcome.error().kind == Kind::Busy) ++busy;
  });
  release.join();
  EXPECT_EQ(made, 3);
  EXPECT_TRUE(authority->create(input_of("later"), "anna"));
}

// All of the scene's records stand in every authority, each once.
void expect_records(const AuthorityScene& scene, std::size_t count,
                    const std::vector<std::shared_ptr<Authority>>& authorities) {
  std::set<std::string> names;
  std::set<std::string> ids;
  for (const TrustedOrigin& record : scene.shelf->records()) {
    names.insert(record.name);
    ids.insert(record.id);
  }
  EXPECT_EQ(names.size(), count);
  EXPECT_EQ(ids.size(), count);
  for (const auto& authority : authorities) {
    EXPECT_TRUE(authority->refresh());
    std::set<std::string> listed;
    PageQuery query{.limit = 200};
    do {
      const Page page = authority->find_page(query);
      for (const RecordPtr& record : page.records) listed.insert(record->id);
      query.after = page.next;
    } while (query.after);
    EXPECT_EQ(listed, ids);
  }
}

TEST(AuthorityThreads, LosesNoneOf10000PostedAtOnce) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  in_threads(8, [&](int thread) {
    for (int i = 0; i < 1250; ++i) {
      const std::string name = "n" + std::to_string(thread) + "-" + std::to_string(i);
      EXPECT_TRUE(authority->create(input_of(name), "anna"));
    }
  });
  expect_records(scene, 10'000, {authority});
}

TEST(AuthorityThreads, LosesNonePostedToTwoServers) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  const AuthorityScene scene;
  const auto one = scene.open();
  const auto two = scene.open();
  std::atomic<int> made{0};
  in_threads(kThreads, [&](int thread) {
    Authority& authority = thread % 2 == 0 ? *one : *two;
    for (int i = 0; i < kEach; ++i) {
      const std::string name = "n" + std::to_string(thread) + "-" + std::to_string(i);
      // Others may be faster twenty times; nothing was written then, and asking again is right.
      while (true) {
        const auto record = authority.create(input_of(name), "anna");
        if (record) {
          ++made;
          break;
        }
        ASSERT_EQ(record.error().kind, Kind::Contended);
      }
    }
  });
  EXPECT_EQ(made, kThreads * kEach);
  expect_records(scene, std::size_t{kThreads * kEach}, {one, two});
}

TEST(AuthorityThreads, ReadersSeeWholeRecordsWhileOthersWrite) {
  const AuthorityScene scene;
  const auto authority = scene.open();
  std::vector<std::string> ids;
  for (int i = 0; i < 50; ++i) {
    ids.push_back((*authority->create(input_of("n" + std::to_string(i)), "anna"))->id);
  }
  std::atomic<bool> is_over{false};
  std::thread reader([&] {
    while (!is_over) {
      EXPECT_EQ(authority->find_page({.limit = 200}).records.size(), 50U);
      EXPECT_EQ(authority->find_page({.q = "https://n", .limit = 200}).records.size(), 50U);
    }
  });
  in_threads(3, [&](int thread) {
    for (int i = 0; i < 300; ++i) {
      const std::string& id = ids[static_cast<std::size_t>(i * 7 + thread) % ids.size()];
      const Status status = i % 2 == 0 ? Status::Inactive : Status::Active;
      EXPECT_TRUE(authority->set_status(id, status, "anna"));
      if (i % 100 != 0) continue;
      EXPECT_TRUE(authority->refresh());
    }
  });
  is_over = true;
  reader.join();
}

}  // namespace
}  // namespace corsac::testing
