// Entry: TokenHolders::find. Test: tests/adapter/admin_api_test.cpp,
// tests/authority/http_api_errors_test.cpp.

#include "corsac/authority/token_holders.hpp"

#include <algorithm>
#include <utility>

#include "corsac/base/ascii.hpp"

namespace corsac {
namespace {

// One token. Empty = there is none.
std::string_view presented_token(const HeaderField& authorization,
                                 std::initializer_list<std::string_view> schemes) {
  if (authorization.lines != 1) return {};
  const std::string_view value = authorization.value;
  const std::size_t blank = value.find(' ');
  if (blank == std::string_view::npos) {
    const bool may_be_bare = std::find(schemes.begin(), schemes.end(), kBareToken) != schemes.end();
    return may_be_bare ? value : std::string_view();
  }
  const bool is_known = std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
    return equals_ignoring_case(value.substr(0, blank), scheme);
  });
  return is_known ? trim_ows(value.substr(blank)) : std::string_view();
}

}  // namespace

TokenHolders::TokenHolders(AdminTokenSet tokens, unsigned requests_per_minute)
    : tokens_(std::move(tokens)),
      requests_per_minute_(requests_per_minute),
      strangers_(std::make_shared<RateLimit>(requests_per_minute)) {}

TokenHolders::Found TokenHolders::find(const HeaderField& authorization,
                                       std::initializer_list<std::string_view> schemes) {
  const std::string_view presented = presented_token(authorization, schemes);
  const auto tokens = tokens_.get();
  const AdminToken* token = presented.empty() ? nullptr : find_admin_token(*tokens, presented);
  if (token == nullptr) return {.has_presented = !presented.empty(), .allowance = strangers_};
  return {.has_presented = true,
          .token = std::shared_ptr<const AdminToken>(tokens, token),
          .allowance = allowance_of(*token)};
}

std::shared_ptr<RateLimit> TokenHolders::allowance_of(const AdminToken& token) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<RateLimit>& allowance = allowances_[token.sha256];
  if (allowance == nullptr) allowance = std::make_shared<RateLimit>(requests_per_minute_);
  return allowance;
}

}  // namespace corsac
