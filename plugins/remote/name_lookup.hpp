#pragma once

// The addresses of a name, asked for on a thread of its own: a resolver that does not answer holds
// up its caller for half a minute, and nothing can break it off.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "read_watch.hpp"

namespace corsac::remote_store {

// getaddrinfo, as numbers; empty when there is none.
[[nodiscard]] std::vector<std::string> system_addresses(const std::string& host);

// For one host. [store-thread]
class NameLookup {
 public:
  using Resolver = std::function<std::vector<std::string>(const std::string& host)>;

  explicit NameLookup(std::string host, Resolver resolver = system_addresses);

  // Empty when the name has none, or when the read ended first (ReadWatch::end). At most one thread
  // is out at a time: one that a read left behind answers the next. Throws std::system_error when
  // no thread can be had. "localhost" is this machine, whatever a resolver says.
  [[nodiscard]] std::vector<std::string> addresses(const ReadWatch& watch);

 private:
  struct Question;  // shared with the thread, which may outlive the store

  const std::string host_;
  const Resolver resolver_;
  std::shared_ptr<Question> question_ = {};  // under way
};

}  // namespace corsac::remote_store
