#pragma once

// One connection to a Redis or a Sentinel: every wait bounded, every answer checked, no SIGPIPE.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "address.hpp"
#include "fault.hpp"
#include "reply.hpp"
#include "reply_parser.hpp"
#include "resolver.hpp"
#include "settings.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

struct ConnectionOptions {
  Login login = {};
  std::uint32_t database = 0;
  Milliseconds connect_limit{};
  Milliseconds silence_limit{};
  bool is_sentinel = false;  // who should answer; else a Redis with data
};

class Connection {
 public:
  using Command = std::vector<std::string_view>;
  // Answers that are no data are not longer.
  static constexpr std::size_t kShortAnswerBytes = 64 * 1024;

  // Connects, logs in and selects the database.
  [[nodiscard]] static Outcome<Connection> open(const Address& address,
                                                const ConnectionOptions& options,
                                                Resolver& resolver, const Waiter& waiter);

  // Sends one command and waits for its answer, which is never one of the type Error: that is a
  // fault. After a fault other than that of such an answer the connection is of no more use. An
  // answer of more than kShortAnswerBytes is none that the command has (redis-protocol).
  [[nodiscard]] Outcome<Reply> ask(const Command& command, const Waiter& waiter);
  // The same for data that Redis holds: more than `limit_bytes` is the fault redis-too-large.
  [[nodiscard]] Outcome<Reply> ask_for_data(const Command& command, const Waiter& waiter,
                                            std::size_t limit_bytes);

  // The two halves, for a connection that Redis speaks on by itself.
  [[nodiscard]] std::optional<Fault> send(const Command& command, const Waiter& waiter);
  // Nothing when none came by `until`.
  [[nodiscard]] Outcome<std::optional<Reply>> receive(const Waiter& waiter, Time until);

  // Told of bytes sent, and of how many; and of all bytes received, of 0.
  using Progress = std::function<void(std::size_t bytes, std::size_t total)>;
  void set_progress(Progress progress) { progress_ = std::move(progress); }

  // "127.0.0.1:6379"
  [[nodiscard]] const std::string& name() const { return name_; }
  // Bytes that were received since the connection was made.
  [[nodiscard]] std::size_t received_bytes() const { return received_bytes_; }

 private:
  enum class Step : unsigned char { Received, NothingYet };

  Connection(Descriptor socket, std::string name, Milliseconds silence_limit)
      : socket_(std::move(socket)), name_(std::move(name)), silence_limit_(silence_limit) {}

  [[nodiscard]] bool is_to_sentinel(const Waiter& waiter);
  [[nodiscard]] std::optional<Fault> log_in(const ConnectionOptions& options, const Waiter& waiter);
  // Nothing when the answer has more bytes than `limit_bytes`.
  [[nodiscard]] Outcome<std::optional<Reply>> answer_to(const Command& command,
                                                        const Waiter& waiter,
                                                        std::size_t limit_bytes);
  [[nodiscard]] Outcome<std::optional<Reply>> parse_next();
  [[nodiscard]] Outcome<Step> receive_bytes();
  [[nodiscard]] Fault silent(const Waiter& waiter) const;
  [[nodiscard]] Fault lost(int error) const;

  Descriptor socket_;
  std::string name_;
  Milliseconds silence_limit_;
  Progress progress_ = {};
  ReplyParser parser_ = {};
  std::size_t received_bytes_ = 0;
};

}  // namespace corsac::redis_store
