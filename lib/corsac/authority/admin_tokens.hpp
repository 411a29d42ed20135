#pragma once

// Who may use the admin listener: tokens of which only the hash is known.

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/base/result.hpp"
#include "corsac/policy/report.hpp"

namespace corsac {

enum class AdminScope : unsigned char {
  Read,    // looks
  Manage,  // looks and changes
};

// Names stand in the records that their holders make.
inline constexpr std::size_t kTokenNameLimitBytes = 255;

struct AdminToken {
  std::string name = {};  // for people: who holds it; UTF-8 without control characters
  AdminScope scope = AdminScope::Read;
  std::array<std::uint8_t, 32> sha256 = {};  // of the token's bytes
};

// Tokens that may be exchanged while servers use them: a token that is withdrawn must not be valid
// until a restart. Copies share what they hold. Safe from any thread.
class AdminTokenSet {
 public:
  using List = std::vector<AdminToken>;

  AdminTokenSet() : AdminTokenSet(List()) {}
  // A list of tokens is a set of them.
  AdminTokenSet(List tokens);                               // NOLINT(google-explicit-constructor)
  AdminTokenSet(std::initializer_list<AdminToken> tokens);  // NOLINT(google-explicit-constructor)

  // In force for requests that begin from now on, with every copy.
  void replace(List tokens);
  // Never null; what it points to does not change any more.
  [[nodiscard]] std::shared_ptr<const List> get() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

// A token file: one `name scope sha256-of-token` a line, scope = read | manage; empty lines and
// lines that begin with # are skipped. `source` names the file in the report.
//
// The error side holds every problem at once: token-fields (not three of them), token-scope,
// token-hash (not 64 hex digits: most likely the token itself, so it is never shown), token-name
// (over kTokenNameLimitBytes, not UTF-8, or with a control character), token-repeated (a name, or a
// hash), token-none (the file names nobody).
[[nodiscard]] Result<std::vector<AdminToken>, Report> parse_admin_tokens(std::string_view text,
                                                                         const std::string& source);

// The entry of `tokens` whose token this is, or null. Takes the same time for any of them and for
// none.
[[nodiscard]] const AdminToken* find_admin_token(const std::vector<AdminToken>& tokens,
                                                 std::string_view token);

}  // namespace corsac
