// The preset for servers on localhost. Entry: local_server_policy. Spec: RFC 6761, 6.3 (localhost);
// tests/attacks.md, S29 and S30. The same as a file: README, "Servers on localhost". Tests:
// tests/policy/local_server_test.cpp, tests/plugins/local_server_file_test.cpp.

#include "corsac/policy/local_server.hpp"

#include <vector>

namespace corsac {
namespace {

// Not 0.0.0.0: on Linux it leads here too, and no honest page is called by it.
constexpr const char* kLoopbackHosts[] = {"localhost", "127.0.0.1", "[::1]"};

std::vector<std::string> callers(const LocalServerOptions& options) {
  std::vector<std::string> origins = options.app_origins.values().to_strings();
  if (options.loopback_ports.empty()) return origins;
  for (const char* scheme : {"http://", "https://"}) {
    for (const char* host : kLoopbackHosts) {
      origins.push_back(scheme + std::string(host) + ':' + options.loopback_ports);
    }
  }
  return origins;
}

}  // namespace

Policy local_server_policy(const LocalServerOptions& options) {
  Policy policy;
  const Names origins(callers(options));
  policy.cors.allowed_origins = origins;
  // Whom we trust is the origin's question; a list of headers would go out of date with each
  // version of a protocol.
  policy.cors.allowed_methods = {"*"};
  policy.cors.allowed_headers = {"*", "Authorization"};
  policy.cors.exposed_headers = {"*"};
  // Without a list [csrf] trusts whom CORS grants with credentials: here nobody.
  policy.csrf.trusted_origins = origins;
  // Any port: it may be forwarded, and rebinding gives away the name, whatever the port.
  std::vector<std::string> hosts;
  for (const char* host : kLoopbackHosts) hosts.push_back(std::string(host) + ":*");
  policy.hosts.allowed = Names(hosts);
  return policy;
}

}  // namespace corsac
