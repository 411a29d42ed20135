// The admin listener of the sample server: who may use it. Entry: add_admin. Test:
// tests/server/program_test.cpp.

#include "admin.hpp"

#include <utility>

#include <corsac/adapter/admin_api.hpp>
#include <corsac/adapter/admin_routes.hpp>
#include <corsac/adapter/trusted_origins_page_route.hpp>
#include <corsac/authority/admin_tokens.hpp>
#include <corsac/base/sha256.hpp>

#include "token_file.hpp"

namespace corsac::server {
Result<std::string, Report> add_admin(Listener& listener, const AdminConfig& config,
                                      const std::shared_ptr<Gate>& gate,
                                      const std::shared_ptr<Log>& log) {
  AdminOptions options;
  options.requests_per_minute = config.requests_per_minute;
  options.lost_log_lines = [log] { return log->lost_lines(); };
  if (!config.public_host.empty()) options.allowed_hosts.push_back(config.public_host);
  std::string token;
  if (config.token_file.empty()) {
    token = make_random_token();
    options.tokens.push_back(
        {.name = "this run", .scope = AdminScope::Manage, .sha256 = sha256(token)});
  } else {
    auto tokens = read_token_file(config.token_file);
    if (!tokens) return fail(std::move(tokens.error()));
    options.tokens = std::move(*tokens);
  }
  auto api = AdminApi::make(gate, std::move(options));
  if (!api) return fail(std::move(api.error()));
  install_admin(listener.server(), std::move(*api));
  mount_trusted_origins_page(listener.server());
  return token;
}

}  // namespace corsac::server
