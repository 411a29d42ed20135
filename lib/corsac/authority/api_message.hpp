#pragma once

// A request to an API of the library, and its answer, without a host.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corsac/http/request_view.hpp"

namespace corsac {

// Views of the host's request.
struct ApiRequest {
  std::string_view method = {};
  std::string_view target = {};  // as on the wire: path, `?`, query
  HeaderField host = {};
  HeaderField accept = {};
  HeaderField content_type = {};
  HeaderField authorization = {};
  HeaderField if_match = {};  // several lines joined by commas
  bool has_content_range = false;
  std::string_view body = {};
  bool is_tls = false;
};

struct ApiAnswer {
  int status = 200;
  std::string content_type = {};  // empty = none, and no body
  std::string body = {};
  // Besides Content-Type, in this order; only Link and X-Corsac-Without-Effect stand more than
  // once. Never CORS.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

}  // namespace corsac
