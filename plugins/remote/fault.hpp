#pragma once

// What is wrong with an answer, in the words of an operator.

#include <optional>
#include <string>

#include <corsac_store_plugin.hpp>

#include "http_answer.hpp"
#include "url.hpp"

namespace corsac::remote_store {

struct Fault {
  // Unreachable: the policy in force ages. Invalid: the server answered, with no document: the
  // policy in force stays without limit. Cancelled: nobody is to blame, and nothing is said.
  plugin::Status status = plugin::Status::Unreachable;
  std::string code = {};
  std::string what = {};
  std::string fix = {};
};

struct Asked {
  const Url& url;
  bool has_token = false;
  bool is_conditional = false;  // If-None-Match was sent
  std::size_t limit_bytes = 0;
};

// Nothing for a 200 with a JSON body that is not empty, and for the 304 that was asked for. Texts
// hold the origin of `asked.url`, and of what the server says at most a status, a media type and
// the origin of another address.
[[nodiscard]] std::optional<Fault> find_fault(const HttpAnswer& answer, const Asked& asked);

}  // namespace corsac::remote_store
