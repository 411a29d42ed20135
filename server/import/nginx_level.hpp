#pragma once

#include <string>
#include <vector>

#include "imported.hpp"
#include "nginx_config.hpp"
#include "nginx_origins.hpp"

namespace corsac::server {

// One `add_header` about CORS.
struct NginxHeader {
  std::string name = {};  // lower case
  std::string value = {};
  NginxCondition condition = {};
  Place place = {};
  Place block = {};  // of the `if` that it stands in; not known for none
};

// All that one block, a server or a location, says of headers by itself.
struct NginxLevel {
  std::vector<NginxHeader> lines = {};
  bool adds_headers = false;  // of any kind
  // Of an `if` for OPTIONS that adds headers and no origin: it has none of those outside of it.
  Place preflights_without_origin = {};
};

// What the block sets goes into `variables`. What is about CORS and not understood is told.
[[nodiscard]] NginxLevel read_nginx_level(const std::vector<NginxDirective>& block,
                                          NginxVariables& variables, Imported& imported);

}  // namespace corsac::server
