#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "corsac/http/short_bytes.hpp"

namespace corsac {

// A method name of a policy or of Access-Control-Request-Method is at most this long. The longest
// registered one (UPDATEREDIRECTREF) has 17 bytes.
inline constexpr std::size_t kMethodLimitBytes = 32;

// True for a token of 1 to kMethodLimitBytes bytes (RFC 9110, 9.1).
[[nodiscard]] bool is_method(std::string_view text) noexcept;

// Fetch, 2.2.1 "normalize": DELETE, GET, HEAD, OPTIONS, POST and PUT in any case become upper case;
// every other method is returned as written (`patch` is not PATCH).
[[nodiscard]] std::string normalize_method(std::string_view method);

// Fetch, 2.2.1 "CORS-safelisted method": exactly GET, HEAD or POST.
[[nodiscard]] bool is_safelisted_method(std::string_view method) noexcept;

// Fetch, 2.2.1 "forbidden method": CONNECT, TRACE or TRACK in any case.
[[nodiscard]] bool is_forbidden_method(std::string_view method) noexcept;

// An immutable set of methods, compared byte for byte. Methods of eight bytes or fewer compare as
// one integer. No allocation after construction; safe from any thread.
class MethodSet {
 public:
  MethodSet() = default;
  // `methods` are taken as they are: normalise first.
  explicit MethodSet(const std::vector<std::string>& methods);

  [[nodiscard]] bool contains(std::string_view method) const noexcept {
    if (!fits_one_word(method)) return contains_long(method);
    const std::uint64_t word = short_bytes::load_padded(method.data(), method.size());
    for (const std::uint64_t known : short_) {
      if (known == word) return true;
    }
    return false;
  }
  // The first one that is `method` written in any case; empty when there is none. The bytes live as
  // long as the set.
  [[nodiscard]] std::string_view find_ignoring_case(std::string_view method) const noexcept;
  [[nodiscard]] bool is_empty() const noexcept { return short_.empty() && long_.empty(); }

 private:
  // True when the word of load_padded stands for these bytes and no others: the padding is zero, so
  // a text that ends in NUL would pass for a shorter one.
  [[nodiscard]] static bool fits_one_word(std::string_view method) noexcept {
    return method.size() - 1 < 8 && method.back() != '\0';
  }
  [[nodiscard]] bool contains_long(std::string_view method) const noexcept;

  std::vector<std::uint64_t> short_;  // zero-padded bytes; a method is never empty, so never 0
  std::vector<std::string> long_;
  std::vector<std::string> all_;
};

}  // namespace corsac
