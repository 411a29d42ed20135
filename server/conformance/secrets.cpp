// Entry: Secrets. Test: tests/server/store_test_test.py.

#include "conformance/secrets.hpp"

#include <cstdlib>
#include <utility>

#include <corsac/base/printable.hpp>

namespace corsac::conformance {
namespace {

constexpr std::size_t kShownBytes = 1'000;

bool names_a_secret(std::string_view setting) noexcept {
  return setting.ends_with("password") || setting.ends_with("token") || setting.ends_with("secret");
}

// The password of the user information of a URL; empty = none.
std::string_view password_of_url(std::string_view value) noexcept {
  const std::size_t begin = userinfo_place(value);
  if (begin == std::string_view::npos) return {};
  const std::string_view authority = value.substr(begin, value.find('/', begin) - begin);
  const std::size_t end = authority.rfind('@');
  if (end == std::string_view::npos) return {};
  const std::size_t colon = authority.find(':');
  return colon >= end ? std::string_view{} : authority.substr(colon + 1, end - colon - 1);
}

}  // namespace

std::size_t userinfo_place(std::string_view value) noexcept {
  const std::size_t scheme = value.find("://");
  return scheme == std::string_view::npos ? std::string_view::npos : scheme + 3;
}

Secrets::Secrets(const Subject& subject) {
  for (const auto& [name, value] : subject.settings) {
    if (names_a_secret(name)) add(value);
    add(std::string(password_of_url(value)));
    if (!name.ends_with("_env")) continue;
    // Nothing of this program changes the environment.
    const char* variable = std::getenv(value.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (variable != nullptr) add(variable);
  }
}

void Secrets::add(const std::string& value) {
  if (value.size() >= kShortestBytes) values_.push_back(value);
}

bool Secrets::is_in(std::string_view text) const noexcept {
  for (const std::string& value : values_) {
    if (text.find(value) != std::string_view::npos) return true;
  }
  return false;
}

std::string Secrets::shown(std::string_view text) const {
  std::string hidden(text);
  for (const std::string& value : values_) {
    for (std::size_t at = hidden.find(value); at != std::string::npos; at = hidden.find(value)) {
      hidden.replace(at, value.size(), "***");
    }
  }
  return to_one_line(hidden, kShownBytes);
}

}  // namespace corsac::conformance
