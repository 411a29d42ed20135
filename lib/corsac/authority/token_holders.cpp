// Entry: TokenHolders::find. Test: tests/adapter/admin_api_test.cpp,
// tests/authority/http_api_errors_test.cpp.

#include "corsac/authority/token_holders.hpp"

#include <algorithm>
#include <cstddef>

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

TokenHolders::TokenHolders(const std::vector<AdminToken>& tokens, unsigned requests_per_minute)
    : tokens_(tokens), strangers_(requests_per_minute) {
  for (std::size_t i = 0; i < tokens_.size(); ++i) allowances_.emplace_back(requests_per_minute);
}

TokenHolders::Found TokenHolders::find(const HeaderField& authorization,
                                       std::initializer_list<std::string_view> schemes) {
  const std::string_view presented = presented_token(authorization, schemes);
  const AdminToken* token = presented.empty() ? nullptr : find_admin_token(tokens_, presented);
  if (token == nullptr) return {.has_presented = !presented.empty(), .allowance = strangers_};
  return {.has_presented = true,
          .token = token,
          .allowance = allowances_[static_cast<std::size_t>(token - tokens_.data())]};
}

}  // namespace corsac
