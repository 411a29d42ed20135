#pragma once

// A policy for servers on the user's own machine (tools, local AI servers, MCP): any web page that
// the user visits can send them requests. README, "Servers on localhost".

#include <string>

#include "corsac/policy/policy.hpp"

namespace corsac {

struct LocalServerOptions {
  // Whose pages may call, besides those of loopback: app shells ("tauri://localhost",
  // "chrome-extension://<id>") and sites ("https://app.example.com"), as in cors.allowed_origins.
  Names app_origins = {};
  // Ports of http and https pages of localhost, 127.0.0.1 and [::1] that may call, as behind the
  // colon of an origin: "*" = any, "5173", "[3000,8000-8099]". Empty = the server's own pages
  // alone.
  std::string loopback_ports = "*";
};

// [cors], [csrf] and [hosts] for a server that is called by a loopback name, on whatever port.
// Those who may call may use any method and header and read any of the answer's, without
// credentials; everybody else's requests that carry an Origin, and writes, get 403, any other Host
// 421, and no handler runs for them. Nothing is checked here: a wrong option is an error of
// make_gate, in cors.allowed_origins and in csrf.trusted_origins. Plain data: what is needed
// besides may be set in the answer.
[[nodiscard]] Policy local_server_policy(const LocalServerOptions& options = {});

}  // namespace corsac
