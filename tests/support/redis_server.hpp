#pragma once

// A real Redis or Sentinel of a test's own, on a free port of loopback; gone with the object.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/temp_folder.hpp"

struct redisContext;

namespace corsac::test {

// False where there is no redis-server: then tests that need one skip.
[[nodiscard]] bool has_redis();

// One client of a server. Throws std::runtime_error when a command cannot be sent or is answered
// with an error.
class RedisClient {
 public:
  explicit RedisClient(int port);
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  // The answer as text: elements of a list one a line, "(nil)", "(error) ..." never.
  std::string run(const std::vector<std::string>& command);
  // The same, and an error as "(error) ...".
  std::string try_run(const std::vector<std::string>& command);

 private:
  redisContext* context_;
};

class RedisServer {
 public:
  enum class Kind : unsigned char { Redis, Sentinel };

  // Starts it with these lines of configuration and waits until it answers.
  explicit RedisServer(std::vector<std::string> lines = {}, Kind kind = Kind::Redis);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url() const { return "redis://" + address(); }
  [[nodiscard]] const TempFolder& folder() const { return folder_; }

  std::string run(const std::vector<std::string>& command) const;

  void kill();    // SIGKILL, and waits for its end
  void start();   // again, on the same port; its data is gone unless it was saved
  void freeze();  // SIGSTOP
  void thaw();    // SIGCONT

 private:
  [[nodiscard]] bool start_once();
  [[nodiscard]] std::string log() const;
  [[nodiscard]] bool says_that_it_listens(std::size_t since) const;
  [[nodiscard]] bool answers() const;

  const Kind kind_;
  const std::vector<std::string> lines_;
  TempFolder folder_;
  int port_ = 0;
  pid_t process_ = -1;  // -1 = none
};

}  // namespace corsac::test
