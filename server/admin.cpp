// The admin listener of the sample server: who may use it. Entry: add_admin. Test:
// tests/server/program_test.cpp.

#include "admin.hpp"

#include <memory>
#include <string>
#include <utility>

#include <corsac/adapter/admin_api.hpp>
#include <corsac/adapter/admin_routes.hpp>
#include <corsac/adapter/debug_page_route.hpp>
#include <corsac/adapter/live_events_route.hpp>
#include <corsac/adapter/policy_api_routes.hpp>
#include <corsac/adapter/trusted_origins_page_route.hpp>
#include <corsac/adapter/trusted_origins_routes.hpp>
#include <corsac/authority/admin_tokens.hpp>
#include <corsac/authority/store_authority.hpp>
#include <corsac/base/sha256.hpp>

#include "token_reader.hpp"

namespace corsac::server {
namespace {

struct Tokens {
  AdminTokenSet known = {};
  std::shared_ptr<TokenReader> reader = {};  // null: there is no file of them
  std::string of_this_run = {};              // empty: there is one
};

Result<Tokens, Report> read_tokens(const AdminConfig& config, const std::shared_ptr<Log>& log) {
  Tokens tokens;
  if (!config.token_file.empty()) {
    auto reader = TokenReader::open(config.token_file, log);
    if (!reader) return fail(std::move(reader.error()));
    tokens.reader = std::move(*reader);
    tokens.known = tokens.reader->tokens();
    return tokens;
  }
  tokens.of_this_run = make_random_token();
  tokens.known.replace(
      {{.name = "this run", .scope = AdminScope::Manage, .sha256 = sha256(tokens.of_this_run)}});
  return tokens;
}

// Links begin with the origin, whatever path the admin listener has behind its proxy.
std::string origin_of(const std::string& url) {
  const std::size_t host = url.find("://");
  return host == std::string::npos ? url : url.substr(0, url.find('/', host + 3));
}

LogSink errors_of_store(const std::shared_ptr<Log>& log) {
  return [log](const LogRecord& record) { log->message(record.level, record.line); };
}

Result<std::shared_ptr<TrustedOriginsApi>, Report> make_trusted_origins(
    const ServerConfig& config, AdminTokenSet tokens, const std::shared_ptr<Gate>& gate,
    const std::shared_ptr<Log>& log) {
  StoreAuthorityOptions options;
  options.gate = gate;
  options.log = errors_of_store(log);
  auto authority = open_authority(config.records.value_or(config.store), std::move(options));
  if (!authority) return fail(std::move(authority.error()));
  return TrustedOriginsApi::make(std::move(*authority),
                                 {.tokens = std::move(tokens),
                                  .requests_per_minute = config.admin->requests_per_minute,
                                  .gate = gate,
                                  .base_url = origin_of(config.admin->public_url)});
}

Result<std::shared_ptr<PolicyApi>, Report> make_policy_api(const ServerConfig& config,
                                                           AdminTokenSet tokens,
                                                           const std::shared_ptr<Gate>& gate,
                                                           const std::shared_ptr<Log>& log) {
  return open_policy_api(
      config.store, gate,
      {.tokens = std::move(tokens), .requests_per_minute = config.admin->requests_per_minute},
      errors_of_store(log));
}

}  // namespace

Result<AddedAdmin, Report> add_admin(Listener& listener, const ServerConfig& config,
                                     const std::shared_ptr<Gate>& gate,
                                     const std::shared_ptr<Log>& log) {
  auto tokens = read_tokens(*config.admin, log);
  if (!tokens) return fail(std::move(tokens.error()));
  AdminOptions options;
  options.requests_per_minute = config.admin->requests_per_minute;
  options.lost_log_lines = [log] { return log->lost_lines(); };
  if (!config.admin->public_host.empty()) {
    options.allowed_hosts.push_back(config.admin->public_host);
  }
  options.tokens = tokens->known;
  if (tokens->reader != nullptr) {
    options.reload_tokens = [reader = tokens->reader] { return reader->read_again(); };
  }
  auto api = AdminApi::make(gate, std::move(options));
  if (!api) return fail(std::move(api.error()));
  auto origins = make_trusted_origins(config, tokens->known, gate, log);
  if (!origins) return fail(std::move(origins.error()));
  auto live = LiveEvents::make(*api, gate);
  auto policy = make_policy_api(config, tokens->known, gate, log);
  if (!policy) return fail(std::move(policy.error()));
  install_admin(listener.server(), std::move(*api), *origins, *policy);
  mount_live_events(listener.server(), live);
  mount_trusted_origins(listener.server(), std::move(*origins));
  mount_policy_api(listener.server(), std::move(*policy));
  mount_trusted_origins_page(listener.server());
  mount_debug_page(listener.server());
  return AddedAdmin{std::move(tokens->of_this_run), std::move(tokens->reader), std::move(live)};
}

}  // namespace corsac::server
