#pragma once

// One GET over HTTP or HTTPS, whichever cpp-httplib is there.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "http_answer.hpp"
#include "name_lookup.hpp"
#include "read_watch.hpp"
#include "url.hpp"

namespace corsac::remote_store {

struct HttpGet {
  const Url& url;
  std::string target = {};  // path and query
  // Sent besides Host, User-Agent, Accept-Encoding (identity) and Connection (close).
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string ca_file = {};  // trusted instead of the system's certificates; empty = the system's
  std::size_t limit_bytes = 0;  // of the body
};

// Sends the request once, to the host of `url` and no other: redirects are answers. Certificates
// and host names are checked. Ends with the watch. A connection of its own each time. Throws
// std::system_error when no thread can be had. [store-thread]
[[nodiscard]] HttpAnswer http_get(const HttpGet& get, NameLookup& names, ReadWatch& watch);

}  // namespace corsac::remote_store
