#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>

#include "corsac/authority/admin_tokens.hpp"
#include "corsac/base/rate_limit.hpp"
#include "corsac/http/request_view.hpp"

namespace corsac {

// Stands among schemes for a token without one: `Authorization: TOKEN`.
inline constexpr std::string_view kBareToken = {};

// Who asks: each holder of a token with an allowance of his own, and strangers, who share one.
class TokenHolders {
 public:
  TokenHolders(AdminTokenSet tokens, unsigned requests_per_minute);

  struct Found {
    bool has_presented = false;                    // something that may be a token
    std::shared_ptr<const AdminToken> token = {};  // null = a stranger
    std::shared_ptr<RateLimit> allowance = {};     // never null
  };
  // Of `Authorization: SCHEME TOKEN` with one of `schemes`, in any case (RFC 9110, 11.4), by the
  // tokens that there are now. Safe from any thread.
  [[nodiscard]] Found find(const HeaderField& authorization,
                           std::initializer_list<std::string_view> schemes);

 private:
  [[nodiscard]] std::shared_ptr<RateLimit> allowance_of(const AdminToken& token);

  const AdminTokenSet tokens_;
  const unsigned requests_per_minute_;
  const std::shared_ptr<RateLimit> strangers_;
  std::mutex mutex_;
  // By hash, guarded by mutex_: an allowance that is used up stays so when tokens are exchanged.
  std::map<std::array<std::uint8_t, 32>, std::shared_ptr<RateLimit>> allowances_ = {};
};

}  // namespace corsac
