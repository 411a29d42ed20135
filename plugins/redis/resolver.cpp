// Entry: Resolver::resolve. Test: tests/plugins/redis_faults_test.cpp.

#include "resolver.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/un.h>

#include <atomic>
#include <cstring>
#include <thread>

namespace corsac::redis_store {
namespace {

std::vector<SocketAddress> looked_up(const std::string& host, const std::string& port, int flags) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &list) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> freed(list, ::freeaddrinfo);
  std::vector<SocketAddress> found;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress address;
    if (entry->ai_addrlen > sizeof address.bytes) continue;
    std::memcpy(&address.bytes, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    found.push_back(address);
  }
  return found;
}

SocketAddress unix_address(const std::string& path) {
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof name.sun_path - 1);
  SocketAddress address;
  std::memcpy(&address.bytes, &name, sizeof name);
  address.size = sizeof name;
  return address;
}

}  // namespace

struct Resolver::Lookup {
  const std::string host;
  const std::string port;
  WakePipe done = {};  // readable, and never drained, when is_done
  std::atomic<bool> is_done{false};
  std::vector<SocketAddress> found = {};  // the thread's until is_done

  Lookup(std::string name, std::string port_text)
      : host(std::move(name)), port(std::move(port_text)) {}

  void run() noexcept {
    try {
      found = looked_up(host, port, AI_ADDRCONFIG);
    } catch (const std::exception&) {
      // No memory: nothing was found.
    }
    is_done = true;
    done.wake();
  }
};

Outcome<std::vector<SocketAddress>> Resolver::resolve(const Address& address, const Waiter& waiter,
                                                      Time until) {
  if (address.host.empty()) return std::vector{unix_address(address.path)};
  const std::string port = std::to_string(address.port);
  auto numeric = looked_up(address.host, port, AI_NUMERICHOST);
  if (!numeric.empty()) return numeric;

  if (!pending_ || pending_->is_done) pending_ = nullptr;
  if (pending_ && (pending_->host != address.host || pending_->port != port)) {
    return Fault{FaultKind::Unreachable, "redis-host-slow",
                 "the look-up of an earlier host has not ended", "check the resolver"};
  }
  if (!pending_) {
    pending_ = std::make_shared<Lookup>(address.host, port);
    std::thread([lookup = pending_] { lookup->run(); }).detach();
  }
  const auto end = waiter.wait(pending_->done.descriptor(), POLLIN, until);
  if (end == Waiter::End::Cancelled) return Fault{FaultKind::Cancelled};
  // Said before the pipe, which alone would order no memory.
  if (!pending_->is_done) {
    return Fault{FaultKind::Unreachable, "redis-host-slow",
                 "the look-up of " + address.host + " takes too long", "check the resolver"};
  }
  auto found = std::move(pending_->found);
  pending_ = nullptr;
  if (found.empty()) {
    return Fault{FaultKind::Unreachable, "redis-host-unknown",
                 "there is no address for " + address.host, "check the name of the host"};
  }
  return found;
}

}  // namespace corsac::redis_store
