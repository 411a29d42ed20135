// The words of Redis' errors and what they mean here. Entry: fault_of_error. Spec: Redis 7.0,
// shared.* in server.c, and cluster.c. Test: tests/plugins/redis_faults_test.cpp.

#include "fault.hpp"

#include <array>

namespace corsac::redis_store {
namespace {

struct ErrorWord {
  std::string_view word;
  FaultKind kind;
  std::string_view code;
  std::string_view what;
  std::string_view fix;
  std::string_view setting = {};
};

constexpr std::string_view kPasswordAdvice =
    "name an environment variable that holds it (password_env)";

constexpr std::array kErrorWords = {
    ErrorWord{"NOAUTH", FaultKind::Denied, "redis-password-missing", "Redis wants a password",
              kPasswordAdvice, "password_env"},
    ErrorWord{"WRONGPASS", FaultKind::Denied, "redis-password-wrong",
              "Redis takes this user and password for wrong",
              "check both; a user that no aclfile keeps is lost when Redis restarts, and replicas "
              "have none of their primary's",
              "password_env"},
    ErrorWord{"DENIED", FaultKind::Denied, "redis-protected-mode",
              "Redis runs in protected mode and takes no connection from here",
              "set a password there, or bind it to an address of its own", "url"},
    ErrorWord{"LOADING", FaultKind::Unreachable, "redis-loading",
              "Redis is still loading its data from disk", ""},
    ErrorWord{"MASTERDOWN", FaultKind::Unreachable, "redis-primary-down",
              "this replica has lost its primary and serves no old data", ""},
    ErrorWord{"MOVED", FaultKind::Denied, "redis-cluster",
              "this is a node of a Redis cluster, and the key lies on another one",
              "name the node that holds the key, or use Sentinel", "url"},
    ErrorWord{"ASK", FaultKind::Unreachable, "redis-cluster",
              "the key is moving between nodes of a Redis cluster", ""},
    ErrorWord{"TRYAGAIN", FaultKind::Unreachable, "redis-cluster",
              "the keys are moving between nodes of a Redis cluster", ""},
    ErrorWord{"CLUSTERDOWN", FaultKind::Unreachable, "redis-cluster", "the Redis cluster is down",
              ""},
    ErrorWord{"BUSY", FaultKind::Unreachable, "redis-busy",
              "Redis is busy with a script that does not end", "end it with SCRIPT KILL"},
    ErrorWord{"WRONGTYPE", FaultKind::Invalid, "redis-wrong-type",
              "the key holds a value of another type",
              "delete it, and write it again as plugins/README.md shows"},
    ErrorWord{"READONLY", FaultKind::ReadOnly, "redis-read-only", "this is a replica",
              "write to its primary", "url"},
    ErrorWord{"NOREPLICAS", FaultKind::ReadOnly, "redis-read-only",
              "Redis takes no writes while it has too few replicas", ""},
    ErrorWord{"MISCONF", FaultKind::ReadOnly, "redis-read-only",
              "Redis takes no writes while it cannot save to disk", "look into its log"},
    ErrorWord{"OOM", FaultKind::ReadOnly, "redis-full", "Redis has no memory left for writes",
              "raise its maxmemory"},
};

constexpr std::string_view kScriptDenied = "can't run this command";

// "GET {corsac}:policy": the name, and the first key (or channel) of those that have one.
std::string subject_of(const std::vector<std::string_view>& command) {
  struct KeyPosition {
    std::string_view command;
    std::size_t at;
  };
  constexpr std::array<KeyPosition, 17> kWithKey = {{{"GET", 1},
                                                     {"SET", 1},
                                                     {"STRLEN", 1},
                                                     {"SCARD", 1},
                                                     {"SSCAN", 1},
                                                     {"HSCAN", 1},
                                                     {"HSTRLEN", 1},
                                                     {"HSET", 1},
                                                     {"HDEL", 1},
                                                     {"HLEN", 1},
                                                     {"SADD", 1},
                                                     {"SREM", 1},
                                                     {"LRANGE", 1},
                                                     {"LPUSH", 1},
                                                     {"LTRIM", 1},
                                                     {"SUBSCRIBE", 1},
                                                     {"EVAL", 3}}};
  std::string subject(command.front());
  for (const KeyPosition& row : kWithKey) {
    if (command.front() == row.command && command.size() > row.at) {
      subject += " " + std::string(command[row.at]);
    }
  }
  return subject;
}

// Redis tells whether it is the command or the key that the user may not, in words that differ with
// its version; a reader that writes and a mistyped key look alike, so both are named.
Fault permission_fault(const std::string& subject, std::string_view command) {
  if (command == "EVAL") {
    return {FaultKind::Denied, "redis-no-permission", subject + ": the user may not write this key",
            "write as a user that may (the writer of plugins/README.md, for trusted origins its "
            "keeper), or correct key",
            "user"};
  }
  return {FaultKind::Denied, "redis-no-permission",
          subject + ": the user lacks a permission in Redis",
          "correct key, or give the rights that plugins/README.md lists", "user"};
}

Fault auth_fault() {
  return {FaultKind::Denied, "redis-password-unwanted",
          "Redis cannot log in this way: it has no password, or no users",
          "leave out user and password_env, or set up the user in Redis 6 or later",
          "password_env"};
}

}  // namespace

std::string Fault::line() const {
  return code + ": " + what + (fix.empty() ? std::string() : "; " + fix);
}

Fault fault_of_error(std::string_view error, const std::vector<std::string_view>& command) {
  const std::string subject = subject_of(command);
  const std::string_view word = error.substr(0, error.find(' '));
  if (word == "NOPERM" || error.find(kScriptDenied) != std::string_view::npos) {
    return permission_fault(subject, command.front());
  }
  for (const ErrorWord& row : kErrorWords) {
    if (row.word != word) continue;
    return {row.kind, std::string(row.code), subject + ": " + std::string(row.what),
            std::string(row.fix), row.setting};
  }
  // Its text repeats the arguments, which are secrets.
  if (command.front() == "AUTH") return auth_fault();
  if (error.find("max number of clients") != std::string_view::npos) {
    return {FaultKind::Unreachable, "redis-too-many-clients",
            "Redis has as many clients as it takes", "raise its maxclients"};
  }
  if (command.front() == "SELECT") {
    return {FaultKind::Denied, "redis-database", "Redis has no database of that number",
            "write a smaller one, or 0", "database"};
  }
  return {FaultKind::Unreachable, "redis-error", subject + ": Redis answers with an error",
          "try the command with redis-cli"};
}

bool is_command_refused(const Fault& fault) noexcept {
  return fault.code == "redis-no-permission" || fault.code == "redis-error";
}

Fault password_missing_fault() {
  return {FaultKind::Denied, "redis-password-missing", "Redis wants a password for this user",
          std::string(kPasswordAdvice), "password_env"};
}

Fault sentinel_fault(const std::string& server) {
  return {FaultKind::Denied, "redis-sentinel", server + " is a Sentinel, which holds no policy",
          "write sentinels = \"" + server + "\" and sentinel_master instead of url", "url"};
}

Fault protocol_fault(std::string what) {
  return {FaultKind::Unreachable, "redis-protocol", std::move(what),
          "check that the address is that of a Redis without TLS"};
}

Fault shape_fault(const std::string& server, std::string_view command) {
  return protocol_fault(server + " answers " + std::string(command) +
                        " with something that is no answer to it");
}

}  // namespace corsac::redis_store
