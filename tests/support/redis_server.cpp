// Entry: RedisServer.

#include "support/redis_server.hpp"

#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <hiredis/hiredis.h>

#include "support/eventually.hpp"

extern char** environ;

namespace corsac::test {
namespace {

std::string program(const std::string& name) {
  std::string_view path = "/usr/bin:/usr/local/bin";
  if (const char* own = std::getenv("PATH"); own != nullptr) path = own;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    std::string file = std::string(path.substr(0, end)) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return {};
}

// Nobody listens there now. Another program may take it before we do: then starting is tried again.
int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* name = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket, name, size) != 0 || ::getsockname(socket, name, &size) != 0) {
    throw std::runtime_error("no free port");
  }
  ::close(socket);
  return ntohs(address.sin_port);
}

std::string text_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_NIL:
      return "(nil)";
    case REDIS_REPLY_ARRAY: {
      std::string text;
      for (std::size_t i = 0; i < reply.elements; ++i) {
        text += (i == 0 ? "" : "\n") + text_of(*reply.element[i]);
      }
      return text;
    }
    case REDIS_REPLY_ERROR:
      return "(error) " + std::string(reply.str, static_cast<std::size_t>(reply.len));
    default:
      return std::string(reply.str, static_cast<std::size_t>(reply.len));
  }
}

}  // namespace

bool has_redis() { return !program("redis-server").empty(); }

RedisClient::RedisClient(int port)
    : context_(redisConnectWithTimeout("127.0.0.1", port, timeval{5, 0})) {
  if (context_ == nullptr || context_->err != 0) {
    redisFree(context_);
    throw std::runtime_error("no connection to Redis");
  }
  redisSetTimeout(context_, timeval{20, 0});
}

RedisClient::~RedisClient() { redisFree(context_); }

std::string RedisClient::try_run(const std::vector<std::string>& command) {
  std::vector<const char*> data;
  std::vector<std::size_t> sizes;
  for (const std::string& argument : command) {
    data.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  void* answer =
      redisCommandArgv(context_, static_cast<int>(data.size()), data.data(), sizes.data());
  if (answer == nullptr) throw std::runtime_error(std::string("Redis: ") + context_->errstr);
  const std::unique_ptr<redisReply, void (*)(redisReply*)> reply(
      static_cast<redisReply*>(answer), [](redisReply* freed) { freeReplyObject(freed); });
  return text_of(*reply);
}

std::string RedisClient::run(const std::vector<std::string>& command) {
  std::string answer = try_run(command);
  if (answer.rfind("(error)", 0) == 0) throw std::runtime_error(command.front() + ": " + answer);
  return answer;
}

RedisServer::RedisServer(std::vector<std::string> lines, Kind kind)
    : kind_(kind), lines_(std::move(lines)) {
  for (int tries = 0; tries < 5; ++tries) {
    port_ = free_port();
    if (start_once()) return;
  }
  throw std::runtime_error("redis-server does not start");
}

RedisServer::~RedisServer() { kill(); }

std::string RedisServer::run(const std::vector<std::string>& command) const {
  return RedisClient(port_).run(command);
}

void RedisServer::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

void RedisServer::start() {
  if (!start_once()) throw std::runtime_error("redis-server does not start again");
}

void RedisServer::freeze() { ::kill(process_, SIGSTOP); }
void RedisServer::thaw() { ::kill(process_, SIGCONT); }

bool RedisServer::start_once() {
  std::string configuration = "bind 127.0.0.1\nport " + std::to_string(port_) + "\ndir " +
                              folder_.path().string() +
                              "\nsave \"\"\nlogfile redis.log\ndaemonize no\n"
                              "repl-diskless-sync-delay 0\n";
  if (kind_ == Kind::Sentinel) {
    configuration = "bind 127.0.0.1\nport " + std::to_string(port_) + "\ndir " +
                    folder_.path().string() + "\nlogfile redis.log\n";
  }
  for (const std::string& line : lines_) configuration += line + "\n";
  const std::string file = folder_.write("redis.conf", configuration).string();
  const std::string name = program("redis-server");
  std::vector<std::string> words = {name, file};
  if (kind_ == Kind::Sentinel) words.emplace_back("--sentinel");
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::size_t logged = log().size();
  if (::posix_spawn(&process_, name.c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
    process_ = -1;
    return false;
  }
  const bool is_up = eventually([&] {
    if (::waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
    return process_ < 0 || (says_that_it_listens(logged) && answers());
  });
  if (!is_up) kill();
  return process_ >= 0;
}

std::string RedisServer::log() const {
  std::ifstream stream(folder_.path() / "redis.log", std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// In the log since that byte. Only this tells it from another test's Redis that took the port first
// and answers there, while ours is about to end.
bool RedisServer::says_that_it_listens(std::size_t since) const {
  const std::string_view sign =
      kind_ == Kind::Sentinel ? "Sentinel ID is" : "Ready to accept connections";
  return log().find(sign, since) != std::string::npos;
}

// Also with NOAUTH: it is up.
bool RedisServer::answers() const {
  try {
    return RedisClient(port_).try_run({"PING"}).find("LOADING") == std::string::npos;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace corsac::test
