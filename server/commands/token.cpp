// corsac token new: a token for the admin listener, of which only the hash is kept. Entry:
// make_token. Test: tests/server/commands_test.py.

#include <cstdio>
#include <filesystem>
#include <string>

#include <corsac/base/printable.hpp>
#include <corsac/base/sha256.hpp>

#include "commands.hpp"
#include "config.hpp"
#include "token_file.hpp"

namespace corsac::server {
namespace {

Result<std::filesystem::path, Report> token_file_of(const TokenOptions& options) {
  if (options.config.empty()) return std::filesystem::path(options.file);
  auto config = read_config(options.config);
  if (!config) return fail(std::move(config.error()));
  if (!config->admin || config->admin->token_file.empty()) {
    return fail(Report({Problem{.code = "token-file",
                                .path = "admin.token_file",
                                .what = "this configuration names no file of tokens",
                                .fix = "add token_file = \"admin.tokens\" to [admin]"}},
                       {options.config}));
  }
  return std::move(config->admin->token_file);
}

int fail_with(const Report& report) {
  std::fputs(report.text().c_str(), stderr);
  return 1;
}

}  // namespace

int make_token(const TokenOptions& options) {
  const auto file = token_file_of(options);
  if (!file) return fail_with(file.error());
  const std::string token = make_random_token();
  const AdminScope scope = options.scope == "manage" ? AdminScope::Manage : AdminScope::Read;
  const auto added =
      add_to_token_file(*file, {.name = options.name, .scope = scope, .sha256 = sha256(token)});
  if (!added) return fail_with(added.error());
  if (options.as_json) {  // its texts need no escape: a name is printable ASCII
    std::printf("{\"name\":%s,\"scope\":\"%s\",\"token\":\"%s\"}\n",
                to_quoted(options.name).c_str(), options.scope.c_str(), token.c_str());
    return 0;
  }
  std::printf("%s\n", token.c_str());
  std::fprintf(stderr,
               "This is the only time that it is shown: %s has its hash. A server reads that file "
               "when it starts, on SIGHUP and on POST /api/reload.\n",
               file->c_str());
  return 0;
}

}  // namespace corsac::server
