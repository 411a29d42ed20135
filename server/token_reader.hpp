#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include <corsac/authority/admin_tokens.hpp>
#include <corsac/base/result.hpp>
#include <corsac/policy/report.hpp>

#include "log.hpp"

namespace corsac::server {

// The tokens of a file, read again when somebody asks: so a token is withdrawn without a restart.
class TokenReader {
 public:
  // The error side: what is wrong with the file (read_token_file).
  [[nodiscard]] static Result<std::shared_ptr<TokenReader>, Report> open(std::filesystem::path file,
                                                                         std::shared_ptr<Log> log);

  [[nodiscard]] const AdminTokenSet& tokens() const noexcept { return tokens_; }

  // The file as it is now, with every copy of `tokens`. What is wrong with it; then they stay as
  // they are: whom half a file withdraws is not known. One that names nobody any more withdraws all
  // of them, with a warning. Logged either way. Safe from any thread.
  Report read_again();

 private:
  TokenReader(std::filesystem::path file, std::shared_ptr<Log> log, AdminTokenSet tokens);
  Report replace_tokens();

  const std::filesystem::path file_;
  const std::shared_ptr<Log> log_;
  AdminTokenSet tokens_;
  std::mutex mutex_;  // held while the file is read: an older state never replaces a newer one
};

}  // namespace corsac::server
