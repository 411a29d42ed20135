#pragma once

#include <deque>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "corsac/authority/admin_tokens.hpp"
#include "corsac/base/rate_limit.hpp"
#include "corsac/http/request_view.hpp"

namespace corsac {

// Stands among schemes for a token without one: `Authorization: TOKEN`.
inline constexpr std::string_view kBareToken = {};

// Who asks: each holder of a token with an allowance of his own, and strangers, who share one.
class TokenHolders {
 public:
  // `tokens` are not copied: they outlive it and stay as they are.
  TokenHolders(const std::vector<AdminToken>& tokens, unsigned requests_per_minute);

  struct Found {
    bool has_presented = false;         // something that may be a token
    const AdminToken* token = nullptr;  // null = a stranger
    RateLimit& allowance;
  };
  // Of `Authorization: SCHEME TOKEN` with one of `schemes`, in any case (RFC 9110, 11.4). Safe from
  // any thread.
  [[nodiscard]] Found find(const HeaderField& authorization,
                           std::initializer_list<std::string_view> schemes);

 private:
  const std::vector<AdminToken>& tokens_;
  std::deque<RateLimit> allowances_ = {};  // one for each token; a deque moves nothing
  RateLimit strangers_;
};

}  // namespace corsac
