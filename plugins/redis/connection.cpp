// Entry: Connection. Tests: tests/plugins/redis_faults_test.cpp, against a peer that misbehaves.

#include "connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace corsac::redis_store {
namespace {

using std::chrono::steady_clock;

Fault cancelled() { return {FaultKind::Cancelled}; }

Fault connect_fault(const std::string& name, int error) {
  switch (error) {
    case ECONNREFUSED:
      return {FaultKind::Unreachable, "redis-refused", name + " refuses connections",
              "start Redis there, or correct the address"};
    case ENOENT:
      return {FaultKind::Unreachable, "redis-no-socket", name + " does not exist",
              "start Redis with this unixsocket, or correct the path"};
    case EACCES:
    case EPERM:
      return {FaultKind::Denied, "redis-socket-forbidden", "there is no permission to use " + name,
              "add the program's user to the group of the socket", "url"};
    case ETIMEDOUT:
      return {FaultKind::Unreachable, "redis-connect-timeout",
              name + " does not answer to a connection in time",
              "check the address, the network and its firewalls"};
    default:
      return {FaultKind::Unreachable, "redis-connect-failed",
              "no connection to " + name + ": " + std::generic_category().message(error),
              "check the address and the network"};
  }
}

// The error of a connection that poll() says is decided.
int connect_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

Outcome<Descriptor> connected(const SocketAddress& address, const std::string& name,
                              const Waiter& waiter, Time until) {
  Descriptor socket(
      ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return connect_fault(name, errno);
  const auto* bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (::connect(socket.number(), bytes, address.size) != 0) {
    // A unix socket whose queue is full says EAGAIN, and nothing tells when it no longer is.
    if (errno != EINPROGRESS && errno != EINTR) {
      return connect_fault(name, errno == EAGAIN ? ECONNREFUSED : errno);
    }
    const auto end = waiter.wait(socket.number(), POLLOUT, until);
    if (end == Waiter::End::Cancelled) return cancelled();
    const int error = end == Waiter::End::TimedOut ? ETIMEDOUT : connect_error(socket.number());
    if (error != 0) return connect_fault(name, error);
  }
  const int yes = 1;
  if (address.bytes.ss_family != AF_UNIX) {
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  return socket;
}

}  // namespace

Outcome<Connection> Connection::open(const Address& address, const ConnectionOptions& options,
                                     Resolver& resolver, const Waiter& waiter) {
  const std::string name = address.text();
  auto found = resolver.resolve(address, waiter, steady_clock::now() + options.connect_limit);
  if (!found) return std::move(found.fault());
  Fault fault;
  for (const SocketAddress& candidate : *found) {
    auto socket = connected(candidate, name, waiter, steady_clock::now() + options.connect_limit);
    if (socket) {
      Connection connection(*std::move(socket), name, options.silence_limit);
      if (auto problem = connection.log_in(options, waiter)) return *std::move(problem);
      return connection;
    }
    fault = std::move(socket.fault());
    if (fault.kind == FaultKind::Cancelled) break;
  }
  return fault;
}

bool Connection::is_to_sentinel(const Waiter& waiter) {
  auto role = ask({"ROLE"}, waiter);
  return role && role->is_list_of_at_least(1) && role->elements[0].text == "sentinel";
}

std::optional<Fault> Connection::log_in(const ConnectionOptions& options, const Waiter& waiter) {
  const Login& login = options.login;
  if (login.is_needed()) {
    const Command auth = login.user.empty() ? Command{"AUTH", login.password}
                                            : Command{"AUTH", login.user, login.password};
    if (auto answer = ask(auth, waiter); !answer) {
      Fault& fault = answer.fault();
      const bool is_wrong_kind =
          fault.kind == FaultKind::Denied && !options.is_sentinel && is_to_sentinel(waiter);
      if (is_wrong_kind) return sentinel_fault(name_);
      const bool is_missing = login.password.empty() && fault.code == "redis-password-wrong";
      return is_missing ? password_missing_fault() : std::move(fault);
    }
  }
  if (options.database != 0) {
    const std::string number = std::to_string(options.database);
    if (auto answer = ask({"SELECT", number}, waiter); !answer) return std::move(answer.fault());
  }
  return std::nullopt;
}

Outcome<Reply> Connection::ask(const Command& command, const Waiter& waiter) {
  auto answer = answer_to(command, waiter, kShortAnswerBytes);
  if (!answer) return std::move(answer.fault());
  if (!*answer) return protocol_fault(name_ + " answers with more than Redis does");
  return **std::move(answer);
}

Outcome<Reply> Connection::ask_for_data(const Command& command, const Waiter& waiter,
                                        std::size_t limit_bytes) {
  auto answer = answer_to(command, waiter, limit_bytes);
  if (!answer) return std::move(answer.fault());
  if (!*answer) {
    return Fault{FaultKind::Invalid, "redis-too-large",
                 "the policy and its origins have more bytes than limit_bytes allows",
                 "make them smaller, or raise limit_bytes"};
  }
  return **std::move(answer);
}

Outcome<std::optional<Reply>> Connection::answer_to(const Command& command, const Waiter& waiter,
                                                    std::size_t limit_bytes) {
  if (auto fault = send(command, waiter)) return *std::move(fault);
  const std::size_t begun_at = received_bytes_;
  while (true) {
    auto reply = parse_next();
    if (!reply) return reply;
    if (*reply) {
      if ((*reply)->kind == Reply::Kind::Error) return fault_of_error((*reply)->text, command);
      return reply;
    }
    if (received_bytes_ - begun_at > limit_bytes) return std::optional<Reply>();
    const auto end = waiter.wait(socket_.number(), POLLIN, steady_clock::now() + silence_limit_);
    if (end == Waiter::End::Cancelled) return cancelled();
    if (end == Waiter::End::TimedOut) return silent(waiter);
    if (auto step = receive_bytes(); !step) return std::move(step.fault());
  }
}

std::optional<Fault> Connection::send(const Command& command, const Waiter& waiter) {
  const std::string bytes = format_command(command);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t count = ::send(socket_.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
      if (progress_) progress_(bytes.size() - rest.size(), bytes.size());
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return lost(errno);
    const auto end = waiter.wait(socket_.number(), POLLOUT, steady_clock::now() + silence_limit_);
    if (end == Waiter::End::Cancelled) return cancelled();
    if (end == Waiter::End::TimedOut) return silent(waiter);
  }
  return std::nullopt;
}

Outcome<std::optional<Reply>> Connection::receive(const Waiter& waiter, Time until) {
  std::size_t begun_at = received_bytes_;
  while (true) {
    auto reply = parse_next();
    if (!reply || *reply) return reply;
    if (received_bytes_ - begun_at > kShortAnswerBytes) {
      return protocol_fault(name_ + " sends more than a message can have");
    }
    const auto end = waiter.wait(socket_.number(), POLLIN, until);
    if (end == Waiter::End::Cancelled) return cancelled();
    if (end == Waiter::End::TimedOut) return std::optional<Reply>();
    if (auto step = receive_bytes(); !step) return std::move(step.fault());
  }
}

Outcome<std::optional<Reply>> Connection::parse_next() {
  Reply reply;
  switch (parser_.next(reply)) {
    case ReplyParser::Next::Reply:
      return std::optional<Reply>(std::move(reply));
    case ReplyParser::Next::Incomplete:
      return std::optional<Reply>();
    case ReplyParser::Next::Garbage:
      return protocol_fault("what answers at " + name_ + " does not speak Redis' protocol");
    case ReplyParser::Next::NoMemory:
      break;
  }
  return protocol_fault("an answer of " + name_ + " is too large to be taken");
}

Outcome<Connection::Step> Connection::receive_bytes() {
  std::array<char, 65536> buffer;
  const ssize_t count = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
  if (count == 0) return lost(0);
  if (count < 0) {
    const bool is_spurious = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (is_spurious) return Step::NothingYet;
    return lost(errno);
  }
  received_bytes_ += static_cast<std::size_t>(count);
  if (progress_) progress_(received_bytes_, 0);
  if (!parser_.feed({buffer.data(), static_cast<std::size_t>(count)})) throw std::bad_alloc();
  return Step::Received;
}

Fault Connection::silent(const Waiter& waiter) const {
  if (steady_clock::now() >= waiter.deadline) {
    return {FaultKind::Unreachable, "redis-deadline",
            name_ + " did not answer in whole within the time for one read",
            "look for what slows it or the network, or raise deadline_seconds"};
  }
  return {FaultKind::Unreachable, "redis-silent",
          name_ + " takes connections and says nothing for " +
              std::to_string(silence_limit_.count()) + " ms",
          "look whether it is frozen or overloaded"};
}

Fault Connection::lost(int error) const {
  if (error == 0) {
    return {FaultKind::Unreachable, "redis-closed", name_ + " closed the connection",
            "look into its log: stopped, restarted, or CLIENT KILL"};
  }
  return {FaultKind::Unreachable, "redis-lost",
          "the connection to " + name_ + " broke: " + std::generic_category().message(error), ""};
}

}  // namespace corsac::redis_store
