#pragma once

// SHA-256 and random tokens. Its .cpp is the only file of the library that includes OpenSSL.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace corsac {

using Sha256 = std::array<std::uint8_t, 32>;

// FIPS 180-4. Throws std::bad_alloc when the library has no memory.
[[nodiscard]] Sha256 sha256(std::string_view bytes);

// The digest written as 64 hex digits, in any case; nothing for anything else.
[[nodiscard]] std::optional<Sha256> parse_sha256(std::string_view text) noexcept;

// 64 lower-case hex digits.
[[nodiscard]] std::string to_text(const Sha256& digest);

// Looks at every byte whatever they are, so that the time taken tells nothing about them.
[[nodiscard]] bool is_equal_in_constant_time(const Sha256& a, const Sha256& b) noexcept;
// The same for texts; of two lengths they are unequal at once, so that only the length is told.
[[nodiscard]] bool is_equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

// 256 random bits as 64 lower-case hex digits: a secret of one run. Throws std::runtime_error when
// the system has no randomness to give.
[[nodiscard]] std::string make_random_token();

}  // namespace corsac
