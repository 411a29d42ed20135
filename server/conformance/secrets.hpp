#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/subject.hpp"

namespace corsac::conformance {

// What must stand in no text: the values of settings whose name ends in password, token or secret,
// of the environment variables that settings ending in _env name, and the passwords in URLs.
class Secrets {
 public:
  // A shorter one is found in texts that do not hold it.
  static constexpr std::size_t kShortestBytes = 6;

  Secrets() = default;
  explicit Secrets(const Subject& subject);

  void add(const std::string& value);
  [[nodiscard]] bool is_empty() const noexcept { return values_.empty(); }
  [[nodiscard]] bool is_in(std::string_view text) const noexcept;
  // `text` as one line that may be shown: escaped, cut at 1,000 bytes, each secret as ***.
  [[nodiscard]] std::string shown(std::string_view text) const;

 private:
  std::vector<std::string> values_ = {};
};

// The place of the user information in a setting that is a URL: behind "://". npos = it is none.
[[nodiscard]] std::size_t userinfo_place(std::string_view value) noexcept;

}  // namespace corsac::conformance
