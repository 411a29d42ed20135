// The extension corsac.store.records/1 of the redis plugin: several writers, and a writer that ends
// at any moment.

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_store_fixture.hpp"
#include "redis_writing_store.hpp"

namespace corsac {
namespace {

using test::RecordingSink;
using test::RedisServer;
using test::WritingStore;

class RedisRecordRaceTest : public test::RedisTest {};

std::string numbered(int number) { return "{\"n\":" + std::to_string(number) + "}"; }

// The n of the record with this id, among the calls of a read; 0 without one.
int number_in(const std::vector<std::string>& calls, const std::string& id) {
  constexpr std::string_view kNumber = "integer n ";
  const std::string source = "source redis {corsac}:trusted_origins " + id;
  bool is_inside = false;
  for (const std::string& call : calls) {
    if (call.rfind("source ", 0) == 0) is_inside = call == source;
    if (is_inside && call.rfind(kNumber, 0) == 0) return std::stoi(call.substr(kNumber.size()));
  }
  return 0;
}

// Adds 1 to "both" and to `own`, `times` times; answers how often somebody else was faster.
int count_up(WritingStore& store, const std::string& own, int times) {
  int conflicts = 0;
  for (int done = 0; done < times;) {
    const RecordingSink sink;
    EXPECT_EQ(store.read_records(sink), CORSAC_OK);
    const std::int32_t status =
        store.put_records({{"both", numbered(number_in(sink.calls(), "both") + 1)},
                           {own, numbered(number_in(sink.calls(), own) + 1)}},
                          sink.revision());
    if (status == CORSAC_OK) ++done;
    if (status == CORSAC_CONFLICT) ++conflicts;
    if (status != CORSAC_OK && status != CORSAC_CONFLICT) {
      ADD_FAILURE() << "status " << status;
      return conflicts;
    }
  }
  return conflicts;
}

TEST_F(RedisRecordRaceTest, LosesAndDoublesNoneOfTwoServers) {
  const RedisServer server;
  WritingStore a(server.url());
  WritingStore b(server.url());
  int conflicts_of_b = 0;
  std::thread other([&] { conflicts_of_b = count_up(b, "b", 500); });
  const int conflicts_of_a = count_up(a, "a", 500);
  other.join();
  EXPECT_EQ(server.run({"HGET", "{corsac}:trusted_origins", "both"}), numbered(1000));
  EXPECT_EQ(server.run({"HGET", "{corsac}:trusted_origins", "a"}), numbered(500));
  EXPECT_EQ(server.run({"HGET", "{corsac}:trusted_origins", "b"}), numbered(500));
  EXPECT_EQ(server.run({"HLEN", "{corsac}:trusted_origins"}), "3");
  EXPECT_THAT(server.run({"GET", "{corsac}:revision"}), testing::StartsWith("1000:"));
  EXPECT_GT(conflicts_of_a + conflicts_of_b, 0);
}

constexpr int kRecordsACall = 20;

// Writes `kRecordsACall` records of one number a call, forever, and says each number into `pipe`
// when it is answered.
[[noreturn]] void write_until_killed(const std::string& url, int number, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  WritingStore store(url);
  while (true) {
    WritingStore::Changes changes;
    for (int i = 0; i < kRecordsACall; ++i) {
      changes.push_back({"tos" + std::to_string(i), numbered(number)});
    }
    const std::int32_t status = store.put_records(
        changes, store.revision().empty() ? store.records_revision() : store.revision());
    if (status == CORSAC_CONFLICT) continue;  // of the one before: Redis still had its command
    if (status != CORSAC_OK || ::write(pipe, &number, sizeof number) != sizeof number) ::_exit(1);
    ++number;
  }
}

// A process that writes, from `number` on.
class KilledWriter {
 public:
  KilledWriter(const std::string& url, int number) {
    EXPECT_EQ(::pipe2(pipe_, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) write_until_killed(url, number, pipe_[1]);
    ::close(pipe_[1]);
  }
  ~KilledWriter() { ::close(pipe_[0]); }
  KilledWriter(const KilledWriter&) = delete;
  KilledWriter& operator=(const KilledWriter&) = delete;

  // The next number that was answered; 0 when the process is gone.
  [[nodiscard]] int next_answer() const {
    int number = 0;
    return ::read(pipe_[0], &number, sizeof number) == sizeof number ? number : 0;
  }
  void kill() {
    ::kill(process_, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(process_, &status, 0), process_);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
  }

 private:
  int pipe_[2] = {-1, -1};
  pid_t process_ = -1;
};

// The numbers of all records, which are one; 0 when they are several.
int number_of_all(const RedisServer& server) {
  std::istringstream values(server.run({"HVALS", "{corsac}:trusted_origins"}));
  std::string first;
  std::string value;
  int count = 0;
  while (std::getline(values, value)) {
    if (count++ == 0) first = value;
    if (value != first) return 0;
  }
  return count == kRecordsACall ? std::atoi(first.c_str() + 5) : 0;
}

TEST_F(RedisRecordRaceTest, KeepsWhatWasAnsweredWhenTheWriterIsKilled) {
  const RedisServer server;
  std::mt19937 random(20261128);
  int first = 1;
  int lost_answers = 0;
  for (int round = 0; round < 50; ++round) {
    SCOPED_TRACE(round);
    KilledWriter writer(server.url(), first);
    int answered = 0;
    for (unsigned i = random() % 20 + 1; i > 0; --i) answered = writer.next_answer();
    ASSERT_GE(answered, first);
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 1000);
    while (std::chrono::steady_clock::now() < end) {
    }
    writer.kill();
    for (int more = writer.next_answer(); more != 0; more = writer.next_answer()) answered = more;
    const int kept = number_of_all(server);
    EXPECT_TRUE(kept == answered || kept == answered + 1)
        << "answered " << answered << ", kept " << kept;
    lost_answers += kept == answered + 1 ? 1 : 0;
    first = answered + 2;
  }
  RecordProperty("written_without_an_answer", lost_answers);
}

}  // namespace
}  // namespace corsac
