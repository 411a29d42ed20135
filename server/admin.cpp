// The admin listener of the sample server: who may use it. Entry: add_admin. Test:
// tests/server/program_test.cpp.

#include "admin.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <corsac/adapter/admin_api.hpp>
#include <corsac/adapter/admin_routes.hpp>
#include <corsac/adapter/admin_tokens.hpp>
#include <corsac/base/sha256.hpp>

namespace corsac::server {
namespace {

// A line has about a hundred bytes; nobody has ten thousand administrators.
constexpr std::uintmax_t kTokenFileLimitBytes = 1024 * 1024;

Report one_problem(const std::string& source, std::string_view code, std::string what,
                   std::string fix) {
  return Report({Problem{.code = code,
                         .path = "admin.token_file",
                         .what = std::move(what),
                         .fix = std::move(fix)}},
                {source});
}

Result<std::vector<AdminToken>, Report> read_tokens(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error) ||
      std::filesystem::file_size(file, error) > kTokenFileLimitBytes) {
    return fail(one_problem(file.string(), "token-file", "there is no such file of tokens",
                            "create it, a line \"name scope sha256-of-token\" for each token"));
  }
  // Whoever may write the file lets himself in.
  if ((std::filesystem::status(file, error).permissions() & std::filesystem::perms::others_write) !=
      std::filesystem::perms::none) {
    return fail(one_problem(file.string(), "token-file", "everybody may write to this file",
                            "chmod o-w it"));
  }
  std::ifstream stream(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  return parse_admin_tokens(text, file.string());
}

}  // namespace

Result<std::string, Report> add_admin(Listener& listener, const AdminConfig& config,
                                      const std::shared_ptr<Gate>& gate) {
  AdminOptions options;
  options.requests_per_minute = config.requests_per_minute;
  if (!config.public_host.empty()) options.allowed_hosts.push_back(config.public_host);
  std::string token;
  if (config.token_file.empty()) {
    token = make_random_token();
    options.tokens.push_back(
        {.name = "this run", .scope = AdminScope::Manage, .sha256 = sha256(token)});
  } else {
    auto tokens = read_tokens(config.token_file);
    if (!tokens) return fail(std::move(tokens.error()));
    options.tokens = std::move(*tokens);
  }
  auto api = AdminApi::make(gate, std::move(options));
  if (!api) return fail(std::move(api.error()));
  install_admin(listener.server(), std::move(*api));
  return token;
}

}  // namespace corsac::server
