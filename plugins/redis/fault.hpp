#pragma once

// What went wrong, as data: a value that every step of the plugin hands up.

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace corsac::redis_store {

enum class FaultKind : unsigned char {
  Unreachable,  // no answer, or one that says nothing about the document
  Denied,       // as Unreachable, and only an operator can change it: passwords, permissions
  Invalid,      // Redis answered with something that is no document
  ReadOnly,     // Redis answers, and cannot be written to
  Cancelled,    // interrupted; nothing is wrong
};

// No text of it holds a password, a user's name, or bytes of a value.
struct Fault {
  FaultKind kind = FaultKind::Unreachable;
  std::string code = {};  // stable: "redis-refused"
  std::string what = {};  // a clause
  std::string fix = {};   // an imperative, or empty
  // The setting that must be changed; not empty when Denied. "url" stands for the address, which
  // with Sentinels is theirs.
  std::string_view setting = {};
  // "redis-refused: 127.0.0.1:6379 refuses connections; start Redis there"
  [[nodiscard]] std::string line() const;
};

// A value, or why there is none.
template <class T>
class Outcome {
 public:
  Outcome(T value) : state_(std::move(value)) {}      // NOLINT: implicit, so that returns read well
  Outcome(Fault fault) : state_(std::move(fault)) {}  // NOLINT: as above

  [[nodiscard]] explicit operator bool() const { return state_.index() == 0; }
  // Only with a value.
  [[nodiscard]] T& operator*() & { return std::get<0>(state_); }
  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] T* operator->() { return &std::get<0>(state_); }
  // Only without one.
  [[nodiscard]] Fault& fault() { return std::get<1>(state_); }

 private:
  std::variant<T, Fault> state_;
};

// For an answer of the type error: tells apart the words that Redis begins it with. `command` is
// what was asked, name first; its key is told, never its other arguments, and nothing of the
// answer's text but what cannot hold an argument.
[[nodiscard]] Fault fault_of_error(std::string_view error,
                                   const std::vector<std::string_view>& command);

// Redis answers, and does not do this one command for us: a right is missing, or the command. The
// connection is as it was.
[[nodiscard]] bool is_command_refused(const Fault& fault) noexcept;

// The user has a password in Redis, and we have none.
[[nodiscard]] Fault password_missing_fault();

// What answers where a Redis should is a Sentinel.
[[nodiscard]] Fault sentinel_fault(const std::string& server);

// What answers is no Redis, or an answer has another shape than the command has.
[[nodiscard]] Fault protocol_fault(std::string what);
// The second of `server`, of its answer to `command`.
[[nodiscard]] Fault shape_fault(const std::string& server, std::string_view command);

}  // namespace corsac::redis_store
