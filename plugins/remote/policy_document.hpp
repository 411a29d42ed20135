#pragma once

// kind = "policy": a JSON document behind one address.

#include <string>

#include <corsac_store_plugin.hpp>

#include "source.hpp"

namespace corsac::remote_store {

// Keeps the bytes of the last document that could be read, and its ETag: after a 304 they are
// handed over again, so that a read is always whole. [store-thread]
class PolicyDocument {
 public:
  [[nodiscard]] plugin::Status read(Source& source, plugin::Sink& sink);

 private:
  [[nodiscard]] plugin::Status hand_over(Source& source, plugin::Sink& sink);

  std::string bytes_ = {};
  std::string etag_ = {};  // of bytes_; empty = none, and nothing is kept
};

}  // namespace corsac::remote_store
