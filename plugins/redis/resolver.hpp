#pragma once

#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "address.hpp"
#include "fault.hpp"
#include "wait.hpp"

namespace corsac::redis_store {

struct SocketAddress {
  sockaddr_storage bytes = {};
  socklen_t size = 0;
};

// Looks up hosts without ever waiting longer than it is told: the system's own look-up cannot be
// interrupted, so it runs on a thread that is left behind when it takes too long. At most one such
// thread for one resolver; it touches nothing of the resolver. One thread at a time.
class Resolver {
 public:
  // At least one address, in the system's order. Codes: redis-host-unknown, redis-host-slow.
  [[nodiscard]] Outcome<std::vector<SocketAddress>> resolve(const Address& address,
                                                            const Waiter& waiter, Time until);

 private:
  struct Lookup;
  std::shared_ptr<Lookup> pending_ = {};  // one that took too long
};

}  // namespace corsac::redis_store
