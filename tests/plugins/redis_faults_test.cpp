// The redis plugin and peers that answer wrongly, late, by halves or not at all.

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "redis_store_fixture.hpp"
#include "support/eventually.hpp"
#include "support/scripted_peer.hpp"

namespace corsac {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::bulk;
using test::kSmallPolicy;
using test::list;
using test::PeerConnection;
using test::RedisStore;
using test::ScriptedPeer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What a Redis in good health says, by command and key.
std::string healthy_answer(const std::vector<std::string>& command) {
  const std::string& name = command.front();
  if (name == "GET" && command[1] == "{corsac}:policy") return bulk(kSmallPolicy);
  if (name == "GET") return bulk("1:a");
  if (name == "SSCAN" || name == "HSCAN") return list({bulk("0"), list({})});
  if (name == "LRANGE") return list({});
  if (name == "INFO") return bulk("# Server\r\nrun_id:abc\r\n");
  if (name == "ROLE") return list({bulk("master"), ":0\r\n", list({})});
  if (name == "SUBSCRIBE") return list({bulk("subscribe"), bulk(command[1]), ":1\r\n"});
  if (name == "PING") return list({bulk("pong"), bulk("")});
  return "+OK\r\n";
}

using Answers = std::map<std::string, std::string>;  // by name of the command

// The healthy peer, with other answers to some commands; "close" closes the connection after what
// stands before it.
ScriptedPeer::Handler answering(Answers answers) {
  return [answers = std::move(answers)](PeerConnection& peer) {
    while (true) {
      const auto command = peer.read_command();
      if (command.empty()) return;
      const auto found = answers.find(command.front());
      if (found == answers.end()) {
        peer.send(healthy_answer(command));
        continue;
      }
      std::string answer = found->second;
      const std::size_t end = answer.find("close");
      peer.send(answer.substr(0, end));
      if (end != std::string::npos) return;
    }
  };
}

test::OpenStore::Settings settings_for(const ScriptedPeer& peer) {
  return {{"url", "redis://" + peer.address()},
          {"connect_timeout_milliseconds", "500"},
          {"command_timeout_milliseconds", "150"}};
}

struct FaultRow {
  const char* desc;
  Answers answers;
  std::int32_t status;
  const char* code;
};

std::vector<FaultRow> fault_rows() {
  const auto unreachable = CORSAC_UNREACHABLE;
  return {
      {"loading",
       {{"GET", "-LOADING Redis is loading the dataset in memory\r\n"}},
       unreachable,
       "redis-loading"},
      {"primary down",
       {{"GET", "-MASTERDOWN Link with MASTER is down\r\n"}},
       unreachable,
       "redis-primary-down"},
      {"moved", {{"GET", "-MOVED 1 10.0.0.1:6379\r\n"}}, unreachable, "redis-cluster"},
      {"cluster down",
       {{"GET", "-CLUSTERDOWN Hash slot not served\r\n"}},
       unreachable,
       "redis-cluster"},
      {"no permission",
       {{"GET", "-NOPERM this user has no permissions\r\n"}},
       unreachable,
       "redis-no-permission"},
      {"no password",
       {{"GET", "-NOAUTH Authentication required.\r\n"}},
       unreachable,
       "redis-password-missing"},
      {"protected mode",
       {{"INFO", "-DENIED Redis is running in protected mode\r\nclose"}},
       unreachable,
       "redis-protected-mode"},
      {"busy", {{"SSCAN", "-BUSY Redis is busy running a script\r\n"}}, unreachable, "redis-busy"},
      {"too many clients",
       {{"INFO", "-ERR max number of clients reached\r\nclose"}},
       unreachable,
       "redis-too-many-clients"},
      {"an error of no known word",
       {{"GET", "-ERR secret-looking-text\r\n"}},
       unreachable,
       "redis-error"},
      {"wrong type",
       {{"SSCAN", "-WRONGTYPE Operation against a key\r\n"}},
       CORSAC_INVALID,
       "redis-wrong-type"},
      {"a Sentinel", {{"ROLE", list({bulk("sentinel"), list({})})}}, unreachable, "redis-sentinel"},
      {"closed at once", {{"INFO", "close"}}, unreachable, "redis-closed"},
      {"half an answer", {{"GET", "$100\r\nhalf close"}}, unreachable, "redis-closed"},
      {"half an answer, and silence", {{"GET", "$100\r\nhalf"}}, unreachable, "redis-silent"},
      {"no answer", {{"GET", ""}}, unreachable, "redis-silent"},
      {"an HTTP server",
       {{"INFO", "HTTP/1.1 400 Bad Request\r\n\r\nclose"}},
       unreachable,
       "redis-protocol"},
      {"a TLS server",
       {{"INFO", std::string("\x15\x03\x01\x00\x02\x02\x46", 7) + "close"}},
       unreachable,
       "redis-protocol"},
      {"a bulk of nearly 2^63 bytes",
       {{"GET", "$9223372036854775800\r\nx"}},
       unreachable,
       "redis-silent"},
      {"a bulk of a negative size", {{"GET", "$-2\r\n"}}, unreachable, "redis-protocol"},
      {"a list of 2^31 - 1 elements",
       {{"SSCAN", "*2147483647\r\n"}},
       unreachable,
       "redis-protocol"},
      {"lists in lists in lists",
       {{"SSCAN", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"}},
       unreachable,
       "redis-protocol"},
      {"a map of RESP3", {{"ROLE", "%1\r\n+a\r\n+b\r\n"}}, unreachable, "redis-protocol"},
      {"a double of RESP3", {{"GET", ",1.5\r\n"}}, unreachable, "redis-protocol"},
      {"a number for a text", {{"GET", ":5\r\n"}}, unreachable, "redis-protocol"},
      {"a status for a text", {{"GET", "+OK\r\n"}}, unreachable, "redis-protocol"},
      {"a text for a list", {{"SSCAN", "$1\r\n0\r\n"}}, unreachable, "redis-protocol"},
      {"a list that is too short", {{"SSCAN", "*1\r\n$1\r\n0\r\n"}}, unreachable, "redis-protocol"},
      {"a member that is no text",
       {{"SSCAN", "*2\r\n$1\r\n0\r\n*1\r\n:1\r\n"}},
       unreachable,
       "redis-protocol"},
      {"a member that is nil",
       {{"SSCAN", "*2\r\n$1\r\n0\r\n*1\r\n$-1\r\n"}},
       unreachable,
       "redis-protocol"},
      {"a field without its record",
       {{"HSCAN", "*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n"}},
       unreachable,
       "redis-protocol"},
      {"a record that is no text",
       {{"HSCAN", "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n:1\r\n"}},
       unreachable,
       "redis-protocol"},
      {"a line without end",
       {{"ROLE", "+" + std::string(200'000, 'x')}},
       unreachable,
       "redis-protocol"},
  };
}

// Proves S35.
TEST(RedisFaults, AreToldApart) {
  for (const FaultRow& row : fault_rows()) {
    SCOPED_TRACE(row.desc);
    const ScriptedPeer peer(answering(row.answers));
    RedisStore store(settings_for(peer));
    const auto calls = store.read();
    EXPECT_EQ(store.status(), row.status);
    if (row.status == CORSAC_INVALID) {
      ASSERT_EQ(calls.size(), 1u);
      EXPECT_THAT(calls[0], testing::StartsWith("problem " + std::string(row.code)));
    } else {
      EXPECT_THAT(calls, IsEmpty());
      EXPECT_TRUE(store.has_logged("2 " + std::string(row.code) + ": ")) << store.log();
    }
    EXPECT_THAT(store.log(), Not(HasSubstr("secret-looking")));
    EXPECT_TRUE(store.revision().empty());
  }
}

TEST(RedisFaults, SayWhereNobodyListens) {
  int port = 0;
  {
    const ScriptedPeer peer(answering({}));
    port = peer.port();
  }
  RedisStore store("redis://127.0.0.1:" + std::to_string(port));
  EXPECT_THAT(store.read(), IsEmpty());
  EXPECT_TRUE(store.has_logged("2 redis-refused: 127.0.0.1:" + std::to_string(port) +
                               " refuses connections; start Redis there"));
  RedisStore no_socket("unix:///nowhere/redis.sock");
  EXPECT_THAT(no_socket.read(), IsEmpty());
  EXPECT_TRUE(no_socket.has_logged("2 redis-no-socket: unix:/nowhere/redis.sock does not exist"));
  RedisStore no_host("redis://corsac-test.invalid:1");
  EXPECT_THAT(no_host.read(), IsEmpty());
  EXPECT_TRUE(no_host.has_logged("2 redis-host-")) << no_host.log();
}

TEST(RedisFaults, RepeatNoSecretOfAnErrorToAUTH) {
  ::setenv("CORSAC_TEST_PASSWORD", "hunter2", 1);
  for (const char* answer :
       {"-ERR unknown command `AUTH`, with args beginning with: `me`, `hunter2`, \r\n",
        "-WRONGPASS hunter2\r\n", "-hunter2\r\n"}) {
    const ScriptedPeer peer(answering({{"AUTH", answer}}));
    auto settings = settings_for(peer);
    settings.push_back({"user", "me-myself"});
    settings.push_back({"password_env", "CORSAC_TEST_PASSWORD"});
    RedisStore store(settings);
    EXPECT_THAT(store.read(), IsEmpty());
    EXPECT_EQ(store.status(), CORSAC_UNREACHABLE);
    EXPECT_THAT(store.log(), Not(HasSubstr("hunter2")));
    EXPECT_THAT(store.log(), Not(HasSubstr("me-myself")));
    EXPECT_TRUE(store.has_logged("2 redis-password-"));
  }
}

// Each byte comes before the silence is too long, and the whole would take minutes.
// Proves S35.
TEST(RedisFaults, SlowBytesEndAtTheDeadline) {
  const ScriptedPeer peer([](PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      if (command.front() == "GET") {
        connection.send_slowly(bulk(std::string(10'000, 'x')), milliseconds(20));
        return;
      }
      connection.send(healthy_answer(command));
    }
  });
  RedisStore store(settings_for(peer));
  store.set_time_limit(milliseconds(400));
  const auto begun = steady_clock::now();
  EXPECT_THAT(store.read(), IsEmpty());
  EXPECT_LT(steady_clock::now() - begun, milliseconds(1400));
  EXPECT_EQ(store.status(), CORSAC_UNREACHABLE);
  EXPECT_TRUE(store.has_logged("2 redis-deadline: ")) << store.log();
}

TEST(RedisFaults, AnAnswerThatNeverEndsIsCutAtTheLimit) {
  const ScriptedPeer peer([](PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      if (command.front() == "GET") {
        connection.send("$9223372036854775800\r\n");
        const std::string piece(1 << 20, 'x');
        for (int i = 0; i < 64; ++i) connection.send(piece);
        return connection.wait_for_end();
      }
      connection.send(healthy_answer(command));
    }
  });
  auto settings = settings_for(peer);
  settings.push_back({"limit_bytes", "1000000"});
  RedisStore store(settings);
  EXPECT_THAT(store.read(), testing::ElementsAre(testing::StartsWith("problem redis-too-large")));
}

TEST(RedisFaults, AScanThatNeverEndsIsCutAtTheDeadline) {
  const ScriptedPeer peer(answering({{"SSCAN", list({bulk("17"), list({})})}}));
  RedisStore store(settings_for(peer));
  store.set_time_limit(milliseconds(200));
  const auto calls = store.read();
  EXPECT_TRUE(store.status() == CORSAC_UNREACHABLE || store.status() == CORSAC_INVALID)
      << "by time or by bytes";
}

TEST(RedisFaults, AnInterruptEndsAWaitAtOnce) {
  std::atomic<int> asked{0};
  const ScriptedPeer peer([&](PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      if (command.front() == "GET") {
        ++asked;
        return connection.wait_for_end();
      }
      connection.send(healthy_answer(command));
    }
  });
  RedisStore store(
      {{"url", "redis://" + peer.address()}, {"command_timeout_milliseconds", "600000"}});
  std::thread core([&] {
    EXPECT_TRUE(test::eventually([&] { return asked > 0; }));
    store.host().cancel();
    store.store().interrupt();
  });
  const auto begun = steady_clock::now();
  EXPECT_THAT(store.read(), IsEmpty());
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(15));
  EXPECT_EQ(store.status(), CORSAC_CANCELLED);
  core.join();

  // The old interrupt is spent, and one more wake alone is none.
  store.host().cancel(false);
  store.store().interrupt();
  store.set_time_limit(milliseconds(50));
  EXPECT_THAT(store.read(), IsEmpty());
  EXPECT_EQ(store.status(), CORSAC_UNREACHABLE);
}

TEST(RedisFaults, ClosesAtOnceWhateverItWaitsFor) {
  // Takes the connection and says nothing: the subscription waits for its answer.
  const ScriptedPeer peer([](PeerConnection& connection) { connection.wait_for_end(); });
  const auto begun = steady_clock::now();
  {
    RedisStore store(
        {{"url", "redis://" + peer.address()}, {"command_timeout_milliseconds", "600000"}});
  }
  EXPECT_LT(steady_clock::now() - begun, std::chrono::seconds(5));
}

// The revision is another one at each look: taken after three passes, and read again.
TEST(RedisFaults, APolicyThatChangesAllTheTimeIsTakenAndReadAgain) {
  std::atomic<int> revision{0};
  std::atomic<int> passes{0};
  const ScriptedPeer peer([&](PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      const bool is_policy = command.size() > 1 && command[1] == "{corsac}:policy";
      if (is_policy) ++passes;
      connection.send(command.front() == "GET" && !is_policy
                          ? bulk(std::to_string(++revision) + ":a")
                          : healthy_answer(command));
    }
  });
  RedisStore store(settings_for(peer));
  EXPECT_TRUE(test::eventually([&] { return store.has_logged("listening for changes"); }));
  const std::size_t before = store.host().changes();
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_EQ(store.status(), CORSAC_OK);
  EXPECT_EQ(passes, 3);
  EXPECT_GT(store.host().changes(), before);
  EXPECT_THAT(store.revision(), testing::MatchesRegex("5:a~[0-9a-f]{16}"))
      << "not the name of a state that it may not be";
  EXPECT_TRUE(store.has_logged("1 redis-unsettled: "));
}

TEST(RedisFaults, APolicyThatChangedOnceIsReadAgainAtOnce) {
  std::atomic<int> looks{0};
  const ScriptedPeer peer([&](PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      const bool is_revision = command.size() > 1 && command[1] == "{corsac}:revision";
      connection.send(is_revision ? bulk(++looks == 1 ? "8:a" : "8:b") : healthy_answer(command));
    }
  });
  RedisStore store(settings_for(peer));
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_EQ(looks, 4);
  EXPECT_EQ(store.revision(), "8:b");
  EXPECT_FALSE(store.has_logged("redis-unsettled"));
}

TEST(RedisFaults, TellsThatAnotherNodeAnswers) {
  std::atomic<int> answers{0};
  const ScriptedPeer peer([&](PeerConnection& connection) {
    for (auto command = connection.read_command(); !command.empty();
         command = connection.read_command()) {
      connection.send(command.front() == "INFO"
                          ? bulk("run_id:" + std::to_string(++answers) + "\r\n")
                          : healthy_answer(command));
    }
  });
  RedisStore store(settings_for(peer));
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_FALSE(store.has_logged("redis-other-node"));
  EXPECT_EQ(store.host().switches(), 0u);
  EXPECT_THAT(store.read(), Not(IsEmpty()));
  EXPECT_EQ(store.host().switches(), 1u);
  EXPECT_TRUE(store.has_logged("1 redis-other-node: " + peer.address() + " was started again"));
}

}  // namespace
}  // namespace corsac
