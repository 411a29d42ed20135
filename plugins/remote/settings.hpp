#pragma once

// [store] or [records] of a server's configuration, as far as it is this plugin's.

#include <cstddef>
#include <optional>
#include <string>

#include <corsac_store_plugin.hpp>

#include "url.hpp"

namespace corsac::remote_store {

enum class Kind : unsigned char {
  Policy,  // a policy as a JSON document
  Okta,    // the list of an Okta-compatible Trusted Origins API
};

struct RemoteSettings {
  Url url = {};
  Kind kind = Kind::Policy;
  std::string authorization = {};  // "Bearer <token>"; a secret; empty = none is sent
  std::string ca_file = {};        // absolute; empty = the system's certificates
  std::size_t limit_bytes =
      std::size_t{64} * 1024 * 1024;  // of the document, of all pages together
};

// Nothing after every wrong setting was reported to `host`: setting-unknown, setting-missing,
// setting-value, setting-repeated. The token is read from the environment now. No message repeats a
// value: any may hold a secret that stands in the wrong place.
[[nodiscard]] std::optional<RemoteSettings> read_settings(const plugin::Host& host,
                                                          const plugin::Settings& settings);

}  // namespace corsac::remote_store
